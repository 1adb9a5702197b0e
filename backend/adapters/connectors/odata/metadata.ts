import type { FieldAccess, FieldKind, ListItem } from '../../../../shared/vocabulary.ts';
import { AppError } from '../../../errors.ts';
import { child, parseXml, type XmlElement } from '../xml.ts';
import { isEdmType, kindOf, type EdmType } from './edm.ts';
import { texts } from './texts.ts';

/** What a service says of itself in `$metadata`, as far as actors and lists need it. */
export interface Metadata {
  /** All it has, by name. */
  readonly setNames: readonly string[];
  /** Those asked for, and those that hold the items of their lists. */
  readonly sets: ReadonlyMap<string, EntitySet>;
  /** Lists whose items stand in the description itself, by name. */
  readonly fixedLists: ReadonlyMap<string, readonly ListItem[]>;
}

export interface EntitySet {
  readonly name: string;
  readonly keys: readonly Property[];
  readonly properties: ReadonlyMap<string, Property>;
}

export interface Property {
  readonly name: string;
  readonly type: EdmType;
  /** The enumeration's name, for type `Enum`. */
  readonly enumName: string;
  readonly kind: FieldKind;
  readonly nullable: boolean;
  readonly maxLength: number;
  readonly access: FieldAccess;
  readonly label: string | null;
  readonly description: string;
  readonly list: ListSource | null;
}

/** Where the items of a list stand. */
export type ListSource =
  | { readonly kind: 'fixed'; readonly name: string }
  | {
      readonly kind: 'set';
      readonly name: string;
      readonly set: string;
      /** The property that holds the key; null for the key of the set. */
      readonly key: string | null;
      /** The property that holds the text; null for the one that looks most like a name. */
      readonly text: string | null;
    };

/** A chain of base types longer than this leads in circles. */
const MAX_BASES = 32;
/** Sets may share types, so that a small description unfolds to a huge one. */
const MAX_PROPERTIES = 50_000;

/** Reads what `$metadata` says of these sets. Throws `connector.answer_invalid` for what describes no OData v4 service. */
export function readMetadata(xml: string, wanted: Iterable<string>): Metadata {
  const root = parseXml(xml);
  const services = child(root, 'DataServices');
  if (root.name !== 'Edmx' || !services) throw invalid('metadata');
  if (!/^4\b/.test(root.attributes['Version'] ?? '')) {
    throw new AppError('connector.answer_invalid', { problem: 'version', explanation: texts.oldVersion });
  }
  const reader = new Reader(services.children.filter(({ name }) => name === 'Schema'));
  const sets = new Map<string, EntitySet>();
  for (const name of wanted) reader.read(name, sets);
  for (const { properties } of [...sets.values()]) {
    for (const { list } of properties.values()) if (list?.kind === 'set') reader.read(list.set, sets);
  }
  return { setNames: reader.setNames, sets, fixedLists: reader.fixedLists };
}

/** The text of what a service calls by a term of OData's vocabularies, whatever their alias: by its last part. */
type Annotations = ReadonlyMap<string, XmlElement>;

class Reader {
  readonly fixedLists = new Map<string, readonly ListItem[]>();
  readonly #aliases = new Map<string, string>();
  readonly #types = new Map<string, XmlElement>();
  readonly #annotated = new Map<string, XmlElement[]>();
  readonly #sets = new Map<string, { readonly path: string; readonly element: XmlElement }>();
  readonly #setsOf = new Map<string, string[]>();
  #properties = 0;

  constructor(schemas: readonly XmlElement[]) {
    for (const { attributes } of schemas) {
      this.#aliases.set(attributes['Alias'] ?? '', attributes['Namespace'] ?? '');
    }
    for (const schema of schemas) {
      for (const element of schema.children) this.#index(`${schema.attributes['Namespace'] ?? ''}.`, element);
    }
  }

