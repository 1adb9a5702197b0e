import { hash } from 'node:crypto';
import { posix } from 'node:path';
import { BLANK, cell, excelNumber, LONGEST_TEXT, packed, SEPARATOR, textOf, type Cell } from './cell.ts';
import { momentOf } from './moment.ts';
import { readStyles, type NumberFormat, type Styles } from './styles.ts';
import { attribute, elementsIn, nextElement, prefixOf, unescaped, xmlText } from './xml.ts';
import { tooLarge, unreadable, type ZipPackage } from './zip-package.ts';

export const sheetLimits = { rows: 100_000, columns: 200, characters: 64 * 1024 * 1024 } as const;

/** A worksheet as a table: row 1 names the columns, each row below is an actor or a list item. */
export interface Sheet {
  readonly name: string;
  readonly part: string;
  /** Trimmed; an unnamed column is the empty string. */
  readonly headers: readonly string[];
  /** Of each column, what its number formats promise beyond what its numbers show. */
  readonly decimals: readonly boolean[];
  readonly rows: readonly Row[];
}

export interface Row {
  readonly number: number;
  readonly cells: readonly Cell[];
  readonly packed: string;
  /** Columns whose cell is the result of a formula. */
  readonly formulas: readonly number[];
  /** Changes when anything in the row does. */
  readonly digest: string;
}

export interface Book {
  readonly date1904: boolean;
  readonly sheets: readonly Sheet[];
}

/** What a workbook part is called and where it is found. */
export interface Parts {
  readonly workbook: string;
  readonly styles: string | null;
  readonly strings: string | null;
  readonly sheets: readonly { readonly name: string; readonly part: string }[];
}

interface Reading {
  readonly strings: readonly string[];
  readonly styles: Styles;
  readonly date1904: boolean;
  /** Counts down: shared strings make a small part stand for a large table. */
  characters: number;
}

/** Reads the sheets `wanted` chooses by their name and headers; of the others not a row is looked at. */
export function readBook(zip: ZipPackage, wanted: (name: string, headers: readonly string[]) => boolean): Book {
  const parts = findParts(zip);
  const workbook = xmlText(zip.read(parts.workbook), parts.workbook);
  const reading: Reading = {
    strings: parts.strings ? readStrings(xmlText(zip.read(parts.strings), parts.strings)) : [],
    styles: parts.styles ? readStyles(xmlText(zip.read(parts.styles), parts.styles)) : [],
    date1904: isTrue(attribute(tag(workbook, `${prefixOf(workbook, 'workbook')}workbookPr`), 'date1904')),
    characters: sheetLimits.characters,
  };
  const sheets = parts.sheets.flatMap(({ name, part }) => {
    const sheet = readSheet(name, part, xmlText(zip.read(part), part), reading, wanted);
    return sheet ? [sheet] : [];
  });
  return { date1904: reading.date1904, sheets };
}

