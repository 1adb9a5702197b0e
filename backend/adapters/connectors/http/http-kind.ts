import type { z } from 'zod';
import { type Actor as ContractActor, type Description, type Page } from '../../../../shared/connector-contract.ts';
import {
  actorTypes,
  type ActorRef,
  type ActorType,
  type FieldValue,
  type FieldValues,
  type ListItem,
} from '../../../../shared/vocabulary.ts';
import type { Endpoint } from '../../../domain/endpoint.ts';
import type { ErpField } from '../../../domain/field.ts';
import { isBlank, isCanonical, parseValue } from '../../../domain/value.ts';
import { AppError } from '../../../errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type {
  Actor,
  ActorChange,
  ActorPage,
  ConnectionSettings,
  ConnectorKind,
  ErpConnector,
  SaveOutcome,
  SearchRestriction,
  WantedField,
} from '../../../ports/erp-connector.ts';
import { chunks } from '../chunks.ts';
import { secretDigest } from '../../secret-digest.ts';
import { createRecent, onceForAll } from '../../shared-value.ts';
import { confirmSaved } from '../confirm-saved.ts';
import { faultIn, faultInNew } from '../field-faults.ts';
import { LARGEST_READ } from '../json.ts';
import { satisfies, testOf } from '../local-search.ts';
import type { SafeFetch } from '../safe-fetch.ts';
import { signingFetch } from '../sign-in.ts';
import { askConnector, problemOf, type HttpCallOptions, type OperationName, type Question } from './http-client.ts';
import { secretHelp, secretName } from './texts.ts';

/** The setting that is ours: the connector names none that begins so. */
export const SECRET = '$secret';

const INTERACTIVE_MS = 20_000;
const BACKGROUND_MS = 120_000;
/** What all pages of one answer may have together. */
const MAX_ACTORS = 200_000;
/** A description is the same for everyone; what a connector learns meanwhile is noticed after this. */
const DESCRIBED_FOR_MS = 5 * 60_000;
const DESCRIBED_AT_MOST = 1000;

type Described = z.output<typeof Description>;
type SentActor = z.output<typeof ContractActor>;

/** Any connector that speaks our own contract over HTTP. */
export function httpKind({ fetch, clock }: { readonly fetch: SafeFetch; readonly clock: Clock }): ConnectorKind {
  const signed = signingFetch({ fetch, clock });
  const known = createRecent<{ description: Promise<Described> | null; at: number }>(DESCRIBED_AT_MOST);
  const signedTo = ({ url, signIn = null, authority }: Endpoint) => signed(signIn, url, authority);
  // Who may see a description is for the connector to say, so it is kept for those only who sign in alike.
  const keptOf = ({ url, signIn = null, authority = null }: Endpoint) =>
    known(secretDigest([url, signIn, authority]), () => ({ description: null, at: 0 }));

  function describe(endpoint: Endpoint, options?: HttpCallOptions, kept = keptOf(endpoint)): Promise<Described> {
    if (kept.description && performance.now() - kept.at < DESCRIBED_FOR_MS) return kept.description;
    const asked = askConnector(signedTo(endpoint), { url: endpoint.url, secret: null }, 'describe', {}, options);
    const description = asked.then(({ answer }) => answer);
    Object.assign(kept, { description, at: performance.now() });
    description.catch(() => {
      if (kept.description === description) kept.description = null;
    });
    return description;
  }

  return {
    kind: 'http',
    needsUrl: true,
    signsIn: true,
    async configFields(endpoint, options) {
      // A connector is chosen anew: so is what it says of itself.
      keptOf(endpoint).description = null;
      const settings = settingsOf(await describe(endpoint, options));
      return endpoint.signIn ? settings : [secretField, ...settings];
    },
    async configList(endpoint, listName, options) {
      const { settings } = await describe(endpoint, options);
      return settings.find(({ key }) => key === listName)?.items ?? [];
    },
    open(settings) {
      const kept = keptOf(settings);
      return openConnection(settings, signedTo(settings), (options) => describe(settings, options, kept));
    },
  };
}

