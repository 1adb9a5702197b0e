import type { ActorRef, ActorType, FieldValues, ListItem } from '../../../../shared/vocabulary.ts';
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
import { chunks } from '../chunks.ts';
import { confirmSaved } from '../confirm-saved.ts';
import { faultIn, faultInNew } from '../field-faults.ts';
import { containsText, satisfies, testOf } from '../local-search.ts';
import type { SafeFetch } from '../safe-fetch.ts';
import { signingFetch } from '../sign-in.ts';
import {
  bodyOf,
  constantsIn,
  keyCondition,
  keyIn,
  needed,
  parentMember,
  readActor,
  rowText,
  type ActorModel,
} from './actor-model.ts';
import { conditionOf, literalOf, type Condition } from './filter.ts';
import type { ListSource, Metadata } from './metadata.ts';
import type { ODataOptions, Row } from './odata-client.ts';
import type { People } from './people.ts';
import { saveRecords } from './save-records.ts';
import {
  createServices,
  INTERACTIVE_MS,
  listProperties,
  openSets,
  textSearches,
  type Model,
  type Parts,
  type Service,
  type TextSearch,
} from './service.ts';
import { choices, configFields, readSettings, SETS, type Settings } from './settings.ts';
import { texts } from './texts.ts';

/** A description changes when somebody changes the ERP, which is not often; who asks for it wants it as it is now. */
const DESCRIPTION_MS = 15 * 60_000;
const FRESH_MS = 10_000;
const LIST_MS = 5 * 60_000;
const SUGGESTED = 1000;
/** What an address may hold that every server between us and the ERP lets pass. */
const FILTER_LENGTH = 1500;
const FOUND = 1000;
const SCANNED = 20_000;
const CHANGED = 200_000;
const ITEMS = 20_000;
const SAVED_AT_ONCE = 50;
const BACKGROUND_MS = 120_000;

