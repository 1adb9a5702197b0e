import type { Watched } from './tenant-standing.ts';

/** The app in a tenant. */
export interface Installation extends Watched {
  readonly serial: string;
  /** The key to the tenant's system user; null when it was removed again. */
  readonly systemToken: string | null;
  /** Null until every step of the installation has passed. */
  readonly installedAt: Date | null;
  /** When SuperOffice was last asked about the tenant. */
  readonly watchedAt: Date | null;
  /** What SuperOffice has notified us of and nobody has looked into yet. */
  readonly hint: string | null;
}

/** Vouches for one notification, and could be shown again until it ends. */
export interface NotificationToken {
  readonly id: string;
  readonly endsAt: Date;
}
