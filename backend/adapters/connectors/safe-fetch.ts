import { lookup as lookupAddress, type LookupAddress } from 'node:dns';
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { AppError } from '../../errors.ts';
import { isPublicAddress } from './public-address.ts';

export interface OutboundRequest {
  readonly url: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal | undefined;
  /** From the first byte sent to the last received. */
  readonly timeoutMs?: number;
  /** The largest answer, unpacked. */
  readonly maxBytes?: number;
}

export interface OutboundResponse {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export type SafeFetch = (request: OutboundRequest) => Promise<OutboundResponse>;

export interface SafeFetchOptions {
  /** For development and tests only: plain http, any port, and addresses that are not public. */
  readonly allowPrivate: boolean;
  /** Ports beside 443 and 8443 that the operator opened. */
  readonly ports?: readonly number[];
  readonly maxBytes?: number;
  /** Calls under way to one origin, whoever makes them: many tenants must not add up to an attack. */
  readonly maxPerOrigin?: number;
  readonly lookup?: typeof lookupAddress;
}

const HEADERS_MS = 30_000;
const TOTAL_MS = 120_000;
const MAX_BYTES = 64 * 1024 * 1024;
/** Slower than this for this long is not a slow ERP but one that holds our memory hostage. */
const SLOW = { bytes: 1024, windowMs: 15_000 };

/**
 * The only way to an address that a user can type. It refuses what is not a public https host, before and after the name is
 * looked up and again when the connection stands; follows no redirect; and bounds size, time and the load on one origin.
 * Throws `connector.address_refused`, `connector.unreachable`, `connector.timeout` or `connector.answer_invalid`.
 */
export function createSafeFetch(options: SafeFetchOptions): SafeFetch {
  const origins = originGate(options.maxPerOrigin ?? 8);
  return async (request) => {
    const url = allowedUrl(request.url, options);
    const leave = await origins.enter(url.origin, request.signal);
    try {
      return await send(url, request, options);
    } finally {
      leave();
    }
  };
}

function allowedUrl(text: string, { allowPrivate, ports = [] }: SafeFetchOptions): URL {
  const url = URL.canParse(text) ? new URL(text) : refuse(text);
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:')) refuse(url.host);
  if (url.username !== '' || url.password !== '') refuse(url.host);
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (!allowPrivate && ![443, 8443, ...ports].includes(port)) refuse(url.host);

  // Node looks up no name for a literal, so a filter on lookups would never see it.
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowPrivate && isIP(literal) && !isPublicAddress(literal)) refuse(url.host);
  return url;
}

function send(url: URL, request: OutboundRequest, options: SafeFetchOptions): Promise<OutboundResponse> {
  const { allowPrivate, lookup = lookupAddress } = options;
  const maxBytes = request.maxBytes ?? options.maxBytes ?? MAX_BYTES;
  const signal = AbortSignal.any([
    AbortSignal.timeout(request.timeoutMs ?? TOTAL_MS),
    ...(request.signal ? [request.signal] : []),
  ]);

  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      outgoing.destroy();
      reject(translated(error, url, request.signal));
    };
    const settings: RequestOptions & { lookup?: LookupFunction } = {
      method: request.method ?? 'GET',
      headers: { 'accept-encoding': 'gzip, deflate, br', ...request.headers },
      signal,
      // A fresh connection each time: one from a pool may have been opened when the name meant another address.
      agent: false,
      lookup: allowPrivate ? lookup : publicOnly(lookup, url.host),
    };
    const outgoing = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, settings);
    const headersLate = setTimeout(
      () => fail(new AppError('connector.timeout', { host: url.host })),
      Math.min(HEADERS_MS, request.timeoutMs ?? TOTAL_MS),
    );

    outgoing.on('socket', (socket: Socket) => {
      socket.once('connect', () => {
        if (!allowPrivate && !isPublicAddress(socket.remoteAddress ?? '')) fail(refusal(url.host));
      });
    });
    outgoing.on('error', (error) => {
      clearTimeout(headersLate);
      fail(error);
    });
    outgoing.on('response', (incoming) => {
      clearTimeout(headersLate);
      if (incoming.statusCode && incoming.statusCode >= 300 && incoming.statusCode < 400) {
        fail(new AppError('connector.answer_invalid', { host: url.host, problem: 'redirect' }));
        return;
      }
      readBody(incoming, maxBytes, url.host).then(
        (body) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body }),
        fail,
      );
    });
    outgoing.end(request.body);
  });
}