  get setNames(): readonly string[] {
    return [...this.#sets.keys()];
  }

  /** Adds the set, if there is one of that name. */
  read(name: string, sets: Map<string, EntitySet>): void {
    const set = this.#sets.get(name);
    if (!set || sets.has(name)) return;
    const chain = this.#chainOf(this.#qualified(set.element.attributes['EntityType'] ?? ''));
    if (chain.length > 0) sets.set(name, this.#set(name, set.path, set.element, chain));
  }

  #index(namespace: string, element: XmlElement): void {
    const name = namespace + (element.attributes['Name'] ?? '');
    switch (element.name) {
      case 'EntityType':
      case 'EnumType':
      case 'TypeDefinition':
        this.#types.set(name, element);
        return;
      case 'Annotations':
        append(this.#annotated, this.#qualified(element.attributes['Target'] ?? ''), element.children);
        return;
      case 'EntityContainer':
        for (const set of element.children.filter((inner) => inner.name === 'EntitySet')) {
          const setName = set.attributes['Name'] ?? '';
          this.#sets.set(setName, { path: `${name}/${setName}`, element: set });
          append(this.#setsOf, this.#qualified(set.attributes['EntityType'] ?? ''), [setName]);
        }
    }
  }

  #set(name: string, path: string, set: XmlElement, chain: readonly (readonly [string, XmlElement])[]): EntitySet {
    const properties = new Map<string, Property>();
    const keyNames = chain.flatMap(([, type]) =>
      (child(type, 'Key')?.children ?? []).map(({ attributes }) => attributes['Name'] ?? ''),
    );
    const ofSet = this.#annotations(set, path);
    const closed = flag(ofSet.get('UpdateRestrictions'), 'Updatable') === false;
    const notUpdatable = pathsIn(ofSet.get('UpdateRestrictions'), 'NonUpdatableProperties');
    const references = this.#references(set, chain);
    for (const [typeName, type] of chain) {
      for (const element of type.children.filter((inner) => inner.name === 'Property')) {
        if (++this.#properties > MAX_PROPERTIES) throw invalid('size');
        const property = this.#property(typeName, element, references);
        if (!property) continue;
        const fixed = closed || keyNames.includes(property.name) || notUpdatable.includes(property.name);
        properties.set(property.name, fixed ? { ...property, access: 'readOnly' } : property);
      }
    }
    const keys = keyNames.flatMap((key) => properties.get(key) ?? []);
    return { name, properties, keys: keys.length === keyNames.length ? keys : [] };
  }

  #property(typeName: string, element: XmlElement, references: ReadonlyMap<string, ListSource>): Property | null {
    const { attributes } = element;
    const name = attributes['Name'] ?? '';
    const declared = this.#qualified(attributes['Type'] ?? '');
    const defined = this.#types.get(declared);
    const type =
      defined?.name === 'EnumType' ? 'Enum' : defined ? (defined.attributes['UnderlyingType'] ?? '') : declared;
    const kind = kindOf(type);
    if (name === '' || kind === null || !isEdmType(type)) return null;

    const notes = this.#annotations(element, `${typeName}/${name}`);
    const list =
      this.#enumeration(type, declared, defined) ?? allowed(notes, declared, typeName, name, this.fixedLists);
    const source = list ?? references.get(name) ?? null;
    const nullable = attributes['Nullable'] !== 'false';
    return {
      name,
      type,
      enumName: type === 'Enum' ? declared : '',
      kind: source ? 'list' : kind,
      nullable,
      maxLength: type === 'Edm.String' ? Number(/^\d+$/.exec(attributes['MaxLength'] ?? '')?.[0] ?? 0) : 0,
      access: accessOf(notes, nullable || attributes['DefaultValue'] !== undefined || kind === 'checkbox'),
      label: textOf(notes.get('Label')),
      description: textOf(notes.get('Description')) ?? textOf(notes.get('QuickInfo')) ?? '',
      list: source,
    };
  }

  #enumeration(type: EdmType, name: string, element: XmlElement | undefined): ListSource | null {
    if (type !== 'Enum' || !element) return null;
    this.fixedLists.set(
      name,
      element.children
        .filter((member) => member.name === 'Member')
        .map((member) => {
          const key = member.attributes['Name'] ?? '';
          return { key, text: textOf(this.#annotations(member, `${name}/${key}`).get('Description')) ?? spoken(key) };
        }),
    );
    return { kind: 'fixed', name };
  }

  /** Which properties hold the key of a record in another set. */
  #references(set: XmlElement, chain: readonly (readonly [string, XmlElement])[]): ReadonlyMap<string, ListSource> {
    const targets = new Map(
      set.children
        .filter(({ name }) => name === 'NavigationPropertyBinding')
        .map(({ attributes }) => [attributes['Path'] ?? '', attributes['Target'] ?? '']),
    );
    const found = new Map<string, ListSource>();
    for (const navigation of chain.flatMap(([, type]) => type.children)) {
      if (navigation.name !== 'NavigationProperty') continue;
      const constraints = navigation.children.filter(({ name }) => name === 'ReferentialConstraint');
      const { Property: property, ReferencedProperty: key } = constraints[0]?.attributes ?? {};
      const typeName = this.#qualified(navigation.attributes['Type'] ?? '');
      const target = targets.get(navigation.attributes['Name'] ?? '') ?? this.#onlySetOf(typeName);
      if (property === undefined || key === undefined || constraints.length > 1 || !target) continue;
      const keys = this.#chainOf(typeName).flatMap(([, type]) => child(type, 'Key')?.children ?? []);
      const isKey = keys.length === 1 && keys[0]?.attributes['Name'] === key;
      const name = isKey ? target : `${target}.${key}`;
      found.set(property, { kind: 'set', name, set: target, key: isKey ? null : key, text: null });
    }
    return found;
  }

  /** Services that bind no target have one set per type. */
  #onlySetOf(typeName: string): string | undefined {
    const names = this.#setsOf.get(typeName) ?? [];
    return names.length === 1 ? names[0] : undefined;
  }

  /** The type and what it inherits, the base first. */
  #chainOf(typeName: string): readonly (readonly [string, XmlElement])[] {
    const chain: (readonly [string, XmlElement])[] = [];
    for (let name = typeName; chain.length <= MAX_BASES;) {
      const type = this.#types.get(name);
      if (type?.name !== 'EntityType') return chain;
      chain.unshift([name, type]);
      if (!type.attributes['BaseType']) return chain;
      name = this.#qualified(type.attributes['BaseType']);
    }
    throw invalid('metadata');
  }