function openConnection(
  { connectionId, url, signIn = null, config }: ConnectionSettings,
  fetch: SafeFetch,
  describe: (options?: HttpCallOptions) => Promise<Described>,
): ErpConnector {
  const { [SECRET]: typed = null, ...settings } = config;
  // Where we sign in at the connector itself, a connection has no secret of its own.
  const secret = signIn ? null : typed;
  const catalogue = new Map<ActorType, readonly OfferedField[]>();
  /** As last read here, so that a save does not pass over what somebody else wrote since. */
  const etags = new Map<string, string>();

  const once = <Name extends OperationName>(name: Name, question: Question, options?: HttpCallOptions) =>
    askConnector(fetch, { url, secret }, name, { id: connectionId, ...question }, options);

  const resend = onceForAll(() => once('saveConnection', { body: { settings } }));

  /** A connector that lost its settings, as after a new start, gets them again; once, for all who wait. It did nothing before. */
  async function ask<Name extends OperationName>(name: Name, question: Question, options?: HttpCallOptions) {
    try {
      return await once(name, question, options);
    } catch (error) {
      if (!isUnknownConnection(error)) throw error;
      await resend();
      return once(name, question, options);
    }
  }

  async function readCatalogue(options?: HttpCallOptions): Promise<void> {
    const { answer } = await ask('actorTypes', {}, options);
    catalogue.clear();
    for (const { type, fields } of answer.actorTypes) catalogue.set(type, fields.map(offered));
  }

  async function fieldsOf(type: ActorType, options?: HttpCallOptions): Promise<readonly OfferedField[]> {
    if (catalogue.size === 0) await readCatalogue(options);
    return catalogue.get(type) ?? [];
  }

  const remember = (type: ActorType, { key, etag }: SentActor) => {
    if (etag !== undefined) etags.set(`${type}/${key}`, etag);
  };

  /** All pages of an answer. */
  async function page(
    name: 'read' | 'search' | 'changes',
    type: ActorType,
    fields: readonly WantedField[],
    body: Readonly<Record<string, unknown>>,
    options?: HttpCallOptions,
  ): Promise<ActorPage> {
    const found = new Map<string, Actor>();
    const warnings: string[] = [];
    const deleted = new Set<string>();
    const seen = new Set<string>();
    let [size, after] = [0, undefined as string | undefined];
    do {
      const wanted = { type, fields: fields.map(({ key }) => key), ...body, ...(after === undefined ? {} : { after }) };
      const { answer, bytes }: { answer: z.output<typeof Page>; bytes: number } = await ask(
        name,
        { body: wanted },
        options,
      );
      size += bytes;
      if (size > LARGEST_READ || found.size > MAX_ACTORS)
        throw new AppError('connector.answer_invalid', { call: name, problem: 'size' });
      if (!answer.complete) warnings.push(answer.message ?? '');
      const told = new Set<string>();
      for (const actor of answer.actors) {
        told.add(actor.key);
        remember(type, actor);
        found.set(actor.key, actorOf(type, actor, fields));
      }
      // Told twice in one answer: we cannot know what else is amiss. On another page it may have changed meanwhile.
      if (told.size < answer.actors.length) warnings.push('');
      for (const key of answer.deleted) deleted.add(key);
      after = answer.next ?? undefined;
      if (after !== undefined && (seen.has(after) || !(await describe(options)).capabilities.paging)) {
        throw new AppError('connector.answer_invalid', { call: name, problem: 'paging' });
      }
      if (after !== undefined) seen.add(after);
    } while (after !== undefined);
    const warning = warnings.length > 0 ? [...new Set(warnings)].filter(Boolean).join('\n') : null;
    return { actors: [...found.values()], warning, ...(deleted.size > 0 ? { deleted: [...deleted] } : {}) };
  }

  async function getActors(
    type: ActorType,
    keys: readonly string[],
    fields: readonly WantedField[],
    options?: HttpCallOptions,
  ): Promise<ActorPage> {
    const { batch } = (await describe(options)).capabilities;
    const actors: Actor[] = [];
    const warnings: string[] = [];
    for (const asked of chunks([...new Set(keys)], batch)) {
      const wanted = new Set(asked);
      const answered = await page('read', type, fields, { keys: asked }, options);
      const ours = answered.actors.filter(({ erpKey }) => wanted.has(erpKey));
      actors.push(...ours);
      // Actors nobody asked for: perhaps those asked for were left out in their place.
      if (ours.length < answered.actors.length) warnings.push('');
      if (answered.warning !== null) warnings.push(answered.warning);
    }
    return { actors, warning: warnings.length > 0 ? warnings.filter(Boolean).join('\n') : null };
  }

  async function search(
    type: ActorType,
    fields: readonly WantedField[],
    question: {
      readonly text: string;
      readonly restrictions: readonly SearchRestriction[];
      readonly parent: ActorRef | undefined;
    },
    options?: HttpCallOptions,
  ): Promise<ActorPage> {
    const { text, restrictions, parent } = question;
    const { operators } = (await describe(options)).capabilities;
    const isTheirs = ({ operator }: SearchRestriction) => operators.some((theirs) => theirs === operator);
    const ours = restrictions.filter((restriction) => !isTheirs(restriction));
    const read = [
      ...fields,
      ...ours.map(({ field }) => field).filter(({ key }) => !fields.some((each) => each.key === key)),
    ];
    const found = await page(
      'search',
      type,
      read,
      {
        text,
        restrictions: restrictions
          .filter(isTheirs)
          .map(({ field, operator, values }) => ({ field: field.key, operator, values })),
        parent: parent ? { type: parent.type, key: parent.erpKey } : null,
      },
      { timeoutMs: INTERACTIVE_MS, ...options },
    );
    const actors = found.actors.filter((actor) => isBelow(actor, parent) && satisfies(actor.values, ours));
    return { ...found, actors: read.length > fields.length ? actors.map((actor) => only(actor, fields)) : actors };
  }

  async function saveBatch(
    type: ActorType,
    changes: readonly ActorChange[],
    fields: readonly WantedField[],
    options?: HttpCallOptions,
  ): Promise<readonly SaveOutcome[]> {
    const body = {
      type,
      fields: fields.map(({ key }) => key),
      changes: changes.map(({ erpKey, values }) => {
        const ifMatch = etags.get(`${type}/${erpKey}`);
        return { key: erpKey, values, ...(ifMatch === undefined ? {} : { ifMatch }) };
      }),
    };
    const { results } = (await ask('save', { body }, options)).answer;
    const refused = new Map(results.flatMap(({ key, problem }) => (problem ? [[key, refusal(problem)] as const] : [])));
    const saved = results.flatMap(({ key, actor, problem }) => {
      if (!actor || problem || actor.key !== key) return [];
      remember(type, actor);
      return [actorOf(type, actor, fields)];
    });
    const taken = changes.filter(({ erpKey }) => !refused.has(erpKey));
    const confirmed = await confirmSaved(taken, saved, fields, (of, keys) => getActors(of, keys, fields, options));
    return changes.map((change) => refused.get(change.erpKey) ?? (confirmed[taken.indexOf(change)] as SaveOutcome));
  }

  return {
    async testConfig(options) {
      const missing = settingsOf(await describe(options)).find(
        ({ key, access }) => access === 'mandatory' && isBlank(config[key] ?? null),
      );
      if (missing) throw new AppError('config.field_missing', { field: missing.key });
      await once('checkSettings', { body: { settings } }, { timeoutMs: INTERACTIVE_MS, ...options });
    },
    async saveConnection(options) {
      await once('saveConnection', { body: { settings } }, options);
    },
    async testConnection(options) {
      await ask('checkConnection', {}, { timeoutMs: INTERACTIVE_MS, ...options });
    },
    async deleteConnection(options) {
      try {
        await once('deleteConnection', {}, options);
      } catch (error) {
        if (!isUnknownConnection(error)) throw error;
      }
    },

    async actorTypes(options) {
      await readCatalogue(options);
      return actorTypes.filter((type) => catalogue.has(type));
    },
    fields: async (type, options) => (await fieldsOf(type, options)).map(({ searchable: _, ...field }) => field),
    searchableFields: async (type, options) =>
      (await fieldsOf(type, options)).filter(({ searchable }) => searchable).map(({ key }) => key),

    getActors,
    searchActors: (type, text, fields, { parent, ...options } = {}) =>
      search(type, fields, { text, restrictions: [], parent }, options),
    async searchAdvanced(type, restrictions, fields, { parent, ...options } = {}) {
      restrictions.forEach(testOf);
      return search(type, fields, { text: '', restrictions, parent }, options);
    },
    changedActors: (type, since, fields, options) =>
      page('changes', type, fields, { since }, { timeoutMs: BACKGROUND_MS, ...options }),

    async createActor({ type, values, parent }, fields, { idempotencyKey, ...options } = {}) {
      const fault = faultInNew(values, await fieldsOf(type, options));
      if (fault) throw new AppError(fault.code, { field: fault.field });
      const repeatable = (await describe(options)).capabilities.idempotencyKey;
      const body = {
        type,
        fields: fields.map(({ key }) => key),
        values,
        parent: parent ? { type: parent.type, key: parent.erpKey } : null,
      };
      const { answer } = await ask(
        'create',
        { body },
        { ...options, ...(repeatable && idempotencyKey !== undefined ? { idempotencyKey } : {}) },
      );
      remember(type, answer.actor);
      return actorOf(type, answer.actor, fields);
    },
    async saveActors(changes, fields, options) {
      const outcomes = new Map<ActorChange, SaveOutcome>();
      for (const change of changes) {
        const fault = faultIn(change.values, await fieldsOf(change.type, options));
        if (fault) outcomes.set(change, { kind: 'refused', code: fault.code, explanation: null });
      }
      const { batch } = (await describe(options)).capabilities;
      for (const type of actorTypes) {
        const ofType = changes.filter((change) => change.type === type && !outcomes.has(change));
        for (const some of chunks(ofType, batch)) {
          const answers = await saveBatch(type, some, fields, options);
          some.forEach((change, index) => outcomes.set(change, answers[index] as SaveOutcome));
        }
      }
      return changes.map((change) => outcomes.get(change) as SaveOutcome);
    },

    getList: (listName, options) => items(listName, options),
    async getListItems(listName, keys, options) {
      return (await items(listName, options)).filter(({ key }) => keys.includes(key));
    },

    async abilities(options) {
      const { idempotencyKey, deletions } = (await describe(options)).capabilities;
      return { repeatableCreate: idempotencyKey, tellsDeleted: deletions };
    },
  };

  async function items(list: string, options?: HttpCallOptions): Promise<readonly ListItem[]> {
    return (await ask('list', { list }, options)).answer.items;
  }
}

