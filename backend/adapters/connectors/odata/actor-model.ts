import type { ActorRef, ActorType, FieldValue, FieldValues } from '../../../../shared/vocabulary.ts';
import type { ErpField } from '../../../domain/field.ts';
import { parsed, type Parsed } from '../../../domain/value.ts';
import { AppError } from '../../../errors.ts';
import type { Actor, WantedField } from '../../../ports/erp-connector.ts';
import { decode, encode, literal, needsText } from './edm.ts';
import { literalOf } from './filter.ts';
import { isObject, type Json } from '../json.ts';
import type { EntitySet, ListSource, Metadata, Property } from './metadata.ts';
import type { Row } from './odata-client.ts';
import type { ActorSource, Preset } from './preset.ts';
import { configFields, type Settings } from './settings.ts';

/** How the actors of one type stand in the service. */
export interface ActorModel {
  readonly type: ActorType;
  /** Below the address of the service. */
  readonly path: string;
  readonly filter: string | null;
  readonly set: EntitySet;
  /** The properties that make up the ERP key. */
  readonly keys: readonly Property[];
  /** When a record was changed; null where nothing tells. */
  readonly changed: Property | null;
  readonly search: readonly Property[];
  /** The property that names the company of a person. */
  readonly parent: { readonly property: Property; readonly type: ActorType } | null;
  readonly fields: readonly ErpField[];
  readonly propertyOf: ReadonlyMap<string, Property>;
  readonly preset: Preset;
}

/** Throws `config.value_unknown` for what the service does not have. */
export function actorModel(
  type: ActorType,
  source: ActorSource,
  { settings, metadata, base }: { readonly settings: Settings; readonly metadata: Metadata; readonly base: string },
): ActorModel {
  const { preset } = settings;
  const set = metadata.sets.get(source.set) ?? unknown(`${type}Set`, source.set);
  const named = (configKey: string, name: string) => set.properties.get(name) ?? unknown(configKey, name);
  const first = (names: readonly string[]) =>
    names.flatMap((name) => [...set.properties.values()].filter((each) => sameName(each.name, name)));

  const keys = source.key === null ? set.keys : [named(`${type}Key`, source.key)];
  if (keys.length === 0 || set.keys.length === 0) unknown(`${type}Key`, source.key ?? source.set);
  const [changed = null] =
    settings.changedField === null
      ? first(preset.changedFields).filter((each) => each.type === 'Edm.DateTimeOffset')
      : first([settings.changedField]);
  const wanted = settings.searchFields.length > 0 ? settings.searchFields : preset.searchFields;
  const search = first(wanted).filter((each) => /^Edm\.(?:String|Int)/.test(each.type));
  const parent =
    type === 'Person' && settings.parent
      ? { property: named('ParentField', settings.parent.property), type: settings.parent.type }
      : null;

  const fieldKeys = preset.fieldKeys[type] ?? {};
  const offered = [...set.properties.values()].map((property): readonly [string, Property] => {
    const list = settings.lists.get(property.name);
    if (list?.kind === 'set' && !metadata.sets.has(list.set)) unknown('Lists', list.set);
    return [fieldKeys[property.name] ?? property.name, list ? { ...property, kind: 'list', list } : property];
  });
  return {
    type,
    path: base + encodeURIComponent(set.name),
    filter: source.filter,
    set,
    keys,
    changed,
    search,
    parent,
    preset,
    propertyOf: new Map(offered),
    fields: offered.map(([key, property], rank) => ({
      key,
      name: property.label ?? inWords(property.name),
      description: property.description,
      kind: property.kind,
      listName: property.list?.name ?? null,
      defaultValue: null,
      maxLength: property.maxLength,
      access: accessIn(preset, property, changed, parent?.property ?? null),
      rank,
    })),
  };
}

/** The sets that these settings speak of. */
export function setsIn({ sources, lists }: Settings): readonly string[] {
  return [
    ...[...sources.values()].map(({ set }) => set),
    ...[...lists.values()].flatMap((list) => (list.kind === 'set' ? [list.set] : [])),
    ...['companies', 'contactsInformation'],
  ];
}

