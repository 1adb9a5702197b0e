import { AppError } from '../../../errors.ts';
import type { Member, Operation, Profile, QName } from './profile.ts';
import { child, parseXml, type XmlElement } from '../xml.ts';

/** Reads the document at an address: the WSDL, or what it imports. */
export type ReadDocument = (location: string) => Promise<string>;

const MAX_DOCUMENTS = 50;
/** Of one document. */
const MAX_ELEMENTS = 50_000;
/** Their types are plain, and nobody needs a schema to know. */
const BUILT_IN = ['http://www.w3.org/2001/XMLSchema', 'http://schemas.microsoft.com/2003/10/Serialization/'];

/** A description as a profile. Throws `connector.answer_invalid` where it lacks our operations, or a schema they need. */
export function profileOf(texts: readonly string[]): Profile {
  const documents = texts.map((text) => parseXml(text, MAX_ELEMENTS));
  const definitions = documents.filter(({ name }) => name === 'definitions');
  const inDefinitions = (name: string) => definitions.flatMap((part) => all(part, name));
  const { elements, types, described } = declarations(
    documents.flatMap((document) =>
      document.name === 'schema' ? [document] : all(child(document, 'types'), 'schema'),
    ),
  );

  const messages = byName(inDefinitions('message'));
  const bound = byName(
    inDefinitions('binding')
      .flatMap((binding) => all(binding, 'operation'))
      .filter((operation) => child(operation, 'operation')?.attributes['soapAction'] !== undefined),
  );
  const operations = inDefinitions('portType')
    .flatMap((portType) => all(portType, 'operation'))
    .flatMap((operation): [string, Operation][] => {
      const name = nameOf(operation);
      const message = messages.get(local(child(operation, 'input')?.attributes['message'] ?? ''));
      const part = child(message, 'part');
      const element = part && resolve(part.attributes['element'] ?? '', part);
      if (element && name.startsWith('WS') && !described.has(element.namespace)) {
        throw unusable('schema', element.namespace);
      }
      const input = element && elements.get(keyOf(element));
      const soapAction = child(bound.get(name), 'operation')?.attributes['soapAction'];
      if (!name.startsWith('WS') || !input || soapAction === undefined) return [];
      return [[name, { soapAction, element: input.name, members: input.members() }]];
    });
  if (operations.length === 0) throw unusable();

  return { operations: Object.fromEntries(operations), types: reachable(operations, types) };
}

/** A WSDL with all that it imports. */
export async function fetchWsdl(address: string, read: ReadDocument): Promise<readonly string[]> {
  const documents: string[] = [];
  const locations = new Set([address]);
  // A set is walked to its end, what is added on the way included.
  for (const location of locations) {
    if (documents.length >= MAX_DOCUMENTS) throw unusable();
    const document = await read(location);
    documents.push(document);
    for (const imported of importsOf(parseXml(document, MAX_ELEMENTS))) {
      if (!URL.canParse(imported, location)) throw unusable();
      locations.add(new URL(imported, location).href);
    }
  }
  return documents;
}

function importsOf({ name, attributes, children }: XmlElement): string[] {
  const location = attributes['schemaLocation'] ?? attributes['location'];
  const own = ['import', 'include'].includes(name) && location !== undefined ? [location] : [];
  return [...own, ...children.flatMap(importsOf)];
}

type Members = () => readonly Member[];

interface Declarations {
  readonly elements: ReadonlyMap<string, { readonly name: QName; readonly members: Members }>;
  readonly types: ReadonlyMap<string, Members>;
  /** The namespaces that have a schema. */
  readonly described: ReadonlySet<string>;
}

