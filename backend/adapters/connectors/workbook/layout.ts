import {
  actorTypes,
  type ActorType,
  type FieldAccess,
  type FieldKind,
  type ListItem,
} from '../../../../shared/vocabulary.ts';
import type { ErpField } from '../../../domain/field.ts';
import { AppError } from '../../../errors.ts';
import { BLANK, decodeCell, tagOf, textOf, type Cell } from './cell.ts';
import { marked, markOf, type RowMark, type RowMarks } from './row-marks.ts';
import type { Book, Row, Sheet } from './spreadsheet.ts';

/** A column that is a field of the actor. */
export interface Column {
  readonly index: number;
  readonly field: ErpField;
  /** A cell that shows how values stand in this column; blank when none does. */
  readonly like: Cell;
}

/** A row that is an actor. */
export interface ActorRow {
  readonly number: number;
  readonly packed: string;
  readonly formulas: readonly number[];
  readonly mark: string;
}

/** A column that is ours: where it is, and a cell that shows how values stand in it. */
export interface OwnColumn {
  readonly index: number;
  readonly like: Cell;
}

/** The sheet of one actor type, understood. */
export interface ActorSheet {
  readonly type: ActorType;
  readonly part: string;
  readonly columns: readonly Column[];
  readonly key: OwnColumn;
  readonly modified: OwnColumn | null;
  readonly parent: { readonly type: OwnColumn; readonly key: OwnColumn } | null;
  readonly rowOf: ReadonlyMap<string, ActorRow>;
  /** Keys by mark. */
  readonly newestFirst: readonly string[];
  /** Keys that stand in several rows: which one is meant, nobody can say. */
  readonly ambiguous: ReadonlySet<string>;
  /** Rows whose key is an Excel error. */
  readonly keyless: readonly number[];
  readonly lastRow: number;
  /** For the next new actor. Never the key of one that is gone: whoever was connected to that would get this one's values. */
  readonly nextKey: string;
  /** The next customer number, project number ... */
  readonly nextNumber: string | null;
}

export interface Layout {
  readonly date1904: boolean;
  readonly actors: ReadonlyMap<ActorType, ActorSheet>;
  /** By sheet name, folded. */
  readonly lists: ReadonlyMap<string, ListSheet>;
  readonly lastMark: string;
  /** What it takes in memory, roughly, in bytes. */
  readonly weight: number;
}

export interface ListSheet {
  readonly name: string;
  readonly items: readonly ListItem[];
  /** Whether the keys stand there as numbers. */
  readonly numeric: boolean;
}

interface Known {
  readonly key: string;
  readonly kind?: FieldKind;
  readonly access?: FieldAccess;
  readonly maxLength?: number;
  readonly list?: string;
}

/** What a row takes beside its text. */
const ROW_WEIGHT = 200;

const KEY = 'id';
const MODIFIED = 'lastmodified';
const PARENT_TYPE = 'parenttype';
const PARENT_KEY = 'parentid';

const address: Readonly<Record<string, Known>> = {
  ...under({ key: 'POSTALAD1', kind: 'text' }, 'postalad1', 'ad1', 'address', 'address1'),
  ...under({ key: 'POSTALAD2', kind: 'text' }, 'postalad2', 'ad2', 'address2'),
  ...under({ key: 'POSTALAD3', kind: 'text' }, 'postalad3', 'ad3', 'address3'),
  ...under({ key: 'POSTALZIP', kind: 'text', maxLength: 20 }, 'postalzip', 'zip', 'zipcode', 'postcode'),
  ...under({ key: 'POSTALCITY', kind: 'text', maxLength: 50 }, 'postalcity', 'city'),
  ...under({ key: 'POSTALCOUNTY', kind: 'text' }, 'postalcounty', 'county'),
  ...under({ key: 'POSTALSTATE', kind: 'text' }, 'postalstate', 'state'),
};

/** Of SuperOffice's own sample: numbers that happen to be whole, and days that happen to look like numbers. */
const samples: Readonly<Record<string, Known>> = {
  ...under({ key: 'IntField', kind: 'integer' }, 'intfield'),
  ...under({ key: 'DoubleField', kind: 'decimal' }, 'doublefield'),
  ...under({ key: 'DateField', kind: 'date' }, 'datefield'),
  ...under({ key: 'CheckboxField', kind: 'checkbox' }, 'checkboxfield'),
};

