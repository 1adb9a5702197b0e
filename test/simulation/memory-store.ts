import type { ComparisonClaim } from '../../backend/domain/comparison.ts';
import type { Brake } from '../../backend/domain/brake.ts';
import type { ActorTypeMapping, Connection } from '../../backend/domain/connection.ts';
import type { LedgerRow } from '../../backend/domain/ledger.ts';
import type { LinkMemory, WaitingField } from '../../backend/domain/link.ts';
import { lanes, type Claim, type Mark } from '../../backend/domain/mark.ts';
import type { Restore } from '../../backend/domain/restore.ts';
import type { Run } from '../../backend/domain/run.ts';
import { defaultNightlyTime } from '../../backend/domain/nightly.ts';
import type { Creation } from '../../backend/domain/creation.ts';
import type { Cursor } from '../../backend/domain/cursor.ts';
import { sameValue } from '../../backend/domain/value.ts';
import { AppError } from '../../backend/errors.ts';
import type { Store } from '../../backend/store/store.ts';
import { crmEntityTypes, type CrmEntity, type CrmEntityType } from '../../shared/vocabulary.ts';
import { memoryRuns, type RunRecordRow, type RunStepRow } from './memory-runs.ts';

/** A record that has links: its mark, and who works on it. */
export interface MarkRow {
  readonly entity: CrmEntity;
  readonly marked: number;
  readonly handled: number;
  readonly lane: number;
  readonly markedAt: number;
  readonly cause: Claim['cause'];
  readonly user: Claim['user'];
  readonly attempts: number;
  readonly nextTryAt: number | null;
  readonly leaseUntil: number | null;
  readonly fence: number;
  readonly comparedAt: number | null;
}

export type OpenRow = WaitingField & { readonly linkId: string; readonly since: Date };
export type StoredLedgerRow = LedgerRow & { readonly settled: boolean };
export type StoredLink = LinkMemory & { readonly claimedAt: number };

interface DueRow {
  readonly dueAt: number;
  readonly leaseUntil: number | null;
  readonly fence: number;
}
type PollRow = DueRow & { readonly attempts: number; readonly idle: number; readonly polls: number };
type ComparisonRow = DueRow & {
  readonly attempts: number;
  readonly after: CrmEntity | null;
  readonly underWay: boolean;
  readonly gone: readonly CrmEntity[];
};
type SweepRow = DueRow & { readonly since: Date | null; readonly sweeps: number };

export type RestoreRow = Restore & { readonly settledAt: Date | null };
export type CreationRow = Creation & { readonly dueAt: number; readonly leaseUntil: number | null };

/** What the simulation wants to know of a transaction that took place. */
export interface StoreWatch {
  /** Records were marked: whoever listens hears of it. */
  raised(): void;
  claimed(entity: CrmEntity): void;
  revoked(entity: CrmEntity): void;
  /** Whoever worked on a record is done with it. */
  finished(entity: CrmEntity): void;
  linkRemoved(link: LinkMemory): void;
  agreed(link: LinkMemory): void;
  /** Fields that need a person from now on. */
  waits(link: LinkMemory, waiting: readonly WaitingField[]): void;
  wished(creation: Creation): void;
  ended(creation: Creation): void;
  parked(link: LinkMemory): void;
  entered(rows: readonly StoredLedgerRow[]): void;
  /** A system is known to have been restored, and nothing may be written. */
  halted(restoreId: string): void;
}

/**
 * One tenant's rows in memory, with the rules of the tables: what is unique, what is fenced, what a mark means. A
 * transaction that fails leaves nothing behind.
 */
export class MemoryTables {
  connections: readonly Connection[] = [];
  mappings: readonly ActorTypeMapping[] = [];
  readonly links = new Map<string, StoredLink>();
  readonly marks = new Map<string, MarkRow>();
  readonly open = new Map<string, OpenRow>();
  readonly ledger = new Map<string, StoredLedgerRow>();
  readonly polls = new Map<string, PollRow>();
  readonly cursors = new Map<string, Cursor>();
  readonly sweeps = new Map<string, SweepRow>();
  readonly comparisons = new Map<string, ComparisonRow>();
  readonly brakes = new Map<string, Brake>();
  readonly runs = new Map<string, Run>();
  readonly runRecords = new Map<string, RunRecordRow>();
  readonly runSteps = new Map<string, RunStepRow>();
  readonly runHolds = new Map<string, string>();
  readonly creations = new Map<string, CreationRow>();
  readonly restores = new Map<string, RestoreRow>();
  /** Not rolled back, as in Postgres. */
  ledgerIds = 0;
  linkIds = 0;
  fences = 0;
  stepIds = 0;
  creationIds = 0;

  #undo: (() => void)[] = [];
  #then: (() => void)[] = [];

  put<Row>(table: Map<string, Row>, key: string, row: Row): void {
    const before = table.get(key);
    this.#undo.push(before === undefined ? () => table.delete(key) : () => table.set(key, before));
    table.set(key, row);
  }

