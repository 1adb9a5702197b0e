import {
  actorTypes,
  type ActorRef,
  type ActorType,
  type FieldAccess,
  type FieldKind,
  type FieldValue,
  type FieldValues,
  type ListItem,
} from '../../../../shared/vocabulary.ts';
import type { ErpField } from '../../../domain/field.ts';
import { decodeWire, encodeWire } from '../../../domain/wire.ts';
import { AppError } from '../../../errors.ts';
import type {
  Actor,
  ActorChange,
  ActorPage,
  CallOptions,
  ConnectionSettings,
  ConnectorKind,
  ErpConnector,
  SaveOutcome,
  WantedField,
} from '../../../ports/erp-connector.ts';
import type { SafeFetch } from '../safe-fetch.ts';
import type { Carried } from './envelope.ts';
import { createSoapClient, type SoapClient, type SoapResult } from './soap-client.ts';
import { child, isNil, textOf, type XmlElement } from './xml.ts';

/** Before there is a connection, connectors answer lists for its settings under this id. */
const NO_CONNECTION = '00000000-0000-0000-0000-000000000000';
const READ_AT_ONCE = 200;
const SAVED_AT_ONCE = 50;
const BACKGROUND_MS = 120_000;
const INTERACTIVE_MS = 20_000;

/** Any existing SuperOffice Sync Connector, by its address. The 17 operations of `IErpConnectorWS`. */
export function soapKind({ fetch }: { readonly fetch: SafeFetch }): ConnectorKind {
  // One per address: the WSDL is read once, not with every call.
  const clients = new Map<string, SoapClient>();
  const clientFor = (url: string): SoapClient => {
    if (url.startsWith('app:')) throw new AppError('connector.address_refused', { host: url });
    const client = clients.get(url) ?? createSoapClient(url, fetch);
    clients.set(url, client);
    return client;
  };

  return {
    kind: 'soap',
    needsUrl: true,
    configFields: async (url, options) =>
      readFields((await clientFor(url).call('WSGetConfigData', {}, { timeoutMs: INTERACTIVE_MS, ...options })).result),
    configList: async (url, listName, options) =>
      readListItems(
        (
          await clientFor(url).call(
            'WSGetList',
            { ConnectionGuid: NO_CONNECTION, ListName: listName },
            { timeoutMs: INTERACTIVE_MS, ...options },
          )
        ).result,
      ),
    open: (settings) => openConnection(settings, clientFor),
  };
}

