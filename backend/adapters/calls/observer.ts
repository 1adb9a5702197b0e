import { AppError } from '../../errors.ts';

export type System = 'crm' | 'erp';

/** Whoever counts. Nothing it is told names a tenant, an address or a record. */
export interface Observer {
  /** `outcome` is `ok` or the code of the failure. */
  call(system: System, name: string, outcome: string, seconds: number): void;
  /** A system is left alone from now on, or no longer. */
  breaker(system: System, open: boolean): void;
}

export async function observed<T>(
  observer: Observer | undefined,
  system: System,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const began = performance.now();
  const told = (outcome: string) => observer?.call(system, name, outcome, (performance.now() - began) / 1000);
  try {
    const answer = await work();
    told('ok');
    return answer;
  } catch (error) {
    told(error instanceof AppError ? error.code : 'internal');
    throw error;
  }
}
