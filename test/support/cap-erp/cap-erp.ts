import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface CapErp {
  readonly url: string;
  /** Empties the tables named and puts these rows in. */
  reset(tables: Readonly<Record<string, readonly object[]>>): Promise<void>;
  /** What somebody does in the ERP itself. */
  edit(customer: number, values: Readonly<Record<string, string>>): Promise<void>;
  close(): void;
}

/** A service that we did not write: `@sap/cds` with a database of its own, in a process of its own. */
export async function startCapErp(): Promise<CapErp> {
  const server = fork(fileURLToPath(new URL('serve.mjs', import.meta.url)), { silent: true });
  const told: Buffer[] = [];
  server.stderr?.on('data', (text: Buffer) => told.push(text));
  const waiting = new Map<number, () => void>();
  let asked = 0;
  const ask = (verb: string, input: object): Promise<void> =>
    new Promise((done) => {
      waiting.set(++asked, done);
      server.send({ id: asked, verb, input });
    });

  const url = await new Promise<string>((ready, failed) => {
    server.on('exit', (code) => failed(new Error(`The service ended with ${code}: ${Buffer.concat(told).toString()}`)));
    server.on('message', (message: { url?: string; done?: number }) => {
      if (message.url !== undefined) ready(message.url);
      else waiting.get(message.done ?? 0)?.();
    });
  });
  return {
    url,
    reset: (tables) => ask('reset', tables),
    edit: (ID, values) => ask('edit', { ID, values }),
    close: () => server.kill(),
  };
}
