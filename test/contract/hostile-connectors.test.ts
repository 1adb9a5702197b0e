import { createServer, type AddressInfo, type Server } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpKind } from '../../backend/adapters/connectors/http/http-kind.ts';
import { createSafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { soapKind } from '../../backend/adapters/connectors/soap/soap-kind.ts';
import { systemClock } from '../../backend/adapters/system-clock.ts';
import { AppError } from '../../backend/errors.ts';
import type { ActorPage, ConnectorKind, WantedField } from '../../backend/ports/erp-connector.ts';
import { startHttpErp, type HttpErp } from '../support/http-erp.ts';
import { soapResult } from '../support/soap-erp.ts';
import { TestClock } from '../support/test-clock.ts';
import { sampleErp } from './erp-connector-suite.ts';

type Speech = 'http' | 'soap';

/** What a nasty server does with a connection, once it was asked. What it answers is all there is. */
type Nasty = (socket: Wire, says: Says) => void;

interface Wire {
  write(data: string | Buffer): boolean;
  end(data?: string | Buffer): void;
  destroy(): unknown;
  every(milliseconds: number, work: () => void): void;
}

/** How the speech of the victim calls a good answer, and one with this actor or that. */
interface Says {
  readonly type: string;
  readonly good: string;
  readonly actor: (key: string, name: string) => string;
  readonly page: (actors: string) => string;
}

const speeches: Readonly<Record<Speech, Says>> = {
  http: {
    type: 'application/json',
    good: '{"actors":[{"key":"1","modified":"1","values":{"NAME":"Good"}}]}',
    actor: (key, name) => `{"key":"${key}","modified":"1","values":{"NAME":"${name}"}}`,
    page: (actors) => `{"actors":[${actors}]}`,
  },
  soap: {
    type: 'text/xml; charset=utf-8',
    good: '',
    actor: (key, name) =>
      `<d:ErpActorWS><d:ActorType>Customer</d:ActorType><d:ErpKey>${key}</d:ErpKey><d:FieldValues><a:KeyValueOfstringstring><a:Key>NAME</a:Key><a:Value>${name}</a:Value></a:KeyValueOfstringstring></d:FieldValues><d:LastModified>1</d:LastModified></d:ErpActorWS>`,
    page: (actors) =>
      soapResult('WSGetActors', `<d:IsOk>true</d:IsOk><d:State>Ok</d:State><d:Actors>${actors}</d:Actors>`),
  },
};

const head = (says: Says, more = '', status = '200 OK') =>
  `HTTP/1.1 ${status}\r\ncontent-type: ${says.type}\r\nconnection: close\r\n${more}\r\n`;
const body = (says: Says, text: string | Buffer, more = '') =>
  Buffer.concat([Buffer.from(head(says, `content-length: ${Buffer.byteLength(text)}\r\n${more}`)), Buffer.from(text)]);
const join = (speech: Speech, actors: readonly string[]) => actors.join(speech === 'http' ? ',' : '');

const later = (work: () => void) => void setTimeout(20).then(work);

const bomb = Buffer.alloc(100 * 1024 * 1024, 32);

/** Each ends in an error of ours, in the time of one call. */
const refused: Readonly<Record<string, Nasty>> = {
  'a body that never ends': (wire, says) => {
    wire.write(head(says));
    wire.every(1, () => wire.write(' '.repeat(65_536)));
  },
  'chunks that never end': (wire, says) => {
    wire.write(head(says, 'transfer-encoding: chunked\r\n'));
    wire.every(1, () => wire.write(`10000\r\n${' '.repeat(65_536)}\r\n`));
  },
  'headers that never end': (wire) => {
    wire.write('HTTP/1.1 200 OK\r\n');
    wire.every(1, () => wire.write(`x-${'y'.repeat(500)}: z\r\n`));
  },
  'one header a second': (wire) => {
    wire.write('HTTP/1.1 200 OK\r\n');
    wire.every(1000, () => wire.write('x-y: z\r\n'));
  },
  'news without end that an answer will come': (wire) =>
    wire.every(20, () => wire.write('HTTP/1.1 102 Processing\r\n\r\n')),
  'a gzip bomb': (wire, says) => wire.end(body(says, gzipSync(bomb), 'content-encoding: gzip\r\n')),
  'a brotli bomb': (wire, says) => wire.end(body(says, brotliCompressSync(bomb, { params: { 1: 1 } }), 'content-encoding: br\r\n')), // prettier-ignore
  'a deflate bomb': (wire, says) => wire.end(body(says, deflateSync(bomb), 'content-encoding: deflate\r\n')),
  'what is not gzip and says so': (wire, says) => wire.end(body(says, 'plain', 'content-encoding: gzip\r\n')),
  'half of what was packed': (wire, says) =>
    wire.end(body(says, gzipSync(says.page(says.actor('1', 'Good'))).subarray(0, 40), 'content-encoding: gzip\r\n')),
  'one byte a second': (wire, says) => {
    wire.write(head(says));
    wire.every(1000, () => wire.write(' '));
  },
  'no answer at all': () => undefined,
  'the end of the connection': (wire) => wire.destroy(),
  'the end of it after the headers': (wire, says) => {
    wire.write(head(says, 'content-length: 1000\r\n'));
    later(() => wire.destroy());
  },
  'half an answer of a known length': (wire, says) => {
    wire.write(head(says, 'content-length: 100000\r\n') + says.page(says.actor('1', 'Good')).slice(0, 40));
    later(() => wire.end());
  },
  'half an answer that ends well': (wire, says) =>
    wire.end(body(says, says.page(says.actor('1', 'Good')).slice(0, -20))),
  'a page to sign in on': (wire) => wire.end(body({ ...speeches.http, type: 'text/html' }, '<html>Sign in</html>')),
  'the same, under our type': (wire, says) => wire.end(body(says, '<html><body>Sign in</body></html>')),
  'an error page': (wire) => wire.end(head({ ...speeches.http, type: 'text/html' }, '', '503 Service Unavailable')),
  'bytes of another encoding': (wire, says) =>
    wire.end(body(says, Buffer.from(says.page(says.actor('1', 'Rør')), 'latin1'))),
  'two bytes for each letter': (wire, says) => wire.end(body(says, Buffer.from(says.page(''), 'utf16le'))),
  'a way to somewhere else': (wire, says) => wire.end(head(says, 'location: http://169.254.169.254/\r\n', '307 Temporary Redirect')), // prettier-ignore
  'a way to itself': (wire, says) => wire.end(head(says, 'location: /\r\n', '302 Found')),
  'another protocol': (wire) => wire.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'), // prettier-ignore
  'what is not HTTP': (wire) => wire.end('SSH-2.0-OpenSSH_9.9\r\n'),
  'two lengths': (wire, says) => wire.end(head(says, 'content-length: 5\r\ncontent-length: 50\r\n') + says.good),
  'chunks of no size': (wire, says) => wire.end(`${head(says, 'transfer-encoding: chunked\r\n')}zz\r\n${says.good}\r\n0\r\n\r\n`), // prettier-ignore
  'nothing, and well': (wire, says) => wire.end(body(says, '')),
  'a status nobody knows': (wire, says) => wire.end(head(says, '', '799 What')),
  'a name of thirty million letters': (wire, says) =>
    wire.end(body(says, says.page(says.actor('1', 'x'.repeat(says === speeches.http ? 30e6 : 70e6))))),
  'a million actors': (wire, says) => {
    const speech = says === speeches.http ? 'http' : 'soap';
    wire.end(
      body(
        says,
        says.page(join(speech, Array<string>(1_000_000).fill(speech === 'http' ? says.actor('1', '') : '<x/>'))),
      ),
    );
  },
  'a hundred thousand brackets': (wire, says) =>
    wire.end(body(says, says === speeches.http ? '['.repeat(100_000) : '<a>'.repeat(100_000))),
};

/** These look like an answer: nothing may be concluded from what is not in it. */
const doubtful: Readonly<Record<string, (says: Says, speech: Speech) => string>> = {
  'another actor under the key that was asked for': (says) => says.page(says.actor('2', 'Somebody')),
  'one actor twice': (says, speech) => says.page(join(speech, [says.actor('1', 'One'), says.actor('1', 'Two')])),
};

const name: WantedField[] = [{ key: 'NAME', kind: 'text' }];
const fetch = createSafeFetch({ allowPrivate: true });
const servers: Server[] = [];
let neighbour: HttpErp;

beforeAll(async () => {
  neighbour = await startHttpErp(sampleErp(new TestClock()));
});
afterAll(async () => {
  for (const server of servers) server.close();
  await neighbour.close();
});

/** A server that behaves when asked what it is, and then does its worst. */
async function nasty(speech: Speech, behave: Nasty): Promise<ConnectorKind & { readonly url: string }> {
  const says = speeches[speech];
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (asked) => {
      if (asked.toString().startsWith('GET')) {
        const description = '{"contract":1,"name":"Nasty","capabilities":{"paging":true}}';
        socket.end(speech === 'http' ? body(says, description) : head(says, '', '404 Not Found'));
        return;
      }
      behave(
        {
          write: (data) => !socket.destroyed && socket.write(data),
          end: (data) => {
            if (!socket.destroyed) socket.end(data ?? '');
          },
          destroy: () => socket.destroy(),
          every: (milliseconds, work) => {
            const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : work()), milliseconds);
            socket.on('close', () => clearInterval(timer));
          },
        },
        says,
      );
    });
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const kind = speech === 'http' ? httpKind({ fetch, clock: systemClock }) : soapKind({ fetch, clock: systemClock });
  return { ...kind, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

async function ask(speech: Speech, behave: Nasty): Promise<ActorPage> {
  const kind = await nasty(speech, behave);
  return kind
    .open({ connectionId: '3f1b2c4d-0000-4000-8000-000000000001', url: kind.url, config: {} })
    .getActors('Customer', ['1'], name);
}

describe.each<Speech>(['http', 'soap'])('a nasty connector over %s', (speech) => {
  test(
    'cannot do more than fail, whatever it does, and its neighbour does not notice',
    { timeout: 300_000 },
    async () => {
      const before = process.memoryUsage().rss;
      let [most, over, served] = [before, false, 0];
      const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
      const good = httpKind({ fetch, clock: systemClock }).open({
        connectionId: 'good',
        url: neighbour.url,
        config: { Filename: 'x' },
      });
      const beside = (async () => {
        while (!over) {
          served += (await good.getActors('Customer', ['1'], name)).actors.length;
          await setTimeout(100);
        }
      })();
      const outcomes = await Promise.all(
        Object.entries(refused).map(([does, behave]) =>
          ask(speech, behave).then(
            () => `${does}: taken for an answer`,
            (error: unknown) =>
              error instanceof AppError && error.code.startsWith('connector.') ? null : `${does}: ${String(error)}`,
          ),
        ),
      );
      over = true;
      clearInterval(watch);
      await beside;
      expect(outcomes).toEqual(outcomes.map(() => null));
      expect(outcomes.length).toBeGreaterThanOrEqual(30);
      expect(served).toBeGreaterThan(20);
      // The servers and what they send are in here too: of what never ends, each may send what one answer may have.
      expect((most - before) / 1e6).toBeLessThan(speech === 'http' ? 384 : 576);
    },
  );

  test.each(Object.entries(doubtful))('that answers %s leaves a doubt', async (_, text) => {
    const says = speeches[speech];
    const page = await ask(speech, (wire) => wire.end(body(says, text(says, speech))));
    expect(page.actors.filter(({ erpKey }) => erpKey !== '1')).toEqual([]);
    expect(page.warning).not.toBeNull();
  });
});