export function unknown(key: string, value: string, explanation: string | null = null): never {
  const name = configFields.find((each) => each.key === key)?.name ?? key;
  throw new AppError('config.value_unknown', { field: key, name, value, explanation });
}

/** The properties a record is read with, beside those asked for. */
export function needed({ set, keys, changed, parent }: ActorModel): readonly string[] {
  return [...set.keys, ...keys, ...(changed ? [changed] : []), ...(parent ? [parent.property] : [])].map(
    ({ name }) => name,
  );
}

/** Null for a record without a key, of which nothing can be said. */
export function readActor(model: ActorModel, row: Row, fields: readonly WantedField[]): Actor | null {
  const erpKey = keyIn(model, row);
  if (erpKey === null) return null;
  const values: Record<string, FieldValue> = {};
  const unreadable: Record<string, string> = {};
  for (const { key } of fields) {
    const property = model.propertyOf.get(key);
    const sent = property && row[property.name];
    if (property === undefined || sent === undefined) continue;
    const read = valueIn(model, property, sent);
    if (read.kind === 'value') values[key] = read.value;
    else unreadable[key] = typeof sent === 'string' ? sent : JSON.stringify(sent);
  }
  return {
    type: model.type,
    erpKey,
    lastModified: stampIn(model, row),
    values,
    unreadable,
    parent: parentIn(model, row),
  };
}

/** Byte for byte as it was sent; without one, the ETag, which is only ever compared. */
function stampIn({ changed }: ActorModel, row: Row): string {
  const stamp = changed ? row[changed.name] : row['@odata.etag'];
  return typeof stamp === 'string' || typeof stamp === 'number' ? String(stamp) : '';
}

function parentIn({ parent }: ActorModel, row: Row): ActorRef | null {
  const key = parent ? row[parent.property.name] : null;
  return parent && (typeof key === 'string' || typeof key === 'number') && key !== ''
    ? { type: parent.type, erpKey: String(key) }
    : null;
}

const NO_GUID = '00000000-0000-0000-0000-000000000000';

export function valueIn({ preset }: ActorModel, property: Property, sent: Json): Parsed {
  if (!preset.hasNull && property.type === 'Edm.Guid' && sent === NO_GUID) return parsed(null);
  return decode(property.kind, property.type, sent);
}

/** One property: its value. Several: `Company='A',No=1`, as the key stands in an address. */
export function keyIn({ keys }: Pick<ActorModel, 'keys'>, row: Row): string | null {
  const values = keys.map(({ name }) => row[name]);
  if (!values.every((value) => typeof value === 'string' || typeof value === 'number')) return null;
  if (values.length === 1) return values[0] === '' ? null : String(values[0]);
  const parts = keys.map((key, index) => `${key.name}=${literal(key.type, String(values[index]), key.enumName) ?? ''}`);
  return parts.join(',');
}

/** The condition for one key; null for a text that no key of these properties can be. */
export function keyCondition({ keys, preset }: ActorModel, erpKey: string): string | null {
  const [key] = keys;
  if (keys.length === 1 && key) {
    const value = literalOf(key, erpKey, preset);
    return value === null ? null : `${key.name} eq ${value}`;
  }
  const parts = [...erpKey.matchAll(/(\w+)=((?:[\w.]*'(?:[^']|'')*'|[^',])+)(?:,|$)/g)];
  const whole = parts.map(([part]) => part).join('') === erpKey && parts.length === keys.length;
  return whole && parts.every(([, name], index) => name === keys[index]?.name)
    ? `(${parts.map(([, name, value]) => `${name} eq ${value}`).join(' and ')})`
    : null;
}

/** Where one record is written to. */
export function pathOf({ path, set }: ActorModel, row: Row): string {
  const literals = set.keys.map(
    (key) => [key.name, literal(key.type, rowText(row, key.name), key.enumName) ?? ''] as const,
  );
  const [only] = literals;
  const key = literals.length === 1 && only ? only[1] : literals.map(([name, value]) => `${name}=${value}`).join(',');
  return `${path}(${encodeURIComponent(key)})`;
}