/** Any ERP with an OData v4 API, configured and not coded. */
export function odataKind({ fetch, clock }: { readonly fetch: SafeFetch; readonly clock: Clock }): ConnectorKind {
  const parts: Parts = { signed: signingFetch({ fetch, clock }), clock };
  const serviceFor = createServices(parts);
  return {
    kind: 'odata',
    needsUrl: true,
    configFields: () => Promise.resolve(configFields),
    async configList(endpoint, listName, options) {
      // Suggestions: a service that shows its description to nobody has none to make, and may still be used.
      if (listName === SETS) {
        const names = await openSets(endpoint, parts, { ...options }).catch(() => []);
        return names.slice(0, SUGGESTED).map((name) => ({ key: name, text: name }));
      }
      const items = choices[listName];
      if (!items) throw new AppError('connector.rejected', { list: listName });
      return items;
    },
    async testAddress(endpoint, options) {
      await openSets(endpoint, parts, options);
    },
    open: (settings) => openConnection(settings, serviceFor, clock),
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

  async function actorsOf(type: ActorType, options?: CallOptions): Promise<{ actor: ActorModel; model: Model }> {
    const all = await model(options);
    const actor = all.actors.get(type);
    if (!actor) throw new AppError('connector.rejected', { actorType: type });
    return { actor, model: all };
  }

  async function readRows(
    actor: ActorModel,
    fields: readonly WantedField[],
    {
      filter = null,
      search = null,
      orderBy = null,
    }: { filter?: string | null; search?: string | null; orderBy?: string | null },
    limit: number,
    options?: ODataOptions,
  ) {
    const asked = fields.flatMap(({ key }) => actor.propertyOf.get(key)?.name ?? []);
    return service().client.read(
      actor.path,
      { filter: all(actor.filter, filter), search, orderBy, select: [...needed(actor), ...asked] },
      limit,
      options,
    );
  }

  async function rowsOf(
    actor: ActorModel,
    keys: readonly string[],
    fields: readonly WantedField[],
    options?: ODataOptions,
  ): Promise<{ readonly rows: ReadonlyMap<string, Row>; readonly odd: boolean }> {
    const wanted = new Set(keys);
    const conditions = [...wanted].flatMap((key) => keyCondition(actor, key) ?? []);
    const found = new Map<string, Row>();
    let odd = false;
    for (const part of ofLength(conditions, FILTER_LENGTH)) {
      const { rows, complete } = await readRows(actor, fields, { filter: `(${part.join(' or ')})` }, SCANNED, options);
      // More records than keys: this is not an answer to our question, and what it lacks is not gone.
      if (!complete) throw new AppError('connector.answer_invalid', { problem: 'keys' });
      for (const row of rows) {
        const key = keyIn(actor, row);
        if (key === null) throw new AppError('connector.answer_invalid', { problem: 'key' });
        // Told twice, or asked for by nobody: perhaps another was left out in its place.
        if (found.has(key) || !wanted.has(key)) odd = true;
        if (wanted.has(key)) found.set(key, row);
      }
    }
    return { rows: found, odd };
  }

  async function pageOf(
    { actor, model }: { actor: ActorModel; model: Model },
    rows: readonly Row[],
    fields: readonly WantedField[],
    complete: boolean,
    options?: ODataOptions,
  ): Promise<ActorPage> {
    const read = rows.map((row) => readActor(actor, row, fields));
    // A record changed while the pages are read may stand on two of them; the later one is newer.
    const byKey = new Map<string, Actor>();
    for (const each of read) if (each) byKey.set(each.erpKey, each);
    const actors = await withParents(actor, model, [...byKey.values()], options);
    const warning = !complete ? texts.incomplete : read.includes(null) ? texts.odd : null;
    return { actors, warning };
  }

  async function withParents(
    actor: ActorModel,
    { people }: Model,
    actors: readonly Actor[],
    options?: ODataOptions,
  ): Promise<readonly Actor[]> {
    if (actor.type !== 'Person' || !people || actors.length === 0) return actors;
    const parents = await people.parentsOf(
      actors.map(({ erpKey }) => erpKey),
      options,
    );
    return actors.map((each) => ({ ...each, parent: parents.get(each.erpKey) ?? null }));
  }

  async function getActors(
    type: ActorType,
    keys: readonly string[],
    fields: readonly WantedField[],
    options?: CallOptions,
  ): Promise<ActorPage> {
    const of = await actorsOf(type, options);
    const { rows, odd } = await rowsOf(of.actor, keys, fields, options);
    const page = await pageOf(of, [...rows.values()], fields, true, options);
    return odd ? { ...page, warning: texts.odd } : page;
  }

  /** The persons of a parent, as a condition; null where her company is told by a list of its own. */
  function parentCondition({ parent, preset }: ActorModel, ref: ActorRef | undefined): string | null {
    if (!ref) return null;
    if (!parent || parent.type !== ref.type) throw new AppError('connector.rejected', { actorType: ref.type });
    const value = literalOf(parent.property, ref.erpKey, preset);
    if (value === null) throw new AppError('actor.not_found', { key: ref.erpKey });
    return `${parent.property.name} eq ${value}`;
  }

  async function searchText(
    actor: ActorModel,
    text: string,
    within: string | null,
    fields: readonly WantedField[],
    options?: ODataOptions,
  ) {
    const of = service();
    if (text.trim() === '') return readRows(actor, fields, { filter: within }, FOUND, options);
    const searched = actor.search.map(({ name }) => ({ key: fieldOf(actor, name), kind: 'text' as const }));
    for (;;) {
      const how = of.textSearch;
      try {
        const questions =
          how === 'search'
            ? [{ filter: within, search: quoted(text) }]
            : conditions(actor, how, text).map((filter) => ({ filter: all(within, filter) }));
        const answers = await Promise.all(
          questions.map((question) => readRows(actor, [...fields, ...searched], question, FOUND, options)),
        );
        return {
          rows: answers.flatMap(({ rows }) => rows).filter((row) => how === 'search' || holds(actor, row, text)),
          complete: answers.every(({ complete }) => complete),
        };
      } catch (error) {
        const next = textSearches[textSearches.indexOf(how) + 1];
        if (!isRefusal(error) || next === undefined) throw error;
        if (of.textSearch === how) of.textSearch = next;
      }
    }
  }

  /** Where every person of a parent is known by key, they are few: what fits is found here. */
  async function peopleOf(
    of: { actor: ActorModel; model: Model },
    people: People,
    parent: ActorRef,
    fields: readonly WantedField[],
    fits: (actor: Actor, row: Row) => boolean,
    options?: ODataOptions,
  ): Promise<ActorPage> {
    const { rows } = await rowsOf(of.actor, await people.keysOf(parent, options), fields, options);
    const fitting = [...rows.values()].filter((row) => {
      const actor = readActor(of.actor, row, fields);
      return actor !== null && fits(actor, row);
    });
    return pageOf(of, fitting, fields, true, options);
  }

  /** The service narrows down as far as it can; what fits is decided here, so that every ERP searches alike. */
  async function scan(
    actor: ActorModel,
    conditions: readonly Condition[],
    within: string | null,
    fields: readonly WantedField[],
    options?: ODataOptions,
  ) {
    const modest = conditions.filter(({ plain }) => plain);
    const attempts = [...(actor.preset.filtersFreely ? [conditions] : []), modest, []];
    for (const [index, attempt] of attempts.entries()) {
      try {
        const filter = all(within, ...attempt.map(({ text }) => text));
        return await readRows(actor, fields, { filter }, SCANNED, options);
      } catch (error) {
        if (!isRefusal(error) || index === attempts.length - 1) throw error;
      }
    }
    throw new Error('the last attempt answers or throws');
  }

  async function saveType(
    type: ActorType,
    changes: readonly ActorChange[],
    fields: readonly WantedField[],
    options?: ODataOptions,
  ): Promise<ReadonlyMap<ActorChange, SaveOutcome>> {
    const of = await actorsOf(type, options);
    const { actor } = of;
    const written = changes.flatMap(({ values }) => Object.keys(values));
    const asked = [...fields, ...actor.fields.filter(({ key }) => written.includes(key))];
    const read = async (some: readonly ActorChange[]) => {
      const keys = some.map(({ erpKey }) => erpKey);
      const { rows, odd } = await rowsOf(actor, keys, asked, options);
      // What is missing in such an answer is not gone.
      if (odd && !keys.every((key) => rows.has(key))) {
        throw new AppError('connector.answer_invalid', { problem: 'keys' });
      }
      return rows;
    };
    const results = await saveRecords(actor, changes, read, service().client, options);

    const outcomes = new Map<ActorChange, SaveOutcome>();
    const rows: Row[] = [];
    for (const [change, result] of results) {
      if (result.kind === 'refused') outcomes.set(change, result);
      else if (result.row) rows.push(result.row);
    }
    const saved = changes.filter((change) => !outcomes.has(change));
    const { actors } = await pageOf(of, rows, fields, true, options);
    const confirmed = await confirmSaved(
      saved,
      actors,
      fields.filter(({ key }) => actor.propertyOf.has(key)),
      (_, keys) => getActors(type, keys, fields, options),
    );
    saved.forEach((change, index) => outcomes.set(change, confirmed[index] as SaveOutcome));
    return outcomes;
  }

  /** A service need not check that a list has an item, so we do. */
  async function strangerIn(actor: ActorModel, values: FieldValues, options?: CallOptions): Promise<string | null> {
    for (const [key, value] of Object.entries(values)) {
      const list = actor.propertyOf.get(key)?.list;
      if (!list || value === null) continue;
      const known = service().lists.get(list.name);
      if (known?.items.some((item) => item.key === value) && clock.now().getTime() - known.since < LIST_MS) continue;
      if ((await getListItems(list.name, [value], options)).length === 0) return key;
    }
    return null;
  }

  async function getListItems(
    listName: string,
    keys: readonly string[],
    options?: CallOptions,
  ): Promise<readonly ListItem[]> {
    const { metadata, lists, base } = await model(options);
    const list = lists.get(listName);
    if (!list) throw new AppError('connector.rejected', { list: listName });
    if (list.kind === 'fixed')
      return (metadata.fixedLists.get(list.name) ?? []).filter(({ key }) => keys.includes(key));
    const { key } = listProperties(metadata, list);
    const items: ListItem[] = [];
    const conditions = [...new Set(keys)].flatMap((each) => {
      const value = literalOf(key, each, service().preset);
      return value === null ? [] : [`${key.name} eq ${value}`];
    });
    for (const part of ofLength(conditions, FILTER_LENGTH)) {
      items.push(...(await readItems(metadata, base, list, part.join(' or '), options)));
    }
    return items.filter((item) => keys.includes(item.key));
  }

  async function readItems(
    metadata: Metadata,
    base: string,
    list: ListSource & { kind: 'set' },
    filter: string | null,
    options?: CallOptions,
  ) {
    const { key, text } = listProperties(metadata, list);
    const path = base + encodeURIComponent(list.set);
    const { rows, complete } = await service().client.read(path, { filter, select: [key.name, text.name] }, ITEMS, {
      timeoutMs: INTERACTIVE_MS,
      ...options,
    });
    if (!complete) throw new AppError('connector.answer_invalid', { problem: 'size', list: list.name });
    return rows.flatMap((row): ListItem[] => {
      const item = { key: rowText(row, key.name), text: rowText(row, text.name) };
      return item.key === '' ? [] : [item];
    });
  }

  const interactive = (options?: CallOptions) => ({ timeoutMs: INTERACTIVE_MS, ...options });
  const test = async (options?: CallOptions) => {
    const { actors } = await service().model(FRESH_MS, options);
    for (const actor of actors.values()) {
      await readRows(actor, [], {}, 1, interactive(options));
    }
  };

  return {
    testConfig: test,
    // The service knows nothing of connections: the settings go with every call.
    saveConnection: async (options) => {
      options?.signal?.throwIfAborted();
      service();
    },
    testConnection: test,
    deleteConnection: () => Promise.resolve(),

    actorTypes: async (options) => [...(await model(options)).actors.keys()],
    fields: async (type, options) => {
      await service().model(FRESH_MS, options);
      return (await actorsOf(type, options)).actor.fields;
    },
    searchableFields: async (type, options) => (await actorsOf(type, options)).actor.fields.map(({ key }) => key),

    getActors,
    async searchActors(type, text, fields, { parent, ...options } = {}) {
      const of = await actorsOf(type, options);
      const { people } = of.model;
      if (parent && people) {
        const searched = of.actor.search.map(({ name }) => ({ key: fieldOf(of.actor, name), kind: 'text' as const }));
        return peopleOf(
          of,
          people,
          parent,
          [...fields, ...searched],
          (_, row) => holds(of.actor, row, text),
          interactive(options),
        );
      }
      const { rows, complete } = await searchText(
        of.actor,
        text,
        parentCondition(of.actor, parent),
        fields,
        interactive(options),
      );
      return pageOf(of, rows, fields, complete, interactive(options));
    },
    async searchAdvanced(type, restrictions, fields, { parent, ...options } = {}) {
      restrictions.forEach(testOf);
      const of = await actorsOf(type, options);
      const lacking = restrictions.find(({ field }) => !of.actor.propertyOf.has(field.key));
      if (lacking) throw new AppError('mapping.field_unknown', { field: lacking.field.key });
      const asked = [...fields, ...restrictions.map(({ field }) => field)];
      const fits = (actor: Actor) => satisfies(actor.values, restrictions);
      if (parent && of.model.people) return peopleOf(of, of.model.people, parent, asked, fits, interactive(options));

      const conditions = restrictions.flatMap((each) => conditionFor(of.actor, each) ?? []);
      const { rows, complete } = await scan(
        of.actor,
        conditions,
        parentCondition(of.actor, parent),
        asked,
        interactive(options),
      );
      const fitting = rows.filter((row) => {
        const actor = readActor(of.actor, row, asked);
        return actor !== null && fits(actor);
      });
      return pageOf(of, fitting.slice(0, FOUND), fields, complete && fitting.length <= FOUND, interactive(options));
    },
    async changedActors(type, since, fields, options) {
      const of = await actorsOf(type, options);
      const { changed } = of.actor;
      const from = changed && since !== '' ? literalOf(changed, since, of.actor.preset) : null;
      const question = { filter: from === null ? null : `${changed?.name} ge ${from}`, orderBy: changed?.name ?? null };
      const background = { timeoutMs: BACKGROUND_MS, ...options };
      const { rows, complete } = await readRows(of.actor, fields, question, CHANGED, background);
      return pageOf(of, rows, fields, complete, background);
    },

    async createActor({ type, values, parent }, fields, options) {
      const of = await actorsOf(type, options);
      const { actor, model } = of;
      const fault = faultInNew(values, actor.fields);
      if (fault) throw new AppError(fault.code, { field: fault.field });
      const stranger = await strangerIn(actor, values, options);
      if (stranger !== null) throw new AppError('value.invalid', { field: stranger });
      const belongsTo =
        parent && model.people ? await model.people.memberFor(parent, options) : parentMember(actor, parent);
      const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
      const { body, numbersAsText } = bodyOf(actor, given, { ...constantsIn(actor), ...belongsTo });

      const answer = await service().client.create(actor.path, body, numbersAsText, options);
      try {
        const row = 'row' in answer ? answer.row : await service().client.readOne(answer.path, options);
        const key = keyIn(actor, row);
        const [created] = key === null ? [] : (await getActors(type, [key], fields, options)).actors;
        if (!created) throw new AppError('connector.answer_invalid', { problem: 'actor' });
        return created;
      } catch (error) {
        // It is there by now: whatever fails in looking at it is no refusal.
        if (!(error instanceof AppError)) throw error;
        throw new AppError('connector.answer_invalid', { problem: 'actor' }, { cause: error });
      }
    },
    async saveActors(changes, fields, options) {
      options?.signal?.throwIfAborted();
      const outcomes = new Map<ActorChange, SaveOutcome>();
      for (const change of changes) {
        const { actor } = await actorsOf(change.type, options);
        const code =
          faultIn(change.values, actor.fields)?.code ??
          ((await strangerIn(actor, change.values, options)) === null ? null : 'value.invalid');
        if (code !== null) outcomes.set(change, { kind: 'refused', code, explanation: null });
      }
      const sound = changes.filter((change) => !outcomes.has(change));
      for (const [type, ofType] of Map.groupBy(sound, (change) => change.type)) {
        for (const batch of chunks(ofType, SAVED_AT_ONCE)) {
          for (const [change, outcome] of await saveType(type, batch, fields, options)) outcomes.set(change, outcome);
        }
      }
      return changes.map((change) => outcomes.get(change) as SaveOutcome);
    },

    async getList(listName, options) {
      const { metadata, lists, base } = await model(options);
      const list = lists.get(listName);
      if (!list) throw new AppError('connector.rejected', { list: listName });
      if (list.kind === 'fixed') return metadata.fixedLists.get(list.name) ?? [];
      const items = await readItems(metadata, base, list, null, options);
      service().lists.set(listName, { items, since: clock.now().getTime() });
      return items;
    },
    getListItems,
  };
}

/** One condition for all properties, or where the service joins no different ones with `or`, one each. */
function conditions({ search, preset }: ActorModel, how: TextSearch, text: string): readonly string[] {
  const call = how === 'begins' ? 'startswith' : 'contains';
  const each = search.flatMap((property) => {
    if (property.type !== 'Edm.String') {
      const number = literalOf(property, text.trim(), preset);
      return number === null ? [] : [`${property.name} eq ${number}`];
    }
    const folded = how === 'folded';
    const sought = literalOf(property, folded ? text.toLowerCase() : text, preset) ?? '';
    return [`${call}(${folded ? `tolower(${property.name})` : property.name},${sought})`];
  });
  return preset.filtersFreely && each.length > 0 ? [`(${each.join(' or ')})`] : each;
}

function holds(actor: ActorModel, row: Row, text: string): boolean {
  return containsText(
    actor.search.map(({ name }) => rowText(row, name)),
    text,
  );
}

/** As `$search` takes a phrase. */
function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

function conditionFor(actor: ActorModel, restriction: SearchRestriction): Condition | null {
  const property = actor.propertyOf.get(restriction.field.key);
  return property ? conditionOf(property, restriction, actor.preset) : null;
}

function fieldOf({ propertyOf }: ActorModel, name: string): string {
  for (const [key, property] of propertyOf) if (property.name === name) return key;
  return name;
}

/** The service understood us and will not do it: another way of asking may help. */
function isRefusal(error: unknown): boolean {
  return error instanceof AppError && error.code === 'connector.rejected';
}

function all(...conditions: readonly (string | null)[]): string | null {
  const stated = conditions.filter((condition) => condition !== null);
  return stated.length === 0
    ? null
    : stated.length === 1
      ? (stated[0] ?? null)
      : stated.map((each) => `(${each})`).join(' and ');
}

function ofLength(conditions: readonly string[], length: number): readonly (readonly string[])[] {
  const parts: string[][] = [];
  let left = 0;
  for (const condition of conditions) {
    const size = encodeURIComponent(condition).length + ' or '.length;
    const last = parts.at(-1);
    if (last && size <= left) last.push(condition);
    else parts.push([condition]);
    left = last && size <= left ? left - size : length - size;
  }
  return parts;
}
