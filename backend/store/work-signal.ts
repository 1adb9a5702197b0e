import postgres from 'postgres';
import { workChannel } from './marks.ts';

/** Calls back with the tenant each time marks are raised, by this backend or another one on the same database. */
export async function listenForWork(url: string, onWork: (tenant: string) => void): Promise<() => Promise<void>> {
  const connection = postgres(url, { max: 1, connection: { application_name: 'erp-sync work' }, onnotice() {} });
  await connection.listen(workChannel, onWork);
  return () => connection.end({ timeout: 1 });
}
