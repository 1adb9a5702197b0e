import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { startServer, type RunningServer, type ServerLimits } from '../../backend/http/server.ts';

const quick: ServerLimits = {
  headersMs: 300,
  requestMs: 700,
  checkEveryMs: 50,
  connections: 1_000,
  ofOneAddress: 1_000,
  stopMs: 400,
};
const HEAD = 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n';
/** More than the operating system takes off our hands. */
const LARGE = new Uint8Array(24 * 1024 * 1024);

let server: RunningServer;
const sockets: Socket[] = [];
let release: () => void = () => undefined;

afterEach(async () => {
  release();
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.stop();
});

async function start(limits?: Partial<ServerLimits>): Promise<void> {
  const released = new Promise<void>((resolve) => (release = resolve));
  const answer = async (incoming: Request): Promise<Response> => {
    const { pathname } = new URL(incoming.url);
    if (pathname === '/echo') return new Response(await incoming.text());
    if (pathname === '/large') return new Response(LARGE);
    if (pathname === '/slow') await released;
    return new Response('fine');
  };
  server = await startServer(answer, { host: '0.0.0.0', port: 0 }, limits && { ...quick, ...limits });
}

interface Caller {
  readonly socket: Socket;
  /** What it was told, when its connection has ended. */
  readonly ended: Promise<string>;
}

async function caller(from = '127.0.0.1'): Promise<Caller> {
  const socket = connect({ port: server.port, host: '127.0.0.1', localAddress: from });
  sockets.push(socket);
  socket.on('error', () => undefined);
  let told = '';
  socket.on('data', (chunk: Buffer) => (told += chunk.toString()));
  const ended = once(socket, 'close').then(() => told);
  await Promise.race([once(socket, 'connect'), ended]);
  return { socket, ended };
}

const callers = (count: number, from?: string) => Promise.all(Array.from({ length: count }, () => caller(from)));

async function drip({ socket }: Caller, text: string): Promise<void> {
  for (const character of text) {
    if (socket.destroyed) return;
    socket.write(character);
    await sleep(40);
  }
}

/** How it goes for somebody with an honest request on a connection of her own: the status, and how long it took. */
async function honest(path = '/', agent: Agent | false = false): Promise<{ status: number; ms: number; end: boolean }> {
  const started = performance.now();
  const outgoing = request({ port: server.port, host: '127.0.0.1', path, agent });
  outgoing.end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  const ms = performance.now() - started;
  return { status: response.statusCode ?? 0, ms, end: response.headers.connection === 'close' };
}

async function honestAllAlong(during: Promise<unknown>): Promise<number[]> {
  const took: number[] = [];
  const state = { over: false };
  void during.finally(() => (state.over = true));
  while (!state.over) {
    const { status, ms } = await honest();
    expect(status).toBe(200);
    took.push(ms);
    await sleep(10);
  }
  return took.sort((a, b) => a - b);
}

const slowest = (took: readonly number[]) => took[Math.floor(took.length * 0.99)] ?? Infinity;

