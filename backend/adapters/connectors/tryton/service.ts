import type { ActorType, ListItem } from '../../../../shared/vocabulary.ts';
import { AppError } from '../../../errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { CallOptions } from '../../../ports/erp-connector.ts';
import { secretDigest } from '../../secret-digest.ts';
import { createRecent } from '../../shared-value.ts';
import { isObject, LARGEST_READ, membersOf, type Json, type JsonObject } from '../json.ts';
import type { SafeFetch } from '../safe-fetch.ts';
import { trusting } from '../trusted-authority.ts';
import { idOf, ownField, readDescriptions, type Description, type Offered, type Row } from './offered.ts';
import { categories, partyFields, partyNames, partySearches, partyTexts } from './party-fields.ts';
import { createRpcClient, type RpcClient, type RpcOptions } from './rpc-client.ts';
import { unknown, type Settings } from './settings.ts';
import { texts } from './texts.ts';

/** How the actors of one type stand in Tryton. */
export interface ActorModel {
  readonly type: ActorType;
  readonly model: string;
  /** Which records have this role. */
  readonly domain: Json;
  readonly offered: ReadonlyMap<string, Offered>;
  /** Read with every record. */
  readonly names: readonly string[];
  /** The tables below whose rows tell that a record changed. */
  readonly tables: readonly string[];
  readonly searches: readonly string[];
  texts(row: Row): readonly (string | null)[];
  readonly hasActive: boolean;
  /** What makes a new record one of this type. */
  readonly constants: JsonObject;
  /** The type of the relation of a person to a company. */
  readonly relation: number | null;
}

export interface Model {
  readonly actors: ReadonlyMap<ActorType, ActorModel>;
  /** The items, or null for those of a table by that name. */
  readonly lists: ReadonlyMap<string, readonly ListItem[] | null>;
}

/** One database, seen with the settings of a connection, and what is known of it. */
export interface Service {
  readonly client: RpcClient;
  /** What it describes, at most so many milliseconds old. */
  model(maxAgeMs: number, options?: CallOptions): Promise<Model>;
  /** One after the other: not every database of Tryton's keeps two apart that number their records at once. */
  createsInTurn<T>(create: () => Promise<T>): Promise<T>;
  readonly lists: Map<string, { readonly items: readonly ListItem[]; readonly since: number }>;
}

export interface Parts {
  readonly fetch: SafeFetch;
  readonly clock: Clock;
}

export const INTERACTIVE_MS = 20_000;
const CATEGORIES = 5000;
const SERVICES = 200;

export function createServices(parts: Parts): (settings: Settings) => Service {
  const services = createRecent<Service>(SERVICES);
  return (settings) => services(secretDigest(settings), () => createService(settings, parts));
}

function createService(settings: Settings, { fetch, clock }: Parts): Service {
  const { signIn, authority } = settings;
  const client = createRpcClient(signIn, trusting(fetch, authority, [signIn.root]));
  const described = new Map<string, { readonly model: Promise<Model>; readonly since: number }>();
  let last: Promise<unknown> = Promise.resolve();
  return {
    client,
    createsInTurn(create) {
      const mine = last.then(create);
      last = mine.catch(() => undefined);
      return mine;
    },
    async model(maxAgeMs, { signal, language = '' } = {}) {
      signal?.throwIfAborted();
      const now = clock.now().getTime();
      const known = described.get(language);
      if (known && now - known.since <= maxAgeMs) return known.model;
      const fresh = { model: readModel(settings, client, language), since: now };
      described.set(language, fresh);
      // What could not be read now is asked for again with the next call.
      fresh.model.catch(() => {
        if (described.get(language) === fresh) described.delete(language);
      });
      return fresh.model;
    },
    lists: new Map(),
  };
}

/** Tryton's own, or what its screens need and nobody would map. */
const hidden = new Set([
  ...['id', 'create_uid', 'write_uid', 'create_date', 'write_date', 'rec_name', 'code_readonly', 'distance'],
  ...['name', 'full_name', 'code', 'tax_identifier', 'replaced_by', 'currency_digits', 'type', 'left', 'right'],
  ...['phone', 'mobile', 'fax', 'email', 'website', 'sequence', 'party_address'],
]);

