import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Certificate } from './certificates.ts';

/** The address of the same server on this machine, behind TLS with this certificate, until the test is over. */
export async function overTls(address: string, { key, cert }: Certificate): Promise<string> {
  const { port, pathname, search } = new URL(address);
  const server = createServer({ key, cert }, (incoming, outgoing) => {
    const { method, headers, url: path } = incoming;
    const passed = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://localhost:${(server.address() as AddressInfo).port}${pathname}${search}`;
}
