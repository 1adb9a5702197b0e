import type { ErrorCode } from '../../../../shared/errors.ts';
import type { ActorRef, ActorType, FieldValue, FieldValues, ListItem } from '../../../../shared/vocabulary.ts';
import { isBlank, lengthOf } from '../../../domain/value.ts';
import { AppError } from '../../../errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type {
  Actor,
  ActorChange,
  ActorPage,
  CallOptions,
  ErpConnector,
  SaveOutcome,
  WantedField,
} from '../../../ports/erp-connector.ts';
import { containsText, satisfies } from '../local-search.ts';
import { BLANK, decodeCell, encodeValue, LONGEST_TEXT, tagOf, textOf, type NewCell } from './cell.ts';
import { actorTypeOf, folded, keyIn, numberKeys, type ActorSheet, type Column, type Layout } from './layout.ts';
import { changedSince } from './row-marks.ts';
import type { SheetEdit } from './sheet-patch.ts';
import type { Row } from './spreadsheet.ts';
import { texts } from './texts.ts';
import type { Workbook, WorkbookFiles } from './workbook-files.ts';

type Cells = Map<number, NewCell>;
type Fault = { readonly code: ErrorCode; readonly field?: string; readonly explanation?: string };

/** The connection to one workbook. Every call looks at the file as it is then. */
export function workbookConnector(files: WorkbookFiles, fileName: FieldValue, clock: Clock): ErpConnector {
  const read = async (options?: CallOptions): Promise<Workbook> => {
    options?.signal?.throwIfAborted();
    const workbook = await files.read(mandatory(fileName));
    options?.signal?.throwIfAborted();
    return workbook;
  };
  const test = async (options?: CallOptions) => {
    await read(options);
  };

  return {
    testConfig: test,
    saveConnection: async () => undefined,
    testConnection: test,
    deleteConnection: async () => undefined,

    async actorTypes(options) {
      return [...(await read(options)).layout.actors.keys()];
    },
    async fields(type, options) {
      return sheetOf((await read(options)).layout, type).columns.map(({ field }) => field);
    },
    async searchableFields(type, options) {
      return sheetOf((await read(options)).layout, type).columns.map(({ field }) => field.key);
    },

    async getActors(type, keys, fields, options) {
      const workbook = await read(options);
      const sheet = sheetOf(workbook.layout, type);
      const rows = [...new Set(keys)].flatMap((key) => sheet.rowOf.get(key) ?? []);
      return page(workbook, sheet, rows, fields, keys);
    },
    async searchActors(type, text, fields, options) {
      const workbook = await read(options);
      const sheet = sheetOf(workbook.layout, type);
      const rows = rowsUnder(sheet, options?.parent).filter((row) => containsText(wordsIn(sheet, row), text));
      return page(workbook, sheet, rows, fields);
    },
    async searchAdvanced(type, restrictions, fields, options) {
      const workbook = await read(options);
      const sheet = sheetOf(workbook.layout, type);
      const asked = restrictions.map(({ field }) => field);
      const rows = rowsUnder(sheet, options?.parent).filter((row) =>
        satisfies(valuesOf(workbook.layout, sheet, row, asked).values, restrictions),
      );
      return page(workbook, sheet, rows, fields);
    },
    async changedActors(type, since, fields, options) {
      const workbook = await read(options);
      const sheet = sheetOf(workbook.layout, type);
      const rows = [...sheet.rowOf].flatMap(([key, row]) =>
        changedSince(workbook.marks, markOf(workbook, type, key), since) ? [row] : [],
      );
      return page(workbook, sheet, rows, fields);
    },

    async createActor({ type, values, parent }, fields, options) {
      options?.signal?.throwIfAborted();
      let key = '';
      const workbook = await files.edit(mandatory(fileName), (before) => {
        options?.signal?.throwIfAborted();
        const sheet = sheetOf(before.layout, type);
        const created = newRow(before, sheet, values, parent, clock);
        if ('code' in created) throw faultError(created);
        key = created.key;
        return [{ part: sheet.sheet.part, rows: new Map([[created.number, created.cells]]) }];
      });
      return actorOf(workbook, sheetOf(workbook.layout, type), key, fields);
    },

    async saveActors(changes, fields, options) {
      options?.signal?.throwIfAborted();
      let faults: readonly (Fault | null)[] = [];
      const workbook = await files.edit(mandatory(fileName), ({ layout }) => {
        options?.signal?.throwIfAborted();
        const plan = planChanges(layout, changes, clock);
        faults = plan.faults;
        return plan.edits;
      });
      return changes.map(({ type, erpKey }, index): SaveOutcome => {
        const fault = faults[index];
        if (fault) return { kind: 'refused', code: fault.code, explanation: fault.explanation ?? null };
        return { kind: 'saved', actor: actorOf(workbook, sheetOf(workbook.layout, type), erpKey, fields) };
      });
    },

    async getList(listName, options) {
      return itemsOf((await read(options)).layout, listName);
    },
    async getListItems(listName, keys, options) {
      return itemsOf((await read(options)).layout, listName).filter(({ key }) => keys.includes(key));
    },
  };
}

