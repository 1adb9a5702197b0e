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
import {
  BLANK,
  cell,
  decodeCell,
  encodeValue,
  LONGEST_TEXT,
  tagOf,
  textOf,
  unpacked,
  type Cell,
  type NewCell,
} from './cell.ts';
import {
  actorTypeOf,
  folded,
  keyIn,
  numberKeys,
  type ActorRow,
  type ActorSheet,
  type Column,
  type Layout,
  type OwnColumn,
} from './layout.ts';
import { firstMarkSince } from './row-marks.ts';
import type { SheetEdit } from './sheet-patch.ts';
import { texts } from './texts.ts';
import type { WorkbookFiles } from './workbook-files.ts';

/** The one setting: which file it is. */
export const FILE_NAME = 'Filename';

type Cells = Map<number, NewCell>;
type WrittenRow = Pick<ActorRow, 'packed' | 'formulas'>;
type Fault = { readonly code: ErrorCode; readonly field?: string; readonly explanation?: string };

const NEW_ROW: WrittenRow = { packed: '', formulas: [] };

/** The connection to one workbook. Every call looks at the file as it is then. */
export function workbookConnector(files: WorkbookFiles, fileName: FieldValue, clock: Clock): ErpConnector {
  const read = async (options?: CallOptions): Promise<Layout> => {
    options?.signal?.throwIfAborted();
    const layout = await files.read(mandatory(fileName));
    options?.signal?.throwIfAborted();
    return layout;
  };
  const edit = async (plan: (layout: Layout) => readonly SheetEdit[], options?: CallOptions): Promise<Layout> => {
    options?.signal?.throwIfAborted();
    return files.edit(mandatory(fileName), (layout) => {
      options?.signal?.throwIfAborted();
      return plan(layout);
    });
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
      return [...(await read(options)).actors.keys()];
    },
    async fields(type, options) {
      return sheetOf(await read(options), type).columns.map(({ field }) => field);
    },
    async searchableFields(type, options) {
      return sheetOf(await read(options), type).columns.map(({ field }) => field.key);
    },

    async getActors(type, keys, fields, options) {
      const layout = await read(options);
      const { rowOf } = sheetOf(layout, type);
      const known = [...new Set(keys)].filter((key) => rowOf.has(key));
      return page(layout, type, known, fields, keys);
    },
    async searchActors(type, text, fields, options) {
      const layout = await read(options);
      const sheet = sheetOf(layout, type);
      const found = keysWhere(sheet, options?.parent, (cells) => containsText(wordsIn(sheet, cells), text));
      return page(layout, type, found, fields);
    },
    async searchAdvanced(type, restrictions, fields, options) {
      const layout = await read(options);
      const sheet = sheetOf(layout, type);
      const asked = restrictions.map(({ field }) => field);
      const found = keysWhere(sheet, options?.parent, (cells) =>
        satisfies(valuesOf(layout, sheet, cells, asked).values, restrictions),
      );
      return page(layout, type, found, fields);
    },
    async changedActors(type, since, fields, options) {
      const layout = await read(options);
      const { newestFirst, rowOf } = sheetOf(layout, type);
      const first = firstMarkSince(since, layout.lastMark);
      const older = newestFirst.findIndex((key) => (rowOf.get(key)?.mark ?? '') < first);
      const changed = older < 0 ? newestFirst : newestFirst.slice(0, older);
      return page(layout, type, changed.toReversed(), fields);
    },

    async createActor({ type, values, parent }, fields, options) {
      let key = '';
      const layout = await edit((before) => {
        const sheet = sheetOf(before, type);
        const cells = newRow(before, sheet, values, parent, clock);
        if ('code' in cells) throw faultError(cells);
        key = sheet.nextKey;
        return [{ part: sheet.part, rows: new Map([[sheet.lastRow + 1, cells]]) }];
      }, options);
      return actorOf(layout, sheetOf(layout, type), key, fields);
    },

    async saveActors(changes, fields, options) {
      let faults: readonly (Fault | null)[] = [];
      const layout = await edit((before) => {
        const plan = planChanges(before, changes, clock);
        faults = plan.faults;
        return plan.edits;
      }, options);
      return changes.map(({ type, erpKey }, index): SaveOutcome => {
        const fault = faults[index];
        if (fault) return { kind: 'refused', code: fault.code, explanation: fault.explanation ?? null };
        return { kind: 'saved', actor: actorOf(layout, sheetOf(layout, type), erpKey, fields) };
      });
    },

    async getList(listName, options) {
      return itemsOf(await read(options), listName);
    },
    async getListItems(listName, keys, options) {
      return itemsOf(await read(options), listName).filter(({ key }) => keys.includes(key));
    },
  };
}

