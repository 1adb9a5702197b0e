import { AppError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ErrorCode } from '../../../shared/errors.ts';
import { failureOf } from './failure.ts';
import type { Tenants } from './tenants.ts';
import { answerOf, openDoor, type Door } from './web-api.ts';

/** Makes one request of a tenant's web API. */
export type Call = <T>(request: (door: Door) => Promise<T>) => Promise<T>;

/** A person's access token or the system user's ticket, as the `Authorization` header says it. */
export interface Credential {
  current(): Promise<string>;
  /** Another than the one the tenant has just refused. */
  renewed(refused: string): Promise<string>;
  /** Goes beside a ticket. */
  readonly appToken: string | null;
  /** What it means when a fresh one is refused as well. */
  readonly refusal: ErrorCode;
}

export interface CallerOptions {
  readonly tenant: string;
  readonly tenants: Tenants;
  readonly credential: Credential;
  readonly limit: <T>(work: () => Promise<T>) => Promise<T>;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** A refused credential is renewed once, a tenant that has moved is looked for once; every other failure is told at once. */
export function createCaller({ tenant, tenants, credential, limit, clock, timeoutMs }: CallerOptions): Call {
  return async (request) => {
    let apiUrl = await tenants.apiUrl(tenant);
    let authorization = await credential.current();
    let renewed = false;
    let moved = false;

    for (;;) {
      try {
        const door = openDoor({ apiUrl, authorization, appToken: credential.appToken, timeoutMs });
        return await limit(() => request(door));
      } catch (error) {
        const answer = answerOf(error);
        if (!answer) throw error;
        if (answer.status === 401 && !renewed) {
          renewed = true;
          authorization = await credential.renewed(authorization);
        } else if (answer.status === 421 && !moved) {
          moved = true;
          apiUrl = await tenants.movedFrom(tenant, apiUrl);
        } else if (answer.status === 401) {
          throw new AppError(credential.refusal, { status: 401 });
        } else {
          const secrets = [authorization.replace(/^\w+ /, ''), credential.appToken ?? ''];
          throw failureOf({ ...answer, secrets }, clock.now());
        }
      }
    }
  };
}
