import { lookup as lookupAddress, type LookupAddress } from 'node:dns';
import { request as requestHttp, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { AppError } from '../../errors.ts';
import { secretDigest } from '../secret-digest.ts';
import { createRecent } from '../shared-value.ts';
import { createHeldBytes, type Held } from './held-bytes.ts';
import { createKeptConnections, type KeptConnections, type KeptOptions } from './kept-connections.ts';
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
  /**
   * Whether it may be sent again when nobody knows if it arrived; unless said, only a GET. A write may not, though it says
   * the same twice: sent again late, it would undo a newer one.
   */
  readonly repeatable?: boolean;
  /** What tells this caller from others, where it is not the header `authorization`. */
  readonly caller?: string;
  /** Who vouches for the host beside those the world knows, as PEM. */
  readonly authority?: string;
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
  /** Never more than this, whatever a request would take. */
  readonly maxBytes?: number;
  /** Calls under way to one origin, whoever makes them: many tenants must not add up to an attack. */
  readonly maxPerOrigin?: number;
  /** What all answers under way may hold together. */
  readonly maxHeld?: number;
  readonly lookup?: typeof lookupAddress;
  readonly kept?: KeptOptions;
}

const HEADERS_MS = 30_000;
const TOTAL_MS = 120_000;
const MAX_BYTES = 64 * 1024 * 1024;
const BLOCK_BYTES = 32 * 1024;
/** Each piece of an answer costs time, however little is in it. */
const [MANY_PIECES, SMALL_PIECE] = [10_000, 16];
const MAX_HELD = 96 * 1024 * 1024;
/** Slower than this for this long is not a slow ERP but one that holds our memory hostage. */
const SLOW = { bytes: 1024, windowMs: 15_000 };

const contexts = createRecent<SecureContext>(100);

/** Without the rest of its chain an authority is one too. */
const contextFor = (authority: string) =>
  contexts(secretDigest(authority), () =>
    createSecureContext({ ca: [...getCACertificates('default'), authority], allowPartialTrustChain: true }),
  );

/**
 * The only way to an address that a user can type. It refuses what is not a public https host, before and after the name is
 * looked up and again when the connection stands; follows no redirect; and bounds size, time and the load on one origin.
 * Throws `connector.address_refused`, `connector.unreachable`, `connector.certificate_untrusted`, `connector.timeout` or
 * `connector.answer_invalid`.
 */