function openConnection(settings: ConnectionSettings, clientFor: (url: string) => SoapClient): ErpConnector {
  const { connectionId, config, url } = settings;
  const ConnectionInfo = keyValues(config);

  const once = (operation: string, request: Record<string, Carried>, options?: CallOptions & { timeoutMs?: number }) =>
    clientFor(url).call(operation, { ConnectionGuid: connectionId, ...request }, options);

  /** A connector that lost its settings, as after a new installation, gets them again; once. */
  async function call(
    operation: string,
    request: Record<string, Carried>,
    options?: CallOptions & { timeoutMs?: number },
  ): Promise<SoapResult> {
    try {
      return await once(operation, request, options);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'connector.unknown_connection') throw error;
      await once('WSSaveConnection', { ConnectionInfo }, options);
      return once(operation, request, options);
    }
  }

  async function actors(
    operation: string,
    request: Record<string, Carried>,
    fields: readonly WantedField[],
    options: CallOptions & { timeoutMs?: number } = {},
  ): Promise<ActorPage> {
    const { result, warning } = await call(operation, { ...request, FieldKeys: fields.map(({ key }) => key) }, options);
    return { actors: children(result, 'Actors').map((actor) => readActor(actor, fields)), warning };
  }

  async function saveBatch(
    changes: readonly ActorChange[],
    fields: readonly WantedField[],
    options?: CallOptions,
  ): Promise<readonly SaveOutcome[]> {
    const kinds = kindsOf(fields);
    const Actors = changes.map((change) => writeActor(change, kinds));
    try {
      const { result } = await call('WSSaveActors', { Actors }, options);
      return await confirmed(
        changes,
        children(result, 'Actors').map((actor) => readActor(actor, fields)),
        fields,
        options,
      );
    } catch (error) {
      // One status for all: halving finds the actor that is refused, so that the others are saved.
      if (!(error instanceof AppError) || error.code !== 'connector.rejected') throw error;
      if (changes.length === 1) {
        const { explanation } = error.detail;
        return [
          {
            kind: 'refused',
            code: 'connector.rejected',
            explanation: typeof explanation === 'string' ? explanation : null,
          },
        ];
      }
      const half = Math.ceil(changes.length / 2);
      return [
        ...(await saveBatch(changes.slice(0, half), fields, options)),
        ...(await saveBatch(changes.slice(half), fields, options)),
      ];
    }
  }

  /** What the ERP really stored. A connector that does not answer it is asked for it. */
  async function confirmed(
    changes: readonly ActorChange[],
    saved: readonly Actor[],
    fields: readonly WantedField[],
    options?: CallOptions,
  ): Promise<readonly SaveOutcome[]> {
    const found = [...saved];
    for (const type of actorTypes) {
      const missing = changes.filter(
        (change) =>
          change.type === type &&
          !(find(found, change) && fields.every(({ key }) => key in (find(found, change) as Actor).values)),
      );
      if (missing.length === 0) continue;
      const page = await actors(
        'WSGetActors',
        { ActorType: type, ErpKeys: missing.map(({ erpKey }) => erpKey) },
        fields,
        options,
      );
      found.unshift(...page.actors);
    }
    return changes.map((change) => {
      const actor = find(found, change);
      return actor ? { kind: 'saved', actor } : { kind: 'refused', code: 'actor.not_found', explanation: null };
    });
  }

  return {
    async testConfig(options) {
      await clientFor(url).call('WSTestConfigData', { ConnectionInfo }, { timeoutMs: INTERACTIVE_MS, ...options });
    },
    async saveConnection(options) {
      await once('WSSaveConnection', { ConnectionInfo }, options);
    },
    async testConnection(options) {
      await call('WSTestConnection', {}, { timeoutMs: INTERACTIVE_MS, ...options });
    },
    async deleteConnection(options) {
      await once('WSDeleteConnection', {}, options);
    },

    async actorTypes(options) {
      const { result } = await call('WSGetSupportedActorTypes', {}, options);
      const offered = strings(result, 'Items');
      return actorTypes.filter((type) => offered.includes(type));
    },
    fields: async (type, options) =>
      readFields((await call('WSGetSupportedActorTypeFields', { ActorType: type }, options)).result),
    searchableFields: async (type, options) =>
      strings((await call('WSGetSearchableFields', { ActorType: type }, options)).result, 'Items'),

    async getActors(type, keys, fields, options) {
      const found: Actor[] = [];
      const warnings: string[] = [];
      for (let start = 0; start < keys.length; start += READ_AT_ONCE) {
        const asked = keys.slice(start, start + READ_AT_ONCE);
        const page = await actors('WSGetActors', { ActorType: type, ErpKeys: asked }, fields, options);
        found.push(...page.actors.filter((actor) => actor.type === type && asked.includes(actor.erpKey)));
        if (page.warning !== null) warnings.push(page.warning);
      }
      return { actors: found, warning: warnings.length > 0 ? warnings.join('\n') : null };
    },
    searchActors: (type, text, fields, { parent, ...options } = {}) =>
      parent
        ? actors(
            'WSSearchActorByParent',
            { ActorType: type, SearchText: text, ParentActorType: parent.type, ParentActorErpKey: parent.erpKey },
            fields,
            { timeoutMs: INTERACTIVE_MS, ...options },
          )
        : actors('WSSearchActors', { ActorType: type, SearchText: text }, fields, {
            timeoutMs: INTERACTIVE_MS,
            ...options,
          }),
    searchAdvanced: (type, restrictions, fields, { parent, ...options } = {}) => {
      const written = restrictions.map(({ field, operator, values }) =>
        restriction(
          field.key,
          operator,
          values.map((value) => encodeWire(field.kind, value)),
        ),
      );
      const below = parent
        ? [restriction('ParentErpKey', '=', [parent.erpKey]), restriction('ParentActorType', '=', [parent.type])]
        : [];
      return actors('WSSearchActorsAdvanced', { ActorType: type, Restrictions: [...written, ...below] }, fields, {
        timeoutMs: INTERACTIVE_MS,
        ...options,
      });
    },
    changedActors: (type, since, fields, options) =>
      actors('WSGetActorsByTimestamp', { ActorType: type, UpdatedOnOrAfter: since }, fields, {
        timeoutMs: BACKGROUND_MS,
        ...options,
      }),

    async createActor({ type, values, parent }, fields, options) {
      // Never again after it was sent, not even for a connection id that is not known: nothing says what was done.
      const { result } = await once(
        'WSCreateActor',
        { Actor: writeActor({ type, erpKey: '', values, parent }, kindsOf(fields)) },
        options,
      );
      const created = child(result, 'Actor');
      if (!created) throw new AppError('connector.answer_invalid', { call: 'WSCreateActor', problem: 'actor' });
      const { erpKey, ...actor } = readActor(created, fields);
      if (erpKey === '') throw new AppError('connector.answer_invalid', { call: 'WSCreateActor', problem: 'actor' });
      return { ...actor, type, erpKey };
    },
    async saveActors(changes, fields, options) {
      const outcomes: SaveOutcome[] = [];
      for (let start = 0; start < changes.length; start += SAVED_AT_ONCE) {
        outcomes.push(...(await saveBatch(changes.slice(start, start + SAVED_AT_ONCE), fields, options)));
      }
      return outcomes;
    },

    getList: async (listName, options) =>
      readListItems((await call('WSGetList', { ListName: listName }, options)).result),
    getListItems: async (listName, keys, options) =>
      readListItems((await call('WSGetListItems', { ListName: listName, ListItemKeys: [...keys] }, options)).result),
  };
}

