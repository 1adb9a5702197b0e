import { passing } from '../../../shared/errors.ts';
import type { ActorType } from '../../../shared/vocabulary.ts';
import { AppError } from '../../errors.ts';
import type { Endpoint } from '../../domain/endpoint.ts';
import { errand } from '../../lane.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  ActorChange,
  ActorPage,
  CallOptions,
  ConnectionSettings,
  ConnectorKind,
  ErpConnector,
  SaveOutcome,
  SaveOptions,
  WantedField,
} from '../../ports/erp-connector.ts';
import { secretDigest } from '../secret-digest.ts';
import { createRecent } from '../shared-value.ts';
import { createBreaker, type Breaker } from './breaker.ts';
import { createGate, type Gate } from './gate.ts';
import { createGather } from './gather.ts';
import { observed, type Observer } from './observer.ts';

/** What all tenants together do to one host. */
const ORIGIN = { atOnce: { all: 8, background: 7 }, perSecond: { all: 50, background: 45 } };
const READS = { all: 4, background: 3 };
const WRITES = { all: 1, background: 1 };
const READ_TOGETHER = 200;
const SAVED_TOGETHER = 50;

/** So long a record waits for its turn; then it makes room for the records of another ERP, and comes again. */
const PATIENCE_MS = 15_000;

const OUTAGES = 5;
const MINUTE = 60_000;
const HOST_RESTS = { firstMs: 5 * MINUTE, longestMs: 60 * MINUTE };
/** A file that is missing comes back when somebody has saved it. */
const FILE_RESTS = { firstMs: MINUTE, longestMs: 5 * MINUTE };

/** An opened connection knows what its ERP consists of, and that may change. */
const OPEN_MS = 10 * MINUTE;
const CONNECTIONS = 5_000;
/** Addresses that a tenant's administrators may try out: our Test button is no scanner of networks. */
const TRIED = { most: 10, withinMs: MINUTE };
const TENANTS = 5_000;
const ORIGINS = 5_000;

export interface ConsiderateOptions {
  readonly clock: Clock;
  readonly observer?: Observer;
}

interface Origin {
  readonly gate: Gate;
  readonly breaker: Breaker;
}

/** The same kind of connector, called with consideration on behalf of a tenant. */
export type Considerate = (tenant: string, kind: ConnectorKind) => ConnectorKind;

/**
 * How ERPs are called, whatever their kind: per connection one write and a few reads at a time, people first; what waits
 * meanwhile goes together in one call; per host a limit for all tenants together, and a host that does not answer is left alone.
 */
