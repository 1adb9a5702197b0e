import postgres from 'postgres';
import { workChannel } from './marks.ts';

/**
 * Calls back with the tenant whenever one has got work, from whichever backend; answers how to stop. Hints are lost while the
 * connection is down, so this only saves waiting for the next look.
 */
export async function listenForWork(url: string, onWork: (tenant: string) => void): Promise<() => Promise<void>> {
  const connection = postgres(url, { max: 1, idle_timeout: 0, max_lifetime: null, onnotice: () => undefined });
  await connection.listen(workChannel, onWork);
  return () => connection.end({ timeout: 1 });
}
