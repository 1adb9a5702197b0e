import { LONGEST_TEXT, type NewCell } from './cell.ts';
import { columnName, columnOf, findParts } from './spreadsheet.ts';
import { readStyles, withMomentStyle } from './styles.ts';
import { attribute, elementsIn, escaped, nextElement, prefixOf, xmlText, type Element } from './xml.ts';
import { unreadable, type ZipPackage } from './zip-package.ts';

/** The cells to write into one sheet: row number -> column -> cell. A row below the last one is added. */
export interface SheetEdit {
  readonly part: string;
  readonly rows: ReadonlyMap<number, ReadonlyMap<number, NewCell>>;
}

interface Manner {
  readonly prefix: string;
  /** The style of a cell of this column, from the nearest row above that has one. */
  styleFor(written: NewCell, column: number, own: string | undefined): string | undefined;
}

/**
 * The file with those cells changed and nothing else: all other cells, formats, formulas, sheets and macros are the
 * same bytes. Where there are formulas, Excel is told to calculate them anew, for their stored results may be old now.
 */
export function patchBook(zip: ZipPackage, edits: readonly SheetEdit[]): Buffer {
  const parts = findParts(zip);
  const replaced = new Map<string, Buffer>();
  let styles = parts.styles === null ? null : xmlText(zip.read(parts.styles), parts.styles);

  const momentStyle = (hasTime: boolean): string | undefined => {
    const added = styles === null ? null : withMomentStyle(styles, hasTime);
    if (!added || parts.styles === null) return undefined;
    styles = added.xml;
    replaced.set(parts.styles, Buffer.from(styles));
    return String(added.style);
  };
  const shown = styles === null ? [] : readStyles(styles);
  const isMoment = (style: string) => shown[Number(style)]?.kind === 'moment';

  for (const { part, rows } of edits) {
    const xml = xmlText(zip.read(part), part);
    replaced.set(part, Buffer.from(patchSheet(xml, rows, isMoment, momentStyle)));
  }
  if (parts.sheets.some(({ part }) => hasFormulas(xmlText(zip.read(part), part)))) {
    const workbook = xmlText(zip.read(parts.workbook), parts.workbook);
    replaced.set(parts.workbook, Buffer.from(withRecalculation(workbook)));
  }
  return zip.replace(replaced);
}

function patchSheet(
  xml: string,
  edits: SheetEdit['rows'],
  isMoment: (style: string) => boolean,
  momentStyle: (hasTime: boolean) => string | undefined,
): string {
  const prefix = prefixOf(xml, 'worksheet');
  const data = nextElement(xml, `${prefix}sheetData`, 0);
  if (!data) throw unreadable('no worksheet');
  const rows = elementsIn(xml, `${prefix}row`, data.contentStart, data.contentEnd);

  const manner: Manner = {
    prefix,
    styleFor: styling(xml, prefix, rows, isMoment, momentStyle),
  };
  const pieces: string[] = [];
  const waiting = [...edits].sort(([a], [b]) => a - b);
  let copied = data.contentStart;
  let number = 0;
  const add = (before: number, at: number) => {
    while (waiting[0] && waiting[0][0] < before) {
      const [missing, cells] = waiting.shift() as (typeof waiting)[number];
      pieces.push(
        xml.slice(copied, at),
        `<${prefix}row r="${missing}">${patchCells('', missing, cells, manner)}</${prefix}row>`,
      );
      copied = at;
    }
  };
  for (const row of rows) {
    number = Number(attribute(row.attributes, 'r') ?? number + 1);
    add(number, row.start);
    if (waiting[0]?.[0] !== number) continue;
    const [, cells] = waiting.shift() as (typeof waiting)[number];
    const content = patchCells(xml.slice(row.contentStart, row.contentEnd), number, cells, manner);
    pieces.push(xml.slice(copied, row.start), `<${prefix}row${row.attributes}>${content}</${prefix}row>`);
    copied = row.end;
  }
  add(Infinity, data.contentEnd);
  pieces.push(xml.slice(copied, data.contentEnd));

  const open = `<${prefix}sheetData${data.attributes}>`;
  const patched = [xml.slice(0, data.start), open, ...pieces, `</${prefix}sheetData>`, xml.slice(data.end)].join('');
  return withDimension(patched, prefix, Math.max(...edits.keys()));
}

