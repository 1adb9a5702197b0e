import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TenantState } from '../../ports/super-office.ts';
import { moment } from './encoding.ts';
import type { Environment } from './environment.ts';
import { jsonCall } from './json-call.ts';
import { createRecent, createSharedValue, type SharedValue } from '../shared-value.ts';

export interface Tenants {
  state(tenant: string, afresh?: boolean): Promise<TenantState>;
  /** The root of the tenant's web API, with a slash at the end. Throws `tenant.unavailable` while the tenant is not running. */
  apiUrl(tenant: string): Promise<string>;
  /** After `421`: where the tenant has moved to. */
  movedFrom(tenant: string, apiUrl: string): Promise<string>;
}

const TEN_MINUTES = 600_000;
const HALF_A_MINUTE = 30_000;
const KNOWN_TENANTS = 5_000;

const Answer = z.object({
  State: z.string(),
  IsRunning: z.boolean(),
  Api: z.string().nullish(),
  ValidUntil: z.string().nullish(),
});

interface Known extends TenantState {
  /** When to ask again. `validUntil` may lie in the past or far ahead. */
  readonly until: number;
}

/** Where each tenant is now. Hosts move as routine, so one is never kept longer than SuperOffice says. */
export function createTenants(environment: Environment, clock: Clock, timeoutMs: number): Tenants {
  const now = () => clock.now();

  async function ask(tenant: string): Promise<Known> {
    const told = await jsonCall(environment.stateUrl(tenant), {}, timeoutMs, now).catch((error: unknown) => {
      const unknown = error instanceof AppError && error.code === 'entity.not_found';
      throw unknown ? new AppError('tenant.unavailable', { state: 'Unknown' }) : error;
    });
    const answer = Answer.safeParse(told);
    if (!answer.success) throw new AppError('crm.answer_invalid', { call: 'state' });
    const { State, IsRunning, Api, ValidUntil } = answer.data;
    const apiUrl = Api ? Api.replace(/\/*$/, '/') : '';
    // Our credential follows this address: one that leads out of the environment is an attack or a mistake.
    if (apiUrl !== '' && !environment.holds(apiUrl)) throw new AppError('crm.answer_invalid', { call: 'state' });

    const asked = now().getTime();
    const validUntil = moment(ValidUntil) ?? new Date(asked + TEN_MINUTES);
    const until = Math.max(Math.min(validUntil.getTime(), asked + TEN_MINUTES), asked + HALF_A_MINUTE);
    return { state: State, running: IsRunning && apiUrl !== '', apiUrl, validUntil, until };
  }

  const recent = createRecent<SharedValue<Known>>(KNOWN_TENANTS);
  const known = (tenant: string): SharedValue<Known> =>
    recent(tenant, () =>
      createSharedValue(
        () => ask(tenant),
        ({ until }) => now().getTime() < until,
      ),
    );

  function running({ running, apiUrl, state }: Known): string {
    if (!running) throw new AppError('tenant.unavailable', { state });
    return apiUrl;
  }

  return {
    async state(tenant, afresh = false) {
      const shared = known(tenant);
      const last = await shared.get();
      const { state, running, apiUrl, validUntil } = afresh ? await shared.replace(last) : last;
      return { state, running, apiUrl, validUntil };
    },
    apiUrl: async (tenant) => running(await known(tenant).get()),
    async movedFrom(tenant, apiUrl) {
      const last = await known(tenant).get();
      return running(last.apiUrl === apiUrl ? await known(tenant).replace(last) : last);
    },
  };
}
