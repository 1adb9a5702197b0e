import { createVerify, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { CompactSign, exportJWK } from 'jose';
import type { JWK } from 'jose';
import type { AppRegistration } from './registration.ts';
import type { Tenant } from './tenant.ts';
import { systemAssociateId } from './tenant.ts';

export interface Caller {
  readonly associateId: number;
  readonly system: boolean;
}

/** Who holds which token, ticket and key. One for the whole sign-in host. */
export interface Credentials {
  readonly keySet: () => Promise<{ readonly keys: readonly JWK[] }>;
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
  accessToken(tenant: Tenant, associateId: number): string;
  refreshToken(tenant: Tenant, associateId: number): string;
  ticket(tenant: Tenant): string;
  /** Reads `Authorization`; null when it opens nothing here. */
  caller(tenant: Tenant, authorization: string | undefined, appToken: string | undefined): Caller | null;
  /** Lets every access token and ticket run out at once. */
  expireAll(): void;
}

export const accessTokenSeconds = 3_600;
const ticketHours = 6;

export function createCredentials(app: AppRegistration, now: () => Date): Credentials {
  const { privateKey, publicKey, kid } = signingKey();
  const accessTokens = new Map<
    string,
    { readonly context: string; readonly associateId: number; readonly until: number }
  >();
  const tickets = new Map<string, { readonly context: string; until: number }>();
  const secret = (prefix: string): string => `${prefix}${randomBytes(24).toString('base64url')}`;

  return {
    keySet: async () => ({ keys: [await publicJwk(publicKey, kid)] }),
    sign: (claims) =>
      new CompactSign(Buffer.from(JSON.stringify(claims)))
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
        .sign(privateKey),
    accessToken(tenant, associateId) {
      const token = secret(`8A:${tenant.context}.`);
      accessTokens.set(token, {
        context: tenant.context,
        associateId,
        until: now().getTime() + accessTokenSeconds * 1000,
      });
      return token;
    },
    refreshToken(tenant, associateId) {
      const token = secret('');
      tenant.refreshTokens.set(token, associateId);
      return token;
    },
    ticket(tenant) {
      const ticket = secret('7T:');
      tickets.set(ticket, { context: tenant.context, until: now().getTime() + ticketHours * 3_600_000 });
      return ticket;
    },
    caller(tenant, authorization, appToken) {
      if (!tenant.approved) return null;
      const [scheme, value] = (authorization ?? '').split(' ');
      if (scheme?.toLowerCase() === 'bearer') {
        const token = accessTokens.get(value ?? '');
        if (token?.context !== tenant.context || token.until <= now().getTime()) return null;
        return { associateId: token.associateId, system: false };
      }
      if (scheme?.toLowerCase() !== 'soticket' || appToken !== app.clientSecret) return null;
      const ticket = tickets.get(value ?? '');
      if (ticket?.context !== tenant.context || ticket.until <= now().getTime()) return null;
      // Each use buys another six hours.
      ticket.until = now().getTime() + ticketHours * 3_600_000;
      return { associateId: systemAssociateId, system: true };
    },
    expireAll() {
      accessTokens.clear();
      tickets.clear();
    },
  };
}

let key: { readonly privateKey: KeyObject; readonly publicKey: KeyObject; readonly kid: string } | undefined;

/** One for the process: making one takes longer than most tests. */
function signingKey(): NonNullable<typeof key> {
  key ??= {
    ...generateKeyPairSync('rsa', { modulusLength: 2048 }),
    kid: randomBytes(12).toString('hex').toUpperCase(),
  };
  return key;
}

/** `{system token}.{yyyyMMddHHmm}.{signature}`; answers what is wrong with it, or null. */
export function systemTokenProblem(
  signed: string,
  systemToken: string,
  app: AppRegistration,
  now: Date,
): string | null {
  const parts = /^(.*)\.(\d{12})\.([A-Za-z0-9+/]+={0,2})$/.exec(signed);
  if (!parts) return 'InvalidSignature';
  const [, token = '', stamp = '', signature = ''] = parts;
  if (token !== systemToken || systemToken === '') return 'NeedsReapproval';
  const at = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:00Z'));
  if (Number.isNaN(at) || Math.abs(now.getTime() - at) > 15 * 60_000) return 'InvalidTimestamp';
  const genuine = createVerify('RSA-SHA256')
    .update(`${token}.${stamp}`, 'utf8')
    .verify(app.publicKey, signature, 'base64');
  return genuine ? null : 'InvalidSignature';
}

async function publicJwk(key: KeyObject, kid: string): Promise<JWK> {
  return { ...(await exportJWK(key)), kid, use: 'sig', alg: 'RS256' };
}
