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
import type { ErrorCode } from '../../../../shared/errors.ts';
import type { Endpoint } from '../../../domain/endpoint.ts';
import type { ErpField } from '../../../domain/field.ts';
import { isBlank } from '../../../domain/value.ts';
import { decodeWire, encodeWire } from '../../../domain/wire.ts';
import { AppError } from '../../../errors.ts';
import type { Clock } from '../../../ports/clock.ts';
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
import { chunks } from '../chunks.ts';
import { confirmSaved } from '../confirm-saved.ts';
import { faultIn, faultInNew } from '../field-faults.ts';
import { secretDigest } from '../../secret-digest.ts';
import { createRecent, onceForAll } from '../../shared-value.ts';
import { testOf } from '../local-search.ts';
import type { SafeFetch } from '../safe-fetch.ts';
import { signingFetch } from '../sign-in.ts';
import type { Carried } from './envelope.ts';
import { createSoapClient, servedWsdl, type SoapClient, type SoapResult } from './soap-client.ts';
import { child, isNil, textOf, type XmlElement } from '../xml.ts';

/** Before there is a connection, connectors answer lists for its settings under this id. */
const NO_CONNECTION = '00000000-0000-0000-0000-000000000000';
const READ_AT_ONCE = 200;
const SAVED_AT_ONCE = 50;
const BACKGROUND_MS = 120_000;
const INTERACTIVE_MS = 20_000;
const CLIENTS = 1000;

type ClientFor = (endpoint: Endpoint) => SoapClient;
type SoapOptions = CallOptions & { readonly timeoutMs?: number };

/** What a connector may say against one actor of a batch. */
const refusals: ReadonlySet<ErrorCode> = new Set(['connector.rejected', 'mapping.field_unknown', 'value.invalid']);

/** Any existing SuperOffice Sync Connector, by its address. The 17 operations of `IErpConnectorWS`. */
export function soapKind({ fetch, clock }: { readonly fetch: SafeFetch; readonly clock: Clock }): ConnectorKind {
  const signed = signingFetch({ fetch, clock });
  // The WSDL is read once, not with every call.
  const clients = createRecent<{ client: SoapClient | null }>(CLIENTS);
  const keptOf = (endpoint: Endpoint) => {
    // SuperOffice alone can look such an address up, and sign in to what stands behind it.
    if (/^app:/i.test(endpoint.url)) {
      throw new AppError('connector.address_refused', { host: endpoint.url, reason: 'app' });
    }
    const { url, signIn = null, wsdl = null } = endpoint;
    return clients(secretDigest([url, signIn, wsdl]), () => ({ client: null }));
  };
  const clientFor: ClientFor = (endpoint) =>
    (keptOf(endpoint).client ??= createSoapClient(endpoint, signed(endpoint.signIn ?? null, endpoint.url)));

  return {
    kind: 'soap',
    needsUrl: true,
    signsIn: true,
    servedWsdl: async ({ url, signIn = null }) => servedWsdl(url, signed(signIn, url)),
    async configFields(endpoint, options) {
      // A connector is chosen anew: so is its description, which may have changed.
      keptOf(endpoint).client = null;
      return readConfigFields(clientFor(endpoint), options);
    },
    configList: async (endpoint, listName, options) =>
      readListItems(
        (
          await clientFor(endpoint).call(
            'WSGetList',
            { ConnectionGuid: NO_CONNECTION, ListName: listName },
            { timeoutMs: INTERACTIVE_MS, ...options },
          )
        ).result,
      ),
    open: (settings) => openConnection(settings, clientFor),
  };
}

async function readConfigFields(client: SoapClient, options?: CallOptions): Promise<readonly ErpField[]> {
  return readFields((await client.call('WSGetConfigData', {}, { timeoutMs: INTERACTIVE_MS, ...options })).result);
}

