import {
  actorTypes,
  type ActorRef,
  type ActorType,
  type FieldKind,
  type FieldValues,
  type ListItem,
} from '../../../../shared/vocabulary.ts';
import type { ErrorCode } from '../../../../shared/errors.ts';
import type { Endpoint } from '../../../domain/endpoint.ts';
import type { ErpField } from '../../../domain/field.ts';
import { isBlank } from '../../../domain/value.ts';
import { encodeWire } from '../../../domain/wire.ts';
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
import type { Reads } from './decode.ts';
import type { Carried } from './envelope.ts';
import { createSoapClient, servedWsdl, type SoapClient, type SoapOptions } from './soap-client.ts';

/** Before there is a connection, connectors answer lists for its settings under this id. */
const NO_CONNECTION = '00000000-0000-0000-0000-000000000000';
const READ_AT_ONCE = 200;
const SAVED_AT_ONCE = 50;
const BACKGROUND_MS = 120_000;
const INTERACTIVE_MS = 20_000;
const CLIENTS = 1000;

type ClientFor = (endpoint: Endpoint) => SoapClient;

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
    const { url, signIn = null, wsdl = null, authority = null } = endpoint;
    return clients(secretDigest([url, signIn, wsdl, authority]), () => ({ client: null }));
  };
  const signedTo = ({ url, signIn = null, authority }: Endpoint) => signed(signIn, url, authority);
  const clientFor: ClientFor = (endpoint) =>
    (keptOf(endpoint).client ??= createSoapClient(endpoint, signedTo(endpoint)));

  return {
    kind: 'soap',
    needsUrl: true,
    signsIn: true,
    servedWsdl: async (endpoint) => servedWsdl(endpoint.url, signedTo(endpoint)),
    async configFields(endpoint, options) {
      // A connector is chosen anew: so is its description, which may have changed.
      keptOf(endpoint).client = null;
      return readConfigFields(clientFor(endpoint), options);
    },
    configList: async (endpoint, listName, options) =>
      (
        await clientFor(endpoint).call(
          'WSGetList',
          { ConnectionGuid: NO_CONNECTION, ListName: listName },
          'listItems',
          { timeoutMs: INTERACTIVE_MS, ...options },
        )
      ).items,
    open: (settings) => openConnection(settings, clientFor),
  };
}

async function readConfigFields(client: SoapClient, options?: CallOptions): Promise<readonly ErpField[]> {
  return (await client.call('WSGetConfigData', {}, 'fields', { timeoutMs: INTERACTIVE_MS, ...options })).items;
}

function openConnection(settings: ConnectionSettings, clientFor: ClientFor): ErpConnector {
  const { connectionId, config } = settings;
  /** What the actor types consist of, as last asked: how to write a value, and what cannot be written at all. */
  const catalogue = new Map<ActorType, readonly ErpField[]>();

  const once = <Read extends Reads>(
    operation: string,
    request: Record<string, Carried>,
    reads: Read,
    options?: SoapOptions,
    wanted?: readonly WantedField[],
  ) => clientFor(settings).call(operation, { ConnectionGuid: connectionId, ...request }, reads, options, wanted);

  const resend = onceForAll(() => saveConnection());

  /** A connector that lost its settings, as after a new installation, gets them again; once, for all who wait. */
  const call: typeof once = async (...asked) => {
    try {
      return await once(...asked);
    } catch (error) {
      if (!isUnknownConnection(error)) throw error;
      await resend();
      return once(...asked);
    }
  };

  async function saveConnection(options?: SoapOptions): Promise<void> {
    const fields = await readConfigFields(clientFor(settings), options);
    await once('WSSaveConnection', { ConnectionInfo: keyValues(config, kindsOf(fields)) }, 'nothing', options);
  }

  async function readFieldsOf(type: ActorType, options?: CallOptions): Promise<readonly ErpField[]> {
    const { items } = await call('WSGetSupportedActorTypeFields', { ActorType: type }, 'fields', options);
    catalogue.set(type, items);
    return items;
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
    const asked = { ActorType: type, ...request, FieldKeys };
    const { items: sent, warning } = await call(operation, asked, 'actors', options, fields);
    const usable = sent.filter((actor) => actor.type === type && actor.erpKey);
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
      saved = (await call('WSSaveActors', { Actors }, 'actors', options, fields)).items;
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
      await clientFor(settings).call('WSTestConfigData', { ConnectionInfo }, 'nothing', {
        timeoutMs: INTERACTIVE_MS,
        ...options,
      });
    },
    saveConnection,
    async testConnection(options) {
      await call('WSTestConnection', {}, 'nothing', { timeoutMs: INTERACTIVE_MS, ...options });
    },
    async deleteConnection(options) {
      try {
        await once('WSDeleteConnection', {}, 'nothing', options);
      } catch (error) {
        if (!isUnknownConnection(error)) throw error;
      }
    },

    async actorTypes(options) {
      const { items: offered } = await call('WSGetSupportedActorTypes', {}, 'texts', options);
      return actorTypes.filter((type) => offered.includes(type));
    },
    fields: readFieldsOf,
    searchableFields: async (type, options) =>
      (await call('WSGetSearchableFields', { ActorType: type }, 'texts', options)).items,

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
      const { items } = await once('WSCreateActor', { Actor }, 'actor', options, fields).catch(unlessBegun);
      const [created] = items;
      if (!created?.erpKey) throw new AppError('connector.answer_invalid', { call: 'WSCreateActor', problem: 'actor' });
      return { ...created, type };
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

    getList: async (listName, options) => (await call('WSGetList', { ListName: listName }, 'listItems', options)).items,
    async getListItems(listName, keys, options) {
      const items: ListItem[] = [];
      for (const ListItemKeys of chunks([...new Set(keys)], READ_AT_ONCE)) {
        items.push(...(await call('WSGetListItems', { ListName: listName, ListItemKeys }, 'listItems', options)).items);
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
