import type { ErrorCode } from '../../../../shared/errors.ts';
import {
  actorTypes,
  type ActorType,
  type FieldAccess,
  type FieldKind,
  type FieldValue,
  type ListItem,
} from '../../../../shared/vocabulary.ts';
import type { ErpField } from '../../../domain/field.ts';
import { decodeWire } from '../../../domain/wire.ts';
import { AppError } from '../../../errors.ts';
import type { Actor, WantedField } from '../../../ports/erp-connector.ts';
import { child, decodeText, isNil, parseXml, textOf, type XmlElement } from '../xml.ts';

/** What an answer is read for, and what that consists of. */
interface Readings {
  readonly nothing: never;
  readonly texts: string;
  readonly fields: ErpField;
  readonly listItems: ListItem;
  readonly actors: Actor;
  /** One, or none. */
  readonly actor: Actor;
}
export type Reads = keyof Readings;

/** An answer as it came, and what is wanted of it. */
export interface Answer<Read extends Reads> {
  readonly operation: string;
  readonly contentType: string;
  readonly body: Buffer;
  readonly reads: Read;
  /** Of each actor. */
  readonly wanted: readonly WantedField[];
}

/** What came back, and whether all of it did. */
export interface Decoded<Read extends Reads> {
  readonly items: readonly Readings[Read][];
  readonly warning: string | null;
}

type Reader<Item> = (result: XmlElement, wanted: readonly WantedField[]) => readonly Item[];

const readers: { readonly [Read in Reads]: Reader<Readings[Read]> } = {
  nothing: () => [],
  texts: (result) => texts(result, 'Items'),
  fields: readFields,
  listItems: (result) => dictionary(result, 'ListItems').map(([key, text]) => ({ key, text })),
  actors: (result, wanted) => children(result, 'Actors').map((actor) => readActor(actor, wanted)),
  actor: (result, wanted) => {
    const actor = child(result, 'Actor');
    return actor ? [readActor(actor, wanted)] : [];
  },
};

/** From bytes to what they mean. A connector tells of failure inside a successful answer; from here on it is an AppError. */
export function decodeAnswer<Read extends Reads>({
  operation,
  contentType,
  body,
  reads,
  wanted,
}: Answer<Read>): Decoded<Read> {
  const { result, warning } = unwrap(operation, parseXml(decodeText(body, contentType)));
  return { items: readers[reads](result, wanted), warning };
}

/** What connectors call their failures; two of them are misspelled in the contract itself. */
const codes: Readonly<Record<string, ErrorCode>> = {
  UNKNOWN_CONNECTION_ID: 'connector.unknown_connection',
  UNKOWN_CONNECTION_ID: 'connector.unknown_connection',
  UNKNOWN_FIELDKEY: 'mapping.field_unknown',
  UNKOWN_FIELDKEY: 'mapping.field_unknown',
  UNKNOWN_LISTITEM_ID: 'value.invalid',
  UNKOWN_LISTITEM_ID: 'value.invalid',
};

function unwrap(operation: string, root: XmlElement): { readonly result: XmlElement; readonly warning: string | null } {
  const bodies = root.children.filter(({ name }) => name === 'Body');
  const [body] = bodies;
  if (root.name !== 'Envelope' || !body || bodies.length !== 1) throw invalid(operation);

  const fault = child(body, 'Fault');
  if (fault) {
    // These two say that we speak as the connector once did, and no longer does: it has not begun.
    const begun = !/ActionNotSupported|DeserializationFailed/.test(textOf(fault, 'faultcode') ?? '');
    const told = textOf(fault, 'faultstring') ?? child(child(fault, 'Reason'), 'Text')?.text ?? null;
    throw new AppError(
      'connector.rejected',
      { call: operation, begun, outdated: !begun, explanation: null },
      { cause: told },
    );
  }
  const response = child(body, `${operation}Response`);
  const result = response && (child(response, `${operation}Result`) ?? response.children[0]);
  const [isOk, state] = [flat(result, 'IsOk'), flat(result, 'State')];
  // An answer that says neither is none: what it lacks must not be taken for empty.
  if (!result || (isOk === null && state === null)) throw invalid(operation);

  const explanation = textOf(result, 'UserExplanation');
  if (isOk === 'false' || isOk === '0' || state === 'error' || state === '3') {
    const connectorCode = textOf(result, 'ErrorCode')?.trim() ?? null;
    // What was not done has no key.
    const begun = Boolean(textOf(child(result, 'Actor'), 'ErpKey'));
    throw new AppError(
      (connectorCode !== null && codes[connectorCode]) || 'connector.rejected',
      { call: operation, begun, connectorCode, explanation },
      { cause: textOf(result, 'TechExplanation') },
    );
  }
  const warned = state === 'warning' || state === '2';
  return { result, warning: warned ? (explanation ?? textOf(result, 'TechExplanation') ?? '') : null };
}

