import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import postgres from 'postgres';
import { startServer } from '../../backend/http/server.ts';
import { APP } from '../../backend/store/embedded-postgres.ts';
import { median, printFigure } from './print-figure.ts';
import { send, startReceiver } from './webhook-receiver.ts';

const TENANT = 'Cust10001';
const SECRET = randomBytes(32).toString('base64url');
const RECORDS = 500;
const EVENTS = 1_000;
const ROUNDS = 5;

/**
 * The webhook route, with its inbox, its mark on the record and all that stands before it, against a bare Hono route that
 * verifies the same signature and inserts one row. Both on one durable Postgres, in turns, with the same load.
 */
export async function benchWebhook(): Promise<void> {
  const receiver = await startReceiver();
  const { owner } = receiver;
  await owner`create table bare_event (event_id text primary key, body text not null)`;
  await owner`grant insert on bare_event to ${owner(APP)}`;
  const ours = await receiver.subscribe(TENANT, SECRET, RECORDS);
  const bareDb = postgres(receiver.appUrl, { max: 10 });
  const bare = await startServer(bareRoute(bareDb).fetch, { host: '127.0.0.1', port: 0 });

  try {
    for (const atOnce of [32, 1]) {
      const events = atOnce === 1 ? EVENTS / 4 : EVENTS;
      const load = { tenant: TENANT, secret: SECRET, events, atOnce, records: RECORDS };
      const rates: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
      for (let round = 0; round <= ROUNDS; round++) {
        const before = await rows();
        const [bareRate, oursRate] = [
          (await send({ ...load, url: `http://127.0.0.1:${bare.port}/hook` })).perSecond,
          (await send({ ...load, url: ours })).perSecond,
        ];
        const after = await rows();
        if (after.ours - before.ours !== events || after.bare - before.bare !== events) {
          throw new Error(`rows are missing: ${JSON.stringify({ before, after, events })}`);
        }
        // The first round warms both up.
        if (round === 0) continue;
        rates.ours.push(oursRate);
        rates.bare.push(bareRate);
      }
      const ratios = rates.ours.map((rate, i) => rate / (rates.bare[i] ?? 1));
      printFigure(
        `webhook route, ${atOnce} at once: ${median(rates.ours).toFixed(0)}/s against ${median(rates.bare).toFixed(0)}/s bare`,
        `${(100 * median(ratios)).toFixed(0)} %`,
        atOnce === 1 ? '' : '>= 60 %',
      );
    }
  } finally {
    await bare.stop();
    await bareDb.end();
    await receiver.stop();
  }

  async function rows(): Promise<{ readonly ours: number; readonly bare: number }> {
    const [inBare] = await owner<[{ count: number }]>`select count(*)::int as count from bare_event`;
    return { ours: await receiver.events(TENANT), bare: inBare.count };
  }
}

function bareRoute(sql: postgres.Sql): Hono {
  const http = new Hono();
  http.post('/hook', async (c) => {
    const body = Buffer.from(await c.req.arrayBuffer());
    const expected = createHmac('sha256', SECRET).update(body).digest();
    const given = Buffer.from(c.req.header('x-superoffice-signature') ?? '', 'base64');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return c.body(null, 401);
    const { EventId } = JSON.parse(body.toString('utf8')) as { EventId: string };
    await sql`insert into bare_event (event_id, body) values (${EventId}, ${body.toString('utf8')})`;
    return c.body(null, 200);
  });
  return http;
}
