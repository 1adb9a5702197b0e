import { Agent, request } from 'node:http';
import type { OutboundRequest } from '../../backend/adapters/connectors/safe-fetch.ts';

/** Keeps its connection, as ours does. */
const agent = new Agent({ keepAlive: true });

/** What anyone would write who only wants the answer: `fetch`, which keeps its connections, and `JSON.parse`. */
export async function plainCall({ url, method = 'GET', headers = {}, body }: OutboundRequest): Promise<unknown> {
  const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: body as string }) });
  return JSON.parse(await answer.text());
}

/** The least that Node can do for the same answer. */
export function leanCall({ url, method = 'GET', headers = {}, body }: OutboundRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request(url, { method, agent, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    })
      .on('error', reject)
      .end(body);
  });
}