type OfferedField = ErpField & { readonly searchable: boolean };

function offered(
  {
    list,
    default: standard,
    ...field
  }: { readonly list: string | null; readonly default: FieldValue } & Omit<
    OfferedField,
    'listName' | 'defaultValue' | 'rank'
  >,
  index: number,
): OfferedField {
  return { ...field, listName: list, defaultValue: standard, rank: index + 1 };
}

const secretField: ErpField = {
  key: SECRET,
  name: secretName,
  description: secretHelp,
  kind: 'password',
  listName: null,
  defaultValue: null,
  maxLength: 0,
  access: 'normal',
  rank: 0,
};

function settingsOf({ settings }: Described): readonly ErpField[] {
  return settings.map(({ items, default: defaultValue, ...field }, index): ErpField => ({
    ...field,
    // A setting's list is its own: it is offered before there is a connection to ask.
    listName: field.kind === 'list' && items.length > 0 ? field.key : null,
    defaultValue,
    rank: index + 1,
  }));
}

function actorOf(
  type: ActorType,
  { key, modified, values: sent, parent }: SentActor,
  fields: readonly WantedField[],
): Actor {
  return {
    type,
    erpKey: key,
    lastModified: modified,
    ...(isAsWanted(sent, fields) ? { values: sent, unreadable: {} } : readValues(sent, fields)),
    parent: parent && { type: parent.type, erpKey: parent.key },
  };
}

