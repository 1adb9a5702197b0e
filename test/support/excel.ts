import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import readExcelFile from 'read-excel-file/node';
import writeExcelFile, { type Cell } from 'write-excel-file/node';

export type ExcelValue = string | number | boolean | Date | null;
export type Sheets = Record<string, ExcelValue[][]>;

/** The person at the other end: reads and writes workbooks with programs that are not ours. */
export async function writeWorkbook(path: string, sheets: Sheets): Promise<void> {
  const unfinished = `${path}.${randomUUID()}`;
  await writeExcelFile(tablesOf(sheets)).toFile(unfinished);
  await rename(unfinished, path);
}

export async function workbookBytes(sheets: Sheets): Promise<Buffer> {
  return writeExcelFile(tablesOf(sheets)).toBuffer();
}

export async function readWorkbook(path: string): Promise<Sheets> {
  const sheets = await readExcelFile(path, { trim: false });
  return Object.fromEntries(sheets.map(({ sheet, data }) => [sheet, data as ExcelValue[][]]));
}

/** Types into the cell of an actor or list item and saves, as Excel does: a new file in the place of the old one. */
export async function typeInto(path: string, sheet: string, id: ExcelValue, header: string, value: ExcelValue) {
  const sheets = await readWorkbook(path);
  const [headers = [], ...rows] = sheets[sheet] ?? [];
  const row = rows.find((cells) => cells[headers.indexOf('ID')] === id);
  if (!row || !headers.includes(header)) throw new Error(`no cell ${sheet} ${String(id)} ${header}`);
  row[headers.indexOf(header)] = value;
  await writeWorkbook(path, sheets);
}

export async function valueIn(path: string, sheet: string, id: ExcelValue, header: string): Promise<ExcelValue> {
  const [headers = [], ...rows] = (await readWorkbook(path))[sheet] ?? [];
  return rows.find((cells) => cells[headers.indexOf('ID')] === id)?.[headers.indexOf(header)] ?? null;
}

/** Changes the parts of the package, as texts. */
export async function changeParts(path: string, change: (parts: Record<string, string>) => void): Promise<void> {
  const parts = await textParts(path);
  change(parts);
  const packed = zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)])));
  await writeFile(path, packed);
}

export async function textParts(path: string): Promise<Record<string, string>> {
  const parts = unzipSync(await readFile(path));
  return Object.fromEntries(Object.entries(parts).map(([name, bytes]) => [name, strFromU8(bytes)]));
}

function tablesOf(sheets: Sheets) {
  return Object.entries(sheets).map(([sheet, rows]) => ({ sheet, data: rows.map((row) => row.map(toCell)) }));
}

function toCell(value: ExcelValue): Cell {
  if (value === null) return null;
  if (value instanceof Date) return { value, type: Date, format: 'yyyy-mm-dd hh:mm:ss' };
  if (typeof value === 'string') return { value, type: String };
  return typeof value === 'number' ? { value, type: Number } : { value, type: Boolean };
}
