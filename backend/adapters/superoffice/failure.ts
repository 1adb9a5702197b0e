import { AppError } from '../../errors.ts';
import type { ErrorCode } from '../../../shared/errors.ts';

/** What came back, or did not: all that is known of a call that failed. Never holds a header we sent. */
export interface Answer {
  readonly call: string;
  /** Null when there was no answer. */
  readonly status: number | null;
  /** The network's own word: `ECONNREFUSED`. */
  readonly reason?: string | undefined;
  readonly body?: unknown;
  readonly retryAfter?: string | undefined;
  /** What was sent in confidence, so that an answer that repeats it goes no further with it. */
  readonly secrets?: readonly string[];
}

const EXPLANATION = 500;

/** The one place where SuperOffice's way of failing becomes ours. */
export function failureOf(answer: Answer, now: Date): AppError {
  const { type, explanation } = explained(answer.body, answer.secrets);
  const detail = {
    status: answer.status,
    ...(answer.reason === undefined ? {} : { reason: answer.reason }),
    ...(type === null ? {} : { type }),
    ...(explanation === null ? {} : { explanation }),
  };
  const cause = new Error(`${answer.call} -> ${answer.status ?? answer.reason ?? 'no answer'}`);
  const fail = (code: ErrorCode, more = {}): AppError => new AppError(code, { ...detail, ...more }, { cause });

  if (answer.status === null) return fail('crm.unreachable');
  if (answer.status >= 200 && answer.status < 400) return fail('crm.answer_invalid');
  if (type === 'SoNotFoundException') return fail('entity.not_found');
  if (type === 'SoSentryException') return fail('crm.denied');

  switch (answer.status) {
    case 401:
      return fail('session.expired');
    case 403:
      return fail('crm.denied');
    case 404:
      return fail('entity.not_found');
    case 412:
      return fail('crm.changed');
    case 421:
      return fail('tenant.unavailable');
    case 429:
      return fail('crm.throttled', { retryAfterSeconds: seconds(answer.retryAfter, now) ?? 1 });
    case 503: {
      const retryAfterSeconds = seconds(answer.retryAfter, now);
      return retryAfterSeconds === null ? fail('crm.unreachable') : fail('crm.throttled', { retryAfterSeconds });
    }
    case 502:
    case 504:
      return fail('crm.unreachable');
    default:
      // A 500 with SuperOffice's own words refuses the data; one without them is a server in trouble.
      return answer.status >= 500 && explanation === null ? fail('crm.unreachable') : fail('crm.rejected');
  }
}

function explained(
  body: unknown,
  secrets: readonly string[] | undefined,
): { readonly type: string | null; readonly explanation: string | null } {
  if (typeof body !== 'object' || body === null) return { type: null, explanation: null };
  const told = body as Record<string, unknown>;
  const text = (...names: readonly string[]): string | null => {
    const found = names.map((name) => told[name]).find((value) => typeof value === 'string' && value !== '');
    return typeof found === 'string' ? withoutCredentials(found, secrets).slice(0, EXPLANATION) : null;
  };
  return { type: text('ErrorType'), explanation: text('ErrorMessage', 'MessageDetail', 'Message') };
}

/** Takes out what is known to be secret, and whatever looks like a ticket, an access token or a JWT. */
export function withoutCredentials(text: string, secrets: readonly string[] = []): string {
  return secrets
    .filter((secret) => secret !== '')
    .reduce((left, secret) => left.replaceAll(secret, '[credential]'), text)
    .replaceAll(/\b(?:Bearer|SOTicket)\s+\S+/gi, '[credential]')
    .replaceAll(/\b\d[A-Z]:[\w.+/=:-]{8,}/g, '[credential]')
    .replaceAll(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[credential]');
}

/** `Retry-After` comes as seconds or as a date. */
function seconds(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const until = Date.parse(header);
  return Number.isNaN(until) ? null : Math.max(0, Math.ceil((until - now.getTime()) / 1000));
}
