import { describe, expect, test } from 'vitest';
import { failureOf, type Answer } from '../../../backend/adapters/superoffice/failure.ts';
import type { ErrorCode } from '../../../shared/errors.ts';

const now = new Date('2026-11-22T12:00:00Z');
const told = (ErrorType: string) => ({ Error: true, ErrorType, ErrorMessage: 'No' });

describe('failureOf', () => {
  test.each<[string, Partial<Answer>, ErrorCode, object]>([
    ['no answer', { status: null, reason: 'ECONNREFUSED' }, 'crm.unreachable', { reason: 'ECONNREFUSED' }],
    ['a page instead of data', { status: 200, body: '<html>' }, 'crm.answer_invalid', {}],
    ['a redirect, which is not followed', { status: 302 }, 'crm.answer_invalid', {}],
    ['bad data', { status: 400, body: told('ArgumentException') }, 'crm.rejected', { explanation: 'No' }],
    ['no right', { status: 403 }, 'crm.denied', {}],
    ['no right, told as a server error', { status: 500, body: told('SoSentryException') }, 'crm.denied', {}],
    ['no record', { status: 404 }, 'entity.not_found', {}],
    ['no record, told as a server error', { status: 500, body: told('SoNotFoundException') }, 'entity.not_found', {}],
    ['a newer version', { status: 412 }, 'crm.changed', {}],
    ['a wrong host', { status: 421 }, 'tenant.unavailable', {}],
    ['too many calls', { status: 429, retryAfter: '7' }, 'crm.throttled', { retryAfterSeconds: 7 }],
    [
      'too many calls, until a date',
      { status: 429, retryAfter: 'Sun, 22 Nov 2026 12:01:30 GMT' },
      'crm.throttled',
      { retryAfterSeconds: 90 },
    ],
    ['too many calls, without more', { status: 429 }, 'crm.throttled', { retryAfterSeconds: 1 }],
    ['a pause with an end', { status: 503, retryAfter: '20' }, 'crm.throttled', { retryAfterSeconds: 20 }],
    ['a pause without one', { status: 503 }, 'crm.unreachable', {}],
    ['a gateway', { status: 502 }, 'crm.unreachable', {}],
    [
      'a server that refuses the data',
      { status: 500, body: told('SoException') },
      'crm.rejected',
      { type: 'SoException' },
    ],
    ['a server in trouble', { status: 500, body: '<html>' }, 'crm.unreachable', {}],
  ])('%s', (_, answer, code, detail) => {
    const error = failureOf({ call: 'GET v1/Contact/5', status: null, ...answer }, now);
    expect(error.code).toBe(code);
    expect(error.detail).toMatchObject(detail);
  });

  test('what a server repeats of a credential goes no further', () => {
    const secrets = ['8A:Cust10001.AbCd1234efgh', '7T:MQA2AGMAYgA=', 'eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln'];
    const ErrorMessage = `Bearer ${secrets[0]} and SOTicket ${secrets[1]} and ${secrets[2]}, ${secrets[0]}, ${secrets[1]}`;
    const error = failureOf({ call: 'GET v1/Contact/5', status: 500, body: { ErrorMessage } }, now);
    for (const secret of secrets) expect(JSON.stringify([error.message, error.detail])).not.toContain(secret);
  });
});
