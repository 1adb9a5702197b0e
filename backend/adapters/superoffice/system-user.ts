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

const Told = z.union([z.string(), z.number()]).optional();
const TicketClaims = z.object({
  [claim('ticket')]: z.string().min(1),
  // These usually come along; if they do, they must be the ones.
  [claim('ctx')]: Told,
  [claim('serial')]: Told,
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
      ).catch((error: unknown) => {
        const denied = error instanceof AppError && (error.code === 'session.expired' || error.code === 'crm.denied');
        throw denied ? refusal('') : error;
      }),
    );
    if (!answer.success) throw new AppError('crm.answer_invalid', { call: 'system user' });
    const { IsSuccessful, Token, ErrorMessage } = answer.data;
    if (!IsSuccessful || !Token) throw refusal(withoutCredentials(ErrorMessage ?? '', [systemToken, clientSecret]));

    const claims = await verify(Token, {
      issuers: ['SuperOffice AS'],
      // The tenant's serial number. A token made for a connector says `spn:` and an app's id there.
      audience: (audience = '') => /^spn:\d+$/.test(audience),
      nonce: null,
      code: 'crm.answer_invalid',
    });
    const told = TicketClaims.safeParse(claims).data;
    const text = (name: string): string | undefined => told?.[claim(name)]?.toString();
    const [ticket, ctx = tenant, serial] = [text('ticket'), text('ctx'), text('serial')];
    if (ticket === undefined || ctx !== tenant || (serial !== undefined && claims['aud'] !== `spn:${serial}`)) {
      throw new AppError('crm.answer_invalid', { call: 'system user' });
    }
    return { ticket, until: new Date(clock.now().getTime() + FIVE_HOURS) };
  };
}

/** Failure comes with 200 and SuperOffice's word for it: `Revoked`, `NeedsReapproval`, `InvalidTimestamp`, `InvalidSignature` ... */
function refusal(explanation: string): AppError {
  // Our clock, key or secret is wrong; the tenant has done nothing.
  if (/invalid/i.test(explanation)) return new AppError('crm.rejected', { explanation });
  return new AppError(/approv|consent/i.test(explanation) ? 'approval.missing' : 'tenant.revoked', { explanation });
}
