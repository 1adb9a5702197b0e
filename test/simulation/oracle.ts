import type { FieldMapping } from '../../backend/domain/connection.ts';
import type { Creation } from '../../backend/domain/creation.ts';
import type { LinkMemory, WaitingField } from '../../backend/domain/link.ts';
import { isBlank, sameValue } from '../../backend/domain/value.ts';
import type { CrmEntity, FieldValue, Side } from '../../shared/vocabulary.ts';
import { crmFields, type CrmWatch, type ModelCrm } from './model-crm.ts';
import { isUnwelcome, type ErpWatch, type ModelErp } from './model-erp.ts';
import { keyOf, openRestores, type MemoryTables, type StoredLedgerRow, type StoreWatch } from './memory-store.ts';
import type { Process, Scheduler } from './scheduler.ts';

export interface OracleWorld {
  readonly scheduler: Scheduler;
  readonly tables: MemoryTables;
  readonly crm: () => ModelCrm;
  readonly erps: ReadonlyMap<string, ModelErp>;
  /** Tells the workers that there is work. */
  readonly raised: () => void;
  /** Whether any clock was ever wrong. */
  readonly skewed: () => boolean;
}

interface Place {
  /** A person's change that has not been carried anywhere yet. */
  pending: { readonly value: FieldValue } | null;
  changedBy: 'user' | 'engine';
  changedAt: number;
  /** All values that ever stood here, or were sent here. */
  readonly held: Set<FieldValue>;
  edits: number;
  writes: number;
  /** All values that we wrote here. */
  readonly ours: Set<FieldValue>;
  /** A backup has put this value back, and nobody has written it since. */
  restored: Restored | null;
  /** Somebody has typed what stood there before. */
  again: boolean;
  /** Somebody put this back, or typed it between our save and our reading it back: the two sides may differ. */
  mayDiffer: boolean;
}

interface Restored {
  readonly was: FieldValue;
  readonly now: FieldValue;
  /** The two sides were allowed to differ before. */
  readonly differed: boolean;
  /** The links by which, when we heard of it, the ledger knew what the backup has put back, and the newer value was agreed on. */
  readonly knownBy: Set<string>;
  /** What somebody said: that the newer value should be given again, or that this one stays, which counts for good. */
  wish: 'newer' | 'stays' | null;
}

interface Written {
  readonly rowId: number;
  readonly place: string;
  readonly at: number;
  readonly linkId: string;
  readonly before: FieldValue;
  readonly stored: FieldValue;
  /** A person has made it as it was before: that it was ever written cannot be seen. */
  putBack: boolean;
}

/** Somebody's wish for one new actor, and what came of it. */
interface Wish {
  readonly id: string;
  readonly connectionId: string;
  readonly entity: CrmEntity;
  readonly process: Process;
  readonly at: number;
  readonly made: string[];
  end: Creation['state'] | null;
  late: boolean;
}

/** In-flight calls may end this much after what they began with has changed. */
const IN_FLIGHT_MS = 20;
const LATEST_ANSWER_MS = 100_000;
/** Causes that are nobody's wish. */
const AUTOMATIC = new Set(['webhook', 'poll', 'sweep', 'compare']);
const SURELY_OVER_MS = 180_000;
/** Reasons to replace what a person wrote and what nothing else knew of. */
const DECISIONS = new Set(['policy', 'priority', 'oneWay', 'chosen', 'resync', 'undo']);

/** Watches every change in both systems and in the store, and says which promise was broken. */
export class Oracle implements CrmWatch, ErpWatch, StoreWatch {
  readonly broken: string[] = [];
  writeCalls = 0;
  /** How often anybody took up each record. */
  readonly looks = new Map<string, number>();
  /** A resync from SuperOffice is the only thing under way. */
  onlyToErp = false;
  writes = 0;
  edits = 0;
  /** Edits made between our reading and our saving, which an ERP without guarded writes cannot tell us of. */
  unseen = 0;
  readonly #world: OracleWorld;
  readonly #places = new Map<string, Place>();
  readonly #written: Written[] = [];
  readonly #entered: StoredLedgerRow[] = [];
  readonly #removedAt = new Map<string, number>();
  readonly #haltedAt = new Map<string, number>();
  #removed: readonly LinkMemory[] = [];
  readonly #holder = new Map<string, { readonly process: Process; readonly at: number }>();
  readonly #missed = new Set<string>();
  readonly #rested = new Set<string>();
  readonly #wishes: Wish[] = [];
  #sequence = 0;

  constructor(world: OracleWorld) {
    this.#world = world;
  }

  violated(invariant: string, what: string): void {
    this.broken.push(`${invariant}: ${what}`);
    this.#world.scheduler.trace('VIOLATION', () => `${invariant} ${what}`);
  }

  // What people do.

