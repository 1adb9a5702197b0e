import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answering, ended } from '../support/backend-process.ts';
import { startDeployment, TENANT, type Deployment } from '../support/deployment.ts';
import { freePort } from '../support/demo.ts';

let deployment: Deployment;

beforeAll(async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  deployment = await startDeployment(url);
  const backend = deployment.launch(port, { WORKER: 'off', DRAIN_SECONDS: '0' });
  await answering(backend, url);
  await deployment.install();
  await ended(backend.child, 'SIGTERM');
}, 120_000);

afterAll(() => deployment.close());

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `npm run tenant -- ...`, as an operator types it. */
async function tenant(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'backend/tenant.ts', ...args], {
    env: { PATH: process.env['PATH'], ...deployment.environment, ...environment },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

describe('npm run tenant', () => {
  test('told nothing that it knows, says what it knows, and ends with 2', async () => {
    for (const args of [[], ['destroy', TENANT], ['check'], ['check', '../x'], ['seats', TENANT, 'many']]) {
      const { code, out, err } = await tenant(args);
      expect([args, code, out]).toEqual([args, 2, '']);
      expect(err).toMatch(/^npm run tenant -- <what> <tenant>\n {2}install .*\n/);
    }
  });

  test('without its settings says which, without their values, and ends with 1', async () => {
    const { code, err } = await tenant(['check', TENANT], {
      SUPEROFFICE_CLIENT_ID: '',
      DATABASE_URL: 'secret-address',
    });
    expect([code, err]).toEqual([1, expect.stringMatching(/DATABASE_URL: [\s\S]*SUPEROFFICE_CLIENT_ID: /)]);
    expect(err).not.toContain('secret-address');
  });

  test('says so in a sentence when the database does not answer', async () => {
    const nowhere = 'postgres://erpsync_app:secret-word@127.0.0.1:1/erpsync';
    const { code, out, err } = await tenant(['check', TENANT], { DATABASE_URL: nowhere });
    expect([code, out, err.trim()]).toEqual([1, '', 'The database is away']);
  });

  test('checks a tenant, and ends with 1 when something is wrong', async () => {
    const { out, err } = await tenant(['check', TENANT]);
    expect([out, err]).toEqual([expect.stringMatching(/^fine {6}approval$/m), '']);
    expect(out).toMatch(/^fine {6}panels$/m);

    deployment.tenant.panels.clear();
    const damaged = await tenant(['check', TENANT]);
    expect([damaged.code, damaged.out]).toEqual([1, expect.stringMatching(/^wrong {5}panels/m)]);
  });

  test('puts back what is missing', async () => {
    const { code, out, err } = await tenant(['install', TENANT]);
    expect([code, out.trim(), err]).toEqual([0, `${TENANT}: panels and webhook are in place.`, '']);
    expect(deployment.tenant.panels.size).toBeGreaterThan(0);
  });

  test('enters seats', async () => {
    const { code, out } = await tenant(['seats', TENANT, '25', '2027-12-31']);
    expect([code, out.trim()]).toEqual([0, `${TENANT}: 25 seats.`]);
    expect((await tenant(['check', TENANT])).out).toMatch(/ of 25/);
  });

  test('fails with the code of what stood in the way, and ends with 1', async () => {
    expect(await tenant(['repair', 'Cust99999'])).toEqual({
      code: 1,
      out: '',
      err: 'Not done: tenant.not_installed\n',
    });
    const unapproved = await tenant(['install', 'Cust99999']);
    expect([unapproved.code, unapproved.out]).toEqual([1, expect.stringContaining('/install')]);

    deployment.tenant.state = 'Suspended';
    expect(await tenant(['uninstall', TENANT])).toEqual({ code: 1, out: '', err: 'Not done: tenant.unavailable\n' });
    deployment.tenant.state = 'Running';
    const silent = await tenant(['repair', TENANT], { SUPEROFFICE_LOGIN_URL: 'http://127.0.0.1:1' });
    expect(silent).toEqual({ code: 1, out: '', err: 'Not done: crm.unreachable\n' });
  });

  test('uninstalls with proof, and erases what is left of a tenant', async () => {
    const { code, out, err } = await tenant(['uninstall', TENANT]);
    expect([code, out.split('\n').filter(Boolean), err]).toEqual([
      0,
      [`${TENANT}: nothing of ours is left in SuperOffice.`, `${TENANT}: all data is erased.`],
      '',
    ]);
    expect([deployment.tenant.panels.size, deployment.tenant.webhooks.size]).toEqual([0, 0]);

    const erased = await tenant(['erase', TENANT]);
    expect([erased.code, erased.out]).toEqual([0, expect.stringContaining('all data is erased')]);
    expect((await tenant(['repair', TENANT])).err).toBe('Not done: tenant.not_installed\n');
  });
});
