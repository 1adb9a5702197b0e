import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ReferenceConnector {
  readonly url: string;
  stop(): void;
}

/** The connector of the README, started as its readers start it; with an ERP of its own, or the one beside it. */
export async function startReferenceConnector({
  secret,
  erp,
}: { readonly secret?: string; readonly erp?: unknown } = {}): Promise<ReferenceConnector> {
  const folder = mkdtempSync(join(tmpdir(), 'connector-'));
  const file = join(folder, 'erp.json');
  if (erp !== undefined) writeFileSync(file, JSON.stringify(erp));
  const child = spawn(process.execPath, [fileURLToPath(new URL('../connector/connector.mjs', import.meta.url))], {
    env: {
      PORT: '0',
      ...(secret === undefined ? {} : { SECRET: secret }),
      ...(erp === undefined ? {} : { ERP: file }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (told: Buffer) => {
      const [found] = /http:\S+/.exec(told.toString()) ?? [];
      if (found) resolve(found);
    });
    child.on('exit', () => reject(new Error('the connector ended before it answered')));
  });
  return {
    url,
    stop() {
      child.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