  drop<Row>(table: Map<string, Row>, key: string): boolean {
    const before = table.get(key);
    if (before === undefined) return false;
    this.#undo.push(() => table.set(key, before));
    return table.delete(key);
  }

  onRollback(undo: () => void): void {
    this.#undo.push(undo);
  }

  onCommit(then: () => void): void {
    this.#then.push(then);
  }

  commit(): void {
    const then = this.#then;
    this.#undo = [];
    this.#then = [];
    for (const each of then) each();
  }

  rollback(): void {
    for (const undo of this.#undo.reverse()) undo();
    this.#undo = [];
    this.#then = [];
  }
}

type Subjects = Pick<
  Store,
  | 'comparisons'
  | 'brakes'
  | 'connections'
  | 'mappings'
  | 'listItems'
  | 'links'
  | 'creations'
  | 'marks'
  | 'ledger'
  | 'polls'
  | 'sweeps'
  | 'syncSettings'
  | 'restores'
  | 'schemaTasks'
>;
type Some<Name extends keyof Subjects, Call extends keyof Subjects[Name]> = Pick<Subjects[Name], Call>;

/** The calls the engine makes, on the tables as they are at this moment. */
export function memorySubjects(tables: MemoryTables, watch: StoreWatch) {
  const { links, marks, open, ledger, polls, sweeps, brakes, creations } = tables;
  const confirmed = () => [...links.values()].filter(({ confirmedAt }) => confirmedAt !== null);

  function raise({ lane, cause, user, at }: Mark, chosen: (row: MarkRow) => boolean): number {
    const rank = lanes.indexOf(lane);
    let raised = 0;
    for (const [key, row] of marks) {
      if (!chosen(row)) continue;
      const stronger = row.marked === row.handled || row.lane > rank;
      tables.put(marks, key, {
        ...row,
        marked: row.marked + 1,
        markedAt: row.marked === row.handled ? at.getTime() : row.markedAt,
        ...(stronger && { cause, user, lane: rank }),
        nextTryAt: lane === 'bulk' ? row.nextTryAt : null,
      });
      raised += 1;
    }
    if (raised > 0) tables.onCommit(() => watch.raised());
    return raised;
  }

  function changeHeld({ entity, fence }: Claim, change: (row: MarkRow) => Partial<MarkRow>): void {
    const key = keyOf(entity);
    const row = marks.get(key);
    if (row?.fence === fence) tables.put(marks, key, { ...row, ...change(row) });
  }

  function takeLease(row: MarkRow, leaseUntil: Date): Claim {
    tables.fences += 1;
    const taken = { ...row, leaseUntil: leaseUntil.getTime(), fence: tables.fences };
    tables.put(marks, keyOf(row.entity), taken);
    tables.onCommit(() => watch.claimed(row.entity));
    const { entity, fence, marked, lane, cause, user, attempts } = taken;
    return { entity, fence, mark: marked, lane: lanes[lane] ?? 'bulk', cause, user, attempts };
  }

  const isFree = ({ leaseUntil }: { readonly leaseUntil: number | null }, now: Date) =>
    leaseUntil === null || leaseUntil <= now.getTime();

  function isBraked(entity: CrmEntity): boolean {
    const active = tables.connections.filter((connection) => connection.active).map(({ id }) => id);
    return [...links.values()].some(
      (link) =>
        same(link.entity, entity) &&
        active.includes(link.connectionId) &&
        (brakes.get(link.connectionId)?.heldSince ?? null) !== null,
    );
  }

  function removeOpen(linkId: string, keep: readonly string[] = []): void {
    for (const [key, row] of open) {
      if (row.linkId === linkId && !keep.includes(row.fieldKey)) tables.drop(open, key);
    }
  }

  const linkCalls: Some<
    'links',
    | 'get'
    | 'ofEntity'
    | 'ofEntities'
    | 'inOrder'
    | 'counts'
    | 'ofActors'
    | 'claim'
    | 'release'
    | 'releaseDead'
    | 'confirm'
    | 'remove'
    | 'learn'
    | 'settle'
    | 'park'
    | 'moveTo'
    | 'missing'
    | 'openFields'
    | 'conflicts'
    | 'countOf'
  > = {
    async get(id) {
      const link = links.get(id);
      if (!link) throw new AppError('link.not_found', { id });
      return link;
    },
    async ofEntity(entity) {
      return [...links.values()]
        .filter((link) => same(link.entity, entity))
        .sort((a, b) => a.claimedAt - b.claimedAt || (a.id < b.id ? -1 : 1));
    },
    async ofEntities(type, ids) {
      return confirmed().filter(({ entity }) => entity.type === type && ids.includes(entity.id));
    },
    async inOrder(connectionId, after, limit) {
      return confirmed()
        .filter((link) => link.connectionId === connectionId && link.entity.id > (after?.id ?? 0))
        .sort((a, b) => a.entity.id - b.entity.id)
        .slice(0, limit);
    },
    async counts() {
      const links = Map.groupBy(confirmed(), ({ connectionId }) => connectionId);
      return new Map([...links].map(([id, { length }]) => [id, { links: length, conflicts: 0, parked: 0 }]));
    },
    async ofActors(connectionId, actors) {
      return [...links.values()].filter(
        (link) =>
          link.connectionId === connectionId &&
          actors.some(({ type, erpKey }) => link.actor.type === type && link.actor.erpKey === erpKey),
      );
    },
    async claim(_id, { connectionId, entity, actor }, at) {
      const mine = [...links.values()].filter((link) => link.connectionId === connectionId);
      if (mine.some((link) => same(link.entity, entity))) throw new AppError('link.exists', { connectionId });
      if (mine.some((link) => link.actor.type === actor.type && link.actor.erpKey === actor.erpKey)) {
        throw new AppError('link.actor_taken', { connectionId });
      }
      // Ids of our own, so that the same seed gives the same history.
      tables.linkIds += 1;
      const id = `link${tables.linkIds}`;
      const link = { id, connectionId, entity, actor, confirmedAt: null, syncedAt: null, parked: null, agreed: {} };
      tables.put(links, id, { ...link, claimedAt: at.getTime() });
      return link;
    },
    async release(id) {
      if (links.get(id)?.confirmedAt === null) tables.drop(links, id);
    },
    async releaseDead(claimedBefore) {
      const dead = [...links.values()].filter(
        ({ confirmedAt, claimedAt }) => confirmedAt === null && claimedAt < claimedBefore.getTime(),
      );
      for (const { id, entity } of dead) {
        tables.drop(links, id);
        await markCalls.revoke(entity);
      }
      return dead.length;
    },
    async confirm(id, at) {
      const link = links.get(id);
      if (!link) throw new AppError('link.busy');
      tables.put(links, id, { ...link, confirmedAt: at });
    },
    async remove(id) {
      const link = links.get(id);
      if (!link) throw new AppError('link.not_found', { id });
      removeOpen(id);
      tables.drop(links, id);
      tables.onCommit(() => watch.linkRemoved(link));
    },
    async learn(id, agreed) {
      const link = links.get(id);
      if (link) tables.put(links, id, { ...link, agreed: { ...link.agreed, ...agreed } });
    },
    async settle(id, { agreed, waiting }, at) {
      const link = links.get(id);
      if (link) {
        const settled = { ...link, agreed: { ...link.agreed, ...agreed }, syncedAt: at, parked: null };
        tables.put(links, id, settled);
        tables.onCommit(() => watch.agreed(settled));
        tables.onCommit(() => watch.waits(settled, waiting));
      }
      removeOpen(
        id,
        waiting.map(({ fieldKey }) => fieldKey),
      );
      for (const field of waiting) {
        const key = `${id} ${field.fieldKey}`;
        tables.put(open, key, { ...field, linkId: id, since: open.get(key)?.since ?? at });
      }
    },
    async park(id, code, detail, at) {
      const link = links.get(id);
      if (!link) return;
      const since = link.parked?.code === code ? link.parked.since : at;
      const parked = { ...link, parked: { code, detail, since } };
      tables.put(links, id, parked);
      tables.onCommit(() => watch.parked(parked));
    },
    async countOf(connectionId) {
      return confirmed().filter((link) => link.connectionId === connectionId).length;
    },
    async moveTo(id, entity) {
      const link = links.get(id);
      const own = [...links.values()].some(
        (other) => other.connectionId === link?.connectionId && same(other.entity, entity),
      );
      if (!link || own) return false;
      removeOpen(id);
      tables.put(links, id, { ...link, entity, agreed: {}, syncedAt: null, parked: null });
      return true;
    },
    async missing() {
      return new Map(
        [...Map.groupBy(confirmed(), ({ connectionId }) => connectionId)].map(([id, of]) => [
          id,
          { missing: of.filter(({ parked }) => parked?.code === 'actor.not_found').length, links: of.length },
        ]),
      );
    },
    async openFields(ids) {
      return [...open.values()].filter(({ linkId }) => ids.includes(linkId));
    },
    async conflicts(link) {
      return [...open.values()]
        .filter(({ linkId, kind }) => linkId === link.id && kind === 'conflict')
        .map(({ fieldKey, crm, erp, since }) => ({ fieldKey, crm, erp, agreed: link.agreed[fieldKey] ?? null, since }));
    },
  };

  const mustStand = ({ entity, fence, cause }: Claim): void => {
    const halted = cause !== 'restore' && openRestores(tables).length > 0;
    if (halted || marks.get(keyOf(entity))?.fence !== fence) throw new AppError('link.busy');
  };

  const markCalls: Some<
    'marks',
    | 'entities'
    | 'actors'
    | 'connection'
    | 'ensure'
    | 'claimMarked'
    | 'claim'
    | 'hold'
    | 'mustStand'
    | 'extend'
    | 'finish'
    | 'postpone'
    | 'release'
    | 'revoke'
    | 'revokeAll'
    | 'removeUnlinked'
    | 'wake'
    | 'takeToCompare'
    | 'isBusy'
  > = {
    async entities(type, ids, mark) {
      return raise(mark, ({ entity }) => entity.type === type && ids.includes(entity.id));
    },
    async actors(connectionId, refs, mark) {
      const linked = confirmed().filter(
        (link) =>
          link.connectionId === connectionId &&
          refs.some(({ type, erpKey }) => link.actor.type === type && link.actor.erpKey === erpKey),
      );
      return raise(mark, ({ entity }) => linked.some((link) => same(link.entity, entity)));
    },
    async connection(connectionId, which, mark) {
      const linked = confirmed().filter(
        (link) =>
          link.connectionId === connectionId &&
          (which === 'all' || link.parked !== null || [...open.values()].some(({ linkId }) => linkId === link.id)),
      );
      return raise(mark, ({ entity }) => linked.some((link) => same(link.entity, entity)));
    },
    async ensure(entity) {
      if (marks.has(keyOf(entity))) return;
      tables.put(marks, keyOf(entity), newMark(entity));
    },
    async claimMarked(limit, now, leaseUntil) {
      const due = [...marks.values()].filter(
        (row) =>
          row.marked > row.handled &&
          (row.nextTryAt === null || row.nextTryAt <= now.getTime()) &&
          isFree(row, now) &&
          !isBraked(row.entity),
      );
      return due
        .sort((a, b) => a.lane - b.lane || a.markedAt - b.markedAt || a.entity.id - b.entity.id)
        .slice(0, limit)
        .map((row) => ({ ...takeLease(row, leaseUntil), connections: [] }));
    },
    async claim(entity, now, leaseUntil) {
      const row = marks.get(keyOf(entity));
      return row && isFree(row, now) ? takeLease(row, leaseUntil) : null;
    },
    hold: async (claim) => mustStand(claim),
    mustStand: async (claim) => mustStand(claim),
    async extend(claim, leaseUntil) {
      changeHeld(claim, () => ({ leaseUntil: leaseUntil.getTime() }));
    },
    async finish(claim) {
      if (marks.get(keyOf(claim.entity))?.fence !== claim.fence) return;
      changeHeld(claim, () => ({ handled: claim.mark, leaseUntil: null, attempts: 0, nextTryAt: null }));
      tables.onCommit(() => watch.finished(claim.entity));
    },
    async postpone(claim, nextTryAt) {
      changeHeld(claim, (row) => ({
        marked: Math.max(row.marked, row.handled + 1),
        leaseUntil: null,
        attempts: row.attempts + 1,
        nextTryAt: nextTryAt?.getTime() ?? null,
      }));
    },
    async release(claim) {
      changeHeld(claim, () => ({ leaseUntil: null }));
    },
    async wake(connectionId) {
      for (const link of [...links.values()].filter((link) => link.connectionId === connectionId)) {
        const row = marks.get(keyOf(link.entity));
        if (row && row.marked > row.handled) tables.put(marks, keyOf(link.entity), { ...row, nextTryAt: null });
      }
    },
    async revoke(entity) {
      const row = marks.get(keyOf(entity));
      if (!row) return;
      tables.fences += 1;
      tables.put(marks, keyOf(entity), { ...row, fence: tables.fences, leaseUntil: null });
      tables.onCommit(() => watch.revoked(entity));
    },
    async revokeAll() {
      for (const { entity, leaseUntil } of [...marks.values()]) if (leaseUntil !== null) await markCalls.revoke(entity);
    },
    async removeUnlinked(entity) {
      if (![...links.values()].some((link) => same(link.entity, entity))) tables.drop(marks, keyOf(entity));
    },
    async isBusy(entity, now) {
      const row = marks.get(keyOf(entity));
      return row !== undefined && (row.marked > row.handled || !isFree(row, now));
    },
    async takeToCompare(type, limit, before, now) {
      const oldest = [...marks.values()]
        .filter((row) => row.entity.type === type && (row.comparedAt === null || row.comparedAt <= before.getTime()))
        .sort((a, b) => (a.comparedAt ?? 0) - (b.comparedAt ?? 0) || a.entity.id - b.entity.id)
        .slice(0, limit);
      for (const row of oldest) tables.put(marks, keyOf(row.entity), { ...row, comparedAt: now.getTime() });
      return oldest.map(({ entity }) => entity.id);
    },
  };

  const ledgerCalls: Some<
    'ledger',
    'enter' | 'get' | 'note' | 'settle' | 'strike' | 'unsettled' | 'touched' | 'follow' | 'ofEntity'
  > = {
    async ofEntity(entity) {
      return [...ledger.values()].filter((row) => same(row.entity, entity) && row.event === null && row.settled);
    },
    async follow(linkId, entity) {
      for (const [key, row] of ledger) {
        if (row.linkId === linkId && row.target === 'erp' && !row.settled) tables.put(ledger, key, { ...row, entity });
      }
    },
    async enter(entries, { cause, user }, at) {
      const rows = entries.map(({ link, ...entry }): StoredLedgerRow => {
        tables.ledgerIds += 1;
        const { id: linkId, connectionId, entity, actor } = link;
        const about = { linkId, connectionId, entity, actor, cause, userName: user?.name ?? null };
        return { ...entry, ...about, id: tables.ledgerIds, at, event: null, settled: false };
      });
      const again = [...ledger.values()].filter(
        (old) =>
          !old.settled &&
          rows.some(
            (row) => sameWrite(row, old) && sameValue(row.before, old.before) && sameValue(row.after, old.after),
          ),
      );
      for (const { id } of again) tables.drop(ledger, String(id));
      for (const row of rows) tables.put(ledger, String(row.id), row);
      tables.onCommit(() => watch.entered(rows));
      return rows.map(({ id }) => id);
    },
    async get(id) {
      const row = ledger.get(String(id));
      if (!row?.settled) throw new AppError('undo.expired');
      return row;
    },
    async note(event, { id: linkId, connectionId, entity, actor }, { cause, user }, at) {
      tables.ledgerIds += 1;
      const id = tables.ledgerIds;
      const about = { linkId, connectionId, entity, actor, cause, userName: user?.name ?? null };
      const field = { fieldKey: '', crmField: '', target: 'erp', before: null, after: null } as const;
      tables.put(ledger, String(id), { ...about, ...field, id, at, runId: null, event, reason: event, settled: true });
    },
    async touched(linkId, entity, since) {
      return [...ledger.values()].some(
        (row) =>
          same(row.entity, entity) &&
          row.linkId === linkId &&
          row.runId === null &&
          row.event === null &&
          row.reason !== 'overruled' &&
          row.at >= since,
      );
    },
    async settle(written) {
      for (const { id, after } of written) {
        const row = ledger.get(String(id));
        if (row) tables.put(ledger, String(id), { ...row, after, settled: true });
      }
    },
    async strike(ids) {
      for (const id of ids) if (!ledger.get(String(id))?.settled) tables.drop(ledger, String(id));
    },
    async unsettled(entity) {
      const rows = [...ledger.values()].filter((row) => same(row.entity, entity));
      return rows
        .filter(({ settled }) => !settled)
        .map((row) => ({ ...row, overtaken: rows.some((later) => later.id > row.id && sameWrite(later, row)) }));
    },
  };

  const pollCalls: Some<
    'polls',
    'claimDue' | 'cursor' | 'setCursor' | 'forgetCursors' | 'hold' | 'extend' | 'finish' | 'fail' | 'wake'
  > = {
    async forgetCursors(connectionId) {
      for (const key of [...tables.cursors.keys()]) {
        if (connectionId === null || key.startsWith(`${connectionId} `)) tables.drop(tables.cursors, key);
      }
    },
    async claimDue(limit, now, leaseUntil) {
      const active = tables.connections.filter((connection) => connection.active).map(({ id }) => id);
      for (const id of active.filter((id) => !polls.has(id))) {
        const row = { dueAt: now.getTime(), leaseUntil: null, fence: 0, attempts: 0, idle: 0, polls: 0 };
        tables.put(polls, id, row);
      }
      return [...polls]
        .filter(([id, row]) => active.includes(id) && row.dueAt <= now.getTime() && isFree(row, now))
        .sort(([a, { dueAt: left }], [b, { dueAt: right }]) => left - right || (a < b ? -1 : 1))
        .slice(0, limit)
        .map(([connectionId, row]) => {
          const fence = row.fence + 1;
          tables.put(polls, connectionId, { ...row, fence, leaseUntil: leaseUntil.getTime() });
          return { connectionId, fence, attempts: row.attempts, idle: row.idle };
        });
    },
    async cursor(connectionId, actorType) {
      return tables.cursors.get(`${connectionId} ${actorType}`) ?? null;
    },
    async setCursor(connectionId, actorType, cursor) {
      tables.put(tables.cursors, `${connectionId} ${actorType}`, cursor);
    },
    async hold({ connectionId, fence }) {
      if (polls.get(connectionId)?.fence !== fence) throw new AppError('link.busy');
    },
    async extend({ connectionId, fence }, leaseUntil) {
      const row = polls.get(connectionId);
      if (row?.fence === fence) tables.put(polls, connectionId, { ...row, leaseUntil: leaseUntil.getTime() });
    },
    async finish({ connectionId, fence }, _polledAt, dueAt, idle) {
      const row = polls.get(connectionId);
      if (row?.fence !== fence) return;
      const done = { leaseUntil: null, attempts: 0, idle, dueAt: dueAt.getTime(), polls: row.polls + 1 };
      tables.put(polls, connectionId, { ...row, ...done });
    },
    async wake(connectionIds, now) {
      for (const id of connectionIds) {
        const row = polls.get(id);
        if (row && row.idle > 0) tables.put(polls, id, { ...row, idle: 0, dueAt: Math.min(row.dueAt, now.getTime()) });
      }
    },
    async fail({ connectionId, fence }, _trouble, dueAt) {
      const row = polls.get(connectionId);
      if (row?.fence !== fence) return;
      tables.put(polls, connectionId, {
        ...row,
        leaseUntil: null,
        attempts: row.attempts + 1,
        dueAt: dueAt.getTime(),
      });
    },
  };

  const sweepCalls: Some<'sweeps', 'claimDue' | 'hold' | 'finish'> = {
    async claimDue(now, leaseUntil) {
      const linked = crmEntityTypes.filter((type) => [...marks.values()].some(({ entity }) => entity.type === type));
      for (const type of linked.filter((type) => !sweeps.has(type))) {
        tables.put(sweeps, type, { dueAt: now.getTime(), leaseUntil: null, fence: 0, since: null, sweeps: 0 });
      }
      const [due] = [...sweeps]
        .filter(([, row]) => row.dueAt <= now.getTime() && isFree(row, now))
        .sort(([a, left], [b, right]) => left.dueAt - right.dueAt || (a < b ? -1 : 1));
      if (!due) return null;
      const [type, row] = due as [CrmEntityType, SweepRow];
      const fence = row.fence + 1;
      tables.put(sweeps, type, { ...row, fence, leaseUntil: leaseUntil.getTime() });
      return { type, fence, since: row.since };
    },
    async hold({ type, fence }) {
      if (sweeps.get(type)?.fence !== fence) throw new AppError('link.busy');
    },
    async finish({ type, fence }, since, dueAt) {
      const row = sweeps.get(type);
      if (row?.fence !== fence) return;
      const done = { leaseUntil: null, dueAt: dueAt.getTime(), sweeps: row.sweeps + Number(since !== null) };
      tables.put(sweeps, type, { ...row, ...done, since: since ?? row.since });
    },
  };

  const { comparisons } = tables;
  const changeComparison = ({ connectionId, fence }: ComparisonClaim, change: Partial<ComparisonRow>): void => {
    const row = comparisons.get(connectionId);
    if (row?.fence === fence) tables.put(comparisons, connectionId, { ...row, ...change });
  };
  const ended = { leaseUntil: null, attempts: 0, underWay: false };

  const comparisonCalls: Some<
    'comparisons',
    'claimDue' | 'hold' | 'extend' | 'advance' | 'release' | 'postpone' | 'freshlyGone' | 'finish' | 'fail' | 'begin'
  > = {
    async claimDue(now, leaseUntil, firstAt) {
      const active = tables.connections.filter((connection) => connection.active).map(({ id }) => id);
      for (const id of active.filter((id) => !comparisons.has(id))) {
        const row = { dueAt: firstAt.getTime(), leaseUntil: null, fence: 0, attempts: 0, after: null };
        tables.put(comparisons, id, { ...row, underWay: false, gone: [] });
      }
      const [due] = [...comparisons].filter(
        ([id, row]) => active.includes(id) && row.dueAt <= now.getTime() && isFree(row, now),
      );
      if (!due) return null;
      const [connectionId, row] = due;
      const after = row.underWay ? row.after : null;
      const gone = row.underWay ? row.gone : [];
      const taken = { leaseUntil: leaseUntil.getTime(), fence: row.fence + 1, underWay: true, after, gone };
      tables.put(comparisons, connectionId, { ...row, ...taken });
      return { connectionId, fence: taken.fence, attempts: row.attempts, after };
    },
    async hold({ connectionId, fence }) {
      if (comparisons.get(connectionId)?.fence !== fence) throw new AppError('link.busy');
    },
    async extend(claim, leaseUntil) {
      changeComparison(claim, { leaseUntil: leaseUntil.getTime() });
    },
    async advance(claim, { after, findings }) {
      const gone = findings.filter(({ reason, fresh }) => reason === 'gone' && fresh).map(({ entity }) => entity);
      changeComparison(claim, {
        after,
        attempts: 0,
        gone: [...(comparisons.get(claim.connectionId)?.gone ?? []), ...gone],
      });
    },
    async release(claim) {
      changeComparison(claim, { leaseUntil: null });
    },
    async postpone(claim, dueAt) {
      changeComparison(claim, { leaseUntil: null, attempts: claim.attempts + 1, dueAt: dueAt.getTime() });
    },
    async freshlyGone({ connectionId }) {
      return comparisons.get(connectionId)?.gone ?? [];
    },
    async finish(claim, _now, dueAt) {
      changeComparison(claim, { ...ended, dueAt: dueAt.getTime() });
    },
    async fail(claim, _trouble, dueAt) {
      changeComparison(claim, { ...ended, dueAt: dueAt.getTime() });
    },
    async begin(connectionId, now) {
      for (const [id, row] of comparisons) {
        if (!row.underWay && (connectionId === null || connectionId === id))
          tables.put(comparisons, id, { ...row, dueAt: now.getTime(), attempts: 0 });
      }
      tables.onCommit(() => watch.raised());
    },
  };

  const brakeCalls: Subjects['brakes'] = {
    async lock(connectionId) {
      const none = { connectionId, countedFrom: new Date(0), allowed: 0, changed: 0, heldSince: null, runId: null };
      return brakes.get(connectionId) ?? none;
    },
    async save(brake) {
      tables.put(brakes, brake.connectionId, brake);
    },
    async held() {
      return [...brakes.values()].filter(({ heldSince }) => heldSince !== null);
    },
  };

  function connectionOf(id: string): Connection {
    const found = tables.connections.find((connection) => connection.id === id);
    if (!found) throw new AppError('connection.not_found', { id });
    return found;
  }

  const { restores } = tables;
  const restoreCalls: Subjects['restores'] = {
    async begin(restore) {
      const waits = [...restores.values()].some(
        ({ settledAt, side, connectionId }) =>
          settledAt === null && side === restore.side && connectionId === restore.connectionId,
      );
      if (waits) return false;
      tables.put(restores, restore.id, { ...restore, settledAt: null });
      tables.onCommit(() => watch.halted(restore.id));
      tables.onCommit(() => watch.raised());
      return true;
    },
    async open() {
      return openRestores(tables);
    },
    async setRun(id, before, runId) {
      const row = restores.get(id);
      if (!row || row.runId !== before) return false;
      tables.put(restores, id, { ...row, runId });
      return true;
    },
    async settle(id, at) {
      const row = restores.get(id);
      if (row) tables.put(restores, id, { ...row, settledAt: at });
    },
  };

  function changeCreation({ id, fence, state }: Creation, change: Partial<CreationRow>): boolean {
    const row = creations.get(id);
    if (row?.fence !== fence || row.state !== state) return false;
    tables.put(creations, id, { ...row, ...change });
    return true;
  }

  const creationCalls: Some<
    'creations',
    'enter' | 'get' | 'latestOf' | 'pending' | 'claimDue' | 'hold' | 'answered' | 'postpone' | 'doubt' | 'end'
  > = {
    async enter(creation, dueAt) {
      const open = [...creations.values()].some(
        (row) => row.connectionId === creation.connectionId && same(row.entity, creation.entity) && isPending(row),
      );
      if (open) throw new AppError('creation.open', {});
      tables.creationIds += 1;
      const id = `creation${tables.creationIds}`;
      const blank = { state: 'open', erpKey: null, reason: null, fence: 1, attempts: 0 } as const;
      const row = { ...creation, ...blank, id, dueAt: dueAt.getTime(), leaseUntil: dueAt.getTime() };
      tables.put(creations, id, row);
      tables.onCommit(() => watch.wished(row));
      return row;
    },
    async get(id) {
      const row = creations.get(id);
      if (!row) throw new AppError('creation.not_found', { id });
      return row;
    },
    async latestOf(entity) {
      const own = [...creations.values()].filter((row) => same(row.entity, entity));
      return [...Map.groupBy(own, ({ connectionId }) => connectionId).values()].flatMap((rows) => rows.slice(-1));
    },
    async pending(connectionId) {
      return [...creations.values()].filter((row) => row.connectionId === connectionId && isPending(row));
    },
    async claimDue(limit, now, leaseUntil) {
      return [...creations.values()]
        .filter((row) => row.state === 'open' && row.dueAt <= now.getTime() && isFree(row, now))
        .sort((a, b) => a.dueAt - b.dueAt)
        .slice(0, limit)
        .map((row) => {
          const taken = { ...row, fence: row.fence + 1, leaseUntil: leaseUntil.getTime() };
          tables.put(creations, row.id, taken);
          return taken;
        });
    },
    async hold({ id, fence }) {
      if (creations.get(id)?.fence !== fence) throw new AppError('link.busy');
    },
    async answered(creation, erpKey) {
      if (!changeCreation({ ...creation, state: 'open' }, { erpKey })) throw new AppError('link.busy');
    },
    async postpone(creation, dueAt) {
      const later = { dueAt: dueAt.getTime(), leaseUntil: null, attempts: creation.attempts + 1 };
      if (changeCreation({ ...creation, state: 'open' }, later)) tables.onCommit(() => watch.raised());
    },
    async doubt(creation, code, detail) {
      const doubted = {
        state: 'inDoubt',
        reason: { code, detail },
        leaseUntil: null,
        fence: creation.fence + 1,
      } as const;
      if (!changeCreation({ ...creation, state: 'open' }, doubted)) throw new AppError('link.busy');
    },
    async end(creation, { state, erpKey, code, detail = {} }) {
      const row = creations.get(creation.id);
      const ended = {
        state,
        erpKey: erpKey ?? row?.erpKey ?? null,
        reason: code ? { code, detail } : null,
        leaseUntil: null,
        fence: creation.fence + 1,
        sent: {},
        crm: {},
        known: null,
      };
      if (!changeCreation(creation, ended)) throw new AppError('link.busy');
      tables.onCommit(() => watch.ended({ ...creation, ...ended }));
    },
  };

  return {
    brakes: brakeCalls,
    connections: {
      list: async () => tables.connections,
      get: async (id) => connectionOf(id),
      lock: async (id) => connectionOf(id),
    } satisfies Some<'connections', 'list' | 'get' | 'lock'>,
    mappings: {
      list: async (connectionId) => tables.mappings.filter((mapping) => mapping.connectionId === connectionId),
      get: async (connectionId, actorType) =>
        tables.mappings.find((m) => m.connectionId === connectionId && m.actorType === actorType) ?? null,
      save: async () => undefined,
    } satisfies Some<'mappings', 'list' | 'get' | 'save'>,
    schemaTasks: { list: async () => [], note: async () => undefined } satisfies Some<'schemaTasks', 'list' | 'note'>,
    listItems: { get: async () => new Map() } satisfies Some<'listItems', 'get'>,
    links: linkCalls,
    creations: creationCalls,
    marks: markCalls,
    ledger: ledgerCalls,
    polls: pollCalls,
    sweeps: sweepCalls,
    runs: memoryRuns(tables, watch),
    restores: restoreCalls,
    // Nobody imports anything.
    imports: { claimListing: async () => null, claim: async () => [], underWay: async () => [] },
    comparisons: comparisonCalls,
    syncSettings: {
      isAutomatic: async () => true,
      nightly: async () => defaultNightlyTime,
      // Nothing grows old in these few minutes.
      takeTidying: async () => false,
      retentionDays: async () => 90,
    } satisfies Some<'syncSettings', 'isAutomatic' | 'nightly' | 'takeTidying' | 'retentionDays'>,
  };
}

/** Those that wait for a decision, but for those that rest with a connection that is switched off. */
export function openRestores({ restores, connections }: MemoryTables): readonly RestoreRow[] {
  const isOn = (connectionId: string) => connections.some(({ id, active }) => id === connectionId && active);
  return [...restores.values()].filter(
    ({ settledAt, connectionId }) => settledAt === null && (connectionId === null || isOn(connectionId)),
  );
}

/** How calls reach the tables: each in a transaction of its own, or all of `work` in one. */
export interface Transactions {
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
}

type Call = (...args: readonly unknown[]) => Promise<unknown>;
type Calls = Readonly<Record<string, Readonly<Record<string, Call>>>>;

export function memoryStore(tables: MemoryTables, watch: StoreWatch, transactions: Transactions): Store {
  const inside = guarded(memorySubjects(tables, watch) as unknown as Calls);
  const joined = { ...inside, transaction: (work: (store: unknown) => unknown) => work(joined) };
  const outside = Object.fromEntries(
    Object.entries(inside).map(([name, calls]) => [
      name,
      guardedCalls(
        name,
        Object.fromEntries(
          Object.keys(calls).map((call): [string, Call] => [
            call,
            (...args) => transactions.run(`${name}.${call}`, async () => calls[call]?.(...args)),
          ]),
        ),
      ),
    ]),
  );
  return {
    ...outside,
    transaction: (work: (store: unknown) => Promise<unknown>) => transactions.run('tx', () => work(joined)),
  } as unknown as Store;
}

function guarded(subjects: Calls): Calls {
  return Object.fromEntries(Object.entries(subjects).map(([name, calls]) => [name, guardedCalls(name, calls)]));
}

/** A call that the engine has begun to make and that is not told here is said by name. */
function guardedCalls(subject: string, calls: Readonly<Record<string, Call>>): Readonly<Record<string, Call>> {
  return new Proxy(calls, {
    get(target, call: string) {
      const found = target[call];
      if (!found) throw new Error(`The memory store knows no ${subject}.${call}`);
      return found;
    },
  });
}

export function newMark(entity: CrmEntity): MarkRow {
  const times = { markedAt: 0, nextTryAt: null, leaseUntil: null, comparedAt: null };
  return { entity, marked: 0, handled: 0, lane: 1, cause: 'connect', user: null, attempts: 0, fence: 0, ...times };
}

export function keyOf({ type, id }: CrmEntity): string {
  return `${type}/${id}`;
}

function sameWrite(a: StoredLedgerRow, b: StoredLedgerRow): boolean {
  return a.linkId === b.linkId && a.fieldKey === b.fieldKey && a.target === b.target;
}

function same(a: CrmEntity, b: CrmEntity): boolean {
  return a.type === b.type && a.id === b.id;
}

function isPending({ state }: Creation): boolean {
  return state === 'open' || state === 'inDoubt';
}
