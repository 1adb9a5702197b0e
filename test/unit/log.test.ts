import { describe, expect, test } from 'vitest';
import { configureLog, createLog, type Facts } from '../../backend/log.ts';

function captured(write: (log: ReturnType<typeof createLog>) => void): {
  lines: string[];
  first: Record<string, unknown>;
} {
  const lines: string[] = [];
  write(createLog('info', { write: (line: string) => void lines.push(line) }));
  return { lines, first: JSON.parse(lines[0] ?? '{}') as Record<string, unknown> };
}

const canary = 'Canary-9f31-secret';

describe('a log line', () => {
  test('carries the event and its facts', () => {
    const { first } = captured((log) => log.info('link.reconciled', { tenant: 'Cust1', linkId: 'l1', written: 2 }));
    expect(first).toMatchObject({ event: 'link.reconciled', tenant: 'Cust1', linkId: 'l1', written: 2 });
  });

  test('drops what is not on the list', () => {
    const facts = { tenant: 'Cust1', password: canary, body: canary } as Facts;
    expect(captured((log) => log.info('x', facts)).lines.join('')).not.toContain(canary);
  });

  test.each(['\n{"level":50}', '\r\nforged', '\u2028forged', '\u001b[31mred'])(
    'stays one line with %j in it',
    (text) => {
      const { lines } = captured((log) => log.error('x', new Error(text), { route: text }));
      expect(lines).toHaveLength(1);
      expect(lines[0]?.trimEnd()).not.toMatch(/[\n\r\u001b]/);
    },
  );

  test.each([
    `Authorization: Bearer ${canary}`,
    `SOTicket ${canary}`,
    `postgres://app:${canary}@db/erp`,
    `password=${canary}`,
    `{"Password":"${canary}"}`,
    `<Password>${canary}</Password>`,
    `refresh_token=${canary}&x=1`,
    `Cookie: ${canary}`,
    `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----`,
    `eyJhbGciOiJSUzI1NiJ9.${canary}.${canary}`,
  ])('does not show the secret of %s', (text) => {
    const error = new Error(text, { cause: new Error(text) });
    expect(captured((log) => log.error('x', error, { route: text })).lines.join('')).not.toContain(canary);
  });

  test('shows no configured secret, in whatever shape', () => {
    configureLog({ level: 'silent', secrets: ['S3cr3t-of-config'] });
    expect(captured((log) => log.info('x', { code: 'aS3cr3t-of-configb' })).lines[0]).toContain('a***b');
  });

  test('tells the causes of an error, but not the names in the detail of an expected one', () => {
    const expected = Object.assign(new Error('entity.not_found {"name":"Astrid"}'), { name: 'AppError', code: 'x.y' });
    const { first, lines } = captured((log) => log.error('x', new Error('outer', { cause: expected })));
    expect(first.error).toMatchObject({ message: 'outer', cause: { name: 'AppError', code: 'x.y' } });
    expect(lines[0]).not.toContain('Astrid');
  });
});