export function considerateErps({ clock, observer }: ConsiderateOptions): Considerate {
  const origins = createRecent<Origin>(ORIGINS);
  const lines = createRecent<ErpConnector>(CONNECTIONS);
  const tried = createRecent<number[]>(TENANTS);

  function originOf(tenant: string, kind: ConnectorKind, url: string, config: ConnectionSettings['config']): Origin {
    const host = URL.canParse(url) ? new URL(url).host : null;
    const key = host ?? secretDigest([tenant, kind.kind, config]);
    return origins(key, () => ({
      gate: createGate({ ...ORIGIN, patienceMs: PATIENCE_MS, tooBusy }),
      breaker: createBreaker({
        clock,
        isOutage,
        outages: OUTAGES,
        ...(host === null ? FILE_RESTS : HOST_RESTS),
        resting: (until, cause) => resting(until, cause, host, clock.now()),
        changed: (open) => observer?.breaker('erp', open),
      }),
    }));
  }

  function countTry(tenant: string): void {
    const now = clock.now().getTime();
    const tries = tried(tenant, () => []);
    const recent = tries.filter((at) => now - at < TRIED.withinMs);
    if (recent.length >= TRIED.most) throw new AppError('rate.limited');
    tries.splice(0, tries.length, ...recent, now);
  }

  /** One call, once there is room for it. */
  async function call<T>(
    tenant: string,
    origin: Origin,
    name: string,
    work: () => Promise<T>,
    { line, insists = errand().insists }: { readonly line?: Gate; readonly insists?: boolean } = {},
  ): Promise<T> {
    const { lane } = errand();
    const visitor = { lane, who: tenant };
    origin.breaker.check(insists);
    const through = () =>
      origin.gate(visitor, () => origin.breaker.pass(insists, () => observed(observer, 'erp', name, work)));
    return line ? line(visitor, through) : through();
  }

  function openLine(tenant: string, kind: ConnectorKind, settings: ConnectionSettings): ErpConnector {
    const origin = originOf(tenant, kind, settings.url, settings.config);
    const reads = createGate({ atOnce: READS, patienceMs: PATIENCE_MS, tooBusy });
    const writes = createGate({ atOnce: WRITES, patienceMs: PATIENCE_MS, tooBusy });
    let opened: { readonly erp: ErpConnector; readonly until: number } | null = null;
    const erp = (): ErpConnector => {
      const now = clock.now().getTime();
      if (!opened || opened.until <= now || opened.until - now > OPEN_MS) {
        opened = { erp: kind.open(settings), until: now + OPEN_MS };
      }
      return opened.erp;
    };
    const reading = <T>(name: string, work: () => Promise<T>) => call(tenant, origin, name, work, { line: reads });
    const writing = <T>(name: string, work: () => Promise<T>) => call(tenant, origin, name, work, { line: writes });
    const insistently = <T>(name: string, work: () => Promise<T>) =>
      call(tenant, origin, name, work, { line: reads, insists: true });

    const read = createGather<ReadWish, ActorPage>({
      most: READ_TOGETHER,
      place: (leave) => reads({ lane: errand().lane }, leave),
      mayBeOne,
      async send(wishes) {
        const [first] = wishes;
        if (!first) return [];
        const { type, fields, options } = first;
        const keys = [...new Set(wishes.map(({ key }) => key))];
        const page = await call(tenant, origin, 'getActors', () => erp().getActors(type, keys, fields, options));
        return wishes.map(({ key }) => ({
          actors: page.actors.filter((actor) => actor.type === type && actor.erpKey === key),
          warning: page.warning,
        }));
      },
    });

    const save = createGather<SaveWish, SaveOutcome>({
      most: SAVED_TOGETHER,
      place: (leave) => writes({ lane: errand().lane }, leave),
      mayBeOne,
      keyOf: ({ change }) => `${change.type} ${change.erpKey}`,
      mayLeave: async ({ options }) => options?.beforeSend?.(),
      async send(wishes) {
        const [first] = wishes;
        if (!first) return [];
        const { fields, options } = first;
        const changes = wishes.map(({ change }) => change);
        const outcomes = await call(tenant, origin, 'saveActors', () => erp().saveActors(changes, fields, options));
        return changes.map((change, index) => paired(change, index, changes, outcomes));
      },
    });

    return {
      testConfig: (options) => insistently('testConfig', () => erp().testConfig(options)),
      saveConnection: (options) => insistently('saveConnection', () => erp().saveConnection(options)),
      testConnection: (options) => insistently('testConnection', () => erp().testConnection(options)),
      deleteConnection: (options) => insistently('deleteConnection', () => erp().deleteConnection(options)),

      actorTypes: (options) => reading('actorTypes', () => erp().actorTypes(options)),
      fields: (type, options) => reading('fields', () => erp().fields(type, options)),
      searchableFields: (type, options) => reading('searchableFields', () => erp().searchableFields(type, options)),

      async getActors(type, keys, fields, options) {
        const [key, ...others] = keys;
        if (key === undefined || others.length > 0 || options?.signal) {
          return reading('getActors', () => erp().getActors(type, keys, fields, options));
        }
        origin.breaker.check(errand().insists);
        return read(groupOf(type, fields, options), { type, key, fields, options });
      },
      searchActors: (type, text, fields, options) =>
        reading('searchActors', () => erp().searchActors(type, text, fields, options)),
      searchAdvanced: (type, restrictions, fields, options) =>
        reading('searchAdvanced', () => erp().searchAdvanced(type, restrictions, fields, options)),
      changedActors: (type, since, fields, options) =>
        reading('changedActors', () => erp().changedActors(type, since, fields, options)),

      createActor: (draft, fields, options) => writing('createActor', () => erp().createActor(draft, fields, options)),
      async saveActors(changes, fields, options) {
        const [change, ...others] = changes;
        if (!change || others.length > 0 || options?.signal) {
          return writing('saveActors', () => erp().saveActors(changes, fields, options));
        }
        origin.breaker.check(errand().insists);
        return [await save(groupOf(change.type, fields, options), { change, fields, options })];
      },

      getList: (listName, options) => reading('getList', () => erp().getList(listName, options)),
      getListItems: (listName, keys, options) =>
        reading('getListItems', () => erp().getListItems(listName, keys, options)),
    };
  }

  return (tenant, kind) => {
    /** Asked by an administrator, to see whether it answers. */
    const insistently = <T>(name: string, { url }: Endpoint, work: () => Promise<T>) =>
      call(tenant, originOf(tenant, kind, url, {}), name, work, { insists: true });
    const servedWsdl = kind.servedWsdl?.bind(kind);
    return {
      kind: kind.kind,
      needsUrl: kind.needsUrl,
      signsIn: kind.signsIn ?? false,
      ...(servedWsdl
        ? {
            servedWsdl: (endpoint, options) => insistently('servedWsdl', endpoint, () => servedWsdl(endpoint, options)),
          }
        : {}),
      // A kind without a test of its own has its settings asked for instead, as it would be by itself.
      async testAddress(endpoint, options) {
        countTry(tenant);
        await insistently('testAddress', endpoint, async () => {
          await (kind.testAddress?.(endpoint, options) ?? kind.configFields(endpoint, options));
        });
      },
      configFields: (endpoint, options) =>
        insistently('configFields', endpoint, () => kind.configFields(endpoint, options)),
      configList: (endpoint, listName, options) =>
        insistently('configList', endpoint, () => kind.configList(endpoint, listName, options)),
      open: (settings) => lines(secretDigest([tenant, kind.kind, settings]), () => openLine(tenant, kind, settings)),
    };
  };
}

