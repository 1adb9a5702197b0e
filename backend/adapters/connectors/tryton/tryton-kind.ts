import type { ActorRef, ActorType, FieldValue, FieldValues, ListItem } from '../../../../shared/vocabulary.ts';
import type { Endpoint } from '../../../domain/endpoint.ts';
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
  SearchRestriction,
  WantedField,
} from '../../../ports/erp-connector.ts';
import { faultIn, faultInNew } from '../field-faults.ts';
import { isObject, membersOf, type Json, type JsonObject } from '../json.ts';
import { containsText, satisfies, testOf } from '../local-search.ts';
import { createDraft, idOf, rowsIn, textIn, timestampsOf, trytonValues, type Draft, type Row } from './offered.ts';
import { askServer, type RpcOptions } from './rpc-client.ts';
import { createServices, INTERACTIVE_MS, readRows, type ActorModel, type Parts, type Service } from './service.ts';
import { configFields, DATABASES, readSettings, rootOf, type Settings } from './settings.ts';
import { trusting } from '../trusted-authority.ts';
import { texts } from './texts.ts';
import { momentFrom, momentOf } from './wire.ts';

/** A description changes when somebody changes the ERP, which is not often; who asks for it wants it as it is now. */
const DESCRIPTION_MS = 15 * 60_000;
const FRESH_MS = 10_000;
const LIST_MS = 5 * 60_000;
const BACKGROUND_MS = 120_000;
const FOUND = 1000;
const SCANNED = 20_000;
const CHANGED = 200_000;
const ITEMS = 20_000;
const KEYS_AT_ONCE = 200;
const TRIES = 4;

/** Tryton, a full open-source ERP, over the JSON-RPC that its own clients speak. */
export function trytonKind(parts: Parts): ConnectorKind {
  const serviceFor = createServices(parts);
  const ask = (method: Parameters<typeof askServer>[0], { url, authority = null }: Endpoint, options?: CallOptions) =>
    askServer(method, rootOf(url), trusting(parts.fetch, authority, [url]), options);
  return {
    kind: 'tryton',
    needsUrl: true,
    configFields: () => Promise.resolve(configFields),
    async configList(endpoint, listName, options) {
      if (listName !== DATABASES) throw new AppError('connector.rejected', { list: listName });
      // Suggestions: a server may keep the names of its databases to itself.
      const names = await ask('common.db.list', endpoint, options).catch(() => []);
      return membersOf(names).flatMap((name) => (typeof name === 'string' ? [{ key: name, text: name }] : []));
    },
    async testAddress(endpoint, options) {
      const version = await ask('common.server.version', endpoint, options);
      if (typeof version !== 'string') throw new AppError('connector.answer_invalid', { problem: 'version' });
    },
    open: (settings) => openConnection(settings, serviceFor, parts.clock),
  };
}

