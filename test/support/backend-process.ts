import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface BackendProcess {
  readonly child: ChildProcess;
  /** What it has written so far, and after its end all of it. */
  readonly told: () => string;
}

/** `backend/main.ts` in a process of its own, with this environment and no other. */
export function launchBackend(environment: Readonly<Record<string, string>>): BackendProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'backend/main.ts'], {
    env: { PATH: process.env['PATH'], LOG_LEVEL: 'error', ...environment },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, told: () => text };
}

/** Waits until it answers. Throws what it wrote if it ends instead. */
export async function answering({ child, told }: BackendProcess, url: string): Promise<void> {
  const answers = () =>
    fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await answers())) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(told());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function ended(
  child: ChildProcess,
  signal: NodeJS.Signals,
): Promise<{ readonly code: number | null; readonly signal: string | null }> {
  if (child.exitCode !== null || child.signalCode !== null) return { code: child.exitCode, signal: child.signalCode };
  const exit = once(child, 'exit') as Promise<[number | null, string | null]>;
  child.kill(signal);
  const [code, by] = await exit;
  return { code, signal: by };
}
