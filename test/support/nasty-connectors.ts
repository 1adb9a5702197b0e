import { fork } from 'node:child_process';
import { once as onEvent } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { httpKind } from '../../backend/adapters/connectors/http/http-kind.ts';
import { odataKind } from '../../backend/adapters/connectors/odata/odata-kind.ts';
import { soapKind } from '../../backend/adapters/connectors/soap/soap-kind.ts';
import { trytonKind } from '../../backend/adapters/connectors/tryton/tryton-kind.ts';
import { soapResult } from './soap-erp.ts';

/** What our side speaks with a connector. */
interface Speech {
  readonly kind: typeof httpKind;
  readonly config: Readonly<Record<string, string>>;
  readonly type: string;
  /** The good answer to whatever leads up to the question that matters; null to that question. */
  readonly before: (asked: string) => string | null;
  readonly actor: (key: string, name: string) => string;
  readonly between: string;
  readonly page: (actors: string) => string;
  /** More actors than anybody should send at once, in less than what a single answer may have. */
  readonly million: string;
}

const JSON_TYPE = 'application/json';
const head = (type: string, more = '', status = '200 OK') =>
  `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\nconnection: close\r\n${more}\r\n`;
const bodyOf = (type: string, text: string | Buffer, more = '') =>
  Buffer.concat([Buffer.from(head(type, `content-length: ${Buffer.byteLength(text)}\r\n${more}`)), Buffer.from(text)]);
const wellOf = (type: string, text: string) => bodyOf(type, text).toString();

const metadata = `<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="N" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EntityType Name="Customer"><Key><PropertyRef Name="ID"/></Key><Property Name="ID" Type="Edm.String" Nullable="false"/><Property Name="NAME" Type="Edm.String"/></EntityType>
<EntityContainer Name="C"><EntitySet Name="Customers" EntityType="N.Customer"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>`;

const trytonTells: Readonly<Record<string, unknown>> = {
  'common.db.login': [1, 'token'],
  'model.res.user.get_preferences': {},
  'model.party.party.fields_get': { name: { type: 'char', string: 'Name' } },
  'model.party.address.fields_get': { city: { type: 'char', string: 'City' } },
};

export const speeches = {
  http: {
    kind: httpKind,
    config: {},
    type: JSON_TYPE,
    before: (asked) =>
      asked.startsWith('GET')
        ? wellOf(JSON_TYPE, '{"contract":1,"name":"Nasty","capabilities":{"paging":true}}')
        : null,
    actor: (key, name) => `{"key":"${key}","modified":"1","values":{"NAME":"${name}"}}`,
    between: ',',
    page: (actors) => `{"actors":[${actors}]}`,
    million: '{}',
  },
  soap: {
    kind: soapKind,
    config: {},
    type: 'text/xml; charset=utf-8',
    before: (asked) => (asked.startsWith('GET') ? head('text/xml', '', '404 Not Found') : null),
    actor: (key, name) =>
      `<d:ErpActorWS><d:ActorType>Customer</d:ActorType><d:ErpKey>${key}</d:ErpKey><d:FieldValues><a:KeyValueOfstringstring><a:Key>NAME</a:Key><a:Value>${name}</a:Value></a:KeyValueOfstringstring></d:FieldValues><d:LastModified>1</d:LastModified></d:ErpActorWS>`,
    between: '',
    page: (actors) =>
      soapResult('WSGetActors', `<d:IsOk>true</d:IsOk><d:State>Ok</d:State><d:Actors>${actors}</d:Actors>`),
    million: '<x/>',
  },
  odata: {
    kind: odataKind,
    config: { System: 'generic', SignIn: 'none', CustomerSet: 'Customers' },
    type: JSON_TYPE,
    before: (asked) => (asked.includes('$metadata') ? wellOf('application/xml', metadata) : null),
    actor: (key, name) => `{"ID":"${key}","NAME":"${name}"}`,
    between: ',',
    page: (actors) => `{"value":[${actors}]}`,
    million: '{}',
  },
  tryton: {
    kind: trytonKind,
    config: { Database: 'erp', UserName: 'sync', Password: 'secret' },
    type: JSON_TYPE,
    before(asked) {
      const { method } = JSON.parse(asked.slice(asked.indexOf('\r\n\r\n'))) as { readonly method: string };
      return method in trytonTells ? wellOf(JSON_TYPE, JSON.stringify({ id: 0, result: trytonTells[method] })) : null;
    },
    actor: (key, name) => `{"id":${key},"name":"${name}","_timestamp":"1"}`,
    between: ',',
    page: (actors) => `{"id":0,"result":[${actors}]}`,
    million: '{}',
  },
  'odata, in its description': {
    kind: odataKind,
    config: { System: 'generic', SignIn: 'none', CustomerSet: 'Customers' },
    type: 'application/xml',
    before: () => null,
    actor: (_, name) => `<Annotation Term="N.T" String="${name}"/>`,
    between: '',
    page: (inside) =>
      metadata.replace('<EntityContainer', `${inside}<EntityContainer`).replace('"Customers"', '"Others"'),
    million: '<x/>',
  },
  'soap, in its description': {
    kind: soapKind,
    config: {},
    type: 'text/xml',
    before: (asked) => (asked.startsWith('POST') ? head('text/html', '', '503 Service Unavailable') : null),
    actor: (_, name) => `<documentation>${name}</documentation>`,
    between: '',
    page: (inside) => `<definitions xmlns="http://schemas.xmlsoap.org/wsdl/">${inside}</definitions>`,
    million: '<x/>',
  },
} satisfies Record<string, Speech>;