function openConnection(
  settings: ConnectionSettings,
  serviceFor: (settings: Settings) => Service,
  clock: Clock,
): ErpConnector {
  let found: Service | undefined;
  const service = () => (found ??= serviceFor(readSettings(settings, settings.config)));
  const model = (options?: CallOptions) => service().model(DESCRIPTION_MS, options);
  const interactive = (options?: CallOptions): RpcOptions => ({ timeoutMs: INTERACTIVE_MS, ...options });

  async function actorModel(type: ActorType, options?: CallOptions): Promise<ActorModel> {
    const actor = (await model(options)).actors.get(type);
    if (!actor) throw new AppError('connector.rejected', { actorType: type });
    return actor;
  }

  async function read(
    actor: ActorModel,
    domain: Json,
    fields: readonly WantedField[],
    limit: number,
    options?: RpcOptions & { readonly archived?: boolean },
  ) {
    const asked = fields.flatMap(({ key }) => actor.offered.get(key)?.reads ?? []);
    return readRows(service().client, actor, [actor.domain, domain], [...actor.names, ...asked], limit, options);
  }

  async function rowsOf(
    actor: ActorModel,
    keys: readonly string[],
    fields: readonly WantedField[],
    options?: RpcOptions,
  ): Promise<ReadonlyMap<string, Row>> {
    // Only the one form that a key has: `01` is not the record 1.
    const ids = [...new Set(keys)].filter((key) => /^[1-9]\d{0,14}$/.test(key)).map(Number);
    const found = new Map<string, Row>();
    for (let start = 0; start < ids.length; start += KEYS_AT_ONCE) {
      const part = ids.slice(start, start + KEYS_AT_ONCE);
      const { rows } = await read(actor, [['id', 'in', part]], fields, part.length, { archived: true, ...options });
      const wanted = new Set(part);
      for (const row of rows) {
        // Records nobody asked for: perhaps those asked for were left out in their place.
        if (!wanted.has(idOf(row))) throw new AppError('connector.answer_invalid', { problem: 'keys' });
        found.set(String(idOf(row)), row);
      }
    }
    return found;
  }

  async function actorsOf(
    actor: ActorModel,
    rows: readonly Row[],
    fields: readonly WantedField[],
    options?: RpcOptions,
  ): Promise<readonly Actor[]> {
    const parents = await parentsOf(actor, rows, options);
    return rows.map((row) => ({ ...readActor(actor, row, fields), parent: parents.get(row) ?? null }));
  }

  /** The company of a person; of a company with both roles, we say it is the customer. */
  async function parentsOf(
    actor: ActorModel,
    rows: readonly Row[],
    options?: RpcOptions,
  ): Promise<ReadonlyMap<Row, ActorRef>> {
    const companies = new Map(
      rows.flatMap((row) => {
        const relation = rowsIn(row, 'relations').find(({ type }) => type === actor.relation);
        return typeof relation?.['to'] === 'number' ? [[row, relation['to']] as const] : [];
      }),
    );
    const { actors } = await model(options);
    const typeOf = new Map<number, ActorType>();
    for (const type of ['Customer', 'Supplier'] as const) {
      const open = [...new Set(companies.values())].filter((id) => !typeOf.has(id));
      const company = actors.get(type);
      if (open.length === 0 || !company) continue;
      const domain: Json = [company.domain, [['id', 'in', open]]];
      const ids = await service().client.call(
        `${company.model}.search`,
        [domain, 0, null, null],
        { active_test: false },
        options,
      );
      for (const id of membersOf(ids)) if (typeof id === 'number') typeOf.set(id, type);
    }
    return new Map(
      [...companies].flatMap(([row, id]) => {
        const type = typeOf.get(id);
        return type ? [[row, { type, erpKey: String(id) }] as const] : [];
      }),
    );
  }

  /** The persons of a parent, as a domain. */
  function parentDomain({ relation }: ActorModel, parent: ActorRef | undefined): Json {
    if (!parent) return [];
    if (relation === null) throw new AppError('connector.rejected', { actorType: parent.type });
    return [
      [
        'relations',
        'where',
        [
          ['to', '=', keyOf(parent)],
          ['type', '=', relation],
        ],
      ],
    ];
  }

  async function page(
    actor: ActorModel,
    { rows, complete }: { rows: readonly Row[]; complete: boolean },
    fields: readonly WantedField[],
    options?: RpcOptions,
  ): Promise<ActorPage> {
    return { actors: await actorsOf(actor, rows, fields, options), warning: complete ? null : texts.incomplete };
  }

  async function getActors(
    type: ActorType,
    keys: readonly string[],
    fields: readonly WantedField[],
    options?: CallOptions,
  ): Promise<ActorPage> {
    const actor = await actorModel(type, options);
    const rows = await rowsOf(actor, keys, fields, options);
    return page(actor, { rows: [...rows.values()], complete: true }, fields, options);
  }

  async function saveOne(
    actor: ActorModel,
    { erpKey, values }: ActorChange,
    row: Row,
    fields: readonly WantedField[],
    options?: RpcOptions,
  ): Promise<'saved' | (SaveOutcome & { kind: 'refused' })> {
    let now = row;
    for (let time = 0; time < TRIES; time++) {
      if (!Object.keys(values).every((key) => valueIn(actor, now, key) === valueIn(actor, row, key))) break;
      const news = Object.entries(values).filter(([key, value]) => valueIn(actor, now, key) !== value);
      if (news.length === 0) return 'saved';
      try {
        const draft = draftOf(actor, now, Object.fromEntries(news));
        await service().client.call(
          `${actor.model}.write`,
          [[idOf(now)], trytonValues(draft)],
          { _timestamp: timestampsOf(actor.model, draft) },
          options,
        );
        return 'saved';
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        if (error.code === 'value.invalid') return refusal('value.invalid');
        if (error.code === 'connector.rejected') return refusal(error.code, explanationOf(error));
        if (error.code !== 'actor.changed') throw error;
        // Somebody else was first: look again, and write only if what we change is as we found it.
        const again = (await rowsOf(actor, [erpKey], fields, options)).get(erpKey);
        if (!again) return refusal('actor.not_found');
        now = again;
      }
    }
    return refusal('actor.changed');
  }

  async function saveType(
    type: ActorType,
    changes: readonly ActorChange[],
    fields: readonly WantedField[],
    options?: CallOptions,
  ): Promise<ReadonlyMap<ActorChange, SaveOutcome>> {
    const actor = await actorModel(type, options);
    const written = new Set(changes.flatMap(({ values }) => Object.keys(values)));
    const asked = [
      ...fields,
      ...[...actor.offered.values()].flatMap(({ field }) => (written.has(field.key) ? field : [])),
    ];
    const keys = changes.map(({ erpKey }) => erpKey);
    const before = await rowsOf(actor, keys, asked, options);
    const outcomes = new Map<ActorChange, SaveOutcome>();
    for (const change of changes) {
      const row = before.get(change.erpKey);
      const outcome = row ? await saveOne(actor, change, row, asked, options) : refusal('actor.not_found');
      if (outcome !== 'saved') outcomes.set(change, outcome);
    }
    const saved = changes.filter((change) => !outcomes.has(change));
    const { actors } = await getActors(
      type,
      saved.map(({ erpKey }) => erpKey),
      fields,
      options,
    );
    for (const change of saved) {
      const actor = actors.find(({ erpKey }) => erpKey === change.erpKey);
      outcomes.set(change, actor ? { kind: 'saved', actor } : refusal('actor.not_found'));
    }
    return outcomes;
  }

  /** A key that is in no list would be refused by Tryton too, but with words about its tables. */
  async function strangerIn(actor: ActorModel, values: FieldValues, options?: CallOptions): Promise<string | null> {
    for (const [key, value] of Object.entries(values)) {
      const listName = actor.offered.get(key)?.field.listName ?? null;
      if (listName === null || value === null) continue;
      const known = service().lists.get(listName);
      if (known?.items.some((item) => item.key === value) && clock.now().getTime() - known.since < LIST_MS) continue;
      if ((await getListItems(listName, [value], options)).length === 0) return key;
    }
    return null;
  }

  async function readList(listName: string, domain: Json, options?: CallOptions): Promise<readonly ListItem[]> {
    const items = (await model(options)).lists.get(listName);
    if (items === undefined) throw new AppError('connector.rejected', { list: listName });
    if (items !== null) return items;
    const answer = await service().client.call(
      `${listName}.search_read`,
      [domain, 0, ITEMS + 1, [['id', 'ASC']], ['rec_name']],
      {},
      interactive(options),
    );
    const rows = membersOf(answer).filter(isObject);
    if (rows.length > ITEMS) throw new AppError('connector.answer_invalid', { problem: 'size', list: listName });
    return rows.map((row) => ({ key: String(idOf(row)), text: textIn(row, 'rec_name') ?? '' }));
  }

  async function getListItems(listName: string, keys: readonly string[], options?: CallOptions) {
    const ids = keys.filter((key) => /^[1-9]\d{0,14}$/.test(key)).map(Number);
    return (await readList(listName, [['id', 'in', ids]], options)).filter(({ key }) => keys.includes(key));
  }

  const test = async (options?: CallOptions) => {
    const { actors } = await service().model(FRESH_MS, options);
    for (const actor of actors.values()) await read(actor, [], [], 1, interactive(options));
  };

  return {
    testConfig: test,
    // Tryton knows nothing of connections: the settings are the sign-in.
    saveConnection: async (options) => {
      options?.signal?.throwIfAborted();
      service();
    },
    testConnection: test,
    deleteConnection: (options) => service().client.signOut(options),

    actorTypes: async (options) => [...(await model(options)).actors.keys()],
    fields: async (type, options) => {
      await service().model(FRESH_MS, options);
      return [...(await actorModel(type, options)).offered.values()].map(({ field }) => field);
    },
    searchableFields: async (type, options) => [...(await actorModel(type, options)).offered.keys()],

    getActors,
    async searchActors(type, text, fields, { parent, ...options } = {}) {
      const actor = await actorModel(type, options);
      const domain: Json = [parentDomain(actor, parent), textDomain(actor, text)];
      const { rows, complete } = await read(actor, domain, fields, FOUND, interactive(options));
      const fitting = rows.filter((row) => containsText(actor.texts(row), text));
      return page(actor, { rows: fitting, complete }, fields, interactive(options));
    },
    async searchAdvanced(type, restrictions, fields, { parent, ...options } = {}) {
      restrictions.forEach(testOf);
      const actor = await actorModel(type, options);
      const lacking = restrictions.find(({ field }) => !actor.offered.has(field.key));
      if (lacking) throw new AppError('mapping.field_unknown', { field: lacking.field.key });
      const asked = [...fields, ...restrictions.map(({ field }) => field)];
      const domain: Json = [parentDomain(actor, parent), ...restrictions.map((each) => domainOf(actor, each))];
      const { rows, complete } = await read(actor, domain, asked, SCANNED, interactive(options));
      const fitting = rows.filter((row) => satisfies(readActor(actor, row, asked).values, restrictions));
      return page(actor, { rows: fitting, complete }, fields, interactive(options));
    },
    async changedActors(type, since, fields, options) {
      const actor = await actorModel(type, options);
      const background = { timeoutMs: BACKGROUND_MS, archived: true, ...options };
      return page(actor, await read(actor, sinceDomain(actor, since), fields, CHANGED, background), fields, background);
    },

    async createActor({ type, values, parent }, fields, options) {
      const actor = await actorModel(type, options);
      const offered = [...actor.offered.values()].map(({ field }) => field);
      const fault = faultInNew(values, offered);
      if (fault) throw new AppError(fault.code, { field: fault.field });
      const stranger = await strangerIn(actor, values, options);
      if (stranger !== null) throw new AppError('value.invalid', { field: stranger });
      if (parent && actor.relation === null) throw new AppError('connector.rejected', { actorType: parent.type });

      const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
      const relation: JsonObject = parent
        ? { relations: [['create', [{ to: keyOf(parent), type: actor.relation }]]] }
        : {};
      const record = joined(trytonValues(draftOf(actor, null, given)), { ...actor.constants, ...relation });
      const ids = await service().createsInTurn(() =>
        service().client.call(`${actor.model}.create`, [[record]], {}, options),
      );
      const [id] = membersOf(ids);
      if (typeof id !== 'number') throw new AppError('connector.answer_invalid', { problem: 'actor' });
      const [created] = (await getActors(type, [String(id)], fields, options)).actors;
      if (!created) throw new AppError('connector.answer_invalid', { problem: 'actor' });
      return created;
    },
    async saveActors(changes, fields, options) {
      options?.signal?.throwIfAborted();
      const outcomes = new Map<ActorChange, SaveOutcome>();
      for (const change of changes) {
        const actor = await actorModel(change.type, options);
        const fault = faultIn(
          change.values,
          [...actor.offered.values()].map(({ field }) => field),
        );
        const code =
          fault?.code ?? ((await strangerIn(actor, change.values, options)) === null ? null : 'value.invalid');
        if (code !== null) outcomes.set(change, refusal(code));
      }
      const sound = changes.filter((change) => !outcomes.has(change));
      for (const [type, ofType] of Map.groupBy(sound, (change) => change.type)) {
        for (const [change, outcome] of await saveType(type, ofType, fields, options)) outcomes.set(change, outcome);
      }
      return changes.map((change) => outcomes.get(change) as SaveOutcome);
    },

    async getList(listName, options) {
      const items = await readList(listName, [], options);
      service().lists.set(listName, { items, since: clock.now().getTime() });
      return items;
    },
    getListItems,
  };
}

