import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { checkConnector, type Finding } from '../../backend/adapters/connectors/check-connector.ts';
import { httpKind } from '../../backend/adapters/connectors/http/http-kind.ts';
import { createSafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { soapKind } from '../../backend/adapters/connectors/soap/soap-kind.ts';
import { systemClock } from '../../backend/adapters/system-clock.ts';
import { AppError } from '../../backend/errors.ts';
import { writeSampleWorkbook } from '../stand-in/sample-erp.ts';
import { startBusinessCentral } from '../support/business-central.ts';
import { startCapErp } from '../support/cap-erp/cap-erp.ts';
import { certificateAuthority } from '../support/certificates.ts';
import type { FakeErp } from '../support/fake-connector.ts';
import { startHttpErp } from '../support/http-erp.ts';
import { startReferenceConnector } from '../support/reference-connector.ts';
import { startSoapErp } from '../support/soap-erp.ts';
import { TestClock } from '../support/test-clock.ts';
import { overTls } from '../support/tls-front.ts';
import { trytonConfig } from '../support/tryton/open-tryton.ts';
import { missingTryton, startTryton } from '../support/tryton/tryton-erp.ts';
import { sampleErp } from './erp-connector-suite.ts';

const fetch = createSafeFetch({ allowPrivate: true });

/** A connector of either kind in front of the sample ERP, with a tick of the clock before every call. */
async function started(kind: 'http' | 'soap') {
  const clock = new TestClock();
  const erp = sampleErp(clock);
  erp.unreadable.clear();
  erp.lastModified.set('Customer/2', '2026-02-01T00:00:00.000Z');
  erp.beforeCall = () => clock.advance(1000);
  const server = kind === 'http' ? await startHttpErp(erp) : await startSoapErp(erp);
  const check = async (more = {}): Promise<readonly Finding[]> => {
    try {
      return await checkConnector(
        kind === 'http' ? httpKind({ fetch, clock: systemClock }) : soapKind({ fetch, clock: systemClock }),
        { url: server.url, config: { Filename: 'ErpClient.xlsx' }, types: [], write: null, create: false, ...more },
        () => undefined,
      );
    } finally {
      await server.close();
    }
  };
  return { erp, server, check };
}

const failing = (findings: readonly Finding[]) =>
  findings.filter(({ verdict }) => verdict === 'fails').map(({ what }) => what);

/** Ways to be wrong that people have found, and the line that says so. */
const faults: readonly (readonly [string, (erp: FakeErp) => void, what: string, means: string])[] = [
  [
    'has no marks of change',
    (erp) => erp.actors.forEach((_, key) => erp.lastModified.set(key, '')),
    'Customer: tells what changed',
    'Changes are found only by the nightly comparison.',
  ],
  [
    'tells only what is later than the mark',
    (erp) => {
      const { page } = erp as unknown as { page: (...args: unknown[]) => never };
      erp.changedActors = async (type, since, fields) =>
        page.call(erp, type, fields, (actor: { type: string; erpKey: string }) =>
          since === '' ? true : (erp.lastModified.get(`${type}/${actor.erpKey}`) ?? '') > since,
        );
    },
    'Customer: tells what changed',
    'Changes are found only by the nightly comparison.',
  ],
  [
    'tells everything whatever it is asked',
    (erp) => (erp.changedActors = (type, _since, fields) => erp.searchActors(type, '', fields)),
    'Customer: and not what did not',
    'Every look asks for everything, which is slow in a large ERP.',
  ],
  [
    'trims keys',
    (erp) => {
      const getActors = erp.getActors.bind(erp);
      erp.getActors = (type, keys, fields, options) =>
        getActors(type, keys.map((key) => key.trim()), fields, options).then((page) => ({
          ...page,
          actors: page.actors.map((actor) => ({ ...actor, erpKey: keys.find((key) => key.trim() === actor.erpKey) ?? '' })),
        })); // prettier-ignore
    },
    'Customer: leaves out what is not there, key by key',
    'A deleted actor is not noticed, or a wrong one connected.',
  ],
  [
    'reads other values than it found',
    (erp) => {
      const getActors = erp.getActors.bind(erp);
      erp.getActors = async (...args) => {
        const page = await getActors(...args);
        return {
          ...page,
          actors: page.actors.map((actor) => ({ ...actor, values: { ...actor.values, NAME: 'Same' } })),
        };
      };
    },
    'Customer: reads by key what it found',
    'The ERP tab shows other values than the search.',
  ],
  [
    'finds nothing without a text',
    (erp) => {
      const searchActors = erp.searchActors.bind(erp);
      erp.searchActors = async (type, text, fields, options) =>
        text === '' ? { actors: [], warning: 'type something' } : searchActors(type, text, fields, options);
    },
    'Customer: a blank search finds all',
    'People must know what they look for.',
  ],
  [
    'cannot read a list it names',
    (erp) => erp.lists.clear(),
    'Customer: its lists can be read',
    'List fields show keys for names and cannot be mapped.',
  ],
  [
    'garbles a value',
    (erp) => erp.unreadable.set('Customer/3', { CreditLimit: '#N/A' }),
    'Customer: values can be read',
    'These fields are not synchronized.',
  ],
  [
    'lets a person stand alone',
    (erp) => erp.parents.clear(),
    'Person: stands below a company',
    'People cannot be connected.',
  ],
  ['offers nothing', (erp) => erp.fieldsOf.clear(), 'offers actor types', 'Nothing can be mapped.'],
  [
    'forgets what it was just told',
    (erp) => {
      erp.testConnection = () => Promise.reject(new AppError('connector.rejected', { explanation: 'which one?' }));
    },
    'keeps a connection, as often as it is told',
    'No connection can be activated.',
  ],
];

describe.each(['http', 'soap'] as const)('a connector over %s', (kind) => {
  test('that is in order has nothing against it, reading and writing', async () => {
    const { erp, check } = await started(kind);
    const findings = await check({ write: '1', create: true });
    expect(failing(findings)).toEqual([]);
    expect(findings.find(({ what }) => what === 'Customer: saves, and puts back')?.verdict).toBe('holds');
    expect(findings.find(({ what }) => what === 'Customer: makes an actor')?.verdict).toBe('holds');
    expect(erp.actors.get('Customer/1')).toMatchObject({ NAME: 'Kunden A/S', POSTALAD1: 'Veien 1' });
  });

  test('is only read, unless it is said otherwise', async () => {
    const { erp, check } = await started(kind);
    await check();
    expect(erp.count('saveActors') + erp.count('createActor')).toBe(0);
  });

  test.each(faults)('that %s is told so', async (_, plant, what, means) => {
    const { erp, check } = await started(kind);
    plant(erp);
    const findings = await check();
    expect(findings.filter(({ verdict }) => verdict === 'fails')).toContainEqual(
      expect.objectContaining({ what, means }),
    );
  });

  test.each<[string, (erp: FakeErp) => void]>([
    ['does not keep what it is sent', (erp) => (erp.normalise = () => 'as before')],
    ['takes an old mark for a new value', (erp) => (erp.resolutionMs = 10 ** 12)],
  ])('that %s is found when it may be written to', async (_, plant) => {
    const { erp, check } = await started(kind);
    plant(erp);
    expect(failing(await check({ write: '1' }))).toContain('Customer: saves, and puts back');
  });
});

test('a search that evaluates an operator wrongly is told with its operator', async () => {
  const { server, check } = await started('http');
  Object.assign(server, { capabilities: { operators: ['ends'] } });
  const found = (await check()).find(({ what }) => what === 'Customer: searches by fields');
  expect(found).toMatchObject({
    verdict: 'fails',
    means: 'Advanced search and the import find too much or too little.',
  });
  expect(found?.seen).toContain('ends');
});

describe('the command', () => {
  test('ends with 0 where all holds, with 1 where something does not, with 2 where nothing answers', async () => {
    const connector = await startReferenceConnector({ secret: 'hush' });
    const good = await run(connector.url, '--secret', 'hush', '--config', 'client=Nordic');
    const refused = await run(connector.url, '--secret', 'wrong', '--config', 'client=Nordic');
    connector.stop();
    expect([good.code, refused.code, (await run(connector.url)).code]).toEqual([0, 1, 2]);
    expect(good.output).toMatch(/holds +Customer: tells what changed/);
    expect(refused.output).toContain('connector.denied');
    expect(refused.output).toContain('No ERP connection can be defined.');
    expect(good.output).not.toContain('hush');
  });

  test.each([
    ['a user name', ['--basic', 'sync:pa:ss'], `Basic ${Buffer.from('sync:pa:ss').toString('base64')}`],
    ['a header', ['--header', 'authorization=Token pass=word'], 'Token pass=word'],
  ])('signs in with %s at a connector that wants it', async (_, args, wanted) => {
    const soap = await startSoapErp(sampleErp(new TestClock()));
    soap.admits = ({ authorization }) => authorization === wanted;
    const about = ['--kind', 'soap', '--config', 'Filename=ErpClient.xlsx'];
    const [letIn, keptOut] = [await run(soap.url, ...about, ...args), await run(soap.url, ...about)];
    await soap.close();
    expect(letIn.output).toMatch(/holds +answers at its address/);
    expect(letIn.output).not.toMatch(/connector\.denied|pass/);
    expect(keptOut).toMatchObject({ code: 2, output: expect.stringContaining('connector.denied') as unknown });
  });

  test('takes a secret from the environment, which stands in no list of processes', async () => {
    const soap = await startSoapErp(sampleErp(new TestClock()));
    soap.admits = ({ authorization }) => authorization === 'Token hush';
    vi.stubEnv('CONNECTOR_SECRET', 'Token hush');
    const about = ['--kind', 'soap', '--config', 'Filename=ErpClient.xlsx'];
    const { output } = await run(soap.url, ...about, '--header', 'authorization');
    vi.unstubAllEnvs();
    await soap.close();
    expect(output).toMatch(/holds +answers at its address/);
  });
});

describe('the command, and OAuth', () => {
  /** Gives a token to who says this, and tells whom it asked. */
  async function tokenServer() {
    const asked: Record<string, string>[] = [];
    const server = createServer((incoming, outgoing) => {
      void text(incoming).then((form) => {
        asked.push(Object.fromEntries(new URLSearchParams(form)));
        const good = asked.at(-1)?.['client_secret'] === 'hush-hush';
        outgoing.writeHead(good ? 200 : 401, { 'content-type': 'application/json' });
        outgoing.end(
          JSON.stringify(good ? { access_token: 'let-me-in', expires_in: 3600 } : { error: 'invalid_client' }),
        );
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void server.close());
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`, asked };
  }
  const clientIs = (url: string, secret: string) => ['--token-url', url, '--user', 'erp-sync', '--secret', secret];

  test.each(['http', 'soap'] as const)(
    'signs in at a connector over %s',
    async (kind) => {
      const tokens = await tokenServer();
      const [http, soap] = [
        await startHttpErp(sampleErp(new TestClock())),
        await startSoapErp(sampleErp(new TestClock())),
      ];
      soap.admits = ({ authorization }) => authorization === 'Bearer let-me-in';
      http.intercept = ({ headers }) => (soap.admits(headers) ? undefined : { status: 401, body: {} });
      onTestFinished(async () => {
        await Promise.all([http.close(), soap.close()]);
      });
      const { url } = kind === 'http' ? http : soap;
      const about = [url, '--config', 'Filename=ErpClient.xlsx', '--type', 'Customer'];
      const [letIn, keptOut] = [
        await run(...about, ...clientIs(tokens.url, 'hush-hush'), '--scope', 'api://erp'),
        await run(...about, ...clientIs(tokens.url, 'wrong-one')),
      ];
      expect(letIn.output).toMatch(/holds +Customer: a blank search finds all/);
      expect(tokens.asked[0]).toMatchObject({ client_id: 'erp-sync', client_secret: 'hush-hush', scope: 'api://erp' });
      expect(keptOut).toMatchObject({
        code: 2,
        output: expect.stringMatching(/connector\.denied .*invalid_client/) as unknown,
      });
      expect(letIn.output + keptOut.output).not.toMatch(/hush-hush|wrong-one|let-me-in/);
    },
    60_000,
  );

  test('signs in at Business Central', async () => {
    const clock = new TestClock();
    const bc = await startBusinessCentral(clock);
    bc.tokens.good = 'none yet';
    onTestFinished(() => bc.close());
    const about = [bc.url, '--company', 'cronus danmark', '--type', 'Customer', '--scope', 'https://api.businesscentral.dynamics.com/.default']; // prettier-ignore
    const letIn = await run(...about, ...clientIs(bc.tokenUrl, 's3cret & more'));
    const keptOut = await run(...about, ...clientIs(bc.tokenUrl, 'another one'));
    expect(letIn.output).toMatch(/holds +Customer: a blank search finds all/);
    expect(keptOut).toMatchObject({ code: 1, output: expect.stringContaining('connector.denied') as unknown });
    expect(letIn.output + keptOut.output).not.toMatch(/s3cret|another one/);
  }, 60_000);
});

test('the command trusts an authority of one’s own, for the address it is given with', async () => {
  const nordlys = certificateAuthority('Nordlys Root CA');
  const http = await startHttpErp(sampleErp(new TestClock()));
  const url = await overTls(http.url, nordlys.issue(['localhost']));
  const folder = await mkdtemp(join(tmpdir(), 'authority-'));
  onTestFinished(async () => {
    await Promise.all([http.close(), rm(folder, { recursive: true })]);
  });
  const [good, bad] = [join(folder, 'root.pem'), join(folder, 'server.pem')];
  await Promise.all([writeFile(good, nordlys.cert), writeFile(bad, nordlys.issue(['localhost']).cert)]);

  const about = [url, '--config', 'Filename=ErpClient.xlsx', '--type', 'Customer'];
  expect((await run(...about, '--authority', good)).output).toMatch(/holds +Customer: a blank search finds all/);
  expect(await run(...about)).toMatchObject({
    code: 2,
    output: expect.stringContaining('certificate_untrusted') as unknown,
  });
  expect(await run(...about, '--authority', bad)).toMatchObject({
    code: 2,
    output: expect.stringContaining('certificate.invalid') as unknown,
  });
}, 60_000);

test('the command tells its options as the page about connectors does', async () => {
  const { code, output } = await run();
  const page = await readFile('test/connector/README.md', 'utf8');
  const [told, written] = [/^ {2}(--.*?)(?= {2})/gm, /^\| `(--.*?)` /gm].map((form, index) =>
    [...(index === 0 ? output : page).matchAll(form)].map(([, option]) => option),
  );
  expect(code).toBe(2);
  expect(told?.length).toBeGreaterThan(10);
  expect(told).toEqual(written);
});

describe.skipIf(missingTryton !== null)(
  `the command, at Tryton ${missingTryton === null ? '' : `(skipped: ${missingTryton})`}`,
  () => {
    test('tries it with the settings of a connection, reading and writing', async () => {
      const tryton = await startTryton();
      onTestFinished(() => tryton.close());
      const { Database, UserName, Password, ...roles } = trytonConfig;
      const about = [tryton.url, '--database', String(Database), '--user', String(UserName)];
      const settings = Object.entries(roles).flatMap(([key, value]) => ['--config', `${key}=${value}`]);
      const good = await run(...about, '--secret', String(Password), ...settings, '--write', '1', '--create');
      const keptOut = await run(...about, '--secret', 'Wolke 8');
      expect(good.output).toContain('(tryton)');
      expect(good.output).not.toContain('fails ');
      expect(good.output).toMatch(/holds +Customer: saves, and puts back/);
      expect(good.output).toMatch(/holds +Person: stands below a company/);
      expect([good.code, keptOut.code]).toEqual([0, 1]);
      expect(keptOut.output).toContain('connector.denied');
      expect(good.output + keptOut.output).not.toContain('Wolke');
    }, 300_000);
  },
);

describe('the command, at what is no sync connector', () => {
  test('tries an OData service whose entity sets are named', async () => {
    const cap = await startCapErp();
    await cap.reset({
      Customers: [
        { ID: 1, CustNo: 1, NAME: 'Kunden A/S', POSTALCITY: 'Byen', CustGr: '1', CreditLimit: 5.5 },
        { ID: 2, CustNo: 2, NAME: 'Leverandøren AS' },
      ],
      Persons: [],
      CustomerGroup: [{ ID: '1', Text: 'One' }],
    });
    const good = await run(cap.url, '--set', 'Customer=Customers', '--write', '1', '--create');
    const stray = await run(cap.url, '--set', 'Customer=Custommers');
    const unsaid = await run(cap.url, '--company', 'Cronus', '--secret', 'hush', '--sign-in', 'basic', '--user', 'eva');
    cap.close();
    expect(good.output).not.toContain('fails');
    expect(good.output).toMatch(/holds +Customer: searches by fields +every operator of .*list/);
    expect(good.output).toMatch(/holds +Customer: saves, and puts back/);
    expect([good.code, stray.code, unsaid.code]).toEqual([0, 1, 1]);
    expect(stray.output).toContain('Custommers');
    expect(unsaid.output).toContain('Cronus');
    expect(unsaid.output).not.toContain('hush');
  }, 60_000);

  test('tries a workbook by its path', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'check-'));
    const path = join(folder, 'Customers.xlsx');
    await writeSampleWorkbook(path);
    const good = await run(path);
    const none = await run(join(folder, 'Other.xlsx'));
    await rm(folder, { recursive: true });
    expect(good.output).not.toContain('fails');
    expect(good.output).toMatch(/\(workbook\)/);
    expect([good.code, none.code]).toEqual([0, 2]);
    expect(none.output).toContain('There is no file');
  }, 60_000);
});

function run(...args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    'backend/check-connector.ts',
    ...args,
  ]);
  let output = '';
  child.stdout.on('data', (told: Buffer) => (output += told.toString()));
  child.stderr.on('data', (told: Buffer) => (output += told.toString()));
  return new Promise((ended) => child.on('exit', (code) => ended({ code, output })));
}