describe('a caller that keeps us waiting', () => {
  test.each<[string, number, (caller: Caller) => Promise<void>]>([
    ['says nothing at all', quick.headersMs, () => Promise.resolve()],
    ['drips its headers', quick.headersMs, (caller) => drip(caller, HEAD.repeat(9))],
    [
      'drips its body',
      quick.requestMs,
      (caller) => {
        caller.socket.write(`${HEAD}\r\n`);
        return drip(caller, 'x'.repeat(99));
      },
    ],
    [
      'drips chunks',
      quick.requestMs,
      (caller) => {
        caller.socket.write('POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
        return drip(caller, '1\r\nx\r\n'.repeat(40));
      },
    ],
  ])('and %s is told so when its time is over, and others are answered meanwhile', async (_, within, behave) => {
    await start({});
    const slow = await callers(100);
    const begun = performance.now();
    for (const each of slow) void behave(each);
    const all = Promise.all(slow.map(({ ended }) => ended));
    const took = await honestAllAlong(all);

    const passed = performance.now() - begun;
    expect(passed).toBeGreaterThan(within - 100);
    expect(passed).toBeLessThan(within + 2_500);
    expect(new Set((await all).map((told) => told.split('\r\n')[0]))).toEqual(
      new Set(['HTTP/1.1 408 Request Timeout']),
    );
    expect(slowest(took)).toBeLessThan(1_000);
  });

  test('is one after ten seconds, if nobody has said otherwise', async () => {
    await start();
    const { socket, ended } = await caller();
    const begun = performance.now();
    socket.write(HEAD);
    expect(await ended).toContain('408');
    const took = performance.now() - begun;
    expect(took).toBeGreaterThan(9_000);
    expect(took).toBeLessThan(12_500);
  }, 20_000);
});

describe('too many connections', () => {
  test('push out those that have kept us waiting longest, and whoever asks something is answered', async () => {
    await start({ connections: 50, headersMs: 60_000, requestMs: 60_000 });
    const first = await caller();
    let closed = 0;
    for (let wave = 0; wave < 10; wave++) {
      for (const { ended } of await callers(60)) void ended.then(() => closed++);
      const { status, ms } = await honest();
      expect([status, ms < 1_000]).toEqual([200, true]);
    }

    expect(await first.ended).toBe('');
    await expect.poll(() => closed).toBeGreaterThanOrEqual(600 - 50);
  });

  test('never push out one whose answer is being made', async () => {
    await start({ connections: 20, headersMs: 60_000, requestMs: 60_000 });
    const busy = Array.from({ length: 15 }, () => honest('/slow'));
    await sleep(100);
    await callers(200);
    await sleep(200);
    release();

    expect((await Promise.all(busy)).map(({ status }) => status)).toEqual(Array(15).fill(200));
  });

  test.each([
    ['whose requests stop in the middle', `${HEAD}\r\nx`],
    ['who do not read their answers', 'GET /large HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('%s go the same way', async (_, said) => {
    await start({ connections: 8, headersMs: 60_000, requestMs: 60_000 });
    for (const { socket } of await callers(8)) {
      socket.pause();
      socket.write(said);
    }
    await sleep(200);
    expect((await honest()).status).toBe(200);
  });

  test('of one address cost nobody else a connection', async () => {
    await start({ connections: 100, ofOneAddress: 30, headersMs: 60_000, requestMs: 60_000 });
    const kept = new Agent({ keepAlive: true, maxSockets: 1 });
    await honest('/', kept);
    const before = Object.values(kept.freeSockets).flat()[0];
    await callers(300, '127.0.0.2');
    await sleep(200);
    await honest('/', kept);

    expect(Object.values(kept.freeSockets).flat()[0]).toBe(before);
    kept.destroy();
  });
});

describe('a server that retires', () => {
  test('answers on, and lets go of each connection with its answer', async () => {
    await start({});
    const kept = new Agent({ keepAlive: true });
    expect((await honest('/', kept)).end).toBe(false);
    server.retire();
    expect(await honest('/', kept)).toMatchObject({ status: 200, end: true });
    expect(await honest('/')).toMatchObject({ status: 200, end: true });
    kept.destroy();
  });

  test('finishes what is under way before it ends, and takes up nothing new', async () => {
    await start({ stopMs: 5_000 });
    const underWay = honest('/slow');
    await sleep(100);
    const stopped = server.stop();
    await expect(honest()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    release();

    expect(await underWay).toMatchObject({ status: 200, end: true });
    await stopped;
  });

  test('does not wait longer than it may', async () => {
    await start({ stopMs: 200 });
    const never = honest('/slow');
    await sleep(100);
    const begun = performance.now();
    await Promise.all([server.stop(), expect(never).rejects.toThrow()]);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});