export function createSafeFetch(options: SafeFetchOptions): SafeFetch {
  const origins = originGate(options.maxPerOrigin ?? 8);
  const kept = createKeptConnections(options.kept);
  const hold = createHeldBytes(options.maxHeld ?? MAX_HELD);
  return async (request) => {
    const url = allowedUrl(request.url, options);
    const leave = await origins.enter(url.origin, request.signal);
    try {
      // A kept connection may be closed by the other side while we write: what must not be sent twice has one of its own.
      const repeatable = request.repeatable ?? (request.method ?? 'GET') === 'GET';
      return await send(url, request, { ...options, hold }, repeatable ? kept : null);
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

function send(
  url: URL,
  request: OutboundRequest,
  options: SafeFetchOptions & { readonly hold: ReturnType<typeof createHeldBytes> },
  kept: KeptConnections | null,
): Promise<OutboundResponse> {
  const { allowPrivate, lookup = lookupAddress } = options;
  const { method = 'GET', headers = {}, signal, timeoutMs = TOTAL_MS, authority } = request;
  const caller = request.caller ?? headers['authorization'];
  const maxBytes = Math.min(request.maxBytes ?? MAX_BYTES, options.maxBytes ?? MAX_BYTES);
  const { host } = url;

  return new Promise((resolve, reject) => {
    const outgoing = open(url, {
      method,
      headers: { 'accept-encoding': 'gzip, deflate, br', ...headers },
      lookup: allowPrivate ? lookup : publicOnly(lookup, host),
      ...(authority === undefined ? {} : { secureContext: contextFor(authority) }),
      // Whom one caller trusts, another need not.
      ...(kept?.agentFor(url, [caller, authority]) ?? { agent: false }),
    });
    let answered = false;
    const settle = () => {
      clearTimeout(headersLate);
      clearTimeout(late);
      signal?.removeEventListener('abort', giveUp);
    };
    const fail = (error: Error) => {
      settle();
      outgoing.destroy();
      reject(error);
    };
    const giveUp = () => fail(signal?.reason as Error);
    const tooLate = () => fail(new AppError('connector.timeout', { host }));
    const late = setTimeout(tooLate, timeoutMs);
    const headersLate = setTimeout(tooLate, Math.min(HEADERS_MS, timeoutMs));
    signal?.addEventListener('abort', giveUp, { once: true });

    outgoing.on('socket', (socket: Socket) => {
      const check = () => {
        if (!allowPrivate && !isPublicAddress(socket.remoteAddress ?? '')) fail(refusal(host));
      };
      if (socket.connecting) socket.once('connect', check);
      else check();
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (!answered && outgoing.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(error.code ?? '')) {
        settle();
        resolve(send(url, request, options, null));
      } else {
        fail(translated(error, host));
      }
    });
    outgoing.on('upgrade', () => fail(new AppError('connector.answer_invalid', { host, problem: 'upgrade' })));
    outgoing.on('response', (incoming) => {
      answered = true;
      clearTimeout(headersLate);
      const { statusCode: status = 0, headers } = incoming;
      if (status >= 300 && status < 400) {
        fail(new AppError('connector.answer_invalid', { host, problem: 'redirect' }));
        return;
      }
      // It may pass, when others have had their answers.
      const tooMuch = () => fail(new AppError('connector.unreachable', { host, problem: 'memory' }));
      readBody(incoming, maxBytes, host, options.hold(url.origin, tooMuch)).then(
        (body) => {
          settle();
          // What is left over would be taken for the next answer.
          if (!incoming.complete) outgoing.destroy();
          resolve({ status, headers, body });
        },
        (error: unknown) => fail(translated(error, host)),
      );
    });
    outgoing.end(request.body);
  });
}

function open(url: URL, settings: RequestOptions): ClientRequest {
  try {
    return (url.protocol === 'https:' ? requestHttps : requestHttp)(url, settings);
  } catch (error) {
    // A secret with a letter that no header may hold is not the one that was asked for.
    if ((error as NodeJS.ErrnoException).code === 'ERR_INVALID_CHAR') {
      throw new AppError('connector.denied', { host: url.host }, { cause: error });
    }
    throw error;
  }
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

function readBody(incoming: IncomingMessage, maxBytes: number, host: string, held: Held): Promise<Buffer> {
  const decoded = decode(incoming);
  return new Promise((resolve, reject) => {
    // Copied together: chunks of a byte each would cost a hundred times what they hold.
    const blocks: Buffer[] = [];
    let room = Buffer.alloc(0);
    let [size, sizeBefore] = [0, 0];
    const tooSlow = setInterval(() => {
      if (size - sizeBefore < SLOW.bytes) decoded.destroy(new AppError('connector.timeout', { host }));
      sizeBefore = size;
    }, SLOW.windowMs);
    decoded.on('data', (chunk: Buffer) => {
      size += chunk.length;
      for (let from = 0; from < chunk.length;) {
        if (room.length === 0) blocks.push((room = Buffer.allocUnsafeSlow(BLOCK_BYTES)));
        const copied = chunk.copy(room, 0, from);
        room = room.subarray(copied);
        from += copied;
      }
      held.add(chunk.length);
      if (size > maxBytes) {
        decoded.destroy(new AppError('connector.answer_invalid', { host, problem: 'size', maxBytes }));
      }
    });
    let [pieces, wire] = [0, 0];
    incoming.on('data', (chunk: Buffer) => {
      wire += chunk.length;
      if (++pieces > MANY_PIECES && wire < pieces * SMALL_PIECE) {
        decoded.destroy(new AppError('connector.answer_invalid', { host, problem: 'pieces' }));
      }
    });
    const ended = () => {
      clearInterval(tooSlow);
      held.release();
    };
    decoded.on('end', () => {
      ended();
      resolve(Buffer.concat(blocks, size));
    });
    decoded.on('error', reject);
    decoded.on('close', ended);
  });
}

function decode(incoming: IncomingMessage): IncomingMessage | Transform {
  const through = (decoder: Transform) => {
    incoming.on('error', (error) => decoder.destroy(error));
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

function translated(error: unknown, host: string): AppError {
  if (error instanceof AppError) return error;
  const { code } = error as NodeJS.ErrnoException;
  const untrusted = certificateFault(code ?? '');
  // Only a public host gets so far, so that this tells nothing of the networks behind us.
  if (untrusted !== null) {
    return new AppError('connector.certificate_untrusted', { host, reason: untrusted }, { cause: error });
  }
  return code === 'ETIMEDOUT'
    ? new AppError('connector.timeout', { host }, { cause: error })
    : // Why goes to the log only: whoever may type addresses learns nothing of the networks behind them.
      new AppError('connector.unreachable', { host }, { cause: error });
}

/** What is wrong with a certificate, by the words of OpenSSL and Node; null where it is something else. */
function certificateFault(code: string): 'expired' | 'host' | 'authority' | null {
  if (code === 'CERT_HAS_EXPIRED') return 'expired';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'host';
  return /CERT|^UNABLE_TO_VERIFY_|^INVALID_(?:CA|PURPOSE)$|^PATH_LENGTH/.test(code) && !code.startsWith('ERR_')
    ? 'authority'
    : null;
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
