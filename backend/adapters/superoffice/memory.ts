import type { Clock } from '../../ports/clock.ts';
import { createRecent, createSharedValue, type SharedValue } from '../shared-value.ts';

/** Answers a question that was asked a moment ago without asking again, once for all who ask at the same time. */
export type Remember = <T>(question: string, ask: () => Promise<T>) => Promise<T>;

/** Lists and field definitions change rarely, and a change may show a minute late. */
const MINUTE = 60_000;
const ANSWERS = 5_000;

/** What was answered to one viewer of one tenant is never told to another. */
export function createMemory(clock: Clock) {
  const recent = createRecent<SharedValue<{ readonly answer: unknown; readonly until: number }>>(ANSWERS);
  const now = (): number => clock.now().getTime();

  return {
    for:
      (tenant: string, viewer: string): Remember =>
      async <T>(question: string, ask: () => Promise<T>): Promise<T> => {
        const known = recent(JSON.stringify([tenant, viewer, question]), () =>
          createSharedValue(
            async () => ({ answer: (await ask()) as unknown, until: now() + MINUTE }),
            ({ until }) => now() < until,
          ),
        );
        // What is kept under this key was put there by the same question, so it is of the same type.
        return (await known.get()).answer as T;
      },
  };
}
