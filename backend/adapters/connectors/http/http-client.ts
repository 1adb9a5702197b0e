import type { z } from 'zod';
import { operations, Problem, type Operation } from '../../../../shared/connector-contract.ts';
import type { ErrorCode } from '../../../../shared/errors.ts';
import { AppError } from '../../../errors.ts';
import type { CallOptions } from '../../../ports/erp-connector.ts';
import { LARGEST_JSON, parsePlainJson } from '../json.ts';
import type { OutboundResponse, SafeFetch } from '../safe-fetch.ts';

export type OperationName = keyof typeof operations;
type Answer<Name extends OperationName> = (typeof operations)[Name] extends {
  readonly response: z.ZodType<infer Output>;
}
  ? Output
  : undefined;

export interface HttpCallOptions extends CallOptions {
  readonly timeoutMs?: number;
  readonly idempotencyKey?: string;
}

export interface Question {
  /** What stands in the path: the connection, the list. */
  readonly id?: string;
  readonly list?: string;
  readonly body?: unknown;
}

export interface HttpAnswer<T> {
  readonly answer: T;
  /** How large it was, unpacked. */
  readonly bytes: number;
}

/** Asks one operation of the contract, and checks the answer against it. */
export async function askConnector<Name extends OperationName>(
  fetch: SafeFetch,
  { url, secret }: { readonly url: string; readonly secret: string | null },
  name: Name,
  { id = '', list = '', body }: Question,
  { signal, language, timeoutMs, idempotencyKey }: HttpCallOptions = {},
): Promise<HttpAnswer<Answer<Name>>> {
  signal?.throwIfAborted();
  const operation: Operation = operations[name];
  const response = await fetch({
    url: addressOf(url, operation.path, { id, list }),
    method: operation.method,
    headers: {
      accept: 'application/json',
      ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(language ? { 'accept-language': language } : {}),
      ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal,
    maxBytes: LARGEST_JSON,
    ...(timeoutMs ? { timeoutMs } : {}),
    repeatable: name === 'create' ? idempotencyKey !== undefined : name !== 'save',
  });
  if (response.status >= 400) throw failureOf(name, response);

  const bytes = response.body.length;
  if (!operation.response) return { answer: undefined as Answer<Name>, bytes };
  const checked = operation.response.safeParse(jsonIn(name, response));
  if (!checked.success) throw invalid(name, 'contract', firstIssue(checked.error));
  return { answer: checked.data as Answer<Name>, bytes };
}

/** Below the path that was typed; a query there stays. */
function addressOf(base: string, path: string, { id, list }: { readonly id: string; readonly list: string }): string {
  if (path === '') return base;
  const address = new URL(base);
  const below = path.replace('{id}', encodeURIComponent(id)).replace('{list}', encodeURIComponent(list));
  address.pathname = address.pathname.replace(/\/$/, '') + below;
  return address.href;
}

/** What a connector says against a call, in our words. */
const codes: Readonly<Record<Problem['code'], ErrorCode>> = {
  connection_unknown: 'connector.unknown_connection',
  setting_missing: 'config.field_missing',
  actor_unknown: 'actor.not_found',
  actor_changed: 'actor.changed',
  list_unknown: 'connector.rejected',
  field_unknown: 'mapping.field_unknown',
  field_read_only: 'mapping.direction_refused',
  value_missing: 'value.mandatory',
  value_too_long: 'value.too_long',
  value_invalid: 'value.invalid',
  refused: 'connector.rejected',
};

export function problemOf({ code, field, message }: Problem): AppError {
  return new AppError(codes[code], { explanation: message ?? null, ...(field === undefined ? {} : { field }) });
}

function failureOf(call: string, response: OutboundResponse): AppError {
  const { status, headers } = response;
  if (status === 401 || status === 403) return new AppError('connector.denied', { call, status });
  if (status === 429 || status === 503) {
    const asked = Number(headers['retry-after']);
    const wait = Number.isFinite(asked) && asked > 0 ? { retryAfterSeconds: Math.min(asked, 3600) } : {};
    return new AppError('connector.throttled', { call, status, ...wait });
  }
  if (status >= 500) return new AppError('connector.unreachable', { call, status });
  try {
    const told = Problem.safeParse(jsonIn(call, response));
    // Without a code it is the page of some server, and not the connector that speaks.
    if (told.success) return problemOf(told.data);
  } catch (error) {
    return invalid(call, 'status', `HTTP ${status}`, error);
  }
  return invalid(call, 'status', `HTTP ${status}`);
}

function jsonIn(call: string, { headers, body }: OutboundResponse): unknown {
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(headers['content-type'] ?? '')) throw invalid(call, 'contentType');
  try {
    return parsePlainJson(body);
  } catch (error) {
    throw error instanceof AppError
      ? new AppError(error.code, { call, ...error.detail }, { cause: error.cause })
      : error;
  }
}

/** Where the answer leaves the contract, for whoever writes the connector. */
function firstIssue({ issues }: z.ZodError): string {
  const [issue] = issues;
  return issue ? `${issue.path.map(String).join('.')}: ${issue.message}` : '';
}

function invalid(call: string, problem: string, where: string | null = null, cause?: unknown): AppError {
  return new AppError('connector.answer_invalid', { call, problem, ...(where ? { where } : {}) }, { cause });
}
