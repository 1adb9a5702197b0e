import { rename } from 'node:fs/promises';
import readSheets from 'read-excel-file/node';
import writeExcelFile, { type Cell } from 'write-excel-file/node';

/** What somebody sees who opens the workbook: the value below a header, in the row with this ID. */
export async function readCell(path: string, sheet: string, id: number, header: string): Promise<unknown> {
  const { rows, row, column } = await place(path, sheet, id, header);
  return rows[row]?.[column] ?? null;
}

/** What somebody does who edits the workbook in another program and saves it: the whole file is written anew, and nobody touches the stamp. */
export async function editCell(path: string, sheet: string, id: number, header: string, value: string): Promise<void> {
  const { sheets, row, column } = await place(path, sheet, id, header);
  const edited = sheets.map(({ sheet: name, data }) => ({
    sheet: name,
    data: data.map((cells, at) =>
      cells.map((cell, index): Cell => toCell(name === sheet && at === row && index === column ? value : cell)),
    ),
    dateFormat: 'yyyy-mm-dd hh:mm:ss',
  }));
  await writeExcelFile(edited).toFile(`${path}.saving`);
  await rename(`${path}.saving`, path);
}

async function place(path: string, sheet: string, id: number, header: string) {
  const sheets = await readSheets(path);
  const rows = sheets.find((found) => found.sheet === sheet)?.data ?? [];
  const headers = rows[0] ?? [];
  const [idColumn, column] = [headers.indexOf('ID'), headers.indexOf(header)];
  const row = rows.findIndex((cells) => String(cells[idColumn]) === String(id));
  if (column < 0 || row < 0) throw new Error(`${sheet} has no row ${id} or no column ${header}`);
  return { sheets, rows, row, column };
}

function toCell(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'boolean' || value instanceof Date) return { value };
  return { value: value as string, type: String };
}