interface ReadWish {
  readonly type: ActorType;
  readonly key: string;
  readonly fields: readonly WantedField[];
  readonly options: CallOptions | undefined;
}

interface SaveWish {
  readonly change: ActorChange;
  readonly fields: readonly WantedField[];
  readonly options: SaveOptions | undefined;
}

/** Only what is asked in the same words, and is equally urgent, goes together. */
function groupOf(type: ActorType, fields: readonly WantedField[], options: CallOptions | undefined): string {
  const { lane, insists } = errand();
  return JSON.stringify([lane, insists, type, options?.language ?? '', fields.map(({ key, kind }) => [key, kind])]);
}

/** By its key, not by its place: an answer that is short tells nothing of what it left out. */
function paired(
  { type, erpKey }: ActorChange,
  index: number,
  changes: readonly ActorChange[],
  outcomes: readonly SaveOutcome[],
): SaveOutcome {
  const saved = outcomes.find(
    (outcome) => outcome.kind === 'saved' && outcome.actor.type === type && outcome.actor.erpKey === erpKey,
  );
  if (saved) return saved;
  const own = outcomes.length === changes.length ? outcomes[index] : undefined;
  if (own?.kind === 'refused') return own;
  return { kind: 'refused', code: 'connector.answer_invalid', explanation: null };
}

const outages: ReadonlySet<string> = new Set([
  'connector.unreachable',
  'connector.timeout',
  'connector.certificate_untrusted',
  'workbook.missing',
]);

function isOutage(error: unknown): boolean {
  return error instanceof AppError && outages.has(error.code);
}

/** Whether one record may be to blame. An ERP that does not know us at all refuses every one of them. */
function mayBeOne(error: unknown): boolean {
  if (!(error instanceof AppError) || passing.has(error.code)) return false;
  return (
    error.code === 'connector.rejected' ||
    error.code === 'connector.answer_invalid' ||
    /^(value|mapping|list|actor)\./.test(error.code)
  );
}

function resting(until: Date, cause: unknown, host: string | null, now: Date): AppError {
  return new AppError(
    'connector.resting',
    {
      ...(host === null ? {} : { host }),
      until: until.toISOString(),
      retryAfterSeconds: Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1000)),
    },
    { cause },
  );
}

function tooBusy(): AppError {
  return new AppError('connector.throttled', { reason: 'queue' });
}
