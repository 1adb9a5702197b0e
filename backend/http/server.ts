import { createAdaptorServer } from '@hono/node-server';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface ServerLimits {
  /** Until the headers of a request are there, and all of it. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** How often that is looked at. */
  readonly checkEveryMs: number;
  /** At once, in all and from one address: behind a proxy all come from one, so that may not be much less. */
  readonly connections: number;
  readonly ofOneAddress: number;
  /** Requests under way may finish within this. */
  readonly stopMs: number;
}

/** Node waits a minute for headers and five for a request, and looks every half minute: a slow caller would hold a connection for long. */
const usual: ServerLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  checkEveryMs: 1_000,
  connections: 4_000,
  ofOneAddress: 3_000,
  stopMs: 3_000,
};

/** Longer than proxies keep theirs, so that none is closed under a request that a proxy has just sent. */
const KEEP_ALIVE_MS = 75_000;

export interface RunningServer {
  readonly port: number;
  /** Answers on, and says with each answer that its connection is used no more. */
  retire(): void;
  stop(): Promise<void>;
}

/** Listens; port 0 finds a free one. */
export async function startServer(
  fetch: (request: Request) => Response | Promise<Response>,
  { host, port }: { readonly host: string; readonly port: number },
  { headersMs, requestMs, checkEveryMs, stopMs, ...room }: ServerLimits = usual,
): Promise<RunningServer> {
  const server = createAdaptorServer({
    fetch,
    createServer,
    serverOptions: {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: checkEveryMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
  }) as ReturnType<typeof createServer>;
  limitConnections(server, room);
  let retired = false;
  server.prependListener('request', (_, response) => {
    if (retired) response.shouldKeepAlive = false;
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });

  return {
    port: (server.address() as AddressInfo).port,
    retire: () => {
      retired = true;
    },
    stop: () =>
      new Promise((resolve) => {
        retired = true;
        const late = setTimeout(() => server.closeAllConnections(), stopMs);
        server.close(() => {
          clearTimeout(late);
          resolve();
        });
      }),
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * When there are too many connections, the one that has kept us waiting longest goes: a genuine caller has sent its request
 * within moments, and one that holds connections to no purpose loses them to it.
 */
function limitConnections(
  server: ReturnType<typeof createServer>,
  { connections, ofOneAddress }: Pick<ServerLimits, 'connections' | 'ofOneAddress'>,
): void {
  /** What each is at, if anything; longest unchanged first. */
  const open = new Map<Socket, Exchange | null>();
  const perAddress = new Map<string, number>();

  const isOurTurn = (exchange: Exchange | null) => exchange?.request.complete && !exchange.response.headersSent;

  function makeRoom(among: (socket: Socket) => boolean): void {
    for (const [socket, exchange] of open) {
      if (isOurTurn(exchange) || !among(socket)) continue;
      forget(socket);
      socket.destroy();
      return;
    }
  }

  const addressOf = new WeakMap<Socket, string>();
  function forget(socket: Socket): void {
    if (!open.delete(socket)) return;
    const address = addressOf.get(socket) ?? '';
    const left = (perAddress.get(address) ?? 1) - 1;
    if (left > 0) perAddress.set(address, left);
    else perAddress.delete(address);
  }

  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? '';
    const ofThis = (perAddress.get(address) ?? 0) + 1;
    addressOf.set(socket, address);
    perAddress.set(address, ofThis);
    open.set(socket, null);
    socket.once('close', () => forget(socket));
    if (ofThis > ofOneAddress) makeRoom((other) => addressOf.get(other) === address);
    else if (open.size > connections) makeRoom(() => true);
  });
  server.prependListener('request', (request, response) => {
    const { socket } = request;
    const at = (exchange: Exchange | null) => {
      // Last in line again.
      if (open.delete(socket)) open.set(socket, exchange);
    };
    at({ request, response });
    response.once('finish', () => at(null));
  });
}