function readActor(actor: ActorModel, row: Row, fields: readonly WantedField[]): Actor {
  const values: Record<string, FieldValue> = {};
  const unreadable: Record<string, string> = {};
  for (const { key } of fields) {
    const offered = actor.offered.get(key);
    if (!offered) continue;
    const read = offered.read(row);
    if (read.kind === 'value') values[key] = read.value;
    else unreadable[key] = asSent(row[offered.reads[0] ?? '']);
  }
  return {
    type: actor.type,
    erpKey: String(idOf(row)),
    lastModified: stampOf(actor, row),
    values,
    unreadable,
    parent: null,
  };
}

/** A party has changed when one of its rows has; `write_date` is empty until the first edit. */
function stampOf({ tables }: ActorModel, row: Row): string {
  const stamps = [row, ...tables.flatMap((table) => rowsIn(row, table))].map(
    (each) => momentOf(each['write_date']) ?? momentOf(each['create_date']) ?? '',
  );
  return stamps.reduce((latest, stamp) => (stamp > latest ? stamp : latest), '');
}

function asSent(value: Json | undefined): string {
  if (isObject(value) && typeof value['decimal'] === 'string') return value['decimal'];
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Undefined for what cannot be read, which no value equals. */
function valueIn(actor: ActorModel, row: Row, key: string): FieldValue | undefined {
  const read = actor.offered.get(key)?.read(row);
  return read?.kind === 'value' ? read.value : undefined;
}

function draftOf(actor: ActorModel, row: Row | null, values: FieldValues): Draft {
  const draft = createDraft(row);
  for (const [key, value] of Object.entries(values)) actor.offered.get(key)?.write(value, draft);
  return draft;
}

/** Where both have commands for the rows of one table, all of them are meant. */
function joined(values: JsonObject, more: JsonObject): JsonObject {
  const both = Object.entries(more).map(([name, value]) => {
    const given = values[name];
    return [name, Array.isArray(given) ? [...membersOf(given), ...membersOf(value)] : value] as const;
  });
  return { ...values, ...Object.fromEntries(both) };
}

/** On or after: what was made since, or changed, or has a row below it that was. */
function sinceDomain({ tables }: ActorModel, since: string): Json {
  const moment = momentFrom(since);
  if (moment === null) return [];
  const changed: Json = ['OR', ['write_date', '>=', moment], ['create_date', '>=', moment]];
  return ['OR', changed, ...tables.map((table): Json => [table, 'where', changed])];
}

/** What Tryton finds is looked at again: a database may not know that ø and Ø are one letter, so it is asked in three ways. */
function textDomain({ searches }: ActorModel, text: string): Json {
  if (text.trim() === '') return [];
  const patterns = new Set([text, text.toLowerCase(), text.toUpperCase()].map((each) => `%${asPattern(each)}%`));
  return ['OR', ...searches.flatMap((path) => [...patterns].map((pattern): Json => [path, 'ilike', pattern]))];
}

/** As far as Tryton can narrow a search down without losing what fits; what fits is decided here. */
function domainOf(actor: ActorModel, { field, operator, values }: SearchRestriction): Json {
  const paths = actor.offered.get(field.key)?.searches ?? [];
  const [value = null] = values;
  if (paths.length === 0) return [];
  if (field.kind === 'list' && operator === 'oneof' && !values.includes(null)) {
    const items = values.map((each) => (/^\d{1,15}$/.test(each ?? '') ? Number(each) : each));
    return [[paths[0] ?? '', 'in', items]];
  }
  const isText = field.kind === 'text' && ['=', 'begins', 'contains', 'ends'].includes(operator);
  return isText && value !== null ? textDomain({ ...actor, searches: paths }, value) : [];
}

/** What would stand for other letters stands for any one letter, itself among them. */
function asPattern(text: string): string {
  return text.replaceAll(/[%_\\]/g, '_');
}

function keyOf({ erpKey }: ActorRef): number {
  if (!/^[1-9]\d{0,14}$/.test(erpKey)) throw new AppError('actor.not_found', { key: erpKey });
  return Number(erpKey);
}

function refusal(
  code: (SaveOutcome & { kind: 'refused' })['code'],
  explanation: string | null = null,
): SaveOutcome & { kind: 'refused' } {
  return { kind: 'refused', code, explanation };
}

function explanationOf({ detail }: AppError): string | null {
  return typeof detail['explanation'] === 'string' ? detail['explanation'] : null;
}