/** Refuses a name if any of its addresses is not public: which one is taken is not ours to say. */
function publicOnly(lookup: typeof lookupAddress, host: string): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => {
      const [first] = error ? [] : found;
      if (!first) {
        callback(error ?? Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '', 4);
      } else if (!found.every(({ address }) => isPublicAddress(address))) {
        callback(refusal(host), '', 4);
      } else if (options.all) {
        callback(null, found);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
}

async function readBody(incoming: IncomingMessage, maxBytes: number, host: string): Promise<Buffer> {
  const decoded = decode(incoming);
  const chunks: Buffer[] = [];
  let [size, sizeBefore] = [0, 0];
  const tooSlow = setInterval(() => {
    if (size - sizeBefore < SLOW.bytes) decoded.destroy(new AppError('connector.timeout', { host }));
    sizeBefore = size;
  }, SLOW.windowMs);
  try {
    for await (const chunk of decoded) {
      const bytes = chunk as Buffer;
      size += bytes.length;
      if (size > maxBytes) throw new AppError('connector.answer_invalid', { host, problem: 'size', maxBytes });
      chunks.push(bytes);
    }
    return Buffer.concat(chunks);
  } finally {
    clearInterval(tooSlow);
    incoming.destroy();
  }
}

function decode(incoming: IncomingMessage) {
  const through = <Decoder extends Transform>(decoder: Decoder) => {
    incoming.on('error', (error) => decoder.destroy(error));
    incoming.on('aborted', () => decoder.destroy(new Error('aborted')));
    return incoming.pipe(decoder);
  };
  switch (incoming.headers['content-encoding']?.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return through(createGunzip());
    case 'deflate':
      return through(createInflate());
    case 'br':
      return through(createBrotliDecompress());
    default:
      return incoming;
  }
}

function translated(error: unknown, url: URL, asked: AbortSignal | undefined): Error {
  if (error instanceof AppError) return error;
  if (asked?.aborted) return asked.reason as Error;
  const { name, code } = error as NodeJS.ErrnoException;
  if (name === 'TimeoutError' || name === 'AbortError' || code === 'ETIMEDOUT') {
    return new AppError('connector.timeout', { host: url.host }, { cause: error });
  }
  return new AppError('connector.unreachable', { host: url.host, reason: code ?? null }, { cause: error });
}

function refuse(host: string): never {
  throw refusal(host);
}

function refusal(host: string): AppError {
  return new AppError('connector.address_refused', { host });
}

/** Lets so many in at once, per origin, in order of arrival. */
function originGate(limit: number) {
  const inside = new Map<string, number>();
  const waiting = new Map<string, (() => void)[]>();
  const leave = (origin: string) => {
    const next = waiting.get(origin)?.shift();
    if (next) {
      next();
      return;
    }
    const count = (inside.get(origin) ?? 1) - 1;
    if (count > 0) inside.set(origin, count);
    else inside.delete(origin);
  };
  return {
    async enter(origin: string, signal: AbortSignal | undefined): Promise<() => void> {
      const count = inside.get(origin) ?? 0;
      if (count < limit) {
        inside.set(origin, count + 1);
      } else {
        await new Promise<void>((resolve, reject) => {
          const queue = waiting.get(origin) ?? [];
          waiting.set(origin, queue);
          const enter = () => {
            signal?.removeEventListener('abort', giveUp);
            resolve();
          };
          const giveUp = () => {
            queue.splice(queue.indexOf(enter), 1);
            reject(signal?.reason as Error);
          };
          signal?.addEventListener('abort', giveUp, { once: true });
          queue.push(enter);
        });
      }
      return () => leave(origin);
    },
  };
}