function flat(element: XmlElement | undefined, name: string): string | null {
  return textOf(element, name)?.trim().toLowerCase() ?? null;
}

function invalid(call: string): AppError {
  return new AppError('connector.answer_invalid', { call, problem: 'envelope' });
}

function readActor(element: XmlElement, fields: readonly WantedField[]): Actor {
  const sent = new Map(dictionary(element, 'FieldValues'));
  const values: Record<string, FieldValue> = {};
  const unreadable: Record<string, string> = {};
  for (const { key, kind } of fields) {
    const text = sent.get(key);
    if (text === undefined) continue;
    const read = decodeWire(kind, text);
    if (read.kind === 'value') values[key] = read.value;
    else unreadable[key] = text;
  }
  const parentType = textOf(element, 'ParentActorType') ?? '';
  return {
    type: (textOf(element, 'ActorType') ?? '') as ActorType,
    erpKey: textOf(element, 'ErpKey') ?? '',
    lastModified: textOf(element, 'LastModified') ?? '',
    values,
    unreadable,
    parent: isActorType(parentType) ? { type: parentType, erpKey: textOf(element, 'ParentErpKey') ?? '' } : null,
  };
}

function isActorType(name: string): name is ActorType {
  return (actorTypes as readonly string[]).includes(name);
}

const kinds: Readonly<Record<string, FieldKind>> = {
  Checkbox: 'checkbox',
  0: 'checkbox',
  Text: 'text',
  1: 'text',
  Password: 'password',
  2: 'password',
  Integer: 'integer',
  3: 'integer',
  Double: 'decimal',
  4: 'decimal',
  List: 'list',
  5: 'list',
  Datetime: 'datetime',
  Date: 'datetime',
  6: 'datetime',
  Label: 'label',
  99: 'label',
};
const accesses: Readonly<Record<string, FieldAccess>> = {
  Normal: 'normal',
  0: 'normal',
  Mandatory: 'mandatory',
  1: 'mandatory',
  ReadOnly: 'readOnly',
  2: 'readOnly',
};

function readFields(result: XmlElement): readonly ErpField[] {
  return children(result, 'FieldMetaDataObjects').map((field, index) => {
    const kind = kinds[textOf(field, 'FieldType') ?? ''] ?? 'text';
    const standard = decodeWire(kind, textOf(field, 'DefaultValue') ?? '');
    return {
      key: textOf(field, 'FieldKey') ?? '',
      name: textOf(field, 'DisplayName') ?? textOf(field, 'FieldKey') ?? '',
      description: textOf(field, 'DisplayDescription') ?? '',
      kind,
      listName: textOf(field, 'ListName') || null,
      defaultValue: standard.kind === 'value' ? standard.value : null,
      maxLength: Math.max(0, Number(textOf(field, 'MaxLength') ?? 0) || 0),
      access: accesses[textOf(field, 'Access') ?? ''] ?? 'normal',
      rank: Number(textOf(field, 'Rank') ?? index) || 0,
    };
  });
}

/** A dictionary is any element whose children have a Key and a Value, whatever a connector calls them. A nil value was not reported. */
function dictionary(element: XmlElement, name: string): [key: string, value: string][] {
  return children(element, name).flatMap((entry) => {
    const key = textOf(entry, 'Key');
    const value = child(entry, 'Value');
    return key === null || !value || isNil(value) ? [] : [[key, value.text] as [string, string]];
  });
}

function texts(element: XmlElement, name: string): readonly string[] {
  return children(element, name)
    .filter((item) => !isNil(item))
    .map(({ text }) => text);
}

/** The items of an array: none where it is nil or absent. */
function children(element: XmlElement, name: string): readonly XmlElement[] {
  return child(element, name)?.children ?? [];
}