export type SpeechName = keyof typeof speeches;

interface Wire {
  write(data: string | Buffer): boolean;
  end(data?: string | Buffer): void;
  destroy(): unknown;
  every(milliseconds: number, work: () => void): void;
}

/** What a server does with a connection, once it was asked. What it answers is all there is. */
type Nasty = (wire: Wire, speech: Speech) => void;

const later = (work: () => void) => void setTimeout(20).then(work);
/** Made when it is first sent, and once. */
const made = new Map<string, string | Buffer>();
function once<Made extends string | Buffer>(what: string, make: () => Made): Made {
  if (!made.has(what)) made.set(what, make());
  return made.get(what) as Made;
}

const bomb = (pack: (bytes: Buffer) => Buffer) =>
  once(`bomb ${pack.name}`, () => pack(once('spaces', () => Buffer.alloc(100 * 1024 * 1024, 32))));
const brotli = (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
const plain = ({ type }: Speech, more?: string, status?: string) => head(type, more, status);
const body = ({ type }: Speech, text: string | Buffer, more?: string) => bodyOf(type, text, more);

const nothing = ({ million, between }: Speech, bytes: number) =>
  once(`${bytes} of ${million}`, () =>
    Array<string>(Math.floor(bytes / (million + between).length))
      .fill(million)
      .join(between),
  );

/** No two alike: as texts, or as attributes of one element. */
const names = ({ type }: Speech, bytes: number) =>
  once(`${bytes} of names in ${type === JSON_TYPE ? 'JSON' : 'XML'}`, () => {
    const [open, quoted, between, close] =
      type === JSON_TYPE
        ? ['[', (text: string) => `"${text}"`, ',', ']']
        : ['<a ', (text: string) => `x${text}=''`, ' ', '/>'];
    const block = Array.from({ length: Math.min(bytes, 8e6) / 11 }, (_, at) => quoted((at + 1e9).toString(36))).join(
      between,
    );
    return (
      open +
      Array<string>(Math.ceil(bytes / 8e6))
        .fill(block)
        .join(between) +
      close
    );
  });

/** Each ends in an error of ours, in the time of one call. */
const refused: Readonly<Record<string, Nasty>> = {
  'a body that never ends': (wire, says) => {
    wire.write(plain(says));
    wire.every(1, () => wire.write(' '.repeat(65_536)));
  },
  'chunks that never end': (wire, says) => {
    wire.write(plain(says, 'transfer-encoding: chunked\r\n'));
    wire.every(1, () => wire.write(`10000\r\n${' '.repeat(65_536)}\r\n`));
  },
  'a byte in each chunk': (wire, says) => {
    wire.write(plain(says, 'transfer-encoding: chunked\r\n'));
    wire.every(1, () => wire.write('1\r\n \r\n'.repeat(10_000)));
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
  'a gzip bomb': (wire, says) => wire.end(body(says, bomb(gzipSync), 'content-encoding: gzip\r\n')),
  'a brotli bomb': (wire, says) => wire.end(body(says, bomb(brotli), 'content-encoding: br\r\n')), // prettier-ignore
  'a deflate bomb': (wire, says) => wire.end(body(says, bomb(deflateSync), 'content-encoding: deflate\r\n')),
  'what is not gzip and says so': (wire, says) => wire.end(body(says, 'plain', 'content-encoding: gzip\r\n')),
  'half of what was packed': (wire, says) =>
    wire.end(body(says, gzipSync(says.page(says.actor('1', 'Good'))).subarray(0, 40), 'content-encoding: gzip\r\n')),
  'one byte a second': (wire, says) => {
    wire.write(plain(says));
    wire.every(1000, () => wire.write(' '));
  },
  'no answer at all': () => undefined,
  'the end of the connection': (wire) => wire.destroy(),
  'the end of it after the headers': (wire, says) => {
    wire.write(plain(says, 'content-length: 1000\r\n'));
    later(() => wire.destroy());
  },
  'half an answer of a known length': (wire, says) => {
    wire.write(plain(says, 'content-length: 100000\r\n') + says.page(says.actor('1', 'Good')).slice(0, 40));
    later(() => wire.end());
  },
  'half an answer that ends well': (wire, says) =>
    wire.end(body(says, says.page(says.actor('1', 'Good')).slice(0, -20))),
  'a page to sign in on': (wire) => wire.end(bodyOf('text/html', '<html>Sign in</html>')),
  'the same, under our type': (wire, says) => wire.end(body(says, '<html><body>Sign in</body></html>')),
  'an error page': (wire) => wire.end(head('text/html', '', '503 Service Unavailable')),
  'bytes of another encoding': (wire, says) =>
    wire.end(body(says, Buffer.from(says.page(says.actor('1', 'Rør')), 'latin1'))),
  'two bytes for each letter': (wire, says) => wire.end(body(says, Buffer.from(says.page(''), 'utf16le'))),
  'a way to somewhere else': (wire, says) => wire.end(plain(says, 'location: http://169.254.169.254/\r\n', '307 Temporary Redirect')), // prettier-ignore
  'a way to itself': (wire, says) => wire.end(plain(says, 'location: /\r\n', '302 Found')),
  'another protocol': (wire) => wire.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'), // prettier-ignore
  'what is not HTTP': (wire) => wire.end('SSH-2.0-OpenSSH_9.9\r\n'),
  'two lengths': (wire, says) => wire.end(plain(says, 'content-length: 5\r\ncontent-length: 50\r\n') + says.page('')),
  'chunks of no size': (wire, says) => wire.end(`${plain(says, 'transfer-encoding: chunked\r\n')}zz\r\n${says.page('')}\r\n0\r\n\r\n`), // prettier-ignore
  'nothing, and well': (wire, says) => wire.end(body(says, '')),
  'a status nobody knows': (wire, says) => wire.end(plain(says, '', '799 What')),
  'a name of seventy million letters': (wire, says) =>
    wire.end(
      body(
        says,
        says.page(
          says.actor(
            '1',
            once('letters', () => 'x'.repeat(70e6)),
          ),
        ),
      ),
    ),
  'a million actors': (wire, says) =>
    wire.end(body(says, says.page(nothing(says, 1e6 * (says.million + says.between).length)))),
  'sixty megabytes of nothing': (wire, says) => wire.end(body(says, says.page(nothing(says, 60e6)))),
  'eight megabytes of nothing': (wire, says) => wire.end(body(says, says.page(nothing(says, 8e6)))),
  'sixty megabytes of names': (wire, says) => wire.end(body(says, names(says, 60e6))),
  'eight megabytes of names': (wire, says) => wire.end(body(says, names(says, 8e6))),
  'a hundred thousand brackets': (wire, says) =>
    wire.end(body(says, (says.type === JSON_TYPE ? '[' : '<a>').repeat(100_000))),
  'a hundred thousand brackets, closed': (wire, says) => {
    const [open, close] = says.type === JSON_TYPE ? ['[', ']'] : ['<a>', '</a>'];
    wire.end(body(says, open.repeat(100_000) + close.repeat(100_000)));
  },
  'a fault as deep as that': (wire, says) =>
    wire.end(
      says.type === JSON_TYPE
        ? bodyOf(JSON_TYPE, `{"id":0,"error":[${'['.repeat(100_000)}${']'.repeat(100_000)}]}`)
        : body(says, '<f>'.repeat(100_000) + '</f>'.repeat(100_000)),
    ),
};

/** These look like an answer: nothing may be concluded from what is not in it. */
const doubtful: Readonly<Record<string, Nasty>> = {
  'another actor under the key that was asked for': (wire, says) =>
    wire.end(body(says, says.page(says.actor('2', 'Somebody')))),
  'one actor twice': (wire, says) =>
    wire.end(body(says, says.page([says.actor('1', 'One'), says.actor('1', 'Two')].join(says.between)))),
};

const slow = [
  'one header a second',
  'news without end that an answer will come',
  'one byte a second',
  'no answer at all',
];

export const nastyThings = {
  /** These keep us waiting. */
  slow,
  refused: Object.keys(refused).filter((does) => !slow.includes(does)),
  doubtful: Object.keys(doubtful),
};

export interface NastyConnectors {
  /** The address of one that speaks like this, behaves until the question that matters, and then does its worst. */
  open(speech: SpeechName, does: string): Promise<string>;
  close(): void;
}

/** In a process of their own: what they take to be nasty is not what it costs us. */
export async function startNastyConnectors(): Promise<NastyConnectors> {
  const child = fork(import.meta.filename, ['serve'], { execArgv: [] });
  const opened = new Map<string, (url: string) => void>();
  child.on('message', ({ id, url }: Opened) => opened.get(id)?.(url));
  await onEvent(child, 'spawn');
  return {
    open: (speech, does) =>
      new Promise((resolve) => {
        const id = `${speech} ${does}`;
        opened.set(id, resolve);
        child.send({ id, speech, does } satisfies Wanted);
      }),
    close: () => void child.kill(),
  };
}

interface Wanted {
  readonly id: string;
  readonly speech: SpeechName;
  readonly does: string;
}
interface Opened {
  readonly id: string;
  readonly url: string;
}

if (process.argv[2] === 'serve') {
  process.on('message', ({ id, speech, does }: Wanted) => {
    const behave = refused[does] ?? doubtful[does];
    if (!behave) throw new Error(`Nobody does ${does}`);
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      let asked = '';
      socket.on('data', (bytes) => {
        asked += bytes.toString();
        const [, length = 0] = /content-length: (\d+)/i.exec(asked) ?? [];
        const start = asked.indexOf('\r\n\r\n') + 4;
        if (start < 4 || Buffer.byteLength(asked.slice(start)) < Number(length)) return;
        socket.removeAllListeners('data').resume();
        const good = speeches[speech].before(asked);
        if (good !== null) {
          socket.end(good);
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
              // One who does not read is not sent more: it is our memory that is measured, not theirs.
              const timer = setInterval(() => {
                if (socket.destroyed) clearInterval(timer);
                else if (!socket.writableNeedDrain) work();
              }, milliseconds);
              socket.on('close', () => clearInterval(timer));
            },
          },
          speeches[speech],
        );
      });
    });
    server.listen(0, '127.0.0.1', () => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      process.send?.({ id, url } satisfies Opened);
    });
  });
}
