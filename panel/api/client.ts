import type { ErrorBody } from '../../shared/errors.ts';

/** An answer of the backend that is not a success. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly body: ErrorBody;

  constructor(body: ErrorBody) {
    super(body.code);
    this.body = body;
  }
}

/** There was no answer at all: no network, or our backend is down. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface Sent {
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** One call to the backend. It answers the body, or throws `ApiError`, `Unreachable`, or what the signal was aborted with. */
export type Api = <Answer = void>(method: Method, path: string, sent?: Sent) => Promise<Answer>;

/** The only place that calls `fetch`. */
export const callApi: Api = async <Answer>(method: Method, path: string, { body, signal }: Sent = {}) => {
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    cache: 'no-store',
    headers: {
      // Names and explanations in the language of the panel, which need not be the browser's.
      'accept-language': document.documentElement.lang || 'en',
      ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
    },
    // An empty body is JSON as well: the backend takes nothing else, so that no foreign form can reach it.
    ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new Unreachable('no answer', { cause: error });
  });
  if (response.status === 204) return undefined as Answer;
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as Answer;
  throw new ApiError(isErrorBody(answer) ? answer : { code: 'internal', detail: { status: response.status } });
};

/**
 * The same, for screens: when the session has ended, everything that is asked waits for `renew` and is asked again, so
 * that a screen loses nothing of what is typed. `renew` rejects when the user does not want to.
 */
export function withRenewal(api: Api, renew: (ended: unknown) => Promise<void>): Api {
  return async <Answer>(method: Method, path: string, sent?: Sent) => {
    try {
      return await api<Answer>(method, path, sent);
    } catch (error) {
      if (!isSessionEnd(error)) throw error;
      await renew(error);
      return api<Answer>(method, path, sent);
    }
  };
}

export function isSessionEnd(error: unknown): boolean {
  return error instanceof ApiError && (error.body.code === 'session.missing' || error.body.code === 'session.expired');
}

function isErrorBody(answer: unknown): answer is ErrorBody {
  return typeof answer === 'object' && answer !== null && 'code' in answer && 'detail' in answer;
}