  edited(place: string, value: FieldValue): void {
    this.edits += 1;
    const at = this.#place(place);
    at.pending = { value };
    // An ERP that does not answer what it saved is read again, and cannot tell us who wrote what is found then.
    const { ledger } = this.#world.tables;
    at.mayDiffer =
      this.#written.some((written) => written.place === place && !ledger.get(String(written.rowId))?.settled) ||
      [...ledger.values()].some((row) => row.reason === 'undo' && isLost(row, place, value));
    at.changedBy = 'user';
    at.changedAt = this.#next();
    at.restored = null;
    at.again = isBlank(value) || [...at.held].some((known) => alike(known, value));
    at.held.add(value);
    at.edits += 1;
    for (const written of this.#written) {
      if (written.place === place && sameValue(written.before, value)) written.putBack = true;
    }
  }

  /** By a backup. To us it is as if somebody had typed it, until it is known. */
  restored(name: string, was: FieldValue, now: FieldValue): void {
    const place = this.#place(name);
    const differed = place.mayDiffer;
    this.edited(name, now);
    place.pending = null;
    place.restored = { was, now, differed, knownBy: new Set(), wish: null };
    for (const written of this.#written) if (written.place === name) written.putBack = true;
  }

  /** From now on nothing is written, until somebody has said what the restored backup means. */
  halted(restoreId: string): void {
    const { tables, scheduler } = this.#world;
    this.#haltedAt.set(restoreId, scheduler.now);
    for (const { link, field, side, place } of this.#restoredBy(restoreId)) {
      const { was, now } = place.restored;
      const remembered = [...tables.ledger.values()].some(
        ({ linkId, fieldKey, crmField, target, settled, before, after }) =>
          settled &&
          (linkId === link.id && fieldKey === field.key
            ? alike(before, now) || alike(after, now)
            : side === 'crm' &&
              target === 'crm' &&
              crmField === field.crmField &&
              sameValue(before, now) &&
              sameValue(after, was)),
      );
      const agreed = link.agreed[field.key];
      const isKnown = remembered && flows(field, side) && !!agreed && sameValue(agreed[side], was);
      if (isKnown) place.restored.knownBy.add(link.id);
    }
  }

  decided(
    restoreId: string,
    take: 'newer' | 'restored' | 'perhaps',
    keep: readonly { readonly connectionId: string; readonly fieldKey: string }[],
  ): void {
    const kept = (link: LinkMemory, { key }: FieldMapping) =>
      keep.some(({ connectionId, fieldKey }) => connectionId === link.connectionId && fieldKey === key);
    const places = this.#restoredBy(restoreId);
    for (const { link, field, place } of places) {
      if (take === 'restored' || kept(link, field)) place.restored.wish = 'stays';
    }
    for (const { place } of places) {
      if (place.restored.wish !== 'stays') place.restored.wish = take === 'newer' ? 'newer' : null;
    }
  }

  /** What the backup has put back and nobody has written since, for each link that carries it. */
  #restoredBy(restoreId: string) {
    const { side, connectionId } = this.#world.tables.restores.get(restoreId) ?? { side: 'crm', connectionId: null };
    return [...this.#world.tables.links.values()]
      .filter((link) => connectionId === null || link.connectionId === connectionId)
      .flatMap((link) =>
        this.#fields(link.connectionId).flatMap((field) => {
          const { connectionId: erp, actor } = link;
          const name =
            side === 'crm' ? `${keyOf(link.entity)}/${field.crmField}` : `${erp}/${actor.erpKey}/${field.key}`;
          const place = this.#place(name);
          return isRestored(place) ? [{ link, field, side, place, name }] : [];
        }),
      );
  }

  starts(place: string, value: FieldValue): void {
    this.#place(place).held.add(value);
  }

  /** A connection was switched off, and what is due there is found when it is switched on again. */
  rests(connectionId: string): void {
    this.#rested.add(connectionId);
  }

  missing(what: string): void {
    this.#missed.add(what);
  }

  // What the engine does.

  /** Before a write leaves the process: does it still have the record, and the link? */
  writing(process: Process, entity: CrmEntity, connectionId: string | null): void {
    this.writeCalls += 1;
    const { scheduler } = this.#world;
    const late = (since: number) =>
      scheduler.now - since > IN_FLIGHT_MS && scheduler.now - process.pausedUntil > IN_FLIGHT_MS;

    const waiting = openRestores(this.#world.tables);
    const isDecided = waiting.some(({ side, connectionId: erp, runId }) => {
      const isTarget = connectionId === null ? side === 'crm' : side === 'erp' && erp === connectionId;
      return isTarget && runId !== null && this.#world.tables.runs.get(runId)?.state === 'running';
    });
    if (!isDecided && waiting.some(({ id }) => late(this.#haltedAt.get(id) ?? scheduler.now))) {
      this.violated('S31', `${process.name} writes ${keyOf(entity)} while a restored backup waits to be decided on`);
    }
    const holder = this.#holder.get(keyOf(entity));
    if (holder && holder.process !== process && late(holder.at)) {
      this.violated('S25', `${process.name} writes ${keyOf(entity)}, which ${holder.process.name} holds`);
    }
    const removed = connectionId === null ? undefined : this.#removedAt.get(`${connectionId} ${keyOf(entity)}`);
    const linked = connectionId === null || this.#linkOf(connectionId, entity) !== undefined;
    if (!linked && (removed === undefined || late(removed))) {
      this.violated('S4', `${process.name} writes for ${keyOf(entity)} in ${connectionId} without a link`);
    }
  }

  crmWritten(entity: CrmEntity, key: string, before: FieldValue, wanted: FieldValue, stored: FieldValue): void {
    const place = `${keyOf(entity)}/${key}`;
    const row = this.#rowOf(
      (row) => row.target === 'crm' && row.crmField === key && row.reason !== 'overruled' && same(row.entity, entity),
      before,
      wanted,
    );
    const linked = this.#links().filter((link) => same(link.entity, entity));
    const sources = linked.flatMap(({ connectionId, actor }) =>
      this.#fields(connectionId)
        .filter((field) => field.crmField === key && flows(field, 'crm'))
        .map((field) => `${connectionId}/${actor.erpKey}/${field.key}`),
    );
    if (sources.length === 0) this.violated('S7', `${place} has no way in`);
    if (this.onlyToErp) this.violated('S40', `${place} is written by a resync from SuperOffice`);
    this.#changed(place, sources, before, wanted, stored, row, true);
  }

  erpWritten(
    connectionId: string,
    erpKey: string,
    key: string,
    before: FieldValue,
    wanted: FieldValue,
    stored: FieldValue,
  ): void {
    const place = `${connectionId}/${erpKey}/${key}`;
    const field = this.#fields(connectionId).find((field) => field.key === key);
    if (!field || !flows(field, 'erp')) {
      this.violated('S7', `${place} has no way in`);
      return;
    }

    const row = this.#rowOf(
      (row) =>
        row.target === 'erp' &&
        row.fieldKey === key &&
        row.connectionId === connectionId &&
        row.actor.erpKey === erpKey,
      undefined,
      wanted,
    );
    const link = this.#links().find((link) => link.connectionId === connectionId && link.actor.erpKey === erpKey);
    // A call that left before its sender was stopped, or before somebody edited, arrives all the same.
    const holder = link && this.#holder.get(keyOf(link.entity))?.process;
    const unseen = holder !== this.#world.scheduler.current || (row !== undefined && !sameValue(row.before, before));
    if (unseen) this.unseen += 1;
    const sources = link ? [`${keyOf(link.entity)}/${field.crmField}`] : [];
    this.#changed(place, sources, before, wanted, stored, row, !unseen);
  }

  #changed(
    name: string,
    sources: readonly string[],
    before: FieldValue,
    wanted: FieldValue,
    stored: FieldValue,
    row: StoredLedgerRow | undefined,
    seen: boolean,
  ): void {
    const place = this.#place(name);
    if (!row && seen && !sameValue(before, stored))
      this.violated('S5', `${name}: ${show(before)} became ${show(wanted)} and the ledger does not know`);

    const origin = sources.map((source) => this.#place(source));
    const isUndo = row?.reason === 'undo';
    const givesAgain = isUndo && row.runId !== null && this.#world.tables.runs.get(row.runId)?.kind === 'restore';
    // What somebody types that stood there before the backup was restored looks as if the backup had put it there.
    const isRestored = place.restored !== null || place.again;
    if (givesAgain && seen && !isRestored) {
      this.violated('S31', `${name}: ${show(before)} was edited after the restore and became ${show(wanted)}`);
    }
    if (isUndo && !givesAgain && seen && ![...place.ours].some((value) => sameValue(value, before))) {
      this.violated('undo', `${name}: ${show(before)} was never written by us and is put back to ${show(wanted)}`);
    }
    if (isUndo || row?.reason === 'resync') place.edits += 1;
    if (isUndo) origin.push(place);
    if (sources.length > 0 && !origin.some(({ held }) => [...held].some((value) => sameValue(value, wanted)))) {
      this.violated('S8', `${name} was given ${show(wanted)}, which stood nowhere`);
    }
    for (const source of origin) if (source.pending && sameValue(source.pending.value, wanted)) source.pending = null;

    // A value that was changed and changed back is what was agreed on, and looks untouched; and one that stands on the
    // other side too is no edit of its own.
    const memory = row && this.#world.tables.links.get(row.linkId)?.agreed[row.fieldKey];
    const touched = !memory || !row || !sameValue(memory[row.target], before);
    const alone = !origin.some(({ held }) => [...held].some((value) => sameValue(value, before)));
    const overwritten = place.pending && sameValue(place.pending.value, before) && !sameValue(before, wanted);
    const lost = touched && alone && overwritten;
    if (lost && seen && row && !DECISIONS.has(row.reason) && !(row.reason === 'filled' && isBlank(before) && !memory)) {
      this.violated('S5', `${name}: ${show(before)} was overwritten with ${show(wanted)} as "${row.reason}"`);
    }
    const field = row && this.#fields(row.connectionId).find(({ key }) => key === row.fieldKey);
    const passedOn = row?.target === 'crm' && this.#hasOneWay(row.entity, row.crmField);
    if (row?.reason === 'oneWay' && field?.direction === 'both' && !passedOn) {
      this.violated('S5', `${name}: a conflict was settled as if the field went one way`);
    }
    const typed = origin.some(({ changedBy }) => changedBy === 'user');
    if (row?.target === 'crm' && row.reason === 'changed' && origin.length > 0 && !typed) {
      this.violated('S13', `${name}: what the ERP made of our own value comes back as ${show(wanted)}`);
    }
    if (lost && seen && row?.reason === 'policy') this.#checkPolicy(row, before, name);

    const { scheduler } = this.#world;
    scheduler.trace('writes', () => `${name}: ${show(before)} -> ${show(stored)} (${row?.reason ?? '?'})`);
    place.held.add(wanted).add(stored);
    place.ours.add(stored);
    if (sameValue(before, stored)) return;
    this.writes += 1;
    place.mayDiffer = isUndo && (!givesAgain || place.restored?.differed === true);
    place.pending = null;
    place.restored = null;
    place.writes += 1;
    // A call that arrives after its time is to us as if somebody else had made it.
    place.changedBy = seen ? 'engine' : 'user';
    place.changedAt = this.#next();
    if (row) {
      this.#written.push({
        rowId: row.id,
        place: name,
        at: place.changedAt,
        linkId: row.linkId,
        before,
        stored,
        putBack: false,
      });
    }
  }

  #checkPolicy(row: StoredLedgerRow, before: FieldValue, place: string): void {
    const policy = this.#fields(row.connectionId).find(({ key }) => key === row.fieldKey)?.policy;
    const allowed =
      policy === 'newest' ||
      (policy === 'nonBlank' && this.#linksOf(row.entity).length > 1) ||
      (policy === 'nonBlank' ? isBlank(before) : policy === (row.target === 'crm' ? 'erp' : 'crm'));
    if (!allowed) this.violated('S5', `${place}: a conflict under "${policy}" was settled for ${row.target}`);
  }

  // What the store records.

  raised(): void {
    this.#world.raised();
  }

  claimed(entity: CrmEntity): void {
    const { scheduler } = this.#world;
    this.looks.set(keyOf(entity), (this.looks.get(keyOf(entity)) ?? 0) + 1);
    this.#holder.set(keyOf(entity), { process: scheduler.current, at: scheduler.now });
  }

  revoked(entity: CrmEntity): void {
    this.#holder.delete(keyOf(entity));
  }

  /** What we wrote ourselves, and another system does not know yet, is looked at without anybody having to find it. */
  finished(entity: CrmEntity): void {
    const { tables } = this.#world;
    const mark = tables.marks.get(keyOf(entity));
    const record = this.#world.crm().records.get(entity.id);
    if (!mark || mark.marked > mark.handled || !record) return;
    for (const link of this.#linksOf(entity)) {
      if (this.#rested.has(link.connectionId) || link.parked || link.confirmedAt === null) continue;
      for (const field of this.#fields(link.connectionId)) {
        const agreed = link.agreed[field.key];
        const name = `${keyOf(entity)}/${field.crmField}`;
        const now = record[field.crmField ?? ''] ?? null;
        if (!agreed || !flows(field, 'erp') || alike(agreed.crm, now)) continue;
        if (this.#place(name).changedBy === 'user' || tables.open.has(`${link.id} ${field.key}`)) continue;
        this.violated('S12', `${name}: ${show(now)} was written by us, and nobody takes it on to ${link.connectionId}`);
      }
    }
  }

  linkRemoved(link: LinkMemory): void {
    const { connectionId, entity } = link;
    if (this.#world.scheduler.current.name.startsWith('worker')) {
      this.violated('S30', `${link.id} was disconnected, and nobody asked for it`);
    }
    this.#removed = [...this.#removed, link];
    this.#removedAt.set(`${connectionId} ${keyOf(entity)}`, this.#world.scheduler.now);
  }

  agreed({ connectionId, entity, actor, agreed }: LinkMemory): void {
    for (const { key, crmField } of this.#fields(connectionId)) {
      const pair = agreed[key];
      if (!pair) continue;
      const crm = this.#place(`${keyOf(entity)}/${crmField}`);
      const erp = this.#place(`${connectionId}/${actor.erpKey}/${key}`);
      if (crm.pending && sameValue(crm.pending.value, pair.crm)) crm.pending = null;
      if (erp.pending && sameValue(erp.pending.value, pair.erp)) erp.pending = null;
    }
  }

  /** A person who looks finds what is said to be in the way. */
  waits({ id, connectionId }: LinkMemory, waiting: readonly WaitingField[]): void {
    for (const { fieldKey, code, crm, erp } of waiting) {
      const field = this.#fields(connectionId).find(({ key }) => key === fieldKey);
      if (field && code?.startsWith('value.') && !isObstacle(code, field, crm, erp)) {
        this.violated('S37', `${fieldKey} of ${id} is told as ${code}: ${show(crm)}, ${show(erp)}`);
      }
    }
  }

  parked({ connectionId, entity, actor, parked }: LinkMemory): void {
    const claimed =
      parked?.code === 'actor.not_found' || parked?.code === 'actor.gone'
        ? `${connectionId}/${actor.erpKey}`
        : parked?.code === 'entity.deleted'
          ? keyOf(entity)
          : null;
    if (claimed && !this.#missed.has(claimed)) {
      this.violated('S29', `${claimed} was taken for gone`);
    }
  }

  /** Where one ERP wins over another, it must be the stronger one. */
  entered(rows: readonly StoredLedgerRow[]): void {
    this.#entered.push(...rows);
    for (const row of rows) this.#mayEnter(row);
    const rank = (connectionId: string) =>
      this.#world.tables.connections.find(({ id }) => id === connectionId)?.priority ?? 0;
    for (const row of rows.filter(({ reason }) => reason === 'priority' || reason === 'overruled')) {
      const winner = rows.find(
        (other) => other.target === 'crm' && other.crmField === row.crmField && other.reason !== 'overruled',
      );
      if (winner && rank(winner.connectionId) >= rank(row.connectionId)) {
        this.violated('S38', `${row.connectionId} gave way to ${winner.connectionId} in ${row.crmField}`);
      }
    }
  }

  /** What nobody has said yes to is not written: no dry run, and nothing that the brake holds. */
  #mayEnter(row: StoredLedgerRow): void {
    const { tables } = this.#world;
    const run = row.runId === null ? undefined : tables.runs.get(row.runId);
    // A new actor is somebody's wish, and overwrites nothing.
    if (row.reason !== 'created' && run?.kind !== 'restore' && openRestores(tables).length > 0) {
      this.violated('S31', `${row.fieldKey} of ${row.linkId} is to be written while a restored backup waits`);
    }
    if (row.runId !== null) {
      const unasked = !run || run.dryRun || run.state === 'planning' || run.state === 'needsApproval';
      if (unasked) this.violated('T52', `${row.runId} writes before its plan may be carried out`);
      return;
    }
    if (!AUTOMATIC.has(row.cause) || row.reason === 'overruled') return;
    const brake = tables.brakes.get(row.connectionId);
    if (!brake) {
      this.violated('T52', `${row.connectionId} is written and not counted`);
      return;
    }
    const counted = this.#entered
      .filter((row) => this.#isKept(row))
      .filter(
        ({ connectionId, runId, event, reason, at }) =>
          connectionId === row.connectionId &&
          runId === null &&
          event === null &&
          reason !== 'overruled' &&
          at >= brake.countedFrom,
      );
    const firsts = new Map(counted.toReversed().map((each) => [each.linkId, each]));
    const links = [...firsts.values()].filter(({ cause }) => AUTOMATIC.has(cause)).length;
    if (links > brake.allowed) {
      this.violated('T52', `${links} links of ${row.connectionId} are changed, and ${brake.allowed} may`);
    }
  }

  /** Also one whose place was taken by the same write, begun again: it was asked for by whoever began it first. */
  #isKept({ linkId, fieldKey, target, before, after }: StoredLedgerRow): boolean {
    return [...this.#world.tables.ledger.values()].some(
      (row) =>
        row.linkId === linkId &&
        row.fieldKey === fieldKey &&
        row.target === target &&
        sameValue(row.before, before) &&
        (row.settled || sameValue(row.after, after)),
    );
  }

  // Actors that are created.

  wished({ id, connectionId, entity }: Creation): void {
    const { current } = this.#world.scheduler;
    // Somebody who wishes again must know that the first wish came to nothing.
    const before = this.#wishes.filter(
      (wish) => wish.connectionId === connectionId && same(wish.entity, entity) && wish.made.length > 0,
    );
    const lost = before.find((wish) => wish.end === 'notCreated' && !this.#isExcused(wish));
    if (lost)
      this.violated('S9', `${keyOf(entity)} may get a second actor in ${connectionId} beside ${lost.made.join()}`);
    this.#wishes.push({
      id,
      connectionId,
      entity,
      process: current,
      at: this.#world.scheduler.now,
      made: [],
      end: null,
      late: false,
    });
  }

  /** Before the call leaves the process: whose wish is it? */
  calls(process: Process, connectionId: string): Wish | null {
    const wish = this.#wishes.findLast((wish) => wish.process === process && wish.connectionId === connectionId);
    if (!wish) this.violated('S9', `${process.name} creates in ${connectionId} what nobody entered`);
    return wish ?? null;
  }

  made(wish: Wish | null, erp: ModelErp, erpKey: string): void {
    const { connectionId } = erp;
    for (const [key, value] of Object.entries(erp.actors.get(erpKey) ?? {})) {
      const place = this.#place(`${connectionId}/${erpKey}/${key}`);
      place.held.add(value);
      place.changedAt = this.#next();
    }
    if (!wish) return;
    wish.made.push(erpKey);
    const { now } = this.#world.scheduler;
    wish.late = wish.end !== null && (now - wish.at > SURELY_OVER_MS || this.#world.skewed());
    if (wish.made.length > 1) this.violated('S9', `${wish.id} made ${wish.made.join(' and ')}`);
    this.writes += 1;
  }

  ended({ id, state, erpKey }: Creation): void {
    const wish = this.#wishes.find((wish) => wish.id === id);
    if (!wish) return;
    wish.end = state;
    if (state === 'refused' && wish.made.length > 0 && !wish.late) {
      this.violated('S9', `${id} was refused and made ${wish.made.join()}`);
    }
    const [made] = wish.made;
    // One that was away and came back looks as if it were new.
    const cameBack = this.#missed.has(`${wish.connectionId}/${erpKey}`);
    // What an earlier wish for the same record made after its time is found by the next one, and is its own.
    const inherited = this.#wishes.some(
      (other) =>
        other.late &&
        other.connectionId === wish.connectionId &&
        same(other.entity, wish.entity) &&
        other.made.some((key) => key === erpKey),
    );
    if (state === 'created' && made !== erpKey && !cameBack && !inherited) {
      this.violated('S10', `${id} made ${made ?? 'none'} and was given ${erpKey}`);
    }
  }

  madeFor(id: string): readonly string[] {
    return this.#wishes.find((wish) => wish.id === id)?.made ?? [];
  }

  entityOf(connectionId: string, erpKey: string): CrmEntity | null {
    return (
      this.#wishes.find((wish) => wish.connectionId === connectionId && wish.made.includes(erpKey))?.entity ?? null
    );
  }

  /** Arrived after its time, or called something else by now, perhaps by being connected: no search can find that. */
  #isExcused({ connectionId, made, late }: Wish): boolean {
    const isRenamed = ({ edits, writes }: Place) => edits + writes > 0;
    return late || made.some((erpKey) => isRenamed(this.#place(`${connectionId}/${erpKey}/erpNAME`)));
  }

  /** Each actor that was made belongs to somebody, or somebody was asked. */
  #creationsAtRest(): void {
    const { tables } = this.#world;
    for (const { id, state, connectionId } of tables.creations.values()) {
      const active = tables.connections.find((connection) => connection.id === connectionId)?.active;
      if (state === 'open' && active) this.violated('S10', `${id} is never looked up`);
    }
    for (const wish of this.#wishes) {
      const { id, end, made } = wish;
      if (end === 'notCreated' && made.length > 0 && !this.#isExcused(wish)) {
        this.violated('S10', `${id} made ${made.join()} and was taken for never made`);
      }
    }
  }

  // What must be so in the end.

  /** Everything has come to rest: what differs has a reason that is true. */
  atRest(): void {
    const { tables } = this.#world;
    const crm = this.#world.crm();
    for (const { entity, marked, handled } of tables.marks.values()) {
      if (marked > handled) this.violated('S12', `${keyOf(entity)} still waits`);
    }
    for (const link of tables.links.values()) {
      if (link.confirmedAt === null) {
        this.violated('S24', `${link.id} is claimed for ever`);
        continue;
      }
      const connection = tables.connections.find(({ id }) => id === link.connectionId);
      const record = crm.records.get(link.entity.id);
      const actor = this.#world.erps.get(link.connectionId)?.actors.get(link.actor.erpKey);
      if (!connection?.active) continue;
      const into = crm.mergedInto.get(link.entity.id);
      if (into !== undefined && !this.#linkOf(link.connectionId, { ...link.entity, id: into })) {
        this.violated('S30', `${link.id} did not follow its record into ${into}`);
      }
      if (!record || !actor) {
        if (!record && link.parked?.code !== (crm.mergedInto.has(link.entity.id) ? 'link.merged' : 'entity.deleted')) {
          this.violated('S37', `${keyOf(link.entity)} is gone and ${link.id} does not say so`);
        }
        continue;
      }
      if (link.parked) {
        this.violated('S37', `${link.id} is parked as ${link.parked.code} though nothing is in its way`);
        continue;
      }
      for (const field of this.#fields(link.connectionId)) this.#fieldAtRest(link, field, record, actor);
    }
    this.#restoresAtRest();
    this.#creationsAtRest();
    this.#ledgerBalances();
  }

  /** What somebody wanted to be given again was, unless it was edited since. */
  #restoresAtRest(): void {
    const { tables } = this.#world;
    for (const { id, settledAt } of tables.restores.values()) {
      if (settledAt === null) this.violated('S31', `${id} was never decided on`);
      const places = this.#restoredBy(id);
      // What could not be reached when the plan was made is not in it, whichever link it is told by.
      const excused = places.filter(({ link, field }) => {
        const away = [keyOf(link.entity), `${link.connectionId}/${link.actor.erpKey}`];
        const isBare = link.parked !== null || tables.open.has(`${link.id} ${field.key}`);
        return isBare || away.some((what) => this.#missed.has(what));
      });
      for (const { link, place, name } of places) {
        const { was, now, knownBy, wish } = place.restored;
        if (!knownBy.has(link.id) || wish !== 'newer' || excused.some((other) => other.place === place)) continue;
        this.violated('S31', `${name}: ${show(now)} of the backup was not made ${show(was)} again`);
      }
    }
  }

  #fieldAtRest(
    link: LinkMemory,
    field: FieldMapping,
    record: Readonly<Record<string, FieldValue>>,
    actor: Readonly<Record<string, FieldValue>>,
  ): void {
    const { key, crmField, direction } = field;
    if (direction === 'none' || crmField === null) return;
    const [crm, erp] = [record[crmField] ?? null, actor[key] ?? null];
    const where = `${keyOf(link.entity)} ${crmField}=${show(crm)}, ${link.connectionId}/${link.actor.erpKey} ${key}=${show(erp)}`;
    const open = this.#world.tables.open.get(`${link.id} ${key}`);
    if (open) {
      if (!sameValue(open.crm, crm) || !sameValue(open.erp, erp))
        this.violated('S37', `${where}: its reason is outdated`);
      if (open.kind === 'conflict' && (sameValue(crm, erp) || !mayAsk(field, crm, erp)))
        this.violated('S37', `${where}: needless conflict`);
      if (open.kind === 'parked' && !isObstacle(open.code, field, crm, erp)) {
        this.violated('S37', `${where}: parked as ${open.code} for nothing`);
      }
      return;
    }
    const agreed = link.agreed[key];
    const [toCrm, toErp] = [flows(field, 'crm'), flows(field, 'erp')];
    if (toErp && !(agreed && sameValue(agreed.crm, crm))) this.violated('S12', `${where}: SuperOffice's value is news`);
    if (toCrm && !(agreed && sameValue(agreed.erp, erp))) this.violated('S12', `${where}: the ERP's value is news`);

    const [here, there] = [
      this.#place(`${keyOf(link.entity)}/${crmField}`),
      this.#place(`${link.connectionId}/${link.actor.erpKey}/${key}`),
    ];
    const leftAlone =
      here.mayDiffer ||
      there.mayDiffer ||
      (!toCrm && there.changedBy === 'user' && (there.changedAt > here.changedAt || !sameValue(agreed?.erp, erp))) ||
      (!toErp && (here.changedAt > there.changedAt || !sameValue(agreed?.crm, crm)));
    if (!leftAlone && !alike(crm, erp)) this.violated('S12', `${where}: they differ and nobody knows why`);
  }

  /** Each write has its row, and no row speaks of a write that never was. */
  #ledgerBalances(): void {
    const { ledger, links } = this.#world.tables;
    for (const { rowId, place, at, linkId, before, stored, putBack } of this.#written) {
      const { changedBy, changedAt } = this.#place(place);
      const editedSince = changedBy === 'user' && changedAt > at;
      const link = links.get(linkId);
      if (editedSince || putBack || !link) continue;
      // Of a record that is gone, or was merged into another, it cannot be found out what was answered.
      const row = ledger.get(String(rowId));
      if (row && !this.#world.crm().records.has(row.entity.id)) continue;
      if (row?.settled) continue;
      this.violated('S5', `${place}: ${show(before)} became ${show(stored)} and its row is not in the ledger`);
    }
    // A loop would write without end; each edit may cost one write in each other system.
    const groups = Map.groupBy(this.#places, ([name]) => this.#groupOf(name));
    for (const [group, places] of groups) {
      const edits = places.reduce((sum, [, { edits }]) => sum + edits, 0);
      const writes = places.reduce((sum, [, { writes }]) => sum + writes, 0);
      if (writes > (edits + 2) * (places.length + 1)) {
        this.violated('S13', `${writes} writes for ${edits} edits of ${group}`);
      }
    }
  }

  #groupOf(place: string): string {
    const [first = '', second = '', third = ''] = place.split('/');
    if (first === 'contact') return third;
    return this.#fields(first).find(({ key }) => key === third)?.crmField ?? `${first}/${second}/${third}`;
  }

  #rowOf(
    wanted: (row: StoredLedgerRow) => boolean,
    before: FieldValue | undefined,
    after: FieldValue,
  ): StoredLedgerRow | undefined {
    return [...this.#world.tables.ledger.values()].findLast(
      (row) =>
        wanted(row) &&
        !row.settled &&
        (before === undefined || sameValue(row.before, before)) &&
        sameValue(row.after, after),
    );
  }

  /** Some ERP only writes the field, so that a stronger one may find it replaced already. */
  #hasOneWay(entity: CrmEntity, crmKey: string): boolean {
    return this.#linksOf(entity).some(({ connectionId }) =>
      this.#fields(connectionId).some(({ crmField, direction }) => crmField === crmKey && direction === 'toCrm'),
    );
  }

  #linkOf(connectionId: string, entity: CrmEntity): LinkMemory | undefined {
    return this.#linksOf(entity).find((link) => link.connectionId === connectionId);
  }

  /** Those too that were removed while a call was under way. */
  #links(): readonly LinkMemory[] {
    const late = this.#removed.filter(
      ({ connectionId, entity }) =>
        this.#world.scheduler.now - (this.#removedAt.get(`${connectionId} ${keyOf(entity)}`) ?? 0) < LATEST_ANSWER_MS,
    );
    return [...this.#world.tables.links.values(), ...late];
  }

  #linksOf(entity: CrmEntity): readonly LinkMemory[] {
    return [...this.#world.tables.links.values()].filter((link) => same(link.entity, entity));
  }

  #fields(connectionId: string): readonly FieldMapping[] {
    return this.#world.tables.mappings.find((mapping) => mapping.connectionId === connectionId)?.fields ?? [];
  }

  #place(name: string): Place {
    const found = this.#places.get(name);
    if (found) return found;
    const place: Place = {
      pending: null,
      changedBy: 'engine',
      changedAt: 0,
      held: new Set(),
      edits: 0,
      writes: 0,
      ours: new Set(),
      restored: null,
      again: false,
      mayDiffer: false,
    };
    this.#places.set(name, place);
    return place;
  }

  #next(): number {
    this.#sequence += 1;
    return this.#sequence;
  }
}

