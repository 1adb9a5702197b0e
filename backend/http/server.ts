import { createAdaptorServer } from '@hono/node-server';
import type { AddressInfo } from 'node:net';

/** Node waits a minute for headers and five for a request, which lets few slow callers hold many connections. */
const HEADERS_WITHIN = 10_000;
const REQUEST_WITHIN = 30_000;
/** Requests under way may finish, but the whole process ends within five seconds. */
const STOP_WITHIN = 3_000;

export interface RunningServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Listens; port 0 finds a free one. */
export async function startServer(
  fetch: (request: Request) => Response | Promise<Response>,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<RunningServer> {
  const server = createAdaptorServer({
    fetch,
    serverOptions: { headersTimeout: HEADERS_WITHIN, requestTimeout: REQUEST_WITHIN },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });

  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        const late = setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), STOP_WITHIN);
        server.close(() => {
          clearTimeout(late);
          resolve();
        });
        if ('closeIdleConnections' in server) server.closeIdleConnections();
      }),
  };
}