/** The elements and types of all schemas. Members are worked out when asked for, because types refer to each other across schemas. */
function declarations(schemas: readonly XmlElement[]): Declarations {
  const elements = new Map<string, { name: QName; members: Members }>();
  const types = new Map<string, Members>();
  const described = new Set([...BUILT_IN, ...schemas.map((schema) => schema.attributes['targetNamespace'] ?? '')]);

  for (const schema of schemas) {
    const namespace = schema.attributes['targetNamespace'] ?? '';
    const qualified = schema.attributes['elementFormDefault'] === 'qualified';

    const membersOf = (type: XmlElement, path: string): readonly Member[] => {
      const extension = child(child(type, 'complexContent'), 'extension');
      const base = extension && types.get(keyOf(resolve(extension.attributes['base'] ?? '', extension)));
      const own = ['sequence', 'all', 'choice'].flatMap((kind) => all(child(extension ?? type, kind), 'element'));
      return [...(base?.() ?? []), ...own.map((element) => memberOf(element, path))];
    };

    const memberOf = (element: XmlElement, path: string): Member => {
      const { ref, type, maxOccurs = '1', minOccurs } = element.attributes;
      const name = ref ? resolve(ref, element) : { namespace: qualified ? namespace : '', name: nameOf(element) };
      const inline = child(element, 'complexType');
      const inlineKey = `${path}/${name.name}`;
      if (inline) types.set(inlineKey, () => membersOf(inline, inlineKey));
      const typeName = type === undefined ? null : resolve(type, element);
      const key = inline ? inlineKey : typeName && keyOf(typeName);
      if (!inline && typeName && !described.has(typeName.namespace)) throw unusable('schema', typeName.namespace);
      return {
        element: name,
        type: key !== null && types.has(key) ? key : null,
        repeated: maxOccurs === 'unbounded' || Number(maxOccurs) > 1,
        optional: minOccurs === '0',
      };
    };

    for (const type of all(schema, 'complexType')) {
      const key = keyOf({ namespace, name: nameOf(type) });
      types.set(
        key,
        once(() => membersOf(type, key)),
      );
    }
    for (const element of all(schema, 'element')) {
      const name = { namespace, name: nameOf(element) };
      const inline = child(element, 'complexType');
      const type = element.attributes['type'];
      const members: Members = () => {
        if (inline) return membersOf(inline, `element ${keyOf(name)}`);
        return (type === undefined ? undefined : types.get(keyOf(resolve(type, element))))?.() ?? [];
      };
      elements.set(keyOf(name), { name, members });
    }
  }
  return { elements, types, described };
}

/** A type that extends itself, by whatever detour, would be asked for ever. */
function once(work: Members): Members {
  let members: readonly Member[] | 'busy' | undefined;
  return () => {
    if (members === 'busy') throw unusable();
    if (members === undefined) {
      members = 'busy';
      members = work();
    }
    return members;
  };
}

/** The types that our requests use: a WSDL may describe thousands of others. */
function reachable(
  operations: readonly (readonly [string, Operation])[],
  types: ReadonlyMap<string, Members>,
): Profile['types'] {
  const used: Record<string, { members: readonly Member[] }> = {};
  const visit = (members: readonly Member[]) => {
    for (const { type } of members) {
      if (type === null || type in used) continue;
      const inner = types.get(type)?.() ?? [];
      used[type] = { members: inner };
      visit(inner);
    }
  };
  for (const [, { members }] of operations) visit(members);
  return used;
}

/** A prefixed name, by the declarations in force where it stands. */
function resolve(prefixed: string, { namespaces }: XmlElement): QName {
  const [name = '', prefix = ''] = prefixed.split(':').reverse();
  return { namespace: namespaces[prefix] ?? '', name };
}

function byName(elements: readonly XmlElement[]): ReadonlyMap<string, XmlElement> {
  return new Map(elements.map((element) => [nameOf(element), element]));
}

function nameOf(element: XmlElement): string {
  return element.attributes['name'] ?? '';
}

function keyOf({ namespace, name }: QName): string {
  return `{${namespace}}${name}`;
}

function local(prefixed: string): string {
  return prefixed.slice(prefixed.indexOf(':') + 1);
}

function all(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((inner) => inner.name === name) ?? [];
}

function unusable(problem = 'wsdl', namespace?: string): AppError {
  return new AppError('connector.answer_invalid', { problem, ...(namespace === undefined ? {} : { namespace }) });
}
