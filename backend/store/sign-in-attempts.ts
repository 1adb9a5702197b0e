import type { Db } from './db.ts';
import { hashed } from './hashed.ts';
import type { Place, Seal } from './seal.ts';

export type SignInPurpose = 'panel' | 'install' | 'uninstall';

export interface SignInAttempt {
  readonly id: string;
  readonly purpose: SignInPurpose;
  readonly tenantHint: string | null;
  /** The hash of what the panel keeps back; null for our own pages, which the browser's cookie vouches for. */
  readonly challenge: string | null;
}

export type SignInAttempts = ReturnType<typeof signInAttemptStore>;

/** Sign-ins under way. Nobody is known yet, so they belong to no tenant; whatever is secret in them is hashed or sealed. */
export function signInAttemptStore(db: Db, seal: Seal) {
  const place = (id: string, field: string): Place => ({ tenant: '', owner: id, origin: '', field });

  return {
    async open({ id, purpose, tenantHint, challenge }: SignInAttempt, at: Date): Promise<void> {
      await db
        .insertInto('sign_in_attempt')
        .values({ id, purpose, tenant_hint: tenantHint, challenge, created_at: at })
        .execute();
    },

    /** An attempt younger than `since` that has not come back yet, and that no other browser has begun. */
    async find(id: string, browser: string, since: Date): Promise<SignInAttempt | null> {
      const row = await db
        .selectFrom('sign_in_attempt')
        .select(['id', 'purpose', 'tenant_hint', 'challenge'])
        .where('id', '=', id)
        .where('created_at', '>', since)
        .where('code_hash', 'is', null)
        .where((eb) => eb.or([eb('browser_hash', 'is', null), eb('browser_hash', '=', hashed(browser))]))
        .executeTakeFirst();
      return row ? { id: row.id, purpose: row.purpose, tenantHint: row.tenant_hint, challenge: row.challenge } : null;
    },

    /** Binds it to the browser that begins it. False when another was first. */
    async begin(id: string, browser: string, state: string, request: string): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('sign_in_attempt')
        .set({
          browser_hash: hashed(browser),
          state_hash: hashed(state),
          request: seal.close(request, place(id, 'request')),
        })
        .where('id', '=', id)
        .where('code_hash', 'is', null)
        .where((eb) => eb.or([eb('browser_hash', 'is', null), eb('browser_hash', '=', hashed(browser))]))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    /** Uses up the state: it is answered once, in the browser that was sent away with it. */
    async answer(
      state: string,
      browser: string,
      since: Date,
    ): Promise<(SignInAttempt & { readonly request: string }) | null> {
      const row = await db
        .updateTable('sign_in_attempt')
        .set({ state_hash: null })
        .where('state_hash', '=', hashed(state))
        .where('browser_hash', '=', hashed(browser))
        .where('created_at', '>', since)
        .returning(['id', 'purpose', 'tenant_hint', 'challenge', 'request'])
        .executeTakeFirst();
      const request = row?.request ? seal.open(row.request, place(row.id, 'request')) : null;
      if (!row || request === null) return null;
      return { id: row.id, purpose: row.purpose, tenantHint: row.tenant_hint, challenge: row.challenge, request };
    },

    async finish(
      id: string,
      { code, outcome, tries, until }: { code: string; outcome: string; tries: number; until: Date },
    ): Promise<void> {
      await db
        .updateTable('sign_in_attempt')
        .set({
          request: null,
          code_hash: hashed(code),
          outcome: seal.close(outcome, place(id, 'outcome')),
          tries_left: tries,
          claimable_until: until,
        })
        .where('id', '=', id)
        .execute();
    },

    /** Counts one try, and says what must fit: null when there is nothing (left) to claim. */
    async tryClaim(id: string, at: Date): Promise<(SignInAttempt & Expected) | null> {
      const row = await db
        .updateTable('sign_in_attempt')
        .set((eb) => ({ tries_left: eb('tries_left', '-', 1) }))
        .where('id', '=', id)
        .where('tries_left', '>', 0)
        .where('claimable_until', '>', at)
        .returningAll()
        .executeTakeFirst();
      if (!row?.code_hash || !row.browser_hash) return null;
      return {
        id: row.id,
        purpose: row.purpose,
        tenantHint: row.tenant_hint,
        challenge: row.challenge,
        codeHash: row.code_hash,
        browserHash: row.browser_hash,
      };
    },

    /** Takes the outcome away. Of two who come at once with the right code, one gets it. */
    async claim(id: string): Promise<string | null> {
      const row = await db.deleteFrom('sign_in_attempt').where('id', '=', id).returning('outcome').executeTakeFirst();
      return row?.outcome ? seal.open(row.outcome, place(id, 'outcome')) : null;
    },

    async forget(before: Date): Promise<void> {
      await db.deleteFrom('sign_in_attempt').where('created_at', '<', before).execute();
    },
  };
}

interface Expected {
  readonly codeHash: string;
  readonly browserHash: string;
}