const company: Readonly<Record<string, Known>> = {
  ...address,
  ...samples,
  ...under({ key: 'NAME', kind: 'text', access: 'mandatory' }, 'name', 'nm'),
  ...under({ key: 'VATNO', kind: 'text' }, 'vatno', 'orgno', 'orgnr', 'organisationnumber', 'organizationnumber'),
  ...under({ key: 'DEPARTMENT', kind: 'text' }, 'department'),
  ...under({ key: 'PHONE', kind: 'text' }, 'phone', 'telephone'),
  ...under({ key: 'FAX', kind: 'text' }, 'fax'),
  ...under({ key: 'EMAIL', kind: 'text' }, 'email'),
  ...under({ key: 'URL', kind: 'text' }, 'url', 'website'),
  ...under({ key: 'COUNTRY', list: 'country' }, 'country'),
};

/**
 * Which field a column is, by actor type and header: upper or lower case, spaces and punctuation do not count. The keys
 * in capitals are those that SuperOffice maps by itself. Any other header is the key of a field of its own.
 */
const known: Readonly<Record<ActorType, Readonly<Record<string, Known>>>> = {
  Customer: {
    ...company,
    ...under({ key: 'CustNo', access: 'readOnly' }, 'custno', 'customerno', 'customernumber'),
    ...under({ key: 'CustGr', list: 'customergroup' }, 'custgr', 'customergroup'),
  },
  Supplier: {
    ...company,
    ...under({ key: 'SupNo', access: 'readOnly' }, 'supno', 'supplierno', 'suppliernumber'),
    ...under({ key: 'SupGr', list: 'suppliergroup' }, 'supgr', 'suppliergroup'),
  },
  Partner: {
    ...company,
    ...under({ key: 'PartNo', access: 'readOnly' }, 'partno', 'partnerno', 'partnernumber'),
    ...under({ key: 'PartGr', list: 'partnergroup' }, 'partgr', 'partnergroup'),
  },
  Person: {
    ...address,
    ...under({ key: 'PersonNo', access: 'readOnly' }, 'personno', 'contactno', 'personnumber'),
    ...under({ key: 'FIRSTNAME', kind: 'text' }, 'firstname'),
    ...under({ key: 'MIDDLENAME', kind: 'text' }, 'middlename'),
    ...under({ key: 'LASTNAME', kind: 'text', access: 'mandatory' }, 'lastname'),
    ...under({ key: 'TITLE', kind: 'text' }, 'title'),
    ...under({ key: 'PHONE_DIRECT', kind: 'text' }, 'phonedirect', 'phone', 'telephone', 'directphone'),
    ...under({ key: 'PHONE_MOBILE', kind: 'text' }, 'phonemobile', 'mobile', 'mobilephone'),
    ...under({ key: 'EMAIL', kind: 'text' }, 'email'),
    ...under({ key: 'URL', kind: 'text' }, 'url', 'website'),
    ...under({ key: 'BIRTHDATE', kind: 'date' }, 'birthdate'),
    ...under({ key: 'POSITION', list: 'position' }, 'position'),
  },
  Project: {
    ...under({ key: 'ProjNo', kind: 'text', access: 'readOnly' }, 'projno', 'projectno', 'projectnumber'),
    ...under({ key: 'NAME', kind: 'text', access: 'mandatory' }, 'name', 'nm'),
    ...under({ key: 'TEXT', kind: 'text' }, 'text', 'description'),
    ...under({ key: 'ENDDATE', kind: 'date' }, 'enddate'),
    ...under({ key: 'URL', kind: 'text' }, 'url', 'website'),
    ...under({ key: 'TYPE', list: 'projecttype' }, 'type', 'projtype', 'projecttype'),
    ...under({ key: 'STATUS', list: 'projectstatus' }, 'status', 'projstatus', 'projectstatus'),
  },
};

/** The field that counts the actors of a type. */
export const numberKeys: Readonly<Record<ActorType, string>> = {
  Customer: 'CustNo',
  Supplier: 'SupNo',
  Partner: 'PartNo',
  Person: 'PersonNo',
  Project: 'ProjNo',
};

/** Whether a sheet says anything to us: one of an actor type, or a list with the columns ID and Text. */
export function isOurs(name: string, headers: readonly string[]): boolean {
  return actorTypeOf(name) !== undefined || isList(headers);
}

