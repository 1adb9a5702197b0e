import { sql, type Selectable } from 'kysely';
import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import type { ActorRef, ActorType, CrmEntity, CrmEntityType, FieldValue } from '../../shared/vocabulary.ts';
import type { Conflict, Link, LinkMemory, LinkNews, WaitingField } from '../domain/link.ts';
import { AppError } from '../errors.ts';
import { json, type Db } from './db.ts';
import type { Database } from './schema.ts';
import { nextFence } from './marks.ts';
import { violated } from './violated.ts';

export interface LinkCounts {
  readonly links: number;
  readonly conflicts: number;
  readonly parked: number;
}

type LinkEnds = Pick<Link, 'connectionId' | 'entity' | 'actor'>;

export function linkStore(db: Db, tenant: string) {
  const ofTenant = () => db.selectFrom('link').selectAll().where('tenant', '=', tenant);

  return {
    async get(id: string): Promise<LinkMemory> {
      const row = await ofTenant().where('id', '=', id).executeTakeFirst();
      if (!row) throw new AppError('link.not_found', { id });
      return toLink(row);
    },

    /** All links of a record, those that are only claimed too. */
    async ofEntity({ type, id }: CrmEntity): Promise<readonly LinkMemory[]> {
      const rows = await ofTenant()
        .where('crm_type', '=', type)
        .where('crm_id', '=', id)
        .orderBy('claimed_at')
        .orderBy('id')
        .execute();
      return rows.map(toLink);
    },

    async ofEntities(type: CrmEntityType, ids: readonly number[]): Promise<readonly LinkMemory[]> {
      if (ids.length === 0) return [];
      const rows = await ofTenant()
        .where('crm_type', '=', type)
        .where('crm_id', '=', sql<number>`any(${[...ids]}::integer[])`)
        .where('confirmed_at', 'is not', null)
        .execute();
      return rows.map(toLink);
    },

    /** The links of a connection in the order of their records, from the one after this on. */
    async inOrder(connectionId: string, after: CrmEntity | null, limit: number): Promise<readonly LinkMemory[]> {
      const rows = await ofTenant()
        .where('connection_id', '=', connectionId)
        .where('confirmed_at', 'is not', null)
        .$if(after !== null, (query) =>
          query.where(sql<boolean>`(crm_type, crm_id) > (${after?.type}, ${after?.id}::integer)`),
        )
        .orderBy('crm_type')
        .orderBy('crm_id')
        .limit(limit)
        .execute();
      return rows.map(toLink);
    },

    /** Which of these actors are linked, and to what. */
    async ofActors(connectionId: string, actors: readonly ActorRef[]): Promise<readonly LinkMemory[]> {
      if (actors.length === 0) return [];
      const rows = await ofTenant()
        .where('connection_id', '=', connectionId)
        .where(
          sql<boolean>`(actor_type, erp_key) in (
            select * from unnest(${actors.map(({ type }) => type)}::text[], ${actors.map(({ erpKey }) => erpKey)}::text[]))`,
        )
        .execute();
      return rows.map(toLink);
    },

    /** Reserves both ends of a link. The unique constraints, not a look beforehand, decide who was first. */
    async claim(id: string, { connectionId, entity, actor }: LinkEnds, at: Date): Promise<Link> {
      const row = await db
        .insertInto('link')
        .values({
          tenant,
          id,
          connection_id: connectionId,
          crm_type: entity.type,
          crm_id: entity.id,
          actor_type: actor.type,
          erp_key: actor.erpKey,
          claimed_at: at,
          confirmed_at: null,
          synced_at: null,
          parked_code: null,
          parked_detail: null,
          parked_since: null,
        })
        .onConflict((oc) => oc.doNothing())
        .returningAll()
        .executeTakeFirst();
      if (row) return toLink(row);

      const taken = await ofTenant()
        .where('connection_id', '=', connectionId)
        .where('crm_type', '=', entity.type)
        .where('crm_id', '=', entity.id)
        .executeTakeFirst();
      throw new AppError(taken ? 'link.exists' : 'link.actor_taken', { connectionId });
    },

    /** Frees both ends of a claim that came to nothing. */
    async release(id: string): Promise<void> {
      await db
        .deleteFrom('link')
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .where('confirmed_at', 'is', null)
        .execute();
    },

    /**
     * Frees what a process that died in the middle of connecting left claimed. One that is only slow, or by another clock,
     * loses its hold on the record, so that it writes nothing more.
     */
    async releaseDead(claimedBefore: Date): Promise<number> {
      const { rows } = await sql`
        with dead as (
          delete from link where tenant = ${tenant} and confirmed_at is null and claimed_at < ${claimedBefore}
          returning crm_type, crm_id
        ), revoked as (
          update linked_entity set fence = ${nextFence}, lease_until = null from dead
          where linked_entity.tenant = ${tenant}
            and linked_entity.crm_type = dead.crm_type and linked_entity.crm_id = dead.crm_id
        )
        select from dead`.execute(db);
      return rows.length;
    },

    async confirm(id: string, at: Date): Promise<void> {
      const { numUpdatedRows } = await db
        .updateTable('link')
        .set({ confirmed_at: at })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) throw new AppError('link.busy');
    },

    async remove(id: string): Promise<void> {
      const { numDeletedRows } = await db
        .deleteFrom('link')
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst();
      if (numDeletedRows !== 1n) throw new AppError('link.not_found', { id });
    },

    /** What was agreed on without anyone having seen it. */
    async learn(id: string, agreed: LinkNews['agreed']): Promise<void> {
      if (Object.keys(agreed).length === 0) return;
      await db
        .updateTable('link')
        .set({ agreed: sql`agreed || ${json(toColumn(agreed))}` })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .execute();
    },

    /** Records what was found and made equal, and that the link is not parked. */
    async settle(id: string, { agreed, waiting }: LinkNews, at: Date): Promise<void> {
      await db
        .updateTable('link')
        .set({
          agreed: sql`agreed || ${json(toColumn(agreed))}`,
          synced_at: at,
          parked_code: null,
          parked_detail: null,
          parked_since: null,
        })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .execute();

      await db
        .deleteFrom('open_field')
        .where('tenant', '=', tenant)
        .where('link_id', '=', id)
        .where('field_key', '<>', sql<string>`all(${waiting.map(({ fieldKey }) => fieldKey)}::text[])`)
        .execute();
      for (const { fieldKey, kind, crm, erp, code, detail } of waiting) {
        const state = { kind, crm, erp, code, detail: detail && json(detail) };
        await db
          .insertInto('open_field')
          .values({ tenant, link_id: id, field_key: fieldKey, since: at, ...state })
          .onConflict((oc) => oc.columns(['tenant', 'link_id', 'field_key']).doUpdateSet(state))
          .execute();
      }
    },

    /**
     * These fields mean another SuperOffice field from now on, so what was agreed on says nothing. Whoever works on one of
     * the records began with the old mapping, and loses its claim.
     */
    async forgetAgreed(connectionId: string, actorType: ActorType, fieldKeys: readonly string[]): Promise<void> {
      const concerned = sql`tenant = ${tenant} and connection_id = ${connectionId} and actor_type = ${actorType}`;
      await sql`
        update linked_entity set fence = ${nextFence}, lease_until = null
        where tenant = ${tenant} and (crm_type, crm_id) in (select crm_type, crm_id from link where ${concerned})`.execute(
        db,
      );
      await sql`update link set agreed = agreed - ${[...fieldKeys]}::text[] where ${concerned}`.execute(db);
      await sql`
        delete from open_field
        where tenant = ${tenant} and field_key = any(${[...fieldKeys]}::text[])
          and link_id in (select id from link where ${concerned})`.execute(db);
    },

    /** Puts the link on another record, as if it were new there; false when that has a link of its own in the connection. */
    async moveTo(id: string, { type, id: crmId }: CrmEntity): Promise<boolean> {
      const { numAffectedRows } = await sql`
        update link set crm_id = ${crmId}, agreed = '{}', synced_at = null,
          parked_code = null, parked_detail = null, parked_since = null
        where tenant = ${tenant} and id = ${id} and crm_type = ${type} and not exists (
          select from link as own where own.tenant = ${tenant} and own.connection_id = link.connection_id
            and own.crm_type = ${type} and own.crm_id = ${crmId})`
        .execute(db)
        .catch((error: unknown) => {
          // Somebody connects the record at this moment; the next look finds out.
          if (violated(error, 'link_entity')) throw new AppError('link.busy', {}, { cause: error });
          throw error;
        });
      if (numAffectedRows !== 1n) return false;
      await db.deleteFrom('open_field').where('tenant', '=', tenant).where('link_id', '=', id).execute();
      return true;
    },

    /** How many actors of each connection were not found when they were last looked for, of how many linked. */
    async missing(): Promise<ReadonlyMap<string, { readonly missing: number; readonly links: number }>> {
      const { rows } = await sql<{ connection_id: string; missing: number; links: number }>`
        select connection_id, count(*) filter (where parked_code = 'actor.not_found') as missing, count(*) as links
        from link where tenant = ${tenant} and confirmed_at is not null
        group by connection_id`.execute(db);
      return new Map(rows.map(({ connection_id, missing, links }) => [connection_id, { missing, links }]));
    },

    /** Nothing moves until something changes or someone retries. */
    async park(id: string, code: ErrorCode, detail: ErrorDetail, at: Date): Promise<void> {
      await db
        .updateTable('link')
        .set({
          parked_code: code,
          parked_detail: json(detail),
          parked_since: sql`case when parked_code = ${code} then parked_since else ${at} end`,
        })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .execute();
    },

    async openFields(ids: readonly string[]): Promise<readonly (WaitingField & { linkId: string; since: Date })[]> {
      const rows = await db
        .selectFrom('open_field')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('link_id', '=', sql<string>`any(${[...ids]}::uuid[])`)
        .orderBy('field_key')
        .execute();
      return rows.map(toOpenField);
    },

    async conflicts(link: LinkMemory): Promise<readonly Conflict[]> {
      const rows = await db
        .selectFrom('open_field')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('link_id', '=', link.id)
        .where('kind', '=', 'conflict')
        .orderBy('field_key')
        .execute();
      return rows.map(({ field_key: fieldKey, crm, erp, since }) => ({
        fieldKey,
        crm,
        erp,
        agreed: link.agreed[fieldKey] ?? null,
        since,
      }));
    },

    async countOf(connectionId: string): Promise<number> {
      const { count } = await db
        .selectFrom('link')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('tenant', '=', tenant)
        .where('connection_id', '=', connectionId)
        .where('confirmed_at', 'is not', null)
        .executeTakeFirstOrThrow();
      return count;
    },

    /** Per connection. One that has no links is not there. */
    async counts(): Promise<ReadonlyMap<string, LinkCounts>> {
      const { rows } = await sql<{ connection_id: string; links: number; conflicts: number; parked: number }>`
        select connection_id, count(*) as links,
          coalesce(sum((select count(*) from open_field
            where open_field.tenant = link.tenant and open_field.link_id = link.id and kind = 'conflict')), 0)::bigint as conflicts,
          count(*) filter (where parked_code is not null or exists (select from open_field
            where open_field.tenant = link.tenant and open_field.link_id = link.id and kind = 'parked')) as parked
        from link where tenant = ${tenant} and confirmed_at is not null
        group by connection_id`.execute(db);
      return new Map(
        rows.map(({ connection_id, links, conflicts, parked }) => [connection_id, { links, conflicts, parked }]),
      );
    },

    /** Links that need a person, longest waiting first. */
    async needingAttention(
      limit: number,
    ): Promise<readonly { link: Link; conflicts: number; parkedField: WaitingField | null; since: Date }[]> {
      const rows = await ofTenant()
        .where('confirmed_at', 'is not', null)
        .where(
          sql<boolean>`(parked_code is not null or exists (
            select from open_field where open_field.tenant = link.tenant and open_field.link_id = link.id))`,
        )
        .orderBy('confirmed_at')
        .orderBy('id')
        .limit(limit)
        .execute();
      const open = await db
        .selectFrom('open_field')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('link_id', '=', sql<string>`any(${rows.map(({ id }) => id)}::uuid[])`)
        .orderBy('since')
        .orderBy('field_key')
        .execute();
      return rows.map((row) => {
        const fields = open.filter(({ link_id }) => link_id === row.id);
        const parkedField = fields.find(({ kind }) => kind === 'parked');
        const times = [row.parked_since, ...fields.map(({ since }) => since)].filter((time) => time !== null);
        return {
          link: toLink(row),
          conflicts: fields.filter(({ kind }) => kind === 'conflict').length,
          parkedField: parkedField ? toOpenField(parkedField) : null,
          since: new Date(Math.min(...times.map((time) => time.getTime()))),
        };
      });
    },
  };
}

function toLink(row: Selectable<Database['link']>): LinkMemory {
  return {
    id: row.id,
    connectionId: row.connection_id,
    entity: { type: row.crm_type, id: row.crm_id },
    actor: { type: row.actor_type, erpKey: row.erp_key },
    confirmedAt: row.confirmed_at,
    syncedAt: row.synced_at,
    parked:
      row.parked_code && row.parked_since
        ? { code: row.parked_code, detail: row.parked_detail ?? {}, since: row.parked_since }
        : null,
    agreed: Object.fromEntries(Object.entries(row.agreed).map(([key, [crm, erp]]) => [key, { crm, erp }])),
  };
}

/** Short, because there is one of it per link and most of a link is this. */
function toColumn(agreed: LinkNews['agreed']): Record<string, readonly [FieldValue, FieldValue]> {
  return Object.fromEntries(Object.entries(agreed).map(([key, { crm, erp }]) => [key, [crm, erp]]));
}

function toOpenField(row: Selectable<Database['open_field']>) {
  return {
    linkId: row.link_id,
    fieldKey: row.field_key,
    kind: row.kind,
    crm: row.crm,
    erp: row.erp,
    code: row.code,
    detail: row.detail,
    since: row.since,
  };
}