function mandatory(fileName: FieldValue): string {
  if (isBlank(fileName)) throw new AppError('config.field_missing', { field: 'Filename', name: texts.fileName });
  return fileName ?? '';
}

function sheetOf({ actors }: Layout, type: ActorType): ActorSheet {
  const sheet = actors.get(type);
  if (!sheet) throw new AppError('workbook.sheet_missing', { sheet: type });
  return sheet;
}

function itemsOf({ lists }: Layout, listName: string): readonly ListItem[] {
  const list = lists.get(folded(listName));
  if (!list) throw new AppError('workbook.sheet_missing', { sheet: listName });
  return list.items;
}

/** With a warning where a row cannot be told from another: then its actor is not gone, we only cannot say what it is. */
function page(
  workbook: Workbook,
  sheet: ActorSheet,
  rows: readonly Row[],
  fields: readonly WantedField[],
  keys?: readonly string[],
): ActorPage {
  const twice = keys ? keys.filter((key) => sheet.ambiguous.has(key)) : [...sheet.ambiguous];
  const asked = keys === undefined || keys.some((key) => !sheet.rowOf.has(key));
  const warnings = [
    twice.length > 0 ? texts.keyTwice(twice.slice(0, 10).join(', ')) : null,
    asked && sheet.keyless.length > 0 ? texts.keyUnreadable(sheet.keyless.slice(0, 10).join(', ')) : null,
  ].filter((warning) => warning !== null);
  return {
    actors: rows.map((row) => actorOf(workbook, sheet, keyIn(row, sheet.keyColumn) ?? '', fields)),
    warning: warnings.length > 0 ? warnings.join('\n') : null,
  };
}

function actorOf(workbook: Workbook, sheet: ActorSheet, erpKey: string, fields: readonly WantedField[]): Actor {
  const row = sheet.rowOf.get(erpKey);
  if (!row) throw new AppError('actor.not_found', { type: sheet.type, erpKey });
  return {
    type: sheet.type,
    erpKey,
    lastModified: markOf(workbook, sheet.type, erpKey),
    ...valuesOf(workbook.layout, sheet, row, fields),
    parent: parentOf(sheet, row),
  };
}

function markOf({ marks }: Workbook, type: ActorType, key: string): string {
  return marks.seen.get(type)?.get(key)?.mark ?? '';
}

function valuesOf({ date1904 }: Layout, sheet: ActorSheet, row: Row, fields: readonly WantedField[]) {
  const values: Record<string, FieldValue> = {};
  const unreadable: Record<string, string> = {};
  for (const { key, kind } of fields) {
    const column = sheet.columns.find(({ field }) => field.key === key);
    if (!column) continue;
    const of = row.cells[column.index] ?? BLANK;
    const decoded = decodeCell(of, kind, date1904);
    if (decoded.kind === 'value') values[key] = decoded.value;
    else unreadable[key] = textOf(of);
  }
  return { values, unreadable };
}