/** Makes sense of the sheets, and marks the rows that changed since `before`. */
export function readLayout(book: Book, before: RowMarks, now: number): { layout: Layout; marks: RowMarks } {
  const lists = new Map<string, ListSheet>();
  for (const sheet of book.sheets) {
    if (actorTypeOf(sheet.name) === undefined && isList(sheet.headers)) lists.set(folded(sheet.name), readList(sheet));
  }
  let marks = before;
  let weight = 0;
  const actors = new Map<ActorType, ActorSheet>();
  for (const type of actorTypes) {
    const sheet = book.sheets.find(({ name }) => actorTypeOf(name) === type);
    if (!sheet) continue;
    const index = indexed(sheet);
    marks = marked(marks, type, index.rows, now);
    actors.set(type, readActorSheet(type, sheet, lists, index, marks.seen.get(type) ?? new Map()));
    weight += sheet.rows.reduce((sum, row) => sum + 2 * row.packed.length + ROW_WEIGHT, 0);
  }
  if (actors.size === 0) throw new AppError('workbook.sheet_missing', { sheet: 'Customer' });
  return { layout: { date1904: book.date1904, actors, lists, lastMark: markOf(marks.last), weight }, marks };
}

export function folded(header: string): string {
  return header.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Text as it stands; a number as its digits. Keys are compared byte for byte. */
export function keyIn(cells: readonly Cell[], column: number): string | null {
  const decoded = decodeCell(cells[column] ?? BLANK, 'text', false);
  return decoded.kind === 'value' ? decoded.value : null;
}

export function actorTypeOf(text: string): ActorType | undefined {
  return actorTypes.find((type) => type.toLowerCase() === text.trim().toLowerCase());
}

interface Index {
  readonly rows: ReadonlyMap<string, Row>;
  readonly ambiguous: ReadonlySet<string>;
  readonly keyless: readonly number[];
}

function indexed(sheet: Sheet): Index {
  const column = sheet.headers.findIndex((header) => folded(header) === KEY);
  if (column < 0) throw new AppError('workbook.column_missing', { sheet: sheet.name, column: 'ID' });

  const rows = new Map<string, Row>();
  const ambiguous = new Set<string>();
  const keyless: number[] = [];
  for (const row of sheet.rows) {
    const key = keyIn(row.cells, column);
    if (key !== null && !ambiguous.has(key)) {
      if (rows.delete(key)) ambiguous.add(key);
      else rows.set(key, row);
    } else if (tagOf(row.cells[column] ?? BLANK) === 'e') {
      keyless.push(row.number);
    }
  }
  return { rows, ambiguous, keyless };
}

function readActorSheet(
  type: ActorType,
  sheet: Sheet,
  lists: ReadonlyMap<string, ListSheet>,
  { rows, ambiguous, keyless }: Index,
  marks: ReadonlyMap<string, RowMark>,
): ActorSheet {
  const names = sheet.headers.map(folded);
  const own = (name: string): OwnColumn | null => {
    const index = names.indexOf(name);
    return index < 0 ? null : { index, like: survey(sheet, index, name).like };
  };
  const [key, modified, parentType, parentKey] = [own(KEY), own(MODIFIED), own(PARENT_TYPE), own(PARENT_KEY)];
  const ours = new Set([key, modified, parentType, parentKey].map((column) => column?.index));

  const columns: Column[] = [];
  for (const [index, header] of sheet.headers.entries()) {
    const column = ours.has(index) || header === '' ? null : readColumn(type, sheet, index, columns.length, lists);
    // The first of two columns that are one field counts; the other is nobody's.
    if (column && !columns.some(({ field }) => field.key === column.field.key)) columns.push(column);
  }
  const numbered = columns.find(({ field }) => field.key === numberKeys[type]);
  const rowOf = new Map(
    [...rows].map(([erpKey, { number, packed, formulas }]) => [
      erpKey,
      { number, packed, formulas, mark: marks.get(erpKey)?.mark ?? '' },
    ]),
  );
  return {
    type,
    part: sheet.part,
    columns,
    key: key ?? { index: 0, like: BLANK },
    modified,
    parent: parentType && parentKey && { type: parentType, key: parentKey },
    rowOf,
    newestFirst: [...rowOf].sort(([, a], [, b]) => (a.mark < b.mark ? 1 : -1)).map(([erpKey]) => erpKey),
    ambiguous,
    keyless,
    lastRow: sheet.rows.at(-1)?.number ?? 1,
    nextKey: nextNumber([...rows.keys(), ...ambiguous, ...marks.keys()]),
    nextNumber: numbered ? nextNumber(sheet.rows.flatMap(({ cells }) => keyIn(cells, numbered.index) ?? [])) : null,
  };
}

/** `7` after `6`, `PROJ03` after `PROJ02`; `1` where there is nothing to go by. */
export function nextNumber(taken: readonly string[]): string {
  let last = { prefix: '', digits: '0' };
  for (const text of taken) {
    const [, prefix = '', digits = ''] = /^(\D*)(\d{1,15})$/.exec(text) ?? [];
    if (digits !== '' && Number(digits) >= Number(last.digits)) last = { prefix, digits };
  }
  return last.prefix + String(Number(last.digits) + 1).padStart(last.digits.length, '0');
}

function readColumn(
  type: ActorType,
  sheet: Sheet,
  index: number,
  rank: number,
  lists: ReadonlyMap<string, ListSheet>,
): Column {
  const header = sheet.headers[index] ?? '';
  const rule = ruleFor(type, header);
  const list = rule.kind === undefined ? lists.get(rule.list ?? folded(header)) : undefined;
  const { kind, like, calculated } = survey(sheet, index, folded(header));
  return {
    index,
    like: list ? (list.numeric ? 'n0' : 's') : like,
    field: {
      key: rule.key,
      name: header,
      description: '',
      kind: list ? 'list' : (rule.kind ?? (rule.list === undefined ? kind : 'text')),
      listName: list?.name ?? null,
      defaultValue: null,
      maxLength: rule.maxLength ?? 0,
      access: calculated ? 'readOnly' : (rule.access ?? 'normal'),
      rank: rank + 1,
    },
  };
}

/** What a column holds, from all of its cells: one that does not fit makes it text, for text loses nothing. */
function survey(sheet: Sheet, index: number, header: string): { kind: FieldKind; like: Cell; calculated: boolean } {
  const seen = new Set<string>();
  let like: Cell = BLANK;
  let calculated = 0;
  let filled = 0;
  for (const { cells, formulas } of sheet.rows) {
    const of = cells[index] ?? BLANK;
    const tag = tagOf(of);
    if (tag === null) continue;
    filled += 1;
    if (formulas.includes(index)) calculated += 1;
    if (tag === 'e') continue;
    if (like === BLANK) like = of;
    seen.add(
      tag === 'n' && textOf(of).includes('.') ? 'decimal' : tag === 'd' && textOf(of).includes('T') ? 'time' : tag,
    );
  }
  return {
    kind: kindOf(seen, sheet.decimals[index] ?? false, header),
    like,
    calculated: filled > 0 && filled === calculated,
  };
}

function kindOf(seen: ReadonlySet<string>, decimals: boolean, header: string): FieldKind {
  const only = (...tags: string[]) => seen.size > 0 && [...seen].every((tag) => tags.includes(tag));
  if (only('b') || (only('b', 'n') && header.includes('checkbox'))) return 'checkbox';
  if (only('d')) return 'date';
  if (only('d', 'time')) return 'datetime';
  if (only('n')) return decimals ? 'decimal' : 'integer';
  if (only('n', 'decimal')) return 'decimal';
  return 'text';
}

function isList(headers: readonly string[]): boolean {
  const names = headers.map(folded);
  return names.includes(KEY) && names.includes('text');
}

function readList(sheet: Sheet): ListSheet {
  const names = sheet.headers.map(folded);
  const [keyColumn, textColumn] = [names.indexOf(KEY), names.indexOf('text')];
  const items = new Map<string, string>();
  for (const row of sheet.rows) {
    const key = keyIn(row.cells, keyColumn);
    if (key !== null && !items.has(key)) items.set(key, keyIn(row.cells, textColumn) ?? key);
  }
  return {
    name: sheet.name,
    items: [...items].map(([key, text]) => ({ key, text })),
    numeric: sheet.rows.some(({ cells }) => tagOf(cells[keyColumn] ?? BLANK) === 'n'),
  };
}

function under(field: Known, ...headers: string[]): Record<string, Known> {
  return Object.fromEntries(headers.map((header) => [header, field]));
}

function ruleFor(type: ActorType, header: string): Known {
  const rules = known[type];
  return (Object.hasOwn(rules, folded(header)) ? rules[folded(header)] : undefined) ?? { key: header };
}
