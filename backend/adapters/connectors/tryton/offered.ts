import { isDeepStrictEqual } from 'node:util';
import type { FieldAccess, FieldKind, FieldValue, ListItem } from '../../../../shared/vocabulary.ts';
import type { ErpField } from '../../../domain/field.ts';
import type { Parsed } from '../../../domain/value.ts';
import { isObject, membersOf, type Json, type JsonObject } from '../json.ts';
import { AppError } from '../../../errors.ts';
import { decode, encode, isTrytonType, kindOf, type TrytonType } from './wire.ts';

/** A record as Tryton sent it; the rows of a table below it stand under `addresses.`, with a dot. */
export type Row = JsonObject;

/** A field of Tryton's, as its `fields_get` tells. */
export interface Description {
  readonly name: string;
  readonly type: TrytonType;
  readonly label: string;
  readonly help: string;
  readonly readonly: boolean;
  readonly required: boolean;
  readonly searchable: boolean;
  readonly maxLength: number;
  readonly list: TrytonList | null;
}

/** What a field chooses from: a table by its name, or the items of a selection. */
export interface TrytonList {
  readonly name: string;
  readonly items: readonly ListItem[] | null;
}

/** A field of an actor: how it is read, written and searched for. */
export interface Offered {
  readonly field: ErpField;
  /** The names it is read from. */
  readonly reads: readonly string[];
  read(row: Row): Parsed;
  write(value: FieldValue, draft: Draft): void;
  /** Where Tryton looks for its value; what is found may be more than what fits. */
  readonly searches: readonly string[];
}

/** The tables below a party that we write to. */
export const below = {
  addresses: 'party.address',
  contact_mechanisms: 'party.contact_mechanism',
  identifiers: 'party.identifier',
} as const;
export type Below = keyof typeof below;

/** What is about to be written onto a record; without one, what a new one will have. */
export interface Draft {
  readonly row: Row | null;
  /** By the record's own names. */
  readonly own: Record<string, Json>;
  readonly rows: RowDraft[];
}

interface RowDraft {
  readonly table: Below;
  /** What a new row has from the start, which tells new rows of one table apart. */
  readonly first: JsonObject;
  readonly row: Row | null;
  readonly values: Record<string, Json>;
}

export function createDraft(row: Row | null): Draft {
  return { row, own: {}, rows: [] };
}

/** The values to write onto that row of the draft; without a row, onto a new one that has these first. */
export function valuesOf(draft: Draft, table: Below, row: Row | null, first: JsonObject = {}) {
  const known = draft.rows.find(
    (each) =>
      each.table === table &&
      (row === null ? each.row === null && isDeepStrictEqual(each.first, first) : each.row?.['id'] === row['id']),
  );
  if (known) return known.values;
  const values: Record<string, Json> = {};
  draft.rows.push({ table, first, row, values });
  return values;
}

/** As Tryton takes them: its own names, and commands for the rows below. */
export function trytonValues({ own, rows }: Draft): JsonObject {
  const commands: Record<string, Json[]> = {};
  for (const { table, first, row, values } of rows) {
    const command = row === null ? ['create', [{ ...first, ...values }]] : ['write', [idOf(row)], values];
    (commands[table] ??= []).push(command);
  }
  return { ...own, ...commands };
}

/** What the records to be written were like when they were read: Tryton refuses to write onto another one. */
export function timestampsOf(model: string, { row, rows }: Draft): JsonObject {
  const touched = [[model, row] as const, ...rows.map((each) => [below[each.table], each.row] as const)];
  return Object.fromEntries(
    touched.flatMap(([table, each]) =>
      typeof each?.['_timestamp'] === 'string' ? [[`${table},${idOf(each)}`, each['_timestamp']]] : [],
    ),
  );
}

/** The rows of a table below, in Tryton's order. */
export function rowsIn(row: Row | null, table: string): readonly Row[] {
  return membersOf(row?.[`${table}.`]).filter(isObject);
}

export function idOf(row: Row): number {
  const { id } = row;
  if (typeof id !== 'number') throw new AppError('connector.answer_invalid', { problem: 'id' });
  return id;
}

/** Without a word, a row is in use: not every table can deactivate its own. */
export function isActive(row: Row): boolean {
  return row['active'] !== false && row['active'] !== 0;
}

export function textIn(row: Row | null | undefined, name: string): string | null {
  const value = row?.[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A field as Tryton has it, under a key of ours or its own name. */
export function ownField(description: Description, access: FieldAccess, changes: Partial<ErpField> = {}): Offered {
  const { name, type, searchable } = description;
  return {
    field: fieldFrom(description, { access, ...changes }),
    reads: [name],
    read: (row) => decode(type, row[name]),
    write: (value, { own }) => void (own[name] = encode(type, value)),
    searches: searchable ? [name] : [],
  };
}

export function fieldFrom(
  { name, type, label, help, maxLength, list }: Description,
  changes: Partial<ErpField> = {},
): ErpField {
  const kind: FieldKind = kindOf(type);
  return {
    key: name,
    name: label,
    description: help,
    kind,
    listName: list?.name ?? null,
    defaultValue: null,
    maxLength: kind === 'text' ? maxLength : 0,
    access: 'normal',
    rank: 0,
    ...changes,
  };
}

/** Only what has a place in a field. */
export function readDescriptions(model: string, answer: Json): ReadonlyMap<string, Description> {
  const described = Object.entries(isObject(answer) ? answer : {}).flatMap(([name, told]) => {
    const type = isObject(told) ? told['type'] : null;
    if (!isObject(told) || typeof type !== 'string' || !isTrytonType(type)) return [];
    const { string: label, help, size } = told;
    const list = listIn(model, name, told);
    if (kindOf(type) === 'list' && list === null) return [];
    const description: Description = {
      name,
      type,
      label: typeof label === 'string' ? label : name,
      help: typeof help === 'string' ? help : '',
      readonly: told['readonly'] === true,
      required: told['required'] === true,
      searchable: told['searchable'] !== false,
      maxLength: Number(size) > 0 ? Number(size) : 0,
      list,
    };
    return [[name, description] as const];
  });
  return new Map(described);
}

/** Null where only Tryton's own screens can tell what to choose from. */
function listIn(model: string, name: string, { relation, selection }: JsonObject): TrytonList | null {
  if (typeof relation === 'string') return { name: relation, items: null };
  if (!Array.isArray(selection)) return null;
  const items = membersOf(selection as Json).flatMap((pair): ListItem[] => {
    const [key, text] = membersOf(pair);
    return typeof key === 'string' && key !== '' ? [{ key, text: typeof text === 'string' ? text : key }] : [];
  });
  return { name: `${model}.${name}`, items };
}