/** A write of the same that nobody saw the end of, and that seems to have arrived now. */
function isLost(row: StoredLedgerRow, place: string, value: FieldValue): boolean {
  const { target, entity, crmField, connectionId, actor, fieldKey, settled, after } = row;
  const at = target === 'crm' ? `${keyOf(entity)}/${crmField}` : `${connectionId}/${actor.erpKey}/${fieldKey}`;
  return !settled && at === place && sameValue(after, value);
}

function isRestored(place: Place): place is Place & { readonly restored: Restored } {
  return place.restored !== null;
}

function flows({ direction }: FieldMapping, target: Side): boolean {
  return direction === 'both' || direction === (target === 'crm' ? 'toCrm' : 'toErp');
}

/** Equal but for what the model's systems make of a text: trimmed, in capitals, cut off. */
function alike(crm: FieldValue, erp: FieldValue): boolean {
  const [a, b] = [loose(crm), loose(erp)];
  return a === b || (b.length === CUT && a.startsWith(b)) || (a.length === CUT && b.startsWith(a));
}

/** Where a model ERP cuts off a text. */
export const CUT = 4;

function loose(value: FieldValue): string {
  return (value ?? '').trim().toUpperCase();
}

function mayAsk({ policy, direction }: FieldMapping, crm: FieldValue, erp: FieldValue): boolean {
  if (direction !== 'both') return false;
  if (policy === 'nonBlank') return !isBlank(crm) && !isBlank(erp);
  return policy === 'ask' || policy === 'newest';
}

function isObstacle(code: string | null, field: FieldMapping, crm: FieldValue, erp: FieldValue): boolean {
  const known = crmFields.find(({ key }) => key === field.crmField);
  if (code === 'value.mandatory') return isBlank(crm) || isBlank(erp);
  if (code === 'value.invalid') return isUnwelcome(crm);
  if (code !== 'value.too_long') return false;
  const over = (value: FieldValue, limit = 0) => limit > 0 && (value?.length ?? 0) > limit;
  return over(crm, field.maxLength) || over(erp, known?.maxLength);
}

function same(a: CrmEntity, b: CrmEntity): boolean {
  return a.type === b.type && a.id === b.id;
}

function show(value: FieldValue): string {
  return value === null ? 'blank' : JSON.stringify(value);
}
