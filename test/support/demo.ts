import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RunningDemo {
  /** The stand-in tenant: what a person opens. */
  readonly url: string;
  readonly backendUrl: string;
  readonly dataDir: string;
  readonly process: ChildProcess;
  readonly readyMs: number;
  /** Ends it as the operating system would; the data stays unless it was made for this run. */
  stop(options?: { readonly keepData?: boolean }): Promise<void>;
}

/** The whole demonstration as `npm start` runs it, on free ports, with data of its own. */
export async function startDemo(
  options: { readonly dataDir?: string; readonly port?: number; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<RunningDemo> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'erp-sync-demo-')));
  // As root, Postgres runs as another user, who must get through to its own folder inside.
  await chmod(dataDir, 0o755);
  const port = options.port ?? (await freePort());
  const started = performance.now();
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'test/stand-in/demo.ts'], {
    env: { ...process.env, PORT: String(port), DATA_DIR: dataDir, DATABASE_URL: '', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const told: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => told.push(chunk.toString()));

  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      told.push(chunk.toString());
      const found = /Open (http:\/\/\S+)/.exec(told.join(''));
      if (found?.[1]) resolve(found[1]);
    });
    child.once('exit', (code) => reject(new Error(`The demonstration ended with ${code}:\n${told.join('')}`)));
  });

  return {
    url,
    backendUrl: `http://127.0.0.1:${port}`,
    dataDir,
    process: child,
    readyMs: performance.now() - started,
    async stop({ keepData = options.dataDir !== undefined } = {}) {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        await ended;
      }
      if (!keepData) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A port whose successor is free as well: the stand-in tenant listens on the next one. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await listenOnce(0);
    if (port && (await listenOnce(port + 1))) return port;
  }
}

async function listenOnce(port: number): Promise<number | null> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => {
      const { port: taken } = server.address() as AddressInfo;
      server.close(() => resolve(taken));
    });
  });
}
