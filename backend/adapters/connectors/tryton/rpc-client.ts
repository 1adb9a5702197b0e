import { AppError } from '../../../errors.ts';
import type { CallOptions } from '../../../ports/erp-connector.ts';
import { createSharedValue } from '../../shared-value.ts';
import { isObject, LARGEST_JSON, membersOf, parseJson, type Json, type JsonObject } from '../json.ts';
import type { OutboundResponse, SafeFetch } from '../safe-fetch.ts';
import { texts } from './texts.ts';

export interface RpcOptions extends CallOptions {
  readonly timeoutMs?: number;
  /** What the answers of a read may still have; it grows less with each. */
  readonly budget?: { bytes: number };
}

export interface SignIn {
  /** The address of the server, with a slash at its end. */
  readonly root: string;
  readonly database: string;
  readonly userName: string;
  readonly password: string;
}

/** One database, seen as one user. */
export interface RpcClient {
  /** `method` without `model.`; the user's own context goes along, with what is given here. */
  call(method: string, params: readonly Json[], context?: JsonObject, options?: RpcOptions): Promise<Json>;
  /** Ends the session, where there is one. */
  signOut(options?: RpcOptions): Promise<void>;
}

interface Session {
  readonly authorization: string;
  /** The company a user works in, and what else Tryton wants to hear with every call. */
  readonly context: JsonObject;
}

const CALL_MS = 60_000;
const SIGN_IN_MS = 20_000;

export function createRpcClient(signIn: SignIn, fetch: SafeFetch): RpcClient {
  const { host } = new URL(signIn.root);
  const url = `${signIn.root}${encodeURIComponent(signIn.database)}/`;
  let latest: Session | null = null;
  const session = createSharedValue(open, (known) => known === latest);

  const post = (
    method: string,
    params: readonly Json[],
    authorization: string | null,
    { signal, timeoutMs = CALL_MS }: RpcOptions = {},
  ) => fetch({ ...request(url, method, params, authorization), signal, timeoutMs });

  function charge({ body }: OutboundResponse, budget: RpcOptions['budget']): void {
    if (budget && (budget.bytes -= body.length) < 0) {
      throw new AppError('connector.answer_invalid', { host, problem: 'size' });
    }
  }

  /** Tryton answers alike when it has no such database and when it cannot reach it: the list of those it has tells which. */
  async function noDatabase(): Promise<AppError> {
    const { database: value, root } = signIn;
    const unknown = new AppError('config.value_unknown', { field: 'Database', name: texts.database, value });
    try {
      const known = membersOf(await askServer('common.db.list', root, fetch)).includes(value);
      return known ? new AppError('connector.unreachable', { host }) : unknown;
    } catch (error) {
      // A server may keep the list to itself.
      if (error instanceof AppError && error.code === 'connector.denied') return unknown;
      return new AppError('connector.unreachable', { host }, { cause: error });
    }
  }

  /** Nobody's own signal: all who wait, wait for the same session. */
  async function open(): Promise<Session> {
    const { userName, password } = signIn;
    const answer = await post('common.db.login', [userName, { password }, 'en'], null, { timeoutMs: SIGN_IN_MS });
    if (answer.status === 401 || answer.status === 403) throw new AppError('connector.denied', { host });
    if (answer.status === 404) throw await noDatabase();
    let result: Json;
    try {
      result = resultOf(answer, host);
    } catch (error) {
      throw error instanceof AppError && isFault(error) ? await noDatabase() : error;
    }
    const [id, token] = membersOf(result);
    if (typeof id !== 'number' || typeof token !== 'string') {
      throw new AppError('connector.answer_invalid', { host, problem: 'signIn' });
    }
    const authorization = `Session ${Buffer.from(`${userName}:${id}:${token}`).toString('base64')}`;
    const told = await post('model.res.user.get_preferences', [true, {}], authorization, { timeoutMs: SIGN_IN_MS });
    const preferences = resultOf(told, host);
    return (latest = { authorization, context: isObject(preferences) ? preferences : {} });
  }

  return {
    async call(method, params, context = {}, options = {}) {
      options.signal?.throwIfAborted();
      const once = ({ authorization, context: own }: Session) =>
        post(`model.${method}`, [...params, { ...own, ...context }], authorization, options);
      const first = await session.get();
      options.signal?.throwIfAborted();
      const response = await once(first);
      // A session ends by itself. Refused, the call has done nothing.
      const ended = response.status === 401 || response.status === 403;
      const answer = ended ? await once(await session.replace(first)) : response;
      charge(answer, options.budget);
      return resultOf(answer, host);
    },
    async signOut(options) {
      const ending = latest;
      latest = null;
      if (ending) await post('common.db.logout', [], ending.authorization, options);
    },
  };
}

