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
import type { Book, Row, Sheet } from './spreadsheet.ts';

/** A column that is a field of the actor. */
export interface Column {
  readonly index: number;
  readonly field: ErpField;
  /** A cell that shows how values stand in this column; blank when none does. */
  readonly like: Cell;
}

/** The sheet of one actor type, understood. */
export interface ActorSheet {
  readonly type: ActorType;
  readonly sheet: Sheet;
  readonly columns: readonly Column[];
  readonly keyColumn: number;
  readonly modifiedColumn: number | null;
  readonly parentColumns: { readonly type: number; readonly key: number } | null;
  readonly rowOf: ReadonlyMap<string, Row>;
  /** Keys that stand in several rows: which one is meant, nobody can say. */
  readonly ambiguous: ReadonlySet<string>;
  /** Rows whose key is an Excel error. */
  readonly keyless: readonly number[];
}

export interface Layout {
  readonly date1904: boolean;
  readonly actors: ReadonlyMap<ActorType, ActorSheet>;
  /** By sheet name, folded. */
  readonly lists: ReadonlyMap<string, ListSheet>;
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

const company: Readonly<Record<string, Known>> = {
  ...address,
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

/** The number columns that a new actor gets the next number in. */
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

export function readLayout(book: Book): Layout {
  const lists = new Map<string, ListSheet>();
  for (const sheet of book.sheets) {
    if (actorTypeOf(sheet.name) === undefined && isList(sheet.headers)) lists.set(folded(sheet.name), readList(sheet));
  }
  const actors = new Map<ActorType, ActorSheet>();
  for (const type of actorTypes) {
    const sheet = book.sheets.find(({ name }) => actorTypeOf(name) === type);
    if (sheet) actors.set(type, readActorSheet(type, sheet, lists));
  }
  if (actors.size === 0) throw new AppError('workbook.sheet_missing', { sheet: 'Customer' });
  return { date1904: book.date1904, actors, lists };
}

export function folded(header: string): string {
  return header.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Text as it stands; a number as its digits. Keys are compared byte for byte. */
export function keyIn(row: Row, column: number): string | null {
  const decoded = decodeCell(row.cells[column] ?? BLANK, 'text', false);
  return decoded.kind === 'value' ? decoded.value : null;
}

export function actorTypeOf(text: string): ActorType | undefined {
  return actorTypes.find((type) => type.toLowerCase() === text.trim().toLowerCase());
}

function readActorSheet(type: ActorType, sheet: Sheet, lists: ReadonlyMap<string, ListSheet>): ActorSheet {
  const names = sheet.headers.map(folded);
  const keyColumn = names.indexOf(KEY);
  if (keyColumn < 0) throw new AppError('workbook.column_missing', { sheet: sheet.name, column: 'ID' });

  const modifiedColumn = names.indexOf(MODIFIED);
  const parentType = names.indexOf(PARENT_TYPE);
  const parentKey = names.indexOf(PARENT_KEY);
  const ours = new Set([keyColumn, modifiedColumn, parentType, parentKey]);

  const columns: Column[] = [];
  for (const [index, header] of sheet.headers.entries()) {
    const column = ours.has(index) || header === '' ? null : readColumn(type, sheet, index, columns.length, lists);
    // The first of two columns that are one field counts; the other is nobody's.
    if (column && !columns.some(({ field }) => field.key === column.field.key)) columns.push(column);
  }
  return {
    type,
    sheet,
    columns,
    keyColumn,
    modifiedColumn: modifiedColumn < 0 ? null : modifiedColumn,
    parentColumns: parentType < 0 || parentKey < 0 ? null : { type: parentType, key: parentKey },
    ...indexed(sheet, keyColumn),
  };
}

function indexed(sheet: Sheet, keyColumn: number): Pick<ActorSheet, 'rowOf' | 'ambiguous' | 'keyless'> {
  const rowOf = new Map<string, Row>();
  const ambiguous = new Set<string>();
  const keyless: number[] = [];
  for (const row of sheet.rows) {
    const key = keyIn(row, keyColumn);
    if (key !== null && !ambiguous.has(key)) {
      if (rowOf.delete(key)) ambiguous.add(key);
      else rowOf.set(key, row);
    } else if (tagOf(row.cells[keyColumn] ?? BLANK) === 'e') {
      keyless.push(row.number);
    }
  }
  return { rowOf, ambiguous, keyless };
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
    const key = keyIn(row, keyColumn);
    if (key !== null && !items.has(key)) items.set(key, keyIn(row, textColumn) ?? key);
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