/** A body with these values, and whether it carries numbers as texts. */
export function bodyOf(
  model: ActorModel,
  values: FieldValues,
  more: Readonly<Record<string, string>> = {},
): { readonly body: string; readonly numbersAsText: boolean } {
  const known = Object.entries(values).flatMap(([key, value]) => {
    const property = model.propertyOf.get(key);
    return property ? [{ property, value }] : [];
  });
  const numbersAsText = known.some(({ property, value }) => needsText(property.type, value));
  const members = known.map(({ property, value }) => {
    const written = value === null ? blankOf(model.preset, property) : encode(property.type, value, numbersAsText);
    return `${JSON.stringify(property.name)}:${written}`;
  });
  const added = Object.entries(more).map(([name, json]) => `${JSON.stringify(name)}:${json}`);
  return { body: `{${[...members, ...added].join(',')}}`, numbersAsText };
}

function blankOf({ hasNull }: Preset, { type, nullable }: Property): string {
  if (type === 'Edm.Boolean') return 'false';
  if (hasNull) return nullable ? 'null' : type === 'Edm.String' ? '""' : 'null';
  switch (type) {
    case 'Edm.String':
      return '""';
    case 'Edm.Guid':
      return `"${NO_GUID}"`;
    case 'Edm.Date':
      return '"0001-01-01"';
    case 'Edm.DateTimeOffset':
      return '"0001-01-01T00:00:00Z"';
    case 'Enum':
      return '"_x0020_"';
    case 'Edm.TimeOfDay':
    case 'Edm.Duration':
      return 'null';
    default:
      return '0';
  }
}

/** What the filter of a set fixes with `eq`: a record created without it would not be among those the set is read for. */
export function constantsIn({ filter, set }: ActorModel): Readonly<Record<string, string>> {
  const constants: Record<string, string> = {};
  for (const part of (filter ?? '').split(/\s+and\s+/)) {
    const [, name = '', text, other] = /^\(?(\w+) eq (?:[\w.]*'((?:[^']|'')*)'|([\w.-]+))\)?$/.exec(part.trim()) ?? [];
    const property = set.properties.get(name);
    if (!property) continue;
    constants[name] =
      text === undefined ? encode(property.type, other ?? '', false) : JSON.stringify(text.replaceAll("''", "'"));
  }
  return constants;
}

/** The parent of a person, for the body of a new one. */
export function parentMember({ parent }: ActorModel, ref: ActorRef | null): Readonly<Record<string, string>> {
  return parent && ref ? { [parent.property.name]: encode(parent.property.type, ref.erpKey, false) } : {};
}

/** The property that people know an item by. */
export function textPropertyOf(set: EntitySet, key: Property, wanted: string | null): Property {
  const texts = [...set.properties.values()].filter(({ type }) => type === 'Edm.String');
  const names =
    wanted === null ? ['displayName', 'name', 'description', 'text', 'title', 'label', 'code', 'number'] : [wanted];
  const [found] = names.flatMap((name) => texts.filter((each) => sameName(each.name, name)));
  return found ?? texts.find((each) => each.name !== key.name) ?? key;
}

/** Every list that the fields have, by name. */
export function listsIn(models: Iterable<ActorModel>): ReadonlyMap<string, ListSource> {
  const lists = new Map<string, ListSource>();
  for (const { propertyOf } of models) {
    for (const { list } of propertyOf.values()) if (list) lists.set(list.name, list);
  }
  return lists;
}

function accessIn(preset: Preset, property: Property, changed: Property | null, parent: Property | null) {
  const fixed =
    preset.readOnly.includes(property.name) || property.name === changed?.name || property.name === parent?.name;
  if (fixed || property.access === 'readOnly') return 'readOnly';
  return preset.mandatory.includes(property.name) ? 'mandatory' : property.access;
}

function sameName(a: string, b: string): boolean {
  return a.replaceAll('_', '').toLowerCase() === b.replaceAll('_', '').toLowerCase();
}

/** `phoneNumber` -> `Phone number`; what is already written for people stays. */
function inWords(name: string): string {
  if (!/^[a-z][A-Za-z\d]*$/.test(name)) return name.replaceAll('_', ' ').trim() || name;
  const words = name.replaceAll(
    /([a-z\d])([A-Z])/g,
    (_, end: string, start: string) => `${end} ${start.toLowerCase()}`,
  );
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function rowText(row: Json | undefined, name: string): string {
  const value = isObject(row) ? row[name] : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
