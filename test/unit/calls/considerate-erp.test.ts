import { beforeEach, describe, expect, test } from 'vitest';
import { considerateErps } from '../../../backend/adapters/calls/considerate-erp.ts';
import { AppError } from '../../../backend/errors.ts';
import { inLane, insisting } from '../../../backend/lane.ts';
import type { ConnectorKind, ErpConnector } from '../../../backend/ports/erp-connector.ts';
import { FakeErp } from '../../support/fake-connector.ts';
import { TestClock } from '../../support/test-clock.ts';

const fields = [{ key: 'NAME', kind: 'text' }] as const;

let clock: TestClock;
let fake: FakeErp;
let considerate: ReturnType<typeof considerateErps>;

beforeEach(() => {
  clock = new TestClock();
  fake = new FakeErp(clock);
  fake.needsUrl = true;
  considerate = considerateErps({ clock });
  for (let i = 0; i < 300; i++) fake.actors.set(`Customer/${i}`, { NAME: `Name ${i}` });
});

interface Opened {
  readonly tenant?: string;
  readonly connectionId?: string;
  readonly url?: string;
  readonly kind?: ConnectorKind;
}

function open({ tenant = 'Cust1', connectionId = 'c1', url = 'https://erp.example/sync', kind = fake }: Opened = {}) {
  return considerate(tenant, kind).open({ connectionId, url, config: {} });
}

const read = (erp: ErpConnector, key: string | number) => erp.getActors('Customer', [String(key)], fields);
const save = (erp: ErpConnector, key: string | number, name: string, beforeSend?: () => Promise<void>) =>
  erp.saveActors([{ type: 'Customer', erpKey: String(key), values: { NAME: name } }], fields, {
    ...(beforeSend ? { beforeSend } : {}),
  });
const batches = (method: 'getActors' | 'saveActors') =>
  fake.calls
    .filter((call) => call.method === method)
    .map(({ args }) => (args[method === 'getActors' ? 1 : 0] as []).length);

/** A call takes a while; answers how many were under way at most. */
function slowly(): { readonly most: () => number } {
  let [now, most] = [0, 0];
  fake.beforeCall = () => {
    most = Math.max(most, ++now);
    return new Promise((resolve) => setTimeout(resolve, 5));
  };
  fake.afterCall = () => void (now -= 1);
  return { most: () => most };
}

test('addresses are tried out ten times a minute by one tenant, and no more', async () => {
  const attempt = (tenant = 'Cust1') =>
    considerate(tenant, fake).testAddress?.({ url: `https://erp${fake.calls.length}.example/` });
  for (let i = 0; i < 10; i++) await attempt();
  await expect(attempt()).rejects.toMatchObject({ code: 'rate.limited' });
  expect(fake.count('configFields')).toBe(10);
  await attempt('Cust2');

  clock.advance(60_001);
  await attempt();
});