function wordsIn({ columns }: ActorSheet, row: Row): FieldValue[] {
  return columns.map(({ index }) => textOf(row.cells[index] ?? BLANK));
}

function rowsUnder(sheet: ActorSheet, parent: ActorRef | undefined): Row[] {
  const rows = [...sheet.rowOf.values()];
  if (!parent) return rows;
  return rows.filter((row) => {
    const own = parentOf(sheet, row);
    return own?.type === parent.type && own.erpKey === parent.erpKey;
  });
}

function parentOf({ parentColumns }: ActorSheet, row: Row): ActorRef | null {
  if (!parentColumns) return null;
  const type = actorTypeOf(keyIn(row, parentColumns.type) ?? '');
  const erpKey = keyIn(row, parentColumns.key);
  return type === undefined || erpKey === null ? null : { type, erpKey };
}

/** What to write for a batch: an actor that cannot be changed as asked is not changed at all, and the others are. */
function planChanges(layout: Layout, changes: readonly ActorChange[], clock: Clock) {
  const edited = new Map<ActorSheet, Map<number, Cells>>();
  const faults = changes.map(({ type, erpKey, values }): Fault | null => {
    const sheet = sheetOf(layout, type);
    const row = sheet.rowOf.get(erpKey);
    if (!row) {
      const known = sheet.ambiguous.has(erpKey);
      return known ? { code: 'connector.rejected', explanation: texts.keyTwice(erpKey) } : { code: 'actor.not_found' };
    }
    const cells = changedCells(layout, sheet, row, values);
    if ('code' in cells) return cells;
    if (cells.size > 0) {
      const rows = edited.get(sheet) ?? new Map<number, Cells>();
      rows.set(row.number, new Map([...(rows.get(row.number) ?? stamp(layout, sheet, row, clock)), ...cells]));
      edited.set(sheet, rows);
    }
    return null;
  });
  const edits: SheetEdit[] = [...edited].map(([{ sheet }, rows]) => ({ part: sheet.part, rows }));
  return { faults, edits };
}

/** The cells that come to differ. What stands there already is left alone, formula or not. */
function changedCells(layout: Layout, sheet: ActorSheet, row: Row, values: FieldValues): Cells | Fault {
  const cells: Cells = new Map();
  for (const [key, value] of Object.entries(values)) {
    const column = sheet.columns.find(({ field }) => field.key === key);
    if (!column) return { code: 'workbook.column_missing', field: key };
    const before = row.cells[column.index] ?? BLANK;
    const stands = decodeCell(before, column.field.kind, layout.date1904);
    if (stands.kind === 'value' && stands.value === value) continue;
    if (row.formulas.includes(column.index)) {
      return { code: 'connector.rejected', field: key, explanation: texts.formula };
    }
    const cell = newCell(layout, column, value, before);
    if ('code' in cell) return cell;
    cells.set(column.index, cell);
  }
  return cells;
}

function newCell(layout: Layout, { field, like }: Column, value: FieldValue, before: string): NewCell | Fault {
  const { key, kind, access, maxLength, listName } = field;
  if (access === 'readOnly') return { code: 'mapping.direction_refused', field: key };
  if (isBlank(value) && access === 'mandatory') return { code: 'value.mandatory', field: key };
  if (value !== null && lengthOf(value) > (maxLength || LONGEST_TEXT)) return { code: 'value.too_long', field: key };
  if (value !== null && listName !== null && !itemsOf(layout, listName).some((item) => item.key === value)) {
    return { code: 'value.invalid', field: key };
  }
  const own = tagOf(before) === null || tagOf(before) === 'e' || kind === 'list' ? like : before;
  return encodeValue(value, kind, own, layout.date1904) ?? { code: 'value.invalid', field: key };
}

