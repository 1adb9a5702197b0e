import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadConfig, secretsOf } from '../../backend/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'erp-sync-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const needed = {
  DATA_DIR: folder,
  SUPEROFFICE_CLIENT_ID: 'client',
  SUPEROFFICE_CLIENT_SECRET: 'a client secret',
  SUPEROFFICE_PRIVATE_KEY: '-----BEGIN PRIVATE KEY-----\\nabc\\n-----END PRIVATE KEY-----',
};

test('the least that is needed is enough', () => {
  const config = loadConfig(needed);
  expect(config).toMatchObject({
    host: '127.0.0.1',
    port: 3000,
    publicUrl: 'http://127.0.0.1:3000',
    database: null,
    workbookFolder: join(folder, 'workbooks'),
    superOffice: { loginUrl: 'https://sod.superoffice.com' },
  });
  expect(config.superOffice.privateKey).toContain('\nabc\n');
});

test('the key of the app is taken as the Developer Portal hands it out', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { n, e, d, p, q, dp, dq, qi } = privateKey.export({ format: 'jwk' });
  const parts = { Modulus: n, Exponent: e, P: p, Q: q, DP: dp, DQ: dq, InverseQ: qi, D: d };
  const base64 = (text = '') => Buffer.from(text, 'base64url').toString('base64');
  const xml = `<RSAKeyValue>\n${Object.entries(parts)
    .map(([name, value]) => `  <${name}>${base64(value)}</${name}>`)
    .join('\n')}\n</RSAKeyValue>`;

  const { superOffice } = loadConfig({ ...needed, SUPEROFFICE_PRIVATE_KEY: xml });
  expect(createPrivateKey(superOffice.privateKey).equals(privateKey)).toBe(true);
  const torn = xml.replace(/<D>.*<\/D>/, '');
  expect(() => loadConfig({ ...needed, SUPEROFFICE_PRIVATE_KEY: torn })).toThrow('SUPEROFFICE_PRIVATE_KEY');
});

test('every wrong setting is named, and no value repeated', () => {
  const wrong = { ...needed, PORT: 'secret-as-port', SUPEROFFICE_CLIENT_ID: '', PUBLIC_URL: 'secret-as-url' };
  expect(() => loadConfig(wrong)).toThrow(/PORT: [\s\S]*PUBLIC_URL: [\s\S]*SUPEROFFICE_CLIENT_ID: /);
  expect(() => loadConfig(wrong)).not.toThrow(/secret-as/);
});

test.each(['PUBLIC_URL', 'SUPEROFFICE_LOGIN_URL'])('%s is over TLS, but for this machine', (name) => {
  for (const url of ['https://erp-sync.example.com', 'http://127.0.0.1:3000', 'http://localhost:3000']) {
    expect(() => loadConfig({ ...needed, [name]: url })).not.toThrow();
  }
  for (const url of ['http://erp-sync.example.com', 'http://127.0.0.1.example.com', 'ftp://localhost']) {
    expect(() => loadConfig({ ...needed, [name]: url })).toThrow(`${name}: has to begin with https://`);
  }
});

test('an environment of SuperOffice is one of three, each with a sign-in of its own', () => {
  const loginOf = (SUPEROFFICE_ENV: string) => loadConfig({ ...needed, SUPEROFFICE_ENV }).superOffice.loginUrl;
  expect(new Set(['sod', 'stage', 'online'].map(loginOf)).size).toBe(3);
  expect(() => loginOf('production')).toThrow('SUPEROFFICE_ENV');
});

test('a key for secrets is made once, for the owner of the folder alone', () => {
  const [first] = loadConfig(needed).secretsKeys;
  expect(loadConfig(needed).secretsKeys).toEqual([first]);
  expect(statSync(join(folder, 'secrets-key')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, 'secrets-key'), 'utf8')).toMatch(/^k1:/);
});

test('keys are rotated by putting a new one first', () => {
  const [young, old] = [randomBytes(32), randomBytes(32)].map((key) => key.toString('base64'));
  const config = loadConfig({ ...needed, SECRETS_KEY: `k2:${young},k1:${old}` });
  expect(config.secretsKeys.map(({ id }) => id)).toEqual(['k2', 'k1']);
  expect(secretsOf(config)).toContain(old);
});

test.each(['k1', 'k1:short', `k 1:${randomBytes(32).toString('base64')}`, ''])(
  'the key %j is refused or made',
  (key) => {
    const load = () => loadConfig({ ...needed, SECRETS_KEY: key });
    if (key === '') expect(load().secretsKeys).toHaveLength(1);
    else expect(load).toThrow('SECRETS_KEY');
  },
);

test('what is counted is told to this machine alone, or to who has the token', () => {
  expect(loadConfig(needed).metrics).toBeNull();
  expect(loadConfig({ ...needed, HOST: '0.0.0.0', METRICS_PORT: '9100' }).metrics).toEqual({
    host: '127.0.0.1',
    port: 9100,
    token: null,
  });
  const config = loadConfig({
    ...needed,
    HOST: '0.0.0.0',
    METRICS_PORT: '9100',
    METRICS_TOKEN: 'a token of some length',
  });
  expect(config.metrics).toMatchObject({ host: '0.0.0.0', token: 'a token of some length' });
  expect(secretsOf(config)).toContain('a token of some length');
});
