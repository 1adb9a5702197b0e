import type { NotificationToken } from '../domain/installation.ts';
import type { Crm } from './crm.ts';

/** What a browser is sent away with, and what must come back with it. All but the url are kept server-side, once. */
export interface SignInRequest {
  readonly url: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
}

/** Who signed in, from the claims of a verified id token and nothing else. */
export interface Identity {
  /** The `ctx` claim: our tenant key. */
  readonly tenant: string;
  readonly serial: string;
  /** SuperOffice's associate id. */
  readonly userId: number;
  readonly name: string;
  readonly email: string;
  readonly administrator: boolean;
  /** Only in the token of an administrator, once the app is approved. */
  readonly systemToken: string | null;
  readonly tokens: Tokens;
}

/** Where a tenant is and whether it may be called (State API). */
export interface TenantState {
  readonly state: string;
  readonly running: boolean;
  /** The root of its web API; moves as routine. */
  readonly apiUrl: string;
  readonly validUntil: Date;
}

/** SuperOffice Online: sign-in, tenants, and the door to each tenant's CRM. */
export interface SuperOffice {
  startSignIn(tenantHint: string | null): Promise<SignInRequest>;
  /** `callbackUrl` is the full address the browser came back to. Throws `sign_in.failed`, `approval.missing`, `tenant.revoked`. */
  finishSignIn(callbackUrl: string, expected: Omit<SignInRequest, 'url'>): Promise<Identity>;
  /** Kept as long as SuperOffice says, unless it is wanted afresh. */
  tenantState(tenant: string, how?: { readonly afresh: boolean }): Promise<TenantState>;
  /** Throws `webhook.refused` unless SuperOffice signed this token for a notification about this tenant. */
  verifyNotification(token: string, tenant: string): Promise<NotificationToken>;
  /** As a person. Tokens are renewed when they run out, once for all waiters, and handed to `save`. */
  asUser(tenant: string, tokens: Tokens, save: (tokens: Tokens) => Promise<void>): Crm;
  /** As the app's system user; its ticket is renewed once for all waiters. */
  asSystemUser(tenant: string, systemToken: string): Crm;
}