/** What a server tells everybody, below no database. */
export async function askServer(
  method: 'common.server.version' | 'common.db.list',
  root: string,
  fetch: SafeFetch,
  { signal }: CallOptions = {},
): Promise<Json> {
  return resultOf(
    await fetch({ ...request(root, method, [], null), signal, timeoutMs: SIGN_IN_MS }),
    new URL(root).host,
  );
}

/** A member beyond these three, and Tryton answers errors in another way. */
function request(url: string, method: string, params: readonly Json[], authorization: string | null) {
  return {
    url,
    method: 'POST' as const,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(authorization === null ? {} : { authorization }),
    },
    body: JSON.stringify({ id: 0, method, params }),
    maxBytes: LARGEST_JSON,
    repeatable: !/\.(?:create|write)$/.test(method),
  };
}

function resultOf(response: OutboundResponse, host: string): Json {
  const { status, headers, body } = response;
  if (status === 429) {
    const seconds = Number(headers['retry-after']);
    throw new AppError('connector.throttled', { host, status, ...(seconds > 0 ? { retryAfterSeconds: seconds } : {}) });
  }
  if (status >= 500) throw new AppError('connector.unreachable', { host, status });
  if (status === 401 || status === 403) throw new AppError('connector.denied', { host, status });
  if (status >= 400 || !/^application\/json\b/i.test(headers['content-type'] ?? '')) {
    throw new AppError('connector.answer_invalid', { host, status, problem: 'contentType' });
  }
  const answer = parseJson(body);
  if (!isObject(answer)) throw new AppError('connector.answer_invalid', { host, problem: 'answer' });
  if (answer['error'] !== undefined) throw errorOf(answer['error'], host);
  if (answer['result'] === undefined) throw new AppError('connector.answer_invalid', { host, problem: 'result' });
  return answer['result'];
}

/** Errors arrive as successes: `["UserError", [message, description, domain]]`, or for a fault its text and trace. */
function errorOf(error: Json, host: string): AppError {
  const [name = error, told] = membersOf(error);
  const args = membersOf(told);
  const said = (...parts: readonly (Json | undefined)[]) =>
    parts
      .filter((part) => typeof part === 'string')
      .filter((part) => part.trim() !== '')
      .join('\n')
      .slice(0, 1000) || null;
  switch (name) {
    case 'UserError':
      return new AppError('connector.rejected', { host, connectorCode: name, explanation: said(args[0], args[1]) });
    case 'UserWarning':
      return new AppError('connector.rejected', { host, connectorCode: name, explanation: said(args[1], args[2]) });
    case 'LoginException':
      return new AppError('connector.denied', { host, explanation: texts.moreToSignIn });
    case 'ConcurrencyException':
      return new AppError('actor.changed', { host });
    default: {
      if (typeof name !== 'string') return new AppError('connector.answer_invalid', { host, problem: 'error' });
      const text = name.slice(0, 500);
      return /\b(?:locked|deadlock|serializ|could not connect|connection)/i.test(text)
        ? new AppError('connector.unreachable', { host, connectorCode: text })
        : new AppError('connector.rejected', { host, connectorCode: text });
    }
  }
}

/** Not a sentence for a user, but Tryton's own code giving up. */
function isFault({ code, detail }: AppError): boolean {
  return code === 'connector.rejected' && detail['explanation'] === undefined;
}