/** Whether there is nothing to read: most connectors answer what was asked for, in the one form of its kind. */
function isAsWanted(sent: FieldValues, fields: readonly WantedField[]): boolean {
  let count = 0;
  for (const _ in sent) count += 1;
  return count === fields.length && fields.every(({ key, kind }) => isCanonical(kind, sent[key]));
}

function readValues(sent: FieldValues, fields: readonly WantedField[]) {
  const values: Record<string, FieldValue> = {};
  const unreadable: Record<string, string> = {};
  for (const { key: field, kind } of fields) {
    const text: unknown = sent[field];
    // What every object has by nature, `constructor`, is no text.
    if (typeof text !== 'string' && text !== null) continue;
    const read = parseValue(kind, text ?? '');
    if (read.kind === 'value') values[field] = read.value;
    else unreadable[field] = text ?? '';
  }
  return { values, unreadable };
}

function only(actor: Actor, fields: readonly WantedField[]): Actor {
  const chosen = (values: FieldValues) =>
    Object.fromEntries(Object.entries(values).filter(([key]) => fields.some((field) => field.key === key)));
  return {
    ...actor,
    values: chosen(actor.values),
    unreadable: chosen(actor.unreadable) as Readonly<Record<string, string>>,
  };
}

function isBelow({ parent }: Actor, wanted: ActorRef | undefined): boolean {
  return !wanted || (parent?.type === wanted.type && parent.erpKey === wanted.erpKey);
}

function refusal(problem: Parameters<typeof problemOf>[0]): SaveOutcome {
  const { code, detail } = problemOf(problem);
  return {
    kind: 'refused',
    code,
    explanation: typeof detail['explanation'] === 'string' ? detail['explanation'] : null,
  };
}

function isUnknownConnection(error: unknown): boolean {
  return error instanceof AppError && error.code === 'connector.unknown_connection';
}
