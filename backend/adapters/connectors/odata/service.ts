import type { ActorType, ListItem } from '../../../../shared/vocabulary.ts';
import type { Endpoint } from '../../../domain/endpoint.ts';
import { AppError } from '../../../errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { CallOptions } from '../../../ports/erp-connector.ts';
import { secretDigest } from '../../secret-digest.ts';
import { createRecent } from '../../shared-value.ts';
import type { Signed } from '../sign-in.ts';
import {
  actorModel,
  keyIn,
  listsIn,
  rowText,
  setsIn,
  textPropertyOf,
  unknown,
  type ActorModel,
} from './actor-model.ts';
import type { ListSource, Metadata, Property } from './metadata.ts';
import { createODataClient, type ODataClient, type ODataOptions } from './odata-client.ts';
import { peopleOfBusinessCentral, type People } from './people.ts';
import type { Preset } from './preset.ts';
import type { Settings } from './settings.ts';
import { readApart } from './read-apart.ts';
import { texts } from './texts.ts';

/** One service, seen with the settings of a connection, and what is known of it. */
export interface Service {
  readonly preset: Preset;
  readonly client: ODataClient;
  /** What it describes, at most so many milliseconds old. */
  model(maxAgeMs: number, options?: CallOptions): Promise<Model>;
  readonly lists: Map<string, { readonly items: readonly ListItem[]; readonly since: number }>;
  /** How free text is searched for, found out by asking. */
  textSearch: TextSearch;
}

export interface Model {
  readonly metadata: Metadata;
  /** Where records stand below the address of the service: nothing, or the company. */
  readonly base: string;
  readonly actors: ReadonlyMap<ActorType, ActorModel>;
  readonly lists: ReadonlyMap<string, ListSource>;
  readonly people: People | null;
}

/** From the best to what every service has. */
export const textSearches = ['folded', 'search', 'contains', 'begins'] as const;
export type TextSearch = (typeof textSearches)[number];

export interface Parts {
  readonly signed: Signed;
  readonly clock: Clock;
}

const SERVICES = 200;
const COMPANIES = 1000;
export const INTERACTIVE_MS = 20_000;

/** Services by their settings: connections are opened for every call, and what is known must outlive that. */
export function createServices(parts: Parts): (settings: Settings) => Service {
  const services = createRecent<Service>(SERVICES);
  return (settings) =>
    services(secretDigest([settings, [...settings.sources], [...settings.lists]]), () =>
      createService(settings, parts),
    );
}

function createService(settings: Settings, parts: Parts): Service {
  const { root, authority, signIn, preset } = settings;
  const client = createODataClient(root, preset.query, {
    fetch: parts.signed(signIn, root, authority),
    clock: parts.clock,
  });
  let described: { readonly model: Promise<Model>; readonly since: number } | undefined;
  return {
    preset,
    client,
    async model(maxAgeMs, { signal, language } = {}) {
      signal?.throwIfAborted();
      const now = parts.clock.now().getTime();
      if (!described || now - described.since > maxAgeMs) {
        const fresh = { model: readModel(settings, client, language ? { language } : {}), since: now };
        described = fresh;
        // What could not be read now is asked for again with the next call.
        fresh.model.catch(() => {
          if (described === fresh) described = undefined;
        });
      }
      return described.model;
    },
    lists: new Map(),
    textSearch: 'folded',
  };
}

/** The names of all sets, as far as a service tells them without a sign-in. Throws where nothing like a service is there. */
export async function openSets(
  { url, authority }: Endpoint,
  parts: Parts,
  options?: CallOptions,
): Promise<readonly string[]> {
  const root = url.endsWith('/') ? url : `${url}/`;
  const client = createODataClient(root, {}, { fetch: parts.signed(null, root, authority), clock: parts.clock });
  try {
    return (await readApart(await client.metadata({ timeoutMs: INTERACTIVE_MS, ...options }), [])).setNames;
  } catch (error) {
    if (error instanceof AppError && error.code === 'connector.denied') return [];
    throw error;
  }
}

async function readModel(settings: Settings, client: ODataClient, options: ODataOptions): Promise<Model> {
  const metadata = await readApart(await client.metadata({ timeoutMs: INTERACTIVE_MS, ...options }), setsIn(settings));
  const base = settings.company === null ? '' : await companyPath(settings.company, metadata, client, options);
  const actors = new Map(
    [...settings.sources].flatMap(([type, source]): [ActorType, ActorModel][] =>
      // A preset may know more than this version of the ERP has; what somebody typed must be there.
      metadata.sets.has(source.set) || settings.preset.sources[type] !== source
        ? [[type, actorModel(type, source, { settings, metadata, base })]]
        : [],
    ),
  );
  const person = actors.get('Person');
  return {
    metadata,
    base,
    actors,
    lists: listsIn(actors.values()),
    people: settings.company !== null && person ? peopleOfBusinessCentral(client, base, person) : null,
  };
}

async function companyPath(
  company: string,
  metadata: Metadata,
  client: ODataClient,
  options: ODataOptions,
): Promise<string> {
  const set = metadata.sets.get('companies') ?? unknown('Company', company);
  const { rows } = await client.read('companies', {}, COMPANIES, { timeoutMs: INTERACTIVE_MS, ...options });
  const wanted = company.toLowerCase();
  const found = rows.find((row) =>
    ['id', 'name', 'displayName'].some((name) => rowText(row, name).toLowerCase() === wanted),
  );
  if (!found) unknown('Company', company, texts.noCompany(rows.map((row) => rowText(row, 'name')).join(', ')));
  return `companies(${encodeURIComponent(keyIn({ keys: set.keys }, found) ?? '')})/`;
}

export function listProperties(
  metadata: Metadata,
  list: ListSource & { kind: 'set' },
): { readonly key: Property; readonly text: Property } {
  const set = metadata.sets.get(list.set) ?? unknown('Lists', list.set);
  const key = list.key === null ? set.keys[0] : set.properties.get(list.key);
  if (!key) unknown('Lists', list.key ?? list.set);
  return { key, text: textPropertyOf(set, key, list.text) };
}
