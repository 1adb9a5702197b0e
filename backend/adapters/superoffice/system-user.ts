import { createPrivateKey, sign } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Environment } from './environment.ts';
import { withoutCredentials } from './failure.ts';
import { claim, type VerifyToken } from './id-token.ts';
import { jsonCall } from './json-call.ts';

export interface Ticket {
  readonly ticket: string;
  readonly until: Date;
}

export interface SystemUserOptions {
  readonly environment: Environment;
  readonly clientSecret: string;
  /** PKCS#8 or PKCS#1 PEM. */
  readonly privateKey: string;
  readonly verify: VerifyToken;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** A ticket lives six hours from its last use. */
const FIVE_HOURS = 5 * 3_600_000;

const Answer = z.object({
  IsSuccessful: z.boolean(),
  Token: z.string().nullish(),
  ErrorMessage: z.string().nullish(),
});

/** Exchanges the app's signature under a tenant's system token for a ticket. */
export function createSystemUser(options: SystemUserOptions) {
  const { environment, clientSecret, verify, clock, timeoutMs } = options;
  const key = createPrivateKey(options.privateKey);

  function signed(systemToken: string): string {
    const stamp = clock.now().toISOString().replaceAll(/\D/g, '').slice(0, 12);
    const message = `${systemToken}.${stamp}`;
    return `${message}.${sign('sha256', Buffer.from(message, 'utf8'), key).toString('base64')}`;
  }

  return async (tenant: string, systemToken: string): Promise<Ticket> => {
    const answer = Answer.safeParse(
      await jsonCall(
        environment.systemUserUrl,
        {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
          body: JSON.stringify({
            SignedSystemToken: signed(systemToken),
            ApplicationToken: clientSecret,
            ContextIdentifier: tenant,
            ReturnTokenType: 'JWT',
          }),
        },
        timeoutMs,
        () => clock.now(),
      ),
    );
    if (!answer.success) throw new AppError('crm.answer_invalid', { call: 'system user' });
    const { IsSuccessful, Token, ErrorMessage } = answer.data;
    // Failure comes with 200: the app was revoked, or its key or secret is not the registered one.
    if (!IsSuccessful || !Token) {
      throw new AppError('tenant.revoked', { explanation: withoutCredentials(ErrorMessage ?? '') });
    }

    const claims = await verify(Token, {
      issuer: 'SuperOffice AS',
      // The tenant's serial number. A token made for a connector says `spn:` and an app's id there.
      audience: (audience) => /^spn:\d+$/.test(audience),
      nonce: null,
      code: 'crm.answer_invalid',
    });
    const ticket = claims[claim('ticket')];
    const serial = claims[claim('serial')];
    const meant = claims[claim('ctx')] ?? tenant;
    if (meant !== tenant || (serial !== undefined && claims['aud'] !== `spn:${String(serial)}`)) {
      throw new AppError('crm.answer_invalid', { call: 'system user' });
    }
    if (typeof ticket !== 'string' || ticket === '') {
      throw new AppError('crm.answer_invalid', { call: 'system user' });
    }
    return { ticket, until: new Date(clock.now().getTime() + FIVE_HOURS) };
  };
}