function mandatory(fileName: FieldValue): string {
  if (fileName === null || isBlank(fileName)) throw new AppError('config.field_missing', { field: FILE_NAME });
  return fileName;
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
  layout: Layout,
  type: ActorType,
  found: readonly string[],
  fields: readonly WantedField[],
  asked?: readonly string[],
): ActorPage {
  const sheet = sheetOf(layout, type);
  const twice = asked ? asked.filter((key) => sheet.ambiguous.has(key)) : [...sheet.ambiguous];
  const perhapsKeyless = asked === undefined || asked.some((key) => !sheet.rowOf.has(key));
  const warnings = [
    twice.length > 0 ? texts.keyTwice(twice.slice(0, 10).join(', ')) : null,
    perhapsKeyless && sheet.keyless.length > 0 ? texts.keyUnreadable(sheet.keyless.slice(0, 10).join(', ')) : null,
  ].filter((warning) => warning !== null);
  return {
    actors: found.map((key) => actorOf(layout, sheet, key, fields)),
    warning: warnings.length > 0 ? warnings.join('\n') : null,
  };
}

function actorOf(layout: Layout, sheet: ActorSheet, erpKey: string, fields: readonly WantedField[]): Actor {
  const row = sheet.rowOf.get(erpKey);
  if (!row) throw new AppError('actor.not_found', { type: sheet.type, erpKey });
  const cells = unpacked(row.packed);
  return {
    type: sheet.type,
    erpKey,
    lastModified: row.mark,
    ...valuesOf(layout, sheet, cells, fields),
    parent: parentOf(sheet, cells),
  };
}

function valuesOf({ date1904 }: Layout, sheet: ActorSheet, cells: readonly Cell[], fields: readonly WantedField[]) {
  const values: Record<string, FieldValue> = {};
  const unreadable: Record<string, string> = {};
  for (const { key, kind } of fields) {
    const column = columnOf(sheet, key);
    if (!column) continue;
    const of = cells[column.index] ?? BLANK;
    const decoded = decodeCell(of, kind, date1904);
    if (decoded.kind === 'value') values[key] = decoded.value;
    else unreadable[key] = textOf(of);
  }
  return { values, unreadable };
}

function columnOf({ columns }: ActorSheet, key: string): Column | undefined {
  return columns.find(({ field }) => field.key === key);
}

function wordsIn({ columns }: ActorSheet, cells: readonly Cell[]): string[] {
  return columns.map(({ index }) => textOf(cells[index] ?? BLANK));
}

function keysWhere(
  sheet: ActorSheet,
  parent: ActorRef | undefined,
  fits: (cells: readonly Cell[]) => boolean,
): string[] {
  const isChild = (cells: readonly Cell[]): boolean => {
    const own = parentOf(sheet, cells);
    return own?.type === parent?.type && own?.erpKey === parent?.erpKey;
  };
  return [...sheet.rowOf].flatMap(([key, { packed }]) => {
    const cells = unpacked(packed);
    return (!parent || isChild(cells)) && fits(cells) ? [key] : [];
  });
}

function parentOf({ parent }: ActorSheet, cells: readonly Cell[]): ActorRef | null {
  if (!parent) return null;
  const type = actorTypeOf(keyIn(cells, parent.type.index) ?? '');
  const erpKey = keyIn(cells, parent.key.index);
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
      rows.set(row.number, new Map([...(rows.get(row.number) ?? stamped(layout, sheet, row, clock)), ...cells]));
      edited.set(sheet, rows);
    }
    return null;
  });
  const edits: SheetEdit[] = [...edited].map(([{ part }, rows]) => ({ part, rows }));
  return { faults, edits };
}