describe('what many records ask for at once', () => {
  test('is read in few calls, at most three at a time, and each gets its own', async () => {
    const { most } = slowly();
    const erp = open();
    const pages = await inLane('event', () => Promise.all(Array.from({ length: 300 }, (_, i) => read(erp, i))));
    expect(pages.map(({ actors }) => actors.map(({ values }) => values['NAME']))).toEqual(
      Array.from({ length: 300 }, (_, i) => [`Name ${i}`]),
    );
    expect(batches('getActors')).toEqual([1, 1, 1, 200, 97]);
    expect(most()).toBe(3);
  });

  test('is saved in few calls, one at a time', async () => {
    const { most } = slowly();
    const erp = open();
    await inLane('event', () => Promise.all(Array.from({ length: 120 }, (_, i) => save(erp, i, `New ${i}`))));
    expect(batches('saveActors')).toEqual([1, 50, 50, 19]);
    expect(most()).toBe(1);
    expect(fake.actors.get('Customer/119')).toEqual({ NAME: 'New 119' });
  });

  test('shares what was opened, whoever asks, and another connection has its own', async () => {
    expect(open()).toBe(open());
    expect(open({ connectionId: 'c2' })).not.toBe(open());
    expect(open({ tenant: 'Cust2' })).not.toBe(open());
  });

  test('tells a warning to each', async () => {
    fake.warning = 'Perhaps not all';
    const erp = open();
    const pages = await Promise.all([read(erp, 1), read(erp, 2), read(erp, 'gone')]);
    expect(pages.map(({ warning }) => warning)).toEqual(['Perhaps not all', 'Perhaps not all', 'Perhaps not all']);
  });

  test('is lost to one alone if that one is to blame', async () => {
    const beforeCall: FakeErp['beforeCall'] = ({ method, args }) => {
      const keys = args[1] as readonly string[];
      if (method === 'getActors' && keys.includes('66')) throw new AppError('connector.rejected');
    };
    fake.beforeCall = beforeCall;
    const erp = open();
    const settled = await inLane('event', () =>
      Promise.allSettled(Array.from({ length: 100 }, (_, i) => read(erp, i))),
    );
    expect(settled.flatMap(({ status }, i) => (status === 'rejected' ? [i] : []))).toEqual([66]);
  });

  test('is not taken for saved when the answer is short, and never for another', async () => {
    const erp = open({
      kind: {
        kind: 'http',
        needsUrl: true,
        configFields: async () => [],
        configList: async () => [],
        open: (settings) =>
          Object.assign(fake.open(settings), {
            saveActors: async (...args: Parameters<FakeErp['saveActors']>) => {
              await new Promise(setImmediate);
              return (await FakeErp.prototype.saveActors.apply(fake, args)).slice(1);
            },
          }),
      },
    });
    const [, first, second] = await Promise.all([save(erp, 0, 'X'), save(erp, 1, 'A'), save(erp, 2, 'B')]);
    expect(first).toMatchObject([{ kind: 'refused', code: 'connector.answer_invalid' }]);
    expect(second).toMatchObject([{ kind: 'saved', actor: { erpKey: '2', values: { NAME: 'B' } } }]);
  });

  test('is not saved when it is no longer wanted by the time of its turn', async () => {
    slowly();
    const erp = open();
    const gone = () => Promise.reject(new AppError('link.busy'));
    const settled = await Promise.allSettled([save(erp, 1, 'A'), save(erp, 2, 'B', gone), save(erp, 3, 'C')]);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(fake.actors.get('Customer/2')).toEqual({ NAME: 'Name 2' });
  });
});

describe('an ERP that does not answer', () => {
  const down = new AppError('connector.unreachable');

  async function breakIt(): Promise<void> {
    fake.outage = down;
    for (let i = 0; i < 5; i++) await read(open(), i).catch(() => undefined);
    fake.calls.length = 0;
  }

  test('is left alone, whichever tenant and connection asks, and says until when', async () => {
    await breakIt();
    for (const erp of [open(), open({ connectionId: 'c2' }), open({ tenant: 'Cust2' })]) {
      await expect(read(erp, 1)).rejects.toMatchObject({
        code: 'connector.resting',
        detail: { host: 'erp.example', until: '2026-11-22T12:05:00.000Z', retryAfterSeconds: 300 },
      });
    }
    expect(fake.calls).toEqual([]);
    fake.outage = null;
    await expect(read(open({ url: 'https://other.example/sync' }), 1)).resolves.toBeDefined();
  });

  test('is asked at once by a test and by whoever insists', async () => {
    await breakIt();
    await expect(insisting(() => read(open(), 1))).rejects.toBe(down);
    fake.outage = null;
    fake.connections.set('c1', {});
    await expect(read(open(), 1)).rejects.toMatchObject({ code: 'connector.resting' });
    await considerate('Cust1', fake).configFields({ url: 'https://erp.example/sync' });
    await expect(read(open(), 1)).resolves.toBeDefined();
  });

  test('that is a file rests by itself, and not longer than five minutes', async () => {
    fake.needsUrl = false;
    fake.outage = new AppError('workbook.missing', { file: 'a.xlsx' });
    const file = (Filename: string) =>
      considerate('Cust1', fake).open({ connectionId: 'c', url: '', config: { Filename } });
    for (let i = 0; i < 5; i++) await read(file('a.xlsx'), i).catch(() => undefined);
    await expect(read(file('a.xlsx'), 1)).rejects.toMatchObject({ code: 'connector.resting' });
    await expect(read(file('b.xlsx'), 1)).rejects.toMatchObject({ code: 'workbook.missing' });
  });
});

test('however many tenants have the same ERP, it is not called more than eight times at once', async () => {
  const { most } = slowly();
  await Promise.all(Array.from({ length: 40 }, (_, i) => read(open({ tenant: `Cust${i}`, connectionId: `c${i}` }), i)));
  expect(most()).toBe(8);
});
