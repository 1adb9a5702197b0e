import type { Selectable } from 'kysely';
import type { Standing, UserSession } from '../domain/session.ts';
import type { TenantStanding } from '../domain/tenant-standing.ts';
import { AppError } from '../errors.ts';
import type { Db } from './db.ts';
import { hashed } from './hashed.ts';
import type { Database } from './schema.ts';
import type { SecretPlace, TenantSeal } from './tenant-seal.ts';

type Tokens = UserSession['tokens'];

/** Sessions by their key, which is kept as a hash: who reads the table cannot become anyone. */
export function sessionStore(db: Db, tenant: string, seal: TenantSeal) {
  const place = (keyHash: string): SecretPlace => ({ owner: keyHash, origin: '', field: 'tokens' });
  const sealed = (keyHash: string, { expiresAt, ...tokens }: Tokens) =>
    seal.close(JSON.stringify({ ...tokens, expiresAt: expiresAt.toISOString() }), place(keyHash));

  return {
    async open(key: string, session: UserSession, at: Date): Promise<void> {
      const keyHash = hashed(key);
      await db
        .insertInto('session')
        .values({
          tenant,
          key_hash: keyHash,
          user_id: session.userId,
          ...standingColumns(session.standing),
          crm_origin: session.crmOrigin,
          tokens: await sealed(keyHash, session.tokens),
          created_at: at,
          seen_at: session.seenAt,
          ends_at: session.endsAt,
          checked_at: session.checkedAt,
          asked_at: session.askedAt,
        })
        .execute();
    },

    /** Throws `session.expired` with the reason when all sessions of the tenant were ended. */
    async find(key: string): Promise<UserSession | null> {
      const row = await db
        .selectFrom('session')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('key_hash', '=', hashed(key))
        .executeTakeFirst();
      if (row?.ended) throw new AppError('session.expired', { reason: row.ended });
      const tokens = row && (await seal.open(row.tokens, place(row.key_hash)));
      return row && tokens ? toSession(row, tokens) : null;
    },

    async see(key: string, at: Date): Promise<void> {
      await db
        .updateTable('session')
        .set({ seen_at: at })
        .where('tenant', '=', tenant)
        .where('key_hash', '=', hashed(key))
        .execute();
    },

    /** True for one of all who want to ask SuperOffice about this person now. */
    async claimCheck(key: string, { askedAt }: UserSession, at: Date): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('session')
        .set({ asked_at: at })
        .where('tenant', '=', tenant)
        .where('key_hash', '=', hashed(key))
        .where('asked_at', '=', askedAt)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async saveStanding(key: string, standing: Standing, crmOrigin: string, at: Date): Promise<void> {
      await db
        .updateTable('session')
        .set({ ...standingColumns(standing), crm_origin: crmOrigin, checked_at: at })
        .where('tenant', '=', tenant)
        .where('key_hash', '=', hashed(key))
        .execute();
    },

    async saveTokens(key: string, tokens: Tokens): Promise<void> {
      const keyHash = hashed(key);
      await db
        .updateTable('session')
        .set({ tokens: await sealed(keyHash, tokens) })
        .where('tenant', '=', tenant)
        .where('key_hash', '=', keyHash)
        .execute();
    },

    async end(key: string): Promise<void> {
      await db.deleteFrom('session').where('tenant', '=', tenant).where('key_hash', '=', hashed(key)).execute();
    },

    /** Nobody stays signed in; whoever comes back is told why. */
    async endAll(reason: TenantStanding): Promise<void> {
      await db
        .updateTable('session')
        .set({ ended: reason, tokens: '' })
        .where('tenant', '=', tenant)
        .where('ended', 'is', null)
        .execute();
    },

    /** SuperOffice and our seats are asked about everybody again at the next call. */
    async checkAnew(): Promise<void> {
      await db
        .updateTable('session')
        .set({ checked_at: new Date(0), asked_at: new Date(0) })
        .where('tenant', '=', tenant)
        .execute();
    },

    async endThoseUntil(at: Date): Promise<void> {
      await db.deleteFrom('session').where('tenant', '=', tenant).where('ends_at', '<=', at).execute();
    },
  };
}

function standingColumns({ name, groupIds, administrator, tenantLicensed, userLicensed, seat }: Standing) {
  return {
    user_name: name,
    group_ids: [...groupIds],
    administrator,
    tenant_licensed: tenantLicensed,
    user_licensed: userLicensed,
    seat,
  };
}

function toSession(row: Selectable<Database['session']>, sealedTokens: string): UserSession {
  const { expiresAt, ...tokens } = JSON.parse(sealedTokens) as Omit<Tokens, 'expiresAt'> & { expiresAt: string };
  return {
    userId: row.user_id,
    standing: {
      name: row.user_name,
      groupIds: row.group_ids,
      administrator: row.administrator,
      tenantLicensed: row.tenant_licensed,
      userLicensed: row.user_licensed,
      seat: row.seat,
    },
    crmOrigin: row.crm_origin,
    tokens: { ...tokens, expiresAt: new Date(expiresAt) },
    seenAt: row.seen_at,
    endsAt: row.ends_at,
    checkedAt: row.checked_at,
    askedAt: row.asked_at,
  };
}
