import { createHmac, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

export interface Load {
  readonly url: string;
  readonly tenant: string;
  readonly secret: string;
  readonly events: number;
  readonly atOnce: number;
  /** The events are about this many records in turn. */
  readonly records: number;
}

export interface LoadResult {
  readonly perSecond: number;
  /** Status -> how often. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Of each answer in milliseconds, where they come one at a time. */
  readonly waits: readonly number[];
}

// In a thread of its own, so that making the load is not measured as answering it.
const load = workerData as Load;
const agent = new Agent({ keepAlive: true, maxSockets: load.atOnce });
/** Made beforehand, so that making them is not measured; of a flood as they are sent. */
const bodies = load.events <= 10_000 ? Array.from({ length: load.events }, (_, i) => body(i)) : [];
const statuses: Record<number, number> = {};
const waits: number[] = [];
let next = 0;

const started = performance.now();
await Promise.all(Array.from({ length: load.atOnce }, work));
const seconds = (performance.now() - started) / 1000;
agent.destroy();
parentPort?.postMessage({ perSecond: load.events / seconds, statuses, waits } satisfies LoadResult);

async function work(): Promise<void> {
  while (next < load.events) {
    const at = next++;
    const { text, signature } = bodies[at] ?? body(at);
    const started = performance.now();
    const status = await post(text, signature);
    if (load.atOnce === 1) waits.push(performance.now() - started);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
}

function body(i: number): { readonly text: string; readonly signature: string } {
  const text = JSON.stringify({
    EventId: randomUUID(),
    Timestamp: '2026-11-22T12:00:00.000Z',
    Changes: ['contact_id', 'name', 'updated', 'updated_associate_id', 'updatedCount', 'soundEx'],
    Event: 'contact.changed',
    PrimaryKey: (i % load.records) + 1,
    Entity: 'contact',
    ContextIdentifier: load.tenant,
    ChangedByAssociateId: 11,
    WebhookName: 'ERP Sync for SuperOffice',
    FieldValues: {
      associate_id: 11,
      business_idx: 2,
      category_idx: 3,
      country_id: 578,
      updated: '2026-11-22T12:00:00',
    },
  });
  return { text, signature: createHmac('sha256', load.secret).update(text).digest('base64') };
}

function post(text: string, signature: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      'x-superoffice-signature': signature,
    };
    request(load.url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    })
      .once('error', reject)
      .end(text);
  });
}