function patchCells(xml: string, row: number, edits: ReadonlyMap<number, NewCell>, manner: Manner): string {
  const cells = new Map<number, string>();
  let column = -1;
  for (const element of elementsIn(xml, `${manner.prefix}c`)) {
    column = columnOf(attribute(element.attributes, 'r') ?? '') ?? column + 1;
    const written = edits.get(column);
    cells.set(
      column,
      written
        ? cellXml(written, row, column, attribute(element.attributes, 's'), manner)
        : xml.slice(element.start, element.end),
    );
  }
  for (const [added, written] of edits) {
    if (!cells.has(added)) cells.set(added, cellXml(written, row, added, undefined, manner));
  }
  return [...cells]
    .sort(([a], [b]) => a - b)
    .map(([, cell]) => cell)
    .join('');
}

function cellXml(written: NewCell, row: number, column: number, own: string | undefined, manner: Manner): string {
  const style = manner.styleFor(written, column, own);
  const open = `${manner.prefix}c r="${columnName(column)}${row}"${style === undefined ? '' : ` s="${style}"`}`;
  const close = `</${manner.prefix}c>`;
  const value = (text: string) => `<${manner.prefix}v>${text}</${manner.prefix}v>${close}`;
  switch (written.kind) {
    case 'blank':
      return `<${open}/>`;
    case 'number':
      return `<${open}>${value(written.number)}`;
    case 'moment':
      return `<${open}>${value(String(written.serial))}`;
    case 'boolean':
      return `<${open} t="b">${value(written.value ? '1' : '0')}`;
    case 'text': {
      const text = escaped(escapedControls(written.text.slice(0, LONGEST_TEXT)));
      const kept = text.trim() === text ? '' : ' xml:space="preserve"';
      const inline = `<${manner.prefix}is><${manner.prefix}t${kept}>${text}</${manner.prefix}t></${manner.prefix}is>`;
      return `<${open} t="inlineStr">${inline}${close}`;
    }
  }
}

/** A cell keeps its own style, and a new one takes its column's; a date needs one that shows a date. */
function styling(
  xml: string,
  prefix: string,
  rows: readonly Element[],
  isMoment: (style: string) => boolean,
  momentStyle: (hasTime: boolean) => string | undefined,
): Manner['styleFor'] {
  const added = new Map<boolean, string | undefined>();
  const styleIn = (row: Element, column: number): string | undefined => {
    const content = xml.slice(row.contentStart, row.contentEnd);
    const found = elementsIn(content, `${prefix}c`).find(
      ({ attributes }) => columnOf(attribute(attributes, 'r') ?? '') === column,
    );
    return found && attribute(found.attributes, 's');
  };
  const near = rows.slice(1).slice(-50).reverse();

  return (written, column, own) => {
    if (written.kind !== 'moment') return own ?? near.slice(0, 1).map((row) => styleIn(row, column))[0];
    if (own !== undefined && isMoment(own)) return own;
    const shown = near.map((row) => styleIn(row, column)).find((style) => style !== undefined && isMoment(style));
    if (shown !== undefined) return shown;
    if (!added.has(written.hasTime)) added.set(written.hasTime, momentStyle(written.hasTime));
    return added.get(written.hasTime) ?? own;
  };
}

/** XML cannot hold control characters, and reads a carriage return as a line feed. */
function escapedControls(text: string): string {
  return text
    .replaceAll(/_x(?=[\dA-Fa-f]{4}_)/g, '_x005F_x')
    .replaceAll(
      /[\u0000-\u0008\u000B-\u001F\uFFFE\uFFFF]/g,
      (control) => `_x${control.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
    );
}

function withDimension(xml: string, prefix: string, lastRow: number): string {
  return xml.replace(
    new RegExp(`(<${prefix}dimension [^>]*ref="[A-Z]+\\d+:[A-Z]+)(\\d+)"`),
    (_, start: string, row: string) => `${start}${Math.max(Number(row), lastRow)}"`,
  );
}

function withRecalculation(xml: string): string {
  const prefix = prefixOf(xml, 'workbook');
  if (/\sfullCalcOnLoad=/.test(xml)) return xml.replace(/\sfullCalcOnLoad=(["'])\w*\1/, ' fullCalcOnLoad="1"');
  const settings = nextElement(xml, `${prefix}calcPr`, 0);
  if (settings) {
    const at = settings.start + prefix.length + '<calcPr'.length;
    return `${xml.slice(0, at)} fullCalcOnLoad="1"${xml.slice(at)}`;
  }
  const before = ['definedNames', 'externalReferences', 'functionGroups', 'sheets']
    .map((name) => nextElement(xml, prefix + name, 0))
    .find((element) => element !== null);
  if (!before) return xml;
  return `${xml.slice(0, before.end)}<${prefix}calcPr fullCalcOnLoad="1"/>${xml.slice(before.end)}`;
}

function hasFormulas(xml: string): boolean {
  return new RegExp(`<${prefixOf(xml, 'worksheet')}f[\\s>/]`).test(xml);
}