  #annotations(element: XmlElement, path: string): Annotations {
    return new Map(
      [...(this.#annotated.get(path) ?? []), ...element.children]
        .filter(({ name }) => name === 'Annotation')
        .map((annotation) => [/[^.]*$/.exec(annotation.attributes['Term'] ?? '')?.[0] ?? '', annotation]),
    );
  }

  #qualified(name: string): string {
    const dot = name.split('/')[0]?.lastIndexOf('.') ?? -1;
    const namespace = this.#aliases.get(name.slice(0, dot));
    return namespace ? namespace + name.slice(dot) : name;
  }
}

/** The values a property may have, where the service lists them beside it. */
function allowed(
  notes: Annotations,
  declared: string,
  typeName: string,
  property: string,
  lists: Map<string, readonly ListItem[]>,
): ListSource | null {
  const records = child(notes.get('AllowedValues'), 'Collection')?.children ?? [];
  const items = records.flatMap((record) => {
    const value = record.children.find(
      ({ name, attributes }) => name === 'PropertyValue' && attributes['Property'] === 'Value',
    );
    const key = value && textOf(value);
    return key ? [{ key, text: key }] : [];
  });
  if (items.length === 0 || declared !== 'Edm.String') return null;
  const name = `${typeName}/${property}`;
  lists.set(name, items);
  return { kind: 'fixed', name };
}

function append<T>(lists: Map<string, T[]>, name: string, items: readonly T[]): void {
  const list = lists.get(name) ?? [];
  for (const item of items) list.push(item);
  lists.set(name, list);
}

function accessOf(notes: Annotations, mayLack: boolean): FieldAccess {
  const told = (term: string) => notes.get(term);
  const control = `${told('FieldControl')?.attributes['EnumMember'] ?? ''} ${told('Permissions')?.attributes['EnumMember'] ?? ''}`;
  const fixed =
    holds(told('Computed')) ||
    holds(told('Immutable')) ||
    told('AllowEdit')?.attributes['Bool'] === 'false' ||
    /\/(?:ReadOnly|Read|None)\b/.test(control);
  if (fixed) return 'readOnly';
  return /\/Mandatory\b/.test(control) || (!mayLack && !holds(told('ComputedDefaultValue'))) ? 'mandatory' : 'normal';
}

function holds(annotation: XmlElement | undefined): boolean {
  return (
    annotation !== undefined && annotation.attributes['Bool'] !== 'false' && child(annotation, 'Bool')?.text !== 'false'
  );
}

function textOf(annotation: XmlElement | undefined): string | null {
  return annotation?.attributes['String'] ?? child(annotation, 'String')?.text ?? null;
}

function member(annotation: XmlElement | undefined, name: string): XmlElement | undefined {
  return child(annotation, 'Record')?.children.find(({ attributes }) => attributes['Property'] === name);
}

function flag(annotation: XmlElement | undefined, name: string): boolean | null {
  const told = member(annotation, name)?.attributes['Bool'];
  return told === undefined ? null : told === 'true';
}

function pathsIn(annotation: XmlElement | undefined, name: string): readonly string[] {
  return (child(member(annotation, name), 'Collection')?.children ?? []).map(({ text }) => text.trim());
}

/** `_x0020_`: how names of members carry what no name may hold. */
function spoken(key: string): string {
  const text = key.replaceAll(/_x([\da-f]{4})_/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16))).trim();
  return text === '' ? '–' : text;
}

function invalid(problem: string): AppError {
  return new AppError('connector.answer_invalid', { problem });
}
