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
  /** One request, when it is its turn. It fails as an AppError with the `status` SuperOffice answered. */
  readonly turn: <T>(request: () => Promise<T>) => Promise<T>;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** A refused credential is renewed once, a tenant that has moved is looked for once; every other failure is told at once. */
export function createCaller({ tenant, tenants, credential, turn, clock, timeoutMs }: CallerOptions): Call {
  function told(error: unknown, authorization: string): unknown {
    const answer = answerOf(error);
    const secrets = [authorization.replace(/^\w+ /, ''), credential.appToken ?? ''];
    return answer ? failureOf({ ...answer, secrets }, clock.now()) : error;
  }

  return async (request) => {
    let apiUrl = await tenants.apiUrl(tenant);
    let authorization = await credential.current();
    let renewed = false;
    let moved = false;

    for (;;) {
      const door = openDoor({ apiUrl, authorization, appToken: credential.appToken, timeoutMs });
      const sent = authorization;
      try {
        return await turn(() =>
          request(door).catch((error: unknown) => {
            throw told(error, sent);
          }),
        );
      } catch (error) {
        const status = error instanceof AppError ? error.detail['status'] : null;
        if (status === 401 && !renewed) {
          renewed = true;
          authorization = await credential.renewed(authorization);
        } else if (status === 421 && !moved) {
          moved = true;
          apiUrl = await tenants.movedFrom(tenant, apiUrl);
        } else if (status === 401) {
          throw new AppError(credential.refusal, { status: 401 });
        } else {
          throw error;
        }
      }
    }
  };
}