/** The cells that come to differ. What stands there already is left alone, formula or not. */
function changedCells(layout: Layout, sheet: ActorSheet, row: WrittenRow, values: FieldValues): Cells | Fault {
  const before = unpacked(row.packed);
  const cells: Cells = new Map();
  for (const [key, value] of Object.entries(values)) {
    const column = columnOf(sheet, key);
    if (!column) return { code: 'workbook.column_missing', field: key };
    const stood = before[column.index] ?? BLANK;
    const stands = decodeCell(stood, column.field.kind, layout.date1904);
    if (stands.kind === 'value' && stands.value === value) continue;
    if (row.formulas.includes(column.index)) {
      return { code: 'connector.rejected', field: key, explanation: texts.formula };
    }
    const written = newCell(layout, column, value, stood);
    if ('code' in written) return written;
    cells.set(column.index, written);
  }
  return cells;
}

function newCell(layout: Layout, { field, like }: Column, value: FieldValue, stood: Cell): NewCell | Fault {
  const { key, kind, access, maxLength, listName } = field;
  if (access === 'readOnly') return { code: 'mapping.direction_refused', field: key };
  if (isBlank(value) && access === 'mandatory') return { code: 'value.mandatory', field: key };
  if (value !== null && lengthOf(value) > (maxLength || LONGEST_TEXT)) return { code: 'value.too_long', field: key };
  if (value !== null && listName !== null && !itemsOf(layout, listName).some((item) => item.key === value)) {
    return { code: 'value.invalid', field: key };
  }
  const model = tagOf(stood) === null || tagOf(stood) === 'e' || kind === 'list' ? like : stood;
  return encodeValue(value, kind, model, layout.date1904) ?? { code: 'value.invalid', field: key };
}

function newRow(
  layout: Layout,
  sheet: ActorSheet,
  values: FieldValues,
  parent: ActorRef | null,
  clock: Clock,
): Cells | Fault {
  const lacking = sheet.columns.find(({ field }) => field.access === 'mandatory' && isBlank(values[field.key] ?? null));
  if (lacking) return { code: 'value.mandatory', field: lacking.field.key };
  if (parent && !sheet.parent) return { code: 'workbook.column_missing', field: 'ParentID' };
  if (parent && !sheetOf(layout, parent.type).rowOf.has(parent.erpKey)) return { code: 'actor.not_found' };

  const written = changedCells(layout, sheet, NEW_ROW, values);
  if ('code' in written) return written;
  const cells: Cells = new Map([...stamped(layout, sheet, NEW_ROW, clock), ...written]);
  cells.set(sheet.key.index, keyCell(sheet.nextKey, sheet.key));
  const numbered = columnOf(sheet, numberKeys[sheet.type]);
  if (numbered && sheet.nextNumber !== null) cells.set(numbered.index, keyCell(sheet.nextNumber, numbered));
  if (parent && sheet.parent) {
    cells.set(sheet.parent.type.index, { kind: 'text', text: parent.type });
    cells.set(sheet.parent.key.index, keyCell(parent.erpKey, sheet.parent.key));
  }
  return cells;
}

/** A key stands as a number where the keys above it do. */
function keyCell(text: string, { like }: OwnColumn): NewCell {
  return encodeValue(text, 'text', like === BLANK ? cell('n', '1') : like, false) ?? { kind: 'text', text };
}

/** For people and macros that look at the column; what has changed we tell by the row itself. */
function stamped({ date1904 }: Layout, { modified }: ActorSheet, row: WrittenRow, clock: Clock): Cells {
  if (modified === null || row.formulas.includes(modified.index)) return new Map();
  const now = clock.now().toISOString().slice(0, 19);
  const stamp = encodeValue(now, 'datetime', modified.like, date1904);
  return new Map(stamp ? [[modified.index, stamp]] : []);
}

function faultError({ code, field, explanation }: Fault): AppError {
  return new AppError(code, {
    ...(field !== undefined && { field }),
    ...(explanation !== undefined && { explanation }),
  });
}
