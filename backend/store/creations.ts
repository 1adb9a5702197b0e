import { sql, type Selectable } from 'kysely';
import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import type { CrmEntity } from '../../shared/vocabulary.ts';
import type { Creation, CreationState } from '../domain/creation.ts';
import { AppError } from '../errors.ts';
import { json, type Db } from './db.ts';
import type { Database } from './schema.ts';
import { workChannel } from './marks.ts';
import type { SecretPlace, TenantSeal } from './tenant-seal.ts';

type NewCreation = Omit<Creation, 'state' | 'erpKey' | 'reason' | 'fence' | 'attempts'>;

export interface CreationEnd {
  readonly state: Exclude<CreationState, 'open' | 'inDoubt'>;
  readonly erpKey?: string;
  readonly code?: ErrorCode;
  readonly detail?: ErrorDetail;
}

/** What was sent to the ERP and what SuperOffice had then: nothing is found by it, so it is sealed. */
type Intent = Pick<Creation, 'sent' | 'crm'>;
const nothing: Intent = { sent: {}, crm: {} };

/** The outbox of creating: what was asked of an ERP, and what became of it. */
export function creationStore(db: Db, tenant: string, seal: TenantSeal) {
  const place = (id: string): SecretPlace => ({ owner: id, origin: '', field: 'creationIntent' });
  const ofTenant = () => db.selectFrom('creation').selectAll().where('tenant', '=', tenant);
  const change = ({ id, fence }: Pick<Creation, 'id' | 'fence'>) =>
    db.updateTable('creation').where('tenant', '=', tenant).where('id', '=', id).where('fence', '=', fence);

  async function opened({ id, intent }: Row): Promise<Intent> {
    if (intent === null) return nothing;
    const told = await seal.open(intent, place(id));
    if (told === null) throw new Error(`What was sent in creation ${id} does not open`);
    return JSON.parse(told) as Intent;
  }
  const toCreation = async (row: Row): Promise<Creation> => creationOf(row, await opened(row));
  const toCreations = (rows: readonly Row[]) => Promise.all(rows.map(toCreation));

  return {
    /** Throws `creation.open` while another one of the same record and connection is not over. */
    async enter(creation: NewCreation, dueAt: Date): Promise<Creation> {
      const { id, connectionId, entity, parent, sent, crm, known } = creation;
      const intent: Intent = { sent, crm };
      const row = await db
        .insertInto('creation')
        .values({
          tenant,
          id,
          connection_id: connectionId,
          crm_type: entity.type,
          crm_id: entity.id,
          actor_type: creation.actorType,
          parent_type: parent?.type ?? null,
          parent_key: parent?.erpKey ?? null,
          intent: await seal.close(JSON.stringify(intent), place(id)),
          known: known && [...known],
          state: 'open',
          code: null,
          detail: null,
          erp_key: null,
          user_id: creation.user.id,
          user_name: creation.user.name,
          entered_at: creation.enteredAt,
          due_at: dueAt,
          lease_until: dueAt,
          ended_at: null,
        })
        .onConflict((oc) => oc.doNothing())
        .returningAll()
        .executeTakeFirst();
      if (!row) throw new AppError('creation.open', { connectionId });
      return toCreation(row);
    },

    async get(id: string): Promise<Creation> {
      const row = await ofTenant().where('id', '=', id).executeTakeFirst();
      if (!row) throw new AppError('creation.not_found', { id });
      return toCreation(row);
    },

    /** The last one of the record in each connection. */
    async latestOf({ type, id }: CrmEntity): Promise<readonly Creation[]> {
      const rows = await ofTenant()
        .distinctOn('connection_id')
        .where('crm_type', '=', type)
        .where('crm_id', '=', id)
        .orderBy('connection_id')
        .orderBy('entered_at', 'desc')
        .orderBy('id')
        .execute();
      return toCreations(rows);
    },

    /** Those of a connection that are not over. */
    async pending(connectionId: string): Promise<readonly Creation[]> {
      const rows = await ofTenant()
        .where('connection_id', '=', connectionId)
        .where('state', 'in', ['open', 'inDoubt'])
        .orderBy('entered_at')
        .orderBy('id')
        .execute();
      return toCreations(rows);
    },

    /** Those whose call is surely over by now, and that nobody looks after. */
    async claimDue(limit: number, now: Date, leaseUntil: Date): Promise<readonly Creation[]> {
      const { rows } = await sql<Row>`
        with due as (
          select id from creation
          where tenant = ${tenant} and state = 'open' and due_at <= ${now}
            and (lease_until is null or lease_until <= ${now})
          order by due_at, id
          limit ${limit}
          for update skip locked
        )
        update creation set lease_until = ${leaseUntil}, fence = fence + 1
        from due where creation.tenant = ${tenant} and creation.id = due.id
        returning creation.*`.execute(db);
      return toCreations(rows);
    },

    /** Until the end of the transaction nobody else acts on it; throws `link.busy` if somebody has. */
    async hold({ id, fence }: Creation): Promise<void> {
      const row = await ofTenant().where('id', '=', id).where('fence', '=', fence).forUpdate().executeTakeFirst();
      if (!row) throw new AppError('link.busy');
    },

    /** The ERP has told the key of the new actor. */
    async answered(creation: Creation, erpKey: string): Promise<void> {
      const { numUpdatedRows } = await change(creation)
        .set({ erp_key: erpKey })
        .where('state', '=', 'open')
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) throw new AppError('link.busy');
    },

    /** Nobody knows yet; to be looked up later. */
    async postpone(creation: Creation, dueAt: Date): Promise<void> {
      await change(creation)
        .set((eb) => ({ due_at: dueAt, lease_until: null, attempts: eb('attempts', '+', 1) }))
        .where('state', '=', 'open')
        .execute();
      await sql`select pg_notify(${workChannel}, ${tenant})`.execute(db);
    },

    /** Nobody can know but a person. */
    async doubt(creation: Creation, code: ErrorCode, detail: ErrorDetail): Promise<void> {
      const { numUpdatedRows } = await change(creation)
        .set((eb) => ({
          state: 'inDoubt',
          code,
          detail: json(detail),
          lease_until: null,
          ended_at: null,
          fence: eb('fence', '+', 1),
        }))
        .where('state', '=', 'open')
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) throw new AppError('link.busy');
    },

    /** Throws `link.busy` if somebody has acted on it since it was read. */
    async end(creation: Creation, { state, erpKey, code, detail }: CreationEnd, at: Date): Promise<void> {
      const { numUpdatedRows } = await change(creation)
        .set((eb) => ({
          state,
          // What was sent stands in the ledger now, or was never to be anywhere.
          intent: null,
          known: null,
          ...(erpKey !== undefined && { erp_key: erpKey }),
          code: code ?? null,
          detail: detail ? json(detail) : null,
          lease_until: null,
          ended_at: at,
          fence: eb('fence', '+', 1),
        }))
        .where('state', '=', creation.state)
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) throw new AppError('link.busy');
    },

    /** Takes away what has long been over. */
    async forget(before: Date): Promise<void> {
      await db.deleteFrom('creation').where('tenant', '=', tenant).where('ended_at', '<', before).execute();
    },
  };
}

type Row = Selectable<Database['creation']>;

function creationOf(row: Row, { sent, crm }: Intent): Creation {
  return {
    id: row.id,
    connectionId: row.connection_id,
    entity: { type: row.crm_type, id: row.crm_id },
    actorType: row.actor_type,
    parent: row.parent_type && row.parent_key ? { type: row.parent_type, erpKey: row.parent_key } : null,
    sent,
    crm,
    known: row.known,
    state: row.state,
    erpKey: row.erp_key,
    reason: row.code ? { code: row.code, detail: row.detail ?? {} } : null,
    user: { id: row.user_id, name: row.user_name },
    enteredAt: row.entered_at,
    fence: row.fence,
    attempts: row.attempts,
  };
}
