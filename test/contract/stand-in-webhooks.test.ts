import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startStandIn, type StandIn } from '../stand-in/start.ts';
import type { HookRow } from '../stand-in/tenant.ts';

const BOSS = 5;
const SALES = 11;

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
  readonly body: Readonly<Record<string, unknown>>;
}

let standIn: StandIn;
let received: Received[];
/** What the receiver answers. */
let status: number;
const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const raw = Buffer.concat(chunks).toString();
    received.push({ headers: request.headers, raw, body: JSON.parse(raw) as Received['body'] });
    response.writeHead(status).end();
  });
});

beforeEach(async () => {
  received = [];
  status = 200;
  standIn = await startStandIn({ approved: true, timeScale: 0 });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await standIn.close();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

describe('saving a webhook', () => {
  it('calls the target first, signed, and is saved when that answers 200', async () => {
    const saved = await save();
    expect(saved).toMatchObject({ status: 200, body: { State: 'Active', Name: 'ERP Sync' } });
    const [test] = received;
    expect(test!.headers).toMatchObject({ 'x-superoffice-event': 'test', 'x-hook-test': 'true' });
    expect(test!.headers['x-superoffice-signature']).toBe(hmac('s3cret', test!.raw));
    expect(test!.body).toMatchObject({
      Event: 'test',
      PrimaryKey: 0,
      ContextIdentifier: 'Default',
      WebhookName: 'ERP Sync',
    });
  });

  it.each([204, 202, 302, 404, 500])('fails when the target answers %i, and saves nothing', async (answer) => {
    status = answer;
    expect(await save()).toMatchObject({ status: 500, body: { Error: true } });
    expect(standIn.tenant().webhooks.size).toBe(0);
  });

  it('fails when nobody answers', async () => {
    expect((await save({ TargetUrl: 'http://127.0.0.1:9/hook' })).status).toBe(500);
  });

  it('is for administrators', async () => {
    expect((await api('POST', 'Webhook', { Name: 'x' }, SALES)).status).toBe(403);
    expect((await api('GET', 'Webhook', undefined, SALES)).status).toBe(403);
    expect((await api('GET', 'Webhook', undefined, BOSS)).status).toBe(200);
  });
});

describe('an event', () => {
  beforeEach(async () => {
    await save();
    received = [];
  });

  it("is sent for a change of the record's own row, signed over the bytes, with who did it", async () => {
    await rename(7, 'Ny AS');
    const [event] = received;
    expect(event!.headers['x-superoffice-signature']).toBe(hmac('s3cret', event!.raw));
    expect(event!.headers['user-agent']).toMatch(/^NetServer-Webhook\//);
    expect(event!.body).toMatchObject({
      Event: 'contact.changed',
      Entity: 'contact',
      PrimaryKey: 7,
      ContextIdentifier: 'Cust10001',
      ChangedByAssociateId: SALES,
      WebhookName: 'ERP Sync',
      FieldValues: { country_id: 208 },
    });
    expect(event!.body['Changes']).toEqual([
      'name',
      'contact_id',
      'updated',
      'updated_associate_id',
      'updatedCount',
      'soundEx',
    ]);
  });

  it('is not sent for phones, addresses and user-defined fields', async () => {
    standIn.tenant().update('contact', 7, { phones: [], userDefined: { 'SuperOffice:1': 'x' } }, SALES);
    await standIn.webhooks.settled();
    expect(received).toEqual([]);
  });

  it('is not sent when nothing changed', async () => {
    await rename(7, standIn.tenant().records.contact.get(7)!.name);
    expect(received).toEqual([]);
  });

  it('is sent for what was made, and as softdeleted or deleted for what went', async () => {
    const tenant = standIn.tenant();
    const { id } = tenant.create('project', tenant.records.project.get(3)!, SALES);
    tenant.delete('project', id, SALES);
    tenant.delete('contact', 7, SALES);
    tenant.purge('contact', 7, SALES);
    await standIn.webhooks.settled();
    expect(received.map(({ body }) => body['Event']).sort()).toEqual([
      'contact.deleted',
      'contact.softdeleted',
      'project.created',
      'project.deleted',
    ]);
  });

  it('is not sent to a webhook of another tenant', async () => {
    standIn.tenant('Cust20002').update('contact', 7, { name: 'x' }, SALES);
    await standIn.webhooks.settled();
    expect(received).toEqual([]);
  });

  it('carries no signature when there is no secret', async () => {
    await save({ Secret: '' });
    expect(received[0]!.headers).not.toHaveProperty('x-superoffice-signature');
  });

  it('can be lost, and sent again byte for byte', async () => {
    standIn.faults.add({ fault: { kind: 'lostWebhook' }, path: /^contact\./, times: 1 });
    await rename(7, 'Lost');
    expect(received).toEqual([]);
    await rename(7, 'Found');
    await standIn.webhooks.redeliver(standIn.webhooks.deliveries.at(-1)!);
    expect(received).toHaveLength(2);
    expect(received[1]!.raw).toBe(received[0]!.raw);
  });
});

describe('a receiver in trouble', () => {
  beforeEach(async () => {
    await save();
    received = [];
    status = 500;
  });

  it('is tried three times with the same event, and then it is lost', async () => {
    await rename(7, 'A');
    expect(received.map(({ headers }) => headers['x-superoffice-retry'])).toEqual(['0', '1', '2']);
    expect(new Set(received.map(({ body }) => body['EventId'])).size).toBe(1);
    expect(hook()).toMatchObject({ state: 'Active', consecutiveErrors: 3, lastError: 'HTTP 500' });
    status = 200;
    await rename(7, 'B');
    expect(received).toHaveLength(4);
    expect(hook()).toMatchObject({ consecutiveErrors: 0, totalErrors: 3, totalCalls: 4 });
  });

  it('is given up after nine failures in a row, until it is switched on again', async () => {
    for (const name of ['A', 'B', 'C']) await rename(7, name);
    expect(hook()).toMatchObject({ state: 'TooManyErrors', consecutiveErrors: 9 });
    status = 200;
    await rename(7, 'D');
    expect(received).toHaveLength(9);

    const { body } = await api('GET', `Webhook/${hook().id}`);
    expect(await api('PUT', `Webhook/${hook().id}`, { ...body, State: 'Active' })).toMatchObject({ status: 200 });
    expect(received.at(-1)!.body['Event']).toBe('test');
    await rename(7, 'E');
    expect(received.at(-1)!.body['Event']).toBe('contact.changed');
  });

  it('is not given up when the ninth succeeds', async () => {
    for (const name of ['A', 'B']) await rename(7, name);
    status = 200;
    await rename(7, 'C');
    status = 500;
    await rename(7, 'D');
    expect(hook()).toMatchObject({ state: 'Active', consecutiveErrors: 3 });
  });

  it('is given up at once when it answers 410', async () => {
    status = 410;
    await rename(7, 'A');
    expect(received).toHaveLength(1);
    expect(hook().state).toBe('TooManyErrors');
  });
});

async function save(
  more: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const { body } = await api('GET', 'Webhook/default');
  return api('POST', 'Webhook', {
    ...body,
    Name: 'ERP Sync',
    Events: ['contact', 'person']
      .flatMap((type) => ['created', 'changed', 'softdeleted', 'deleted'].map((kind) => `${type}.${kind}`))
      .concat('project.created', 'project.changed', 'project.deleted'),
    TargetUrl: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks/so/Cust10001/1`,
    Secret: 's3cret',
    ...more,
  });
}

async function api(
  method: string,
  path: string,
  body?: unknown,
  associateId?: number,
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const tenant = standIn.tenant();
  const headers =
    associateId === undefined
      ? { authorization: `SOTicket ${standIn.credentials.ticket(tenant)}`, 'so-apptoken': standIn.app.clientSecret }
      : { authorization: `Bearer ${standIn.credentials.accessToken(tenant, associateId)}` };
  const response = await fetch(`${standIn.url}/Cust10001/api/v1/${path}`, {
    method,
    headers: headers as Record<string, string>,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function rename(id: number, name: string): Promise<void> {
  standIn.tenant().update('contact', id, { name }, SALES);
  await standIn.webhooks.settled();
}

function hook(): HookRow {
  return [...standIn.tenant().webhooks.values()][0]!;
}

function hmac(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('base64');
}