function find(actors: readonly Actor[], { type, erpKey }: ActorRef): Actor | undefined {
  return actors.find((actor) => actor.type === type && actor.erpKey === erpKey);
}

function kindsOf(fields: readonly WantedField[]): ReadonlyMap<string, FieldKind> {
  return new Map(fields.map(({ key, kind }) => [key, kind]));
}

function keyValues(values: FieldValues, kinds?: ReadonlyMap<string, FieldKind>): Carried {
  return Object.entries(values).map(([Key, value]) => ({
    Key,
    Value: kinds ? encodeWire(kinds.get(Key) ?? 'text', value) : (value ?? ''),
  }));
}

function writeActor(
  { type, erpKey, values, parent }: ActorRef & { readonly values: FieldValues; readonly parent?: ActorRef | null },
  kinds: ReadonlyMap<string, FieldKind>,
): Carried {
  return {
    ActorType: type,
    ErpKey: erpKey,
    FieldValues: keyValues(values, kinds),
    LastModified: '',
    ParentActorType: parent?.type ?? '',
    ParentErpKey: parent?.erpKey ?? '',
  };
}

function restriction(FieldKey: string, Operator: string, Values: readonly string[]): Carried {
  return { FieldKey, Operator, Values };
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

function readListItems(result: XmlElement): readonly ListItem[] {
  return dictionary(result, 'ListItems').map(([key, text]) => ({ key, text }));
}

/** A dictionary is any element whose children have a Key and a Value, whatever a connector calls them. A nil value was not reported. */
function dictionary(element: XmlElement, name: string): [key: string, value: string][] {
  return children(element, name).flatMap((entry) => {
    const key = textOf(entry, 'Key');
    const value = child(entry, 'Value');
    return key === null || !value || isNil(value) ? [] : [[key, value.text] as [string, string]];
  });
}

function strings(element: XmlElement, name: string): readonly string[] {
  return children(element, name)
    .filter((item) => !isNil(item))
    .map(({ text }) => text);
}

/** The items of an array: none where it is nil or absent. */
function children(element: XmlElement, name: string): readonly XmlElement[] {
  return child(element, name)?.children ?? [];
}