export function findParts(zip: ZipPackage): Parts {
  const workbook = relations(zip, '').find(({ type }) => type.endsWith('/officeDocument'))?.target;
  if (workbook === undefined) throw unreadable('not a workbook');
  const related = relations(zip, workbook);
  const targetOf = (kind: string) => related.find(({ type }) => type.endsWith(`/${kind}`))?.target ?? null;

  const xml = xmlText(zip.read(workbook), workbook);
  const sheets = elementsIn(xml, `${prefixOf(xml, 'workbook')}sheet`).flatMap(({ attributes }) => {
    const id = /[\w.-]+:id=(["'])(.*?)\1/.exec(attributes)?.[2];
    const part = related.find((relation) => relation.id === id && relation.type.endsWith('/worksheet'))?.target;
    return part === undefined ? [] : [{ name: attribute(attributes, 'name') ?? '', part }];
  });
  return { workbook, styles: targetOf('styles'), strings: targetOf('sharedStrings'), sheets };
}

/** `A` is 0; `C12` is 2. Null for what is no cell reference. */
export function columnOf(reference: string): number | null {
  let column = 0;
  let at = 0;
  for (; at < reference.length; at++) {
    const letter = reference.charCodeAt(at) - 64;
    if (letter < 1 || letter > 26) break;
    column = column * 26 + letter;
  }
  return at === 0 || at > 3 ? null : column - 1;
}

export function columnName(column: number): string {
  const rest = Math.floor(column / 26);
  return (rest > 0 ? columnName(rest - 1) : '') + String.fromCharCode(65 + (column % 26));
}

/** Excel writes control characters, which XML cannot hold, as `_x000D_`. */
export function unescapedControls(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replaceAll(/_x([\dA-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

function readSheet(
  name: string,
  part: string,
  xml: string,
  reading: Reading,
  wanted: (name: string, headers: readonly string[]) => boolean,
): Sheet | null {
  const prefix = prefixOf(xml, 'worksheet');
  const data = nextElement(xml, `${prefix}sheetData`, 0);
  if (!data) throw unreadable(`${name} is no worksheet`);

  const nextRow = (from: number) => nextElement(xml, `${prefix}row`, from, data.contentEnd);
  let headers: readonly string[] | null = null;
  let decimals: boolean[] = [];
  let number = 0;
  const rows: Row[] = [];
  for (let row = nextRow(data.contentStart); row; row = nextRow(row.end)) {
    number = rowNumber(row.attributes, number);
    if (headers === null && number > 1) break;
    const { cells, formulas } = readCells(xml.slice(row.contentStart, row.contentEnd), prefix, reading, decimals);
    if (headers === null) {
      headers = cells.map((of) => textOf(of).trim());
      decimals = [];
      if (!wanted(name, headers)) return null;
    } else if (cells.some((of) => of !== BLANK)) {
      if (number > sheetLimits.rows + 1) throw tooLarge('rows', sheetLimits.rows);
      rows.push(toRow(number, cells.slice(0, headers.length), formulas, headers.join(SEPARATOR)));
    }
  }
  if (headers === null) return wanted(name, []) ? emptySheet(name, part) : null;
  const known = headers.map((_, column) => decimals[column] ?? false);
  return { name, part, headers, decimals: known, rows };
}

function emptySheet(name: string, part: string): Sheet {
  return { name, part, headers: [], decimals: [], rows: [] };
}

function toRow(number: number, cells: readonly Cell[], formulas: readonly number[], headers: string): Row {
  const row = packed(cells);
  return { number, cells, packed: row, formulas, digest: hash('sha1', headers + SEPARATOR + row, 'base64url') };
}

function rowNumber(attributes: string, previous: number): number {
  const number = Number(attribute(attributes, 'r') ?? previous + 1);
  if (!Number.isInteger(number) || number <= previous) throw unreadable('rows out of order');
  return number;
}

const NO_FORMULAS: readonly number[] = [];

function readCells(xml: string, prefix: string, reading: Reading, decimals: boolean[]) {
  const cells: Cell[] = [];
  let formulas: number[] | null = null;
  let column = -1;
  for (let raw = nextCell(xml, prefix, 0); raw; raw = nextCell(xml, prefix, raw.end)) {
    column = columnOf(raw.reference) ?? column + 1;
    const format = raw.style === undefined ? undefined : reading.styles[Number(raw.style)];
    const read = raw.value === '' ? BLANK : readCell(raw.type, raw.value, format, reading);
    if (read === BLANK) continue;
    if (column >= sheetLimits.columns) throw tooLarge('columns', sheetLimits.columns);

    while (cells.length < column) cells.push(BLANK);
    cells[column] = read;
    reading.characters -= read.length;
    if (reading.characters < 0) throw tooLarge('characters', sheetLimits.characters);
    if (format?.kind === 'number' && format.decimals) decimals[column] = true;
    if (raw.formula) (formulas ??= []).push(column);
  }
  return { cells, formulas: formulas ?? NO_FORMULAS };
}

interface RawCell {
  readonly end: number;
  readonly reference: string;
  readonly style: string | undefined;
  readonly type: string;
  readonly value: string;
  readonly formula: boolean;
}

const usual = /<c r="([A-Z]{1,3})\d+"(?: s="(\d+)")?(?: t="([a-z]+)")?(?:\/>|><v>([^<]*)<\/v><\/c>)/y;

/** Almost every cell is written in this one way, which is read at a stroke; the others take the longer one. */
function nextCell(xml: string, prefix: string, from: number): RawCell | null {
  usual.lastIndex = from;
  const match = prefix === '' ? usual.exec(xml) : null;
  if (match) {
    const [, reference = '', style, type = 'n', value = ''] = match;
    return { end: usual.lastIndex, reference, style, type, value, formula: false };
  }
  const element = nextElement(xml, `${prefix}c`, from);
  if (!element) return null;
  const { end, attributes } = element;
  const content = xml.slice(element.contentStart, element.contentEnd);
  const type = attribute(attributes, 't') ?? 'n';
  return {
    end,
    reference: attribute(attributes, 'r') ?? '',
    style: attribute(attributes, 's'),
    type,
    value: type === 'inlineStr' ? richText(content, prefix) : valueOf(content, prefix),
    formula: content.startsWith(`<${prefix}f`),
  };
}

function readCell(type: string, raw: string, format: NumberFormat | undefined, reading: Reading): Cell {
  switch (type) {
    case 'inlineStr':
      return text(raw);
    case 's': {
      const shared = reading.strings[Number(raw)];
      if (shared === undefined) throw unreadable('a text that is not there');
      return text(shared);
    }
    case 'str':
      return text(unescapedControls(unescaped(raw)));
    case 'b':
      return cell('b', raw === '1' || raw === 'true' ? '1' : '0');
    case 'd':
      return cell('d', unescaped(raw));
    case 'e':
      return cell('e', unescaped(raw));
    default:
      return numberCell(raw, format, reading.date1904);
  }
}

function numberCell(raw: string, format: NumberFormat | undefined, date1904: boolean): Cell {
  const number = Number(raw);
  if (!Number.isFinite(number)) throw unreadable('a number that is none');
  if (format?.kind === 'moment') {
    const moment = momentOf(number, date1904);
    if (moment !== null)
      return cell('d', format.hasTime || !moment.endsWith('T00:00:00') ? moment : moment.slice(0, 10));
  }
  const digits = excelNumber(raw);
  return cell('n', format?.kind === 'padded' && /^\d+$/.test(digits) ? digits.padStart(format.digits, '0') : digits);
}

function text(of: string): Cell {
  if (of.length > LONGEST_TEXT) throw tooLarge('text', LONGEST_TEXT);
  if (of.includes(SEPARATOR)) return cell('e', of.replaceAll(SEPARATOR, '\uFFFD'));
  return of === '' ? BLANK : cell('s', of);
}

function readStrings(xml: string): string[] {
  const prefix = prefixOf(xml, 'sst');
  return elementsIn(xml, `${prefix}si`).map(({ contentStart, contentEnd }) =>
    richText(xml.slice(contentStart, contentEnd), prefix),
  );
}

/** The runs of a text, without the reading aids Japanese workbooks put beside them. */
function richText(xml: string, prefix: string): string {
  const phonetic = xml.includes(`<${prefix}rPh`) ? elementsIn(xml, `${prefix}rPh`) : [];
  const runs = elementsIn(xml, `${prefix}t`).filter(
    ({ start }) => !phonetic.some((aid) => start > aid.start && start < aid.end),
  );
  return runs.map((run) => unescapedControls(unescaped(xml.slice(run.contentStart, run.contentEnd)))).join('');
}

function valueOf(content: string, prefix: string): string {
  const value = nextElement(content, `${prefix}v`, 0);
  return value ? content.slice(value.contentStart, value.contentEnd) : '';
}

function tag(xml: string, name: string): string {
  return nextElement(xml, name, 0)?.attributes ?? '';
}

function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}

interface Relation {
  readonly id: string;
  readonly type: string;
  readonly target: string;
}

/** The parts that a part refers to; links that leave the file are not among them. */
function relations(zip: ZipPackage, from: string): Relation[] {
  const slash = from.lastIndexOf('/');
  const part = `${from.slice(0, slash + 1)}_rels/${from.slice(slash + 1)}.rels`;
  if (!zip.has(part)) throw unreadable('not a workbook');
  const xml = xmlText(zip.read(part), part);
  return elementsIn(xml, `${prefixOf(xml, 'Relationships')}Relationship`)
    .filter(({ attributes }) => attribute(attributes, 'TargetMode') !== 'External')
    .map(({ attributes }) => ({
      id: attribute(attributes, 'Id') ?? '',
      type: attribute(attributes, 'Type') ?? '',
      target: resolved(from, attribute(attributes, 'Target') ?? ''),
    }));
}

function resolved(from: string, target: string): string {
  return target.startsWith('/') ? target.slice(1) : posix.join(posix.dirname(from), target);
}
