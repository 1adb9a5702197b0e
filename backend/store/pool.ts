import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import postgres from 'postgres';
import { DatabaseAway } from '../errors.ts';

/** One connection of its own, which is lost for good once it has closed. */
interface Client {
  readonly sql: postgres.Sql;
  readonly openedAt: number;
  lost: boolean;
  /** Sent, and answered together with the statement that follows. */
  readonly leading: Promise<unknown>[];
  /** Whether it knows all statements that lead, so that none has to wait behind another before it is sent. */
  practised: boolean;
  idle?: NodeJS.Timeout;
}

/** Says whose rows the transaction may see. */
export const SET_TENANT = `select set_config('app.tenant', $1, true)`;

/**
 * Statements whose answer says nothing. The one that follows goes along with them in one round trip, and fails if one of them
 * has: every transaction begins with both.
 */
const leads: ReadonlySet<string> = new Set(['begin', SET_TENANT]);

const IDLE_MS = 20_000;
const LIFETIME_MS = 30 * 60_000;

/**
 * A pool of clients with one connection each. The driver's own pool goes on using a connection that has closed below a
 * transaction: a statement that follows ends the whole process, or runs in whatever transaction has the connection by then.
 */
export function createPool(url: string, size: number): PostgresPool {
  const clients = new Set<Client>();
  const free: Client[] = [];
  const waiting: ((client: Client) => void)[] = [];

  function open(): Client {
    const sql = postgres(url, {
      max: 1,
      idle_timeout: 0,
      max_lifetime: null,
      connect_timeout: 10,
      connection: {
        application_name: 'erp-sync',
        statement_timeout: 30_000,
        idle_in_transaction_session_timeout: 60_000,
      },
      // `bigint` arrives as a number: counts and ledger ids stay far below 2^53.
      types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
      onnotice: () => undefined,
      onclose: () => lose(client),
    });
    const client: Client = { sql, openedAt: performance.now(), lost: false, leading: [], practised: false };
    clients.add(client);
    return client;
  }

  function lose(client: Client): void {
    client.lost = true;
    const at = free.indexOf(client);
    if (at >= 0) discard(...free.splice(at, 1));
  }

  function discard(...[client]: Client[]): void {
    if (!client) return;
    clearTimeout(client.idle);
    clients.delete(client);
    void client.sql.end({ timeout: 1 });
  }

  async function acquire(): Promise<Client> {
    const client = free.pop();
    clearTimeout(client?.idle);
    if (client) return client;
    return clients.size < size ? open() : new Promise((resolve) => waiting.push(resolve));
  }

  function release(client: Client, unfit: boolean): void {
    const fit = !unfit && !client.lost && performance.now() - client.openedAt < LIFETIME_MS;
    if (!fit) discard(client);
    const next = waiting.shift();
    if (next) {
      next(fit ? client : open());
    } else if (fit) {
      client.idle = setTimeout(() => lose(client), IDLE_MS).unref();
      free.push(client);
    }
  }

  async function query<R>(client: Client, text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    if (client.lost) throw new DatabaseAway();
    const answer = send<R>(client, text, values);
    client.leading.push(answer);
    if (client.practised && leads.has(text)) {
      answer.catch(() => undefined);
      return { command: 'SELECT', rowCount: 0, rows: [] };
    }
    // The first that failed is the cause of what failed behind it.
    await Promise.all(client.leading.splice(0));
    if (text === SET_TENANT) client.practised = true;
    return answer;
  }

  async function send<R>(client: Client, text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    try {
      const result = await client.sql.unsafe<(R & object)[]>(text, [...values] as never[], { prepare: true });
      return {
        command: result.command as PostgresQueryResult<R>['command'],
        rowCount: result.count,
        rows: [...result],
      };
    } catch (error) {
      if (!isAway(error)) throw withStack(error);
      client.lost = true;
      throw new DatabaseAway({ cause: error });
    }
  }

  return {
    options: {},
    async connect() {
      const client = await acquire();
      return {
        query: (text: string, values: readonly unknown[]) => query(client, text, values),
        release: (unfit = false) => release(client, unfit),
      } as PostgresPoolClient;
    },
    async end() {
      await Promise.all([...clients].map(({ sql, idle }) => (clearTimeout(idle), sql.end())));
    },
  };
}

/** Kysely adds to the stack of what it is thrown, which the driver forbids. */
function withStack(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return Object.defineProperty(error, 'stack', { value: error.stack, writable: true });
}

/** The connection broke or could not be made, or the server says that it is going or not there yet. */
function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('syscall' in error) return true;
  const code = 'code' in error ? String(error.code) : '';
  return /^(CONNECTION_\w+|CONNECT_TIMEOUT|57P0[1-5]|08\w{3}|53300)$/.test(code);
}