async function readModel(settings: Settings, client: RpcClient, language: string): Promise<Model> {
  const context = await languageContext(client, language);
  const options = { timeoutMs: INTERACTIVE_MS };
  const describe = async (model: string) =>
    readDescriptions(model, await client.call(`${model}.fields_get`, [[]], context, options));
  const party = await describe('party.party').catch((error: unknown) => absent(error, ['connector.rejected']));
  if (!party) throw new AppError('connector.rejected', { explanation: texts.notActivated('party') });
  const address = await describe('party.address');
  const roles = await readRoles(settings, client);
  const relation = settings.persons && (await relationType(settings.persons.relation, client));
  const partyHas = await required('party.party', party, client);

  const partyModel = (type: ActorType, role: Role): ActorModel => {
    const isPerson = type === 'Person';
    const code = party.get('code');
    const offered = [
      ...partyFields(isPerson ? 'person' : 'company', address, roles.ids),
      ...(code
        ? [ownField(code, partyHas(code), { key: isPerson ? 'NUMBER' : 'NUMBER2', name: texts.fields.code })]
        : []),
      ...ownFields(party, partyHas),
    ];
    return {
      type,
      model: 'party.party',
      domain: role.domain,
      offered: ranked(offered),
      names: [
        ...partyNames(address),
        ...(isPerson ? ['to', 'type', 'create_date', 'write_date'].map((name) => `relations.${name}`) : []),
      ],
      tables: ['addresses', 'contact_mechanisms', 'identifiers', ...(isPerson ? ['relations'] : [])],
      searches: partySearches(address),
      texts: (row) => partyTexts(row, address),
      hasActive: party.has('active'),
      constants: role.category === null ? {} : { categories: [['add', [role.category]]] },
      relation: isPerson ? relation : null,
    };
  };
  const actors = new Map<ActorType, ActorModel>([
    ['Customer', partyModel('Customer', roles.customer)],
    ['Supplier', partyModel('Supplier', roles.supplier)],
    ...(roles.person ? [['Person', partyModel('Person', roles.person)] as const] : []),
  ]);
  const work = settings.projects ? await describe('project.work').catch(absent) : null;
  if (settings.projects && !work) unknown('Projects', 'project', texts.notActivated('project'));
  if (work) actors.set('Project', projectModel(work, await required('project.work', work, client)));
  const lists = [party, address, work ?? new Map<string, Description>()]
    .flatMap((descriptions) => [...descriptions.values()])
    .flatMap(({ list }) => list ?? []);
  return { actors, lists: new Map([categories, ...lists].map(({ name, items }) => [name, items] as const)) };
}

function projectModel(work: ReadonlyMap<string, Description>, access: Access): ActorModel {
  const named = (name: string, key: string, label: string) => {
    const description = work.get(name);
    return description ? [ownField(description, access(description), { key, name: label })] : [];
  };
  const searches = ['name', 'comment'].filter((name) => work.has(name));
  return {
    type: 'Project',
    model: 'project.work',
    domain: [['type', '=', 'project']],
    offered: ranked([
      ...named('name', 'NAME', texts.fields.name),
      ...named('comment', 'TEXT', texts.fields.description),
      ...ownFields(work, access).filter(({ field }) => field.key !== 'comment'),
    ]),
    names: searches,
    tables: [],
    searches,
    texts: (row) => searches.map((name) => (typeof row[name] === 'string' ? row[name] : null)),
    hasActive: work.has('active'),
    constants: { type: 'project' },
    relation: null,
  };
}

function ownFields(descriptions: ReadonlyMap<string, Description>, access: Access): readonly Offered[] {
  return [...descriptions.values()].filter(({ name }) => !hidden.has(name)).map((each) => ownField(each, access(each)));
}

function ranked(offered: readonly Offered[]): ReadonlyMap<string, Offered> {
  return new Map(offered.map((each, rank) => [each.field.key, { ...each, field: { ...each.field, rank } }]));
}

type Access = (description: Description) => 'normal' | 'mandatory' | 'readOnly';

/** A new record needs what is required, unless Tryton fills it in by itself. */
async function required(
  model: string,
  descriptions: ReadonlyMap<string, Description>,
  client: RpcClient,
): Promise<Access> {
  const names = [...descriptions.values()].filter((each) => each.required && !each.readonly).map(({ name }) => name);
  const asked = descriptions.has('code_readonly') ? [...names, 'code_readonly'] : names;
  const answer = asked.length === 0 ? {} : await client.call(`${model}.default_get`, [asked, false]);
  const defaults = isObject(answer) ? answer : {};
  return ({ name, readonly, required }) => {
    if (readonly || (name === 'code' && defaults['code_readonly'] === true)) return 'readOnly';
    return required && (defaults[name] ?? null) === null ? 'mandatory' : 'normal';
  };
}

interface Role {
  readonly category: number | null;
  readonly domain: Json;
}

interface Roles {
  readonly customer: Role;
  readonly supplier: Role;
  readonly person: Role | null;
  /** Every category that tells a role. */
  readonly ids: ReadonlySet<number>;
}

