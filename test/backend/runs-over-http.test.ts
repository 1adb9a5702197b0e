import { beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { claimRunTasks, workOnRun } from '../../backend/application/sync/work-on-run.ts';
import { RunDetail, RunPage, RunStepPage } from '../../shared/api/runs.ts';
import { connect } from '../support/connect.ts';
import { createHttpWorld, person, signIn, type Browser, type HttpWorld } from '../support/http.ts';

let world: HttpWorld;
let panel: Browser;
let connectionId: string;

beforeEach(async () => {
  world = await createHttpWorld();
  panel = world.browser();
  await signIn(world, panel, person(world, 5));
  connectionId = await world.connection({ name: 'Norway', fields: { NAME: 'NAME' } });
  world.crm.entities.set('contact/42', { NAME: 'Orkdal AS' });
  world.erp.actors.set('Customer/831', { NAME: 'Orkdal AS' });
  await connect(world.as(), connectionId, { type: 'contact', id: 42 }, { type: 'Customer', erpKey: '831' });
  world.crm.edit({ type: 'contact', id: 42 }, { NAME: 'Orkdal Omsorg AS' });
});

/** Sends a request, expects its status, and answers the body as its contract says it is: nothing more, nothing less. */
async function ask<T extends z.ZodType>(method: string, path: string, status: number, contract: T, body?: unknown) {
  const response = await (method === 'GET' ? panel.get(path) : panel.send(method, path, body));
  const answer: unknown = await response.json();
  expect([path, response.status, status < 400 || answer]).toEqual([path, status, status < 400 || answer]);
  const read = contract.parse(answer);
  expect(read).toEqual(answer);
  return read;
}
const Refusal = z.object({ code: z.string(), detail: z.record(z.string(), z.unknown()) });
const erpName = () => world.erp.actors.get('Customer/831')?.['NAME'];

const dryRun = {
  kind: 'resync',
  dryRun: true,
  from: 'crm',
  connectionId: null,
  keepNonBlank: false,
  records: { kind: 'all' },
};

async function work(): Promise<void> {
  for (;;) {
    const tasks = await claimRunTasks(world.ctx, 5);
    if (tasks.length === 0) return;
    for (const task of tasks) await workOnRun(world.ctx, task);
  }
}

test('a dry run, exactly its plan, and back again, over the wire', async () => {
  const { id, state } = await ask('POST', '/api/runs', 201, RunDetail, dryRun);
  expect(state).toBe('planning');
  await ask('POST', `/api/runs/${id}/pause`, 200, RunDetail);
  await ask('POST', `/api/runs/${id}/resume`, 200, RunDetail);
  await work();

  expect(await ask('GET', `/api/runs/${id}`, 200, RunDetail)).toMatchObject({ state: 'planned' });
  const { steps } = await ask('GET', `/api/runs/${id}/steps?fieldKey=NAME&target=erp`, 200, RunStepPage);
  expect(steps).toMatchObject([{ entityName: 'Orkdal Omsorg AS', before: 'Orkdal AS', after: 'Orkdal Omsorg AS' }]);
  expect(erpName()).toBe('Orkdal AS');

  await ask('POST', `/api/runs/${id}/execute`, 200, RunDetail, { steps: 1 });
  await work();
  expect(erpName()).toBe('Orkdal Omsorg AS');

  const undo = await ask('POST', `/api/runs/${id}/undo`, 201, RunDetail);
  expect(undo).toMatchObject({ kind: 'undo', state: 'planning', undoes: id, counts: { toWrite: 1 } });
  await work();
  await ask('POST', `/api/runs/${undo.id}/execute`, 200, RunDetail, { steps: 1 });
  await work();
  expect(erpName()).toBe('Orkdal AS');
  const { runs } = await ask('GET', '/api/runs', 200, RunPage);
  expect(runs.map(({ kind, state }) => [kind, state])).toContainEqual(['undo', 'done']);
});

test('what does not fit is refused, and changes nothing', async () => {
  const { id } = await ask('POST', '/api/runs', 201, RunDetail, dryRun);
  const refused = async (path: string, status: number, body: unknown, code: string) =>
    expect(await ask('POST', path, status, Refusal, body)).toMatchObject({ code });

  await refused('/api/runs', 409, dryRun, 'run.running');
  await refused('/api/runs', 400, { ...dryRun, from: 'erp' }, 'input.invalid');
  await refused('/api/runs', 400, { kind: 'undo', runId: null, ledgerId: null, entity: null }, 'input.invalid');
  await refused(`/api/runs/${id}/execute`, 409, { steps: 1 }, 'run.changed');
  await refused(`/api/runs/${id}/undo`, 409, undefined, 'run.changed');
  await work();
  await refused(`/api/runs/${id}/execute`, 409, { steps: 2 }, 'run.changed');
  await refused(`/api/runs/${id}/execute`, 400, {}, 'input.invalid');
  await refused(`/api/runs/${connectionId}/cancel`, 404, undefined, 'run.not_found');
  expect(erpName()).toBe('Orkdal AS');
});