function newRow(
  { layout, marks }: Workbook,
  sheet: ActorSheet,
  values: FieldValues,
  parent: ActorRef | null,
  clock: Clock,
): { key: string; number: number; cells: Cells } | Fault {
  const lacking = sheet.columns.find(({ field }) => field.access === 'mandatory' && isBlank(values[field.key] ?? null));
  if (lacking) return { code: 'value.mandatory', field: lacking.field.key };
  if (parent && !sheetOf(layout, parent.type).rowOf.has(parent.erpKey)) return { code: 'actor.not_found' };
  if (parent && !sheet.parentColumns) return { code: 'workbook.column_missing', field: 'ParentID' };

  const number = (sheet.sheet.rows.at(-1)?.number ?? 1) + 1;
  const empty: Row = { number, cells: [], formulas: [], digest: '' };
  const written = changedCells(layout, sheet, empty, values);
  if ('code' in written) return written;

  // Never the key of an actor that was deleted: whoever was connected to that one would get this one's values.
  const key = nextNumber([...sheet.rowOf.keys(), ...sheet.ambiguous, ...(marks.seen.get(sheet.type)?.keys() ?? [])]);
  const cells: Cells = new Map([...stamp(layout, sheet, empty, clock), ...written]);
  cells.set(sheet.keyColumn, plain(key, sheet, sheet.keyColumn));
  const numbered = sheet.columns.find(({ field }) => field.key === numberKeys[sheet.type]);
  if (numbered) {
    const taken = sheet.sheet.rows.flatMap((row) => keyIn(row, numbered.index) ?? []);
    cells.set(numbered.index, plain(nextNumber(taken), sheet, numbered.index));
  }
  if (parent && sheet.parentColumns) {
    cells.set(sheet.parentColumns.type, { kind: 'text', text: parent.type });
    cells.set(sheet.parentColumns.key, plain(parent.erpKey, sheet, sheet.parentColumns.key));
  }
  return { key, number, cells };
}

/** `7` after `6`, `PROJ03` after `PROJ02`; `1` where there is nothing to go by. */
export function nextNumber(taken: readonly string[]): string {
  let last: { prefix: string; digits: string } = { prefix: '', digits: '0' };
  for (const text of taken) {
    const [, prefix = '', digits = ''] = /^(.*?)(\d{1,15})$/s.exec(text) ?? [];
    if (digits !== '' && Number(digits) >= Number(last.digits)) last = { prefix, digits };
  }
  return last.prefix + String(Number(last.digits) + 1).padStart(last.digits.length, '0');
}

/** A key stands as a number where the keys above it do. */
function plain(text: string, sheet: ActorSheet, column: number): NewCell {
  const like = sheet.sheet.rows.map(({ cells }) => cells[column] ?? BLANK).find((of) => of !== BLANK) ?? 'n0';
  return encodeValue(text, 'text', like, false) ?? { kind: 'text', text };
}

/** For people and macros that look at the column; what has changed we tell by the row itself. */
function stamp({ date1904 }: Layout, { sheet, modifiedColumn }: ActorSheet, row: Row, clock: Clock): Cells {
  if (modifiedColumn === null || row.formulas.includes(modifiedColumn)) return new Map();
  const now = clock.now().toISOString().slice(0, 19);
  const like = sheet.rows.map(({ cells }) => cells[modifiedColumn] ?? BLANK).find((of) => of !== BLANK) ?? BLANK;
  const cell = encodeValue(now, 'datetime', like, date1904);
  return new Map(cell ? [[modifiedColumn, cell]] : []);
}

function faultError({ code, field, explanation }: Fault): AppError {
  return new AppError(code, {
    ...(field !== undefined && { field }),
    ...(explanation !== undefined && { explanation }),
  });
}