async function readRoles({ customers, suppliers, persons }: Settings, client: RpcClient): Promise<Roles> {
  const wanted = [customers, suppliers, persons?.category ?? null];
  const known = wanted.every((each) => each === null) ? [] : await named('party.category', client);
  const find = (key: string, name: string | null) => (name === null ? null : found(key, name, known));
  const person = find('PersonCategory', persons?.category ?? null);
  const anyParty: Json = person === null ? [] : [['categories', 'not child_of', [person], 'parent']];
  const role = (category: number | null): Role => ({
    category,
    domain: category === null ? anyParty : [['categories', 'child_of', [category], 'parent']],
  });
  const [customer, supplier] = [find('CustomerCategory', customers), find('SupplierCategory', suppliers)];
  const ids = [customer, supplier, person].filter((id) => id !== null);
  const belowThem =
    ids.length === 0 ? [] : await client.call('party.category.search', [[['parent', 'child_of', ids]], 0, null, null]);
  return {
    customer: role(customer),
    supplier: role(supplier),
    person: person === null ? null : role(person),
    ids: new Set([...ids, ...membersOf(belowThem).filter((id) => typeof id === 'number')]),
  };
}

/** Null for a table whose module is not activated, or that this user may not see. */
function absent(error: unknown, codes = ['connector.rejected', 'connector.denied']): null {
  if (error instanceof AppError && codes.includes(error.code)) return null;
  throw error;
}

async function relationType(name: string, client: RpcClient): Promise<number> {
  const types = await named('party.relation.type', client).catch(absent);
  if (!types) unknown('PersonRelation', name, texts.notActivated('party_relationship'));
  return found('PersonRelation', name, types);
}

interface Named {
  readonly id: number;
  readonly names: readonly string[];
}

async function named(model: string, client: RpcClient): Promise<readonly Named[]> {
  const answer = await client.call(`${model}.search_read`, [[], 0, CATEGORIES, null, ['name', 'rec_name']]);
  return membersOf(answer).flatMap((row) =>
    isObject(row) && typeof row['id'] === 'number'
      ? [{ id: row['id'], names: [row['rec_name'], row['name']].filter((each) => typeof each === 'string') }]
      : [],
  );
}

function found(key: string, name: string, all: readonly Named[]): number {
  const wanted = name.toLowerCase();
  const fits = all.find(({ names }) => names.some((each) => each.toLowerCase() === wanted));
  if (fits) return fits.id;
  const known = all.slice(0, 50).map(({ names }) => names[0]);
  return unknown(key, name, texts.thereAre(known.join(', ')));
}

/** Tryton speaks only the languages that were translated into it. */
async function languageContext(client: RpcClient, language: string): Promise<JsonObject> {
  const code = language.slice(0, 2);
  if (code === '') return {};
  const answer = await client.call('ir.lang.search_read', [
    [
      ['translatable', '=', true],
      ['code', '=', code],
    ],
    0,
    1,
    null,
    ['code'],
  ]);
  return membersOf(answer).length > 0 ? { language: code } : {};
}

/** Page by page in the order of the ids, at most so many records; `complete` tells whether that was all. */
export async function readRows(
  client: RpcClient,
  { model, hasActive }: Pick<ActorModel, 'model' | 'hasActive'>,
  domain: Json,
  names: readonly string[],
  limit: number,
  options?: RpcOptions & { readonly archived?: boolean },
): Promise<{ readonly rows: readonly Row[]; readonly complete: boolean }> {
  const rows: Row[] = [];
  const inUse: Json = hasActive && options?.archived !== true ? [['active', '=', true]] : [];
  const asked = ['create_date', 'write_date', '_timestamp', ...names].filter(
    (name, index, all) => all.indexOf(name) === index,
  );
  const budget = { bytes: LARGEST_READ };
  for (let after = 0; ;) {
    const size = Math.min(PAGE, limit + 1 - rows.length);
    const answer = await client.call(
      `${model}.search_read`,
      [[domain, inUse, [['id', '>', after]]], 0, size, [['id', 'ASC']], asked],
      // What is out of use is told as such: it may be what has changed.
      { active_test: false },
      { ...options, budget },
    );
    const page = Array.isArray(answer) ? (answer as readonly Json[]).filter(isObject) : null;
    if (!page || page.length > size) throw new AppError('connector.answer_invalid', { problem: 'page' });
    for (const row of page) {
      // Out of the order that was asked for, it is no answer to our question: one told twice, or over and over.
      if (idOf(row) <= after) throw new AppError('connector.answer_invalid', { problem: 'page' });
      after = idOf(row);
      rows.push(row);
    }
    if (rows.length > limit) return { rows: rows.slice(0, limit), complete: false };
    if (page.length < size) return { rows, complete: true };
  }
}

const PAGE = 500;