function openConnection(settings: ConnectionSettings, clientFor: ClientFor): ErpConnector {
  const { connectionId, config } = settings;
  /** What the actor types consist of, as last asked: how to write a value, and what cannot be written at all. */
  const catalogue = new Map<ActorType, readonly ErpField[]>();

  const once = (operation: string, request: Record<string, Carried>, options?: SoapOptions) =>
    clientFor(settings).call(operation, { ConnectionGuid: connectionId, ...request }, options);

  const resend = onceForAll(() => saveConnection());

  /** A connector that lost its settings, as after a new installation, gets them again; once, for all who wait. */
  async function call(operation: string, request: Record<string, Carried>, options?: SoapOptions): Promise<SoapResult> {
    try {
      return await once(operation, request, options);
    } catch (error) {
      if (!isUnknownConnection(error)) throw error;
      await resend();
      return once(operation, request, options);
    }
  }

  async function saveConnection(options?: SoapOptions): Promise<void> {
    const fields = await readConfigFields(clientFor(settings), options);
    await once('WSSaveConnection', { ConnectionInfo: keyValues(config, kindsOf(fields)) }, options);
  }

  async function readFieldsOf(type: ActorType, options?: CallOptions): Promise<readonly ErpField[]> {
    const fields = readFields((await call('WSGetSupportedActorTypeFields', { ActorType: type }, options)).result);
    catalogue.set(type, fields);
    return fields;
  }

  const fieldsOf = async (type: ActorType, options?: CallOptions) =>
    catalogue.get(type) ?? (await readFieldsOf(type, options));

  async function actors(
    operation: string,
    type: ActorType,
    request: Record<string, Carried>,
    fields: readonly WantedField[],
    options?: SoapOptions,
  ): Promise<ActorPage> {
    const FieldKeys = fields.map(({ key }) => key);
    const { result, warning } = await call(operation, { ActorType: type, ...request, FieldKeys }, options);
    const sent = children(result, 'Actors');
    const usable = sent.map((actor) => readActor(actor, fields)).filter((actor) => actor.type === type && actor.erpKey);
    const byKey = new Map(usable.map((actor) => [actor.erpKey, actor]));
    // An actor without a name, or told twice, leaves us not knowing what else is amiss.
    return { actors: [...byKey.values()], warning: byKey.size < sent.length ? (warning ?? '') : warning };
  }

  async function getActors(
    type: ActorType,
    keys: readonly string[],
    fields: readonly WantedField[],
    options?: CallOptions,
  ): Promise<ActorPage> {
    const found: Actor[] = [];
    const warnings: string[] = [];
    for (const asked of chunks([...new Set(keys)], READ_AT_ONCE)) {
      const page = await actors('WSGetActors', type, { ErpKeys: asked }, fields, options);
      const ours = page.actors.filter(({ erpKey }) => asked.includes(erpKey));
      found.push(...ours);
      // Actors nobody asked for: perhaps those asked for were left out in their place.
      if (ours.length < page.actors.length) warnings.push('');
      if (page.warning !== null) warnings.push(page.warning);
    }
    return { actors: found, warning: warnings.length > 0 ? warnings.join('\n') : null };
  }

  /** One status for all: halving finds the actor that is refused, so that the others are saved. */
  async function saveBatch(
    changes: readonly ActorChange[],
    fields: readonly WantedField[],
    options?: CallOptions,
  ): Promise<readonly SaveOutcome[]> {
    let saved: readonly Actor[];
    try {
      const Actors = await Promise.all(
        changes.map(async (change) => writeActor(change, kindsOf(await fieldsOf(change.type, options)))),
      );
      const { result } = await call('WSSaveActors', { Actors }, options);
      saved = children(result, 'Actors').map((actor) => readActor(actor, fields));
    } catch (error) {
      if (!(error instanceof AppError) || !refusals.has(error.code)) throw error;
      if (changes.length === 1) return [refused(error)];
      const outcomes: SaveOutcome[] = [];
      for (const half of chunks(changes, Math.ceil(changes.length / 2))) {
        outcomes.push(...(await saveBatch(half, fields, options)));
      }
      return outcomes;
    }
    return confirmSaved(changes, saved, fields, (type, keys) => getActors(type, keys, fields, options));
  }

  return {
    async testConfig(options) {
      const fields = await readConfigFields(clientFor(settings), options);
      const missing = fields.find(({ key, access }) => access === 'mandatory' && isBlank(config[key] ?? null));
      if (missing) throw new AppError('config.field_missing', { field: missing.key });
      const ConnectionInfo = keyValues(config, kindsOf(fields));
      await clientFor(settings).call('WSTestConfigData', { ConnectionInfo }, { timeoutMs: INTERACTIVE_MS, ...options });
    },
    saveConnection,
    async testConnection(options) {
      await call('WSTestConnection', {}, { timeoutMs: INTERACTIVE_MS, ...options });
    },
    async deleteConnection(options) {
      try {
        await once('WSDeleteConnection', {}, options);
      } catch (error) {
        if (!isUnknownConnection(error)) throw error;
      }
    },

    async actorTypes(options) {
      const { result } = await call('WSGetSupportedActorTypes', {}, options);
      const offered = strings(result, 'Items');
      return actorTypes.filter((type) => offered.includes(type));
    },
    fields: readFieldsOf,
    searchableFields: async (type, options) =>
      strings((await call('WSGetSearchableFields', { ActorType: type }, options)).result, 'Items'),

    getActors,
    searchActors: (type, text, fields, { parent, ...options } = {}) =>
      parent
        ? actors(
            'WSSearchActorByParent',
            type,
            { SearchText: text, ParentActorType: parent.type, ParentActorErpKey: parent.erpKey },
            fields,
            { timeoutMs: INTERACTIVE_MS, ...options },
          )
        : actors('WSSearchActors', type, { SearchText: text }, fields, {
            timeoutMs: INTERACTIVE_MS,
            ...options,
          }),
    async searchAdvanced(type, restrictions, fields, { parent, ...options } = {}) {
      // Connectors answer an operator they do not know with anything, from a fault to all they have.
      restrictions.forEach(testOf);
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
      return actors('WSSearchActorsAdvanced', type, { Restrictions: [...written, ...below] }, fields, {
        timeoutMs: INTERACTIVE_MS,
        ...options,
      });
    },
    changedActors: (type, since, fields, options) =>
      actors('WSGetActorsByTimestamp', type, { UpdatedOnOrAfter: since }, fields, {
        timeoutMs: BACKGROUND_MS,
        ...options,
      }),

    async createActor({ type, values, parent }, fields, options) {
      const known = await fieldsOf(type, options);
      const fault = faultInNew(values, known);
      if (fault) throw new AppError(fault.code, { field: fault.field });
      const Actor = writeActor({ type, erpKey: '', values, parent }, kindsOf(known));
      // Never again after it was sent, not even for a connection id that is not known: nothing says what was done.
      const { result } = await once('WSCreateActor', { Actor }, options).catch(unlessBegun);
      const created = child(result, 'Actor');
      if (!created) throw new AppError('connector.answer_invalid', { call: 'WSCreateActor', problem: 'actor' });
      const { erpKey, ...actor } = readActor(created, fields);
      if (erpKey === '') throw new AppError('connector.answer_invalid', { call: 'WSCreateActor', problem: 'actor' });
      return { ...actor, type, erpKey };
    },
    async saveActors(changes, fields, options) {
      const outcomes = new Map<ActorChange, SaveOutcome>();
      for (const change of changes) {
        const fault = faultIn(change.values, await fieldsOf(change.type, options));
        if (fault) outcomes.set(change, { kind: 'refused', code: fault.code, explanation: null });
      }
      for (const batch of chunks(
        changes.filter((change) => !outcomes.has(change)),
        SAVED_AT_ONCE,
      )) {
        const answers = await saveBatch(batch, fields, options);
        batch.forEach((change, index) => outcomes.set(change, answers[index] as SaveOutcome));
      }
      return changes.map((change) => outcomes.get(change) as SaveOutcome);
    },

    getList: async (listName, options) =>
      readListItems((await call('WSGetList', { ListName: listName }, options)).result),
    async getListItems(listName, keys, options) {
      const items: ListItem[] = [];
      for (const ListItemKeys of chunks([...new Set(keys)], READ_AT_ONCE)) {
        items.push(
          ...readListItems((await call('WSGetListItems', { ListName: listName, ListItemKeys }, options)).result),
        );
      }
      return items;
    },
  };
}

/** A connector that broke off may have made the actor first: that is no refusal. */
function unlessBegun(error: unknown): never {
  if (!(error instanceof AppError) || error.detail['begun'] !== true) throw error;
  throw new AppError('connector.answer_invalid', { ...error.detail, problem: 'fault' }, { cause: error });
}

function isUnknownConnection(error: unknown): boolean {
  return error instanceof AppError && error.code === 'connector.unknown_connection';
}

function refused({ code, detail: { explanation } }: AppError): SaveOutcome {
  return { kind: 'refused', code, explanation: typeof explanation === 'string' ? explanation : null };
}

function kindsOf(fields: readonly WantedField[]): ReadonlyMap<string, FieldKind> {
  return new Map(fields.map(({ key, kind }) => [key, kind]));
}

function keyValues(values: FieldValues, kinds: ReadonlyMap<string, FieldKind>): Carried {
  return Object.entries(values).map(([Key, value]) => ({
    Key,
    Value: encodeWire(kinds.get(Key) ?? 'text', value),
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
