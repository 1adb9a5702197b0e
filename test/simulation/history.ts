import { considerateErps } from '../../backend/adapters/calls/considerate-erp.ts';
import { gatherReads, withGatheredReads } from '../../backend/adapters/superoffice/gathered-reads.ts';
import { createTurns, type Turn } from '../../backend/adapters/superoffice/turns.ts';
import { connectEntity } from '../../backend/application/erp-tab/connect-entity.ts';
import { createActor } from '../../backend/application/erp-tab/create-actor.ts';
import { decideCreation } from '../../backend/application/erp-tab/decide-creation.ts';
import { prepareActor } from '../../backend/application/erp-tab/prepare-actor.ts';
import { showCreation } from '../../backend/application/erp-tab/show-creation.ts';
import { compareValues } from '../../backend/application/erp-tab/compare-values.ts';
import { disconnectEntity } from '../../backend/application/erp-tab/disconnect-entity.ts';
import { joinRestores, pauseAfterRestore } from '../../backend/application/sync/pause-after-restore.ts';
import { receiveWebhook } from '../../backend/application/sync/receive-webhook.ts';
import { askAgain } from '../../backend/application/sync/ask-again.ts';
import { reportRestore, settleRestore } from '../../backend/application/sync/settle-restore.ts';
import { resolveConflict } from '../../backend/application/sync/resolve-conflict.ts';
import { retryLink } from '../../backend/application/sync/retry-link.ts';
import { startSync, startUndo } from '../../backend/application/sync/start-run.ts';
import { cancelRun, executeRun, pauseRun, resumeRun } from '../../backend/application/sync/steer-run.ts';
import { syncNow } from '../../backend/application/sync/sync-now.ts';
import { undoChange } from '../../backend/application/sync/undo-change.ts';
import { inTransaction, type Context, type User } from '../../backend/context.ts';
import { noFirstValue, type Connection, type FieldMapping } from '../../backend/domain/connection.ts';
import { runIsOver } from '../../backend/domain/run.ts';
import { AppError } from '../../backend/errors.ts';
import { log } from '../../backend/log.ts';
import type { Crm } from '../../backend/ports/crm.ts';
import type { ConnectorKind, ErpConnector } from '../../backend/ports/erp-connector.ts';
import type { Store } from '../../backend/store/store.ts';
import { startWorker } from '../../backend/worker/worker.ts';
import type { StartSync } from '../../shared/api/runs.ts';
import type { CrmEntity, FieldValue } from '../../shared/vocabulary.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { FIRST_THEMED } from './corpus.ts';
import {
  keyOf,
  memoryStore,
  MemoryTables,
  newMark,
  openRestores,
  type StoredLedgerRow,
  type StoredLink,
} from './memory-store.ts';
import { crmFields, ModelCrm } from './model-crm.ts';
import { ModelErp, stampKinds } from './model-erp.ts';
import { CUT, Oracle } from './oracle.ts';
import { Random } from './random.ts';
import { Process, Scheduler, useRealTimers, useTimersOf } from './scheduler.ts';

export interface Outcome {
  readonly seed: number;
  readonly broken: readonly string[];
  readonly hash: number;
  readonly steps: number;
  readonly writes: number;
  readonly edits: number;
  readonly unseen: number;
  /** How often each kind of fault struck. */
  readonly faults: Readonly<Record<string, number>>;
  readonly trace: readonly string[];
}

const TENANT = 'Cust1';
const MINUTE = 60_000;
const START = Date.parse('2026-11-22T12:00:00Z');
/** How long people edit and things break. */
const TROUBLE_MS = 150_000;
const themes = ['restores', 'merges', 'undoing', 'crowds'] as const;
/** Longer than an ERP is asked from its very beginning, so that a backup may be put back after that. */
const RESTORES_MS = 25 * MINUTE;
const recordsOf: Partial<Record<(typeof themes)[number], number>> = { merges: 3, crowds: 6 };
/** How long an answer is waited for. */
const SILENCE_MS = 20_000;
/** A breaker leaves an ERP alone for five minutes, and what waits for it comes a little later. */
const AFTER_OUTAGE_MS = 12 * MINUTE;
/** Long enough for the slowest way to find a change: every record read in turn, and rows that become visible late. */
const REST_MS = 13 * MINUTE;

const user: User = { id: 5, name: 'Astrid Berg', groupIds: [1], administrator: true, licensed: true };

/** The database went away in the middle of something. */
class StoreKilled extends Error {}

type Fault = { readonly kind: string; readonly code: ErrorCode; readonly when: 'before' | 'after' };

const crmFaults: readonly Fault[] = [
  { kind: 'reset', code: 'crm.unreachable', when: 'before' },
  { kind: 'timeout before send', code: 'crm.unreachable', when: 'before' },
  { kind: 'timeout after commit', code: 'crm.unreachable', when: 'after' },
  { kind: '401', code: 'crm.denied', when: 'before' },
  { kind: '421', code: 'tenant.unavailable', when: 'before' },
  { kind: '429', code: 'crm.throttled', when: 'before' },
  { kind: 'HTML-200', code: 'crm.answer_invalid', when: 'before' },
  { kind: 'truncated body', code: 'crm.answer_invalid', when: 'after' },
];

const erpFaults: readonly Fault[] = [
  { kind: 'reset', code: 'connector.unreachable', when: 'before' },
  { kind: 'timeout before send', code: 'connector.timeout', when: 'before' },
  { kind: 'timeout after commit', code: 'connector.timeout', when: 'after' },
  { kind: '503', code: 'connector.unreachable', when: 'before' },
  { kind: 'Fault-200', code: 'connector.rejected', when: 'before' },
  { kind: 'HTML-200', code: 'connector.answer_invalid', when: 'before' },
  { kind: 'truncated body', code: 'connector.answer_invalid', when: 'after' },
  { kind: 'locked file', code: 'workbook.locked', when: 'before' },
];

/** One history from a seed: two systems that people edit, workers that come and go, and all that breaks. Ends with the oracle. */
export async function runHistory(seed: number, traced = false): Promise<Outcome> {
  // Outside of any promise, as where a worker is told its first seed, the first step would not wait for what it sets off.
  await Promise.resolve();
  const history = new History(seed, traced);
  useTimersOf(history.scheduler);
  const quiet = { error: log.error.bind(log) };
  log.error = (event, error) => history.logged(event, error);
  try {
    await history.run();
  } catch (error) {
    history.oracle.violated(
      'S24',
      `the simulation failed: ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
    );
  } finally {
    useRealTimers();
    Object.assign(log, quiet);
  }
  return history.outcome();
}

interface Caller {
  readonly kind: ConnectorKind;
  readonly crm: Crm;
}

class History {
  readonly scheduler: Scheduler;
  readonly oracle: Oracle;
  readonly #seed: number;
  readonly #random: Random;
  readonly #world = new Process('world');
  readonly #tables = new MemoryTables();
  readonly #crm: ModelCrm;
  readonly #erps = new Map<string, ModelErp>();
  readonly #workers = new Map<Process, () => void>();
  /** What each process keeps in memory about its calls. */
  readonly #callers = new WeakMap<Process, Caller>();
  readonly #faults: Record<string, number> = {};
  /** Until when an ERP answers nobody. */
  readonly #silent = new Map<string, number>();
  readonly #theme: (typeof themes)[number] | undefined;
  #faultRate: number;
  #storeFaultRate: number;
  #hintRate: number;
  #inTransaction = false;
  #troubled = true;
  #values = 0;
  #users = 0;
  #crmSkew = 0;
  #greatestSkew = 0;

  constructor(seed: number, traced: boolean) {
    this.#seed = seed;
    this.#theme = seed < FIRST_THEMED ? undefined : themes[seed % themes.length];
    const random = new Random(seed);
    this.#random = random;
    this.scheduler = new Scheduler(random, this.#world, START, traced);
    this.oracle = new Oracle({
      scheduler: this.scheduler,
      tables: this.#tables,
      crm: () => this.#crm,
      erps: this.#erps,
      raised: () => this.#raised(),
      skewed: () => (this.#faults['clock jump'] ?? 0) > 0,
    });
    this.#faultRate = random.pick([0, 0.01, 0.03, 0.1]);
    this.#storeFaultRate = random.pick([0, 0, 0.005, 0.02]);
    this.#hintRate = random.pick([0, 0.5, 1]);
    const trims = random.chance(0.3);
    const normalise = (value: FieldValue) => (trims && value !== null ? blankIsNull(value.trim()) : value);
    this.#crm = new ModelCrm(() => this.scheduler.now + this.#crmSkew, normalise, this.oracle);
    this.#setUp();
  }

  async run(): Promise<void> {
    const random = this.#random;
    const troubleMs = this.#theme === 'restores' ? RESTORES_MS : TROUBLE_MS;
    for (let i = random.between(1, 2); i > 0; i--) this.#startWorker();
    for (let i = this.#theme ? random.between(10, 25) : random.between(5, 14); i > 0; i--) {
      const at = random.below(troubleMs);
      this.scheduler.at(this.#world, at, () => this.#happen());
    }
    for (let i = random.pick([0, 0, 1, 3]); i > 0; i--) {
      this.scheduler.at(this.#world, random.below(TROUBLE_MS), () => this.#create());
    }
    for (let i = 0; i < 5; i++) this.scheduler.at(this.#world, random.below(TROUBLE_MS), () => this.#raised());
    // Of dice of its own: histories in which every ERP answers stay as they were.
    const dice = new Random(~this.#seed);
    if (dice.chance(0.15)) this.scheduler.at(this.#world, dice.below(TROUBLE_MS), () => this.#fallSilent(dice));
    await this.scheduler.runUntil(START + troubleMs);
    this.#heal();

    await this.#rest();
    if (await this.#lookAfterWhatWaits()) await this.#rest();
    this.oracle.atRest();
    if (this.oracle.broken.length > 0) return;

    const { writeCalls, looks } = this.oracle;
    looks.clear();
    await this.scheduler.runUntil(this.scheduler.now + 6 * MINUTE);
    if (this.oracle.writeCalls > writeCalls) this.oracle.violated('S13', 'it writes though nothing has changed');
    // Once may be the comparison of the night.
    if ([...looks.values()].some((times) => times > 1))
      this.oracle.violated('S13', 'it looks at a record again and again though nothing has changed');
    if (this.oracle.broken.length === 0 && this.#random.chance(0.3)) await this.#resyncTwice();
  }

  /** What the engine calls a bug is one, unless we planted its cause. */
  logged(event: string, error: unknown): void {
    if (error instanceof StoreKilled || error instanceof AppError) return;
    this.oracle.violated('S24', `${event}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
  }

  outcome(): Outcome {
    const { broken, writes, edits, unseen } = this.oracle;
    const { hash, steps, lines } = this.scheduler;
    const counts = { writes, edits, unseen, steps };
    return { seed: this.#seed, broken, hash: hash >>> 0, ...counts, faults: this.#faults, trace: lines ?? [] };
  }

  // The world.

  #setUp(): void {
    const random = this.#random;
    const connections = random.pick([1, 2, 2, 3, 4]);
    const records = (this.#theme && recordsOf[this.#theme]) ?? random.pick([1, 1, 2]);
    for (let id = 1; id <= records; id++) {
      const values = Object.fromEntries(crmFields.map(({ key }) => [key, this.#newValue(key)]));
      this.#crm.records.set(id, values);
      this.#crm.updatedAt.set(id, START - MINUTE);
      for (const [key, value] of Object.entries(values)) this.oracle.starts(`contact/${id}/${key}`, value);
    }
    for (let priority = 1; priority <= connections; priority++) this.#addConnection(priority, records);
    for (const { connectionId, fields } of this.#tables.mappings) {
      const told = () =>
        fields.map(({ crmField, direction, policy }) => `${crmField} ${direction} ${policy}`).join(', ');
      this.scheduler.trace(connectionId, told);
    }
    for (const { connectionId, entity } of this.#tables.links.values()) {
      this.scheduler.trace('linked', () => `${connectionId} ${keyOf(entity)}`);
    }
  }

  #addConnection(priority: number, records: number): void {
    const random = this.#random;
    const id = `erp${priority}`;
    const fields = crmFields.filter(() => random.chance(0.7)).map(({ key, kind }) => this.#fieldMapping(key, kind));
    const connection: Connection = {
      id,
      connectorId: 'connector',
      name: id,
      description: '',
      active: true,
      deleted: false,
      scope: { everyone: true, members: [] },
      config: {},
      secretKeys: [],
      pollSeconds: random.pick([60, 120, 240]),
      priority,
      policy: 'ask',
      brake: { percent: 100, links: random.chance(0.3) ? 1 : 1_000 },
      trouble: null,
    };
    this.#tables.connections = [...this.#tables.connections, connection];
    this.#tables.mappings = [
      ...this.#tables.mappings,
      { connectionId: id, actorType: 'Customer', active: true, missingInErp: false, fields },
    ];
    const stamps = random.pick(stampKinds);
    const habits = {
      stamps,
      resolutionMs: random.pick([1000, 1000, MINUTE, 24 * 60 * MINUTE]),
      normalise: random.pick(normalisers),
      tacit: random.chance(0.2),
      strict: this.#theme === 'crowds',
    };
    const erp = new ModelErp(id, habits, fields, () => this.scheduler.now, this.oracle);
    this.#erps.set(id, erp);
    for (let record = 1; record <= records; record++) this.#addActor(erp, fields, record);
  }

  #addActor(erp: ModelErp, fields: readonly FieldMapping[], record: number): void {
    const erpKey = `00${record}`;
    const entity = { type: 'contact', id: record } as const;
    const linked = this.#random.chance(0.75);
    const crm = this.#crm.records.get(record) ?? {};
    const values: Record<string, FieldValue> = {};
    const agreed: Record<string, { crm: FieldValue; erp: FieldValue }> = {};
    for (const { key, crmField, direction } of fields) {
      const there = crm[crmField ?? ''] ?? null;
      const value = linked || this.#random.chance(0.4) ? erp.habits.normalise(there) : this.#newValue(crmField ?? '');
      values[key] = value;
      this.oracle.starts(`${erp.connectionId}/${erpKey}/${key}`, value);
      if (linked && direction !== 'none') agreed[key] = { crm: there, erp: value };
    }
    erp.actors.set(erpKey, values);
    erp.touch(erpKey, erp.stamp());
    if (!linked) return;
    this.#tables.linkIds += 1;
    const link: StoredLink = {
      id: `link${this.#tables.linkIds}`,
      connectionId: erp.connectionId,
      entity,
      actor: { type: 'Customer', erpKey },
      claimedAt: START - MINUTE,
      confirmedAt: new Date(START - MINUTE),
      syncedAt: new Date(START - MINUTE),
      parked: null,
      agreed,
    };
    this.#tables.links.set(link.id, link);
    this.#tables.marks.set(keyOf(entity), newMark(entity));
  }

  #fieldMapping(crmField: string, kind: FieldMapping['kind']): FieldMapping {
    const random = this.#random;
    return {
      key: `erp${crmField}`,
      name: crmField,
      description: '',
      kind,
      listName: null,
      defaultValue: null,
      maxLength: random.chance(0.2) && kind === 'text' ? 6 : 0,
      access: 'normal',
      rank: 1,
      searchable: true,
      missingInErp: false,
      crmField,
      direction: random.pick(['both', 'both', 'both', 'toCrm', 'toErp', 'none']),
      showInTab: true,
      showInSearch: true,
      firstValue: noFirstValue,
      policy: random.pick(['ask', 'ask', 'crm', 'erp', 'newest', 'nonBlank']),
    };
  }

  /** Each value is its own, so that one that was lost or invented is seen. */
  #newValue(crmField: string): FieldValue {
    const random = this.#random;
    this.#values += 1;
    if (crmField === 'SIZE') return random.chance(0.15) ? null : String(1000 + this.#values);
    const text = `v${String(this.#values).padStart(3, '0')}`;
    if (crmField !== 'NAME' && random.chance(0.12)) return null;
    return random.pick([text, text, text, ` ${text}`, `${text} `, text.toUpperCase(), `${text}56789`]);
  }

  // What happens.

  #happen(): void {
    const random = this.#random;
    if (this.#theme && random.chance(0.5)) {
      random.pick(this.#often[this.#theme])();
      return;
    }
    const roll = random.below(112);
    if (roll >= 100) {
      this.#run();
      return;
    }
    if (roll < 26) {
      this.#editCrm();
      return;
    }
    if (roll < 52) {
      this.#editErp();
      return;
    }
    if (roll < 62) {
      this.#editBoth();
      return;
    }
    if (roll < 68) {
      this.#connect();
      return;
    }
    if (roll < 72) {
      this.#disconnect();
      return;
    }
    if (roll < 77) {
      this.#sync();
      return;
    }
    if (roll < 79) {
      this.#resolve();
      return;
    }
    if (roll < 81) {
      this.#attempt('verify', this.#context(this.#newUser(), user).store.comparisons.begin(null, this.#time()));
      return;
    }
    if (roll < 87) {
      this.#kill();
      return;
    }
    if (roll < 90) {
      this.#pause();
      return;
    }
    if (roll < 91) {
      this.#jump();
      return;
    }
    if (roll < 95) {
      this.#comeAndGoInCrm();
      return;
    }
    if (roll < 97) {
      this.#comeAndGoInErp();
      return;
    }
    if (roll < 98) {
      this.#switchConnection();
      return;
    }
    this.#restore();
  }

  readonly #often: Readonly<Record<(typeof themes)[number], readonly (() => void)[]>> = {
    restores: [() => this.#restore(), () => this.#editBoth(), () => this.#switchConnection()],
    merges: [() => this.#mergeAny(), () => this.#disconnect(), () => this.#connect()],
    crowds: [() => this.#editMany(), () => this.#create(), () => this.#sync()],
    undoing: [() => this.#run(), () => this.#undo(() => this.#context(this.#newUser(), user))],
  };

  #editCrm(
    id = this.#random.pick([...this.#crm.records.keys(), ...this.#crm.removed.keys()]),
    key = this.#random.pick(crmFields).key,
    value = this.#newValue(key),
  ): void {
    const record = this.#crm.records.get(id);
    if (!record || record[key] === value) return;
    this.scheduler.trace('edits crm', () => `contact/${id} ${key}: ${record[key] ?? null} -> ${value}`);
    this.#crm.set(id, key, value);
    this.oracle.edited(`contact/${id}/${key}`, value);
    this.#sendWebhook(id);
  }

  /** What somebody changes in a whole list comes at once, and goes on together. */
  #editMany(): void {
    const { key } = this.#random.pick(crmFields);
    for (const id of this.#crm.records.keys()) this.#editCrm(id, key, this.#newValue(key));
  }

  /** Dropped, sent twice, late and out of order. */
  #sendWebhook(id: number): void {
    const random = this.#random;
    const times = this.#troubled ? random.pick([0, 1, 1, 1, 2]) : 1;
    if (times !== 1) this.#count(times === 0 ? 'drop' : 'duplicate delivery');
    for (let i = 0; i < times * Number(random.chance(this.#hintRate)); i++) {
      const process = new Process('api');
      const delay = random.pick([5, 50, 500, 20_000]);
      if (delay === 20_000) this.#count('reorder');
      this.scheduler.at(process, delay, () => {
        const hint = { entity: { type: 'contact', id } } as const;
        this.#attempt('webhook', receiveWebhook(this.#context(process, null), hint));
      });
    }
  }

  #editErp(erp = this.#anyErp(), erpKey = this.#random.pick([...erp.actors.keys(), '001'])): void {
    const actor = erp.actors.get(erpKey);
    const keys = Object.keys(actor ?? {});
    if (keys.length === 0) return;
    const key = this.#random.pick(keys);
    const value = this.#newValue(key.slice(3));
    const stamp = erp.stamp();
    const change = () => {
      const now = erp.actors.get(erpKey);
      if (!now || now[key] === value) return;
      this.scheduler.trace('edits erp', () => `${erp.connectionId}/${erpKey} ${key}: ${now[key] ?? null} -> ${value}`);
      erp.set(erpKey, key, value, stamp);
      this.oracle.edited(`${erp.connectionId}/${erpKey}/${key}`, value);
    };
    // Some ERPs stamp a row when its transaction begins and show it when that ends.
    const late = this.#greatestSkew === 0 && this.#random.chance(0.15);
    if (!late) {
      change();
      return;
    }
    this.#count('late visibility');
    this.scheduler.at(this.#world, this.#random.below(4 * MINUTE), change);
  }

  /** The same field of both sides at nearly the same time: what independent edits rarely hit. */
  #editBoth(): void {
    const links = [...this.#tables.links.values()];
    if (links.length === 0) return;
    const { connectionId, entity, actor } = this.#random.pick(links);
    const erp = this.#erps.get(connectionId);
    const fields = this.#tables.mappings.find((mapping) => mapping.connectionId === connectionId)?.fields ?? [];
    if (!erp || fields.length === 0) return;
    const { key, crmField } = this.#random.pick(fields);
    if (crmField === null) return;
    const agrees = this.#random.chance(0.2);
    const value = this.#newValue(crmField);
    this.#editCrm(entity.id, crmField, value);
    const other = agrees ? value : this.#newValue(crmField);
    this.scheduler.at(this.#world, this.#random.pick([0, 10, 100, 2000]), () => {
      if (!erp.actors.has(actor.erpKey) || erp.actors.get(actor.erpKey)?.[key] === other) return;
      this.scheduler.trace('edits erp', () => `${connectionId}/${actor.erpKey} ${key} -> ${other}`);
      erp.set(actor.erpKey, key, other);
      this.oracle.edited(`${connectionId}/${actor.erpKey}/${key}`, other);
    });
  }

  #connect(): void {
    const erp = this.#anyErp();
    const id = this.#random.pick([...this.#crm.records.keys(), 1]);
    const erpKey = this.#random.pick([...erp.actors.keys(), '001']);
    const process = this.#newUser();
    const ctx = this.#context(process, user);
    const input = {
      connectionId: erp.connectionId,
      entity: { type: 'contact', id },
      actor: { type: 'Customer', erpKey },
    } as const;
    this.#attempt('connect', this.#connectAsSeen(ctx, process, erp, input));
  }

  async #connectAsSeen(
    ctx: Context,
    process: Process,
    erp: ModelErp,
    input: Parameters<typeof compareValues>[1],
  ): Promise<void> {
    const { fields, seen } = await compareValues(ctx, input);
    const choices = Object.fromEntries(
      fields
        .filter(({ equal }) => !equal)
        .map(({ key, only }) => [key, only ?? this.#random.pick(['crm', 'erp'] as const)]),
    );
    await this.scheduler.ticket(process, this.#random.pick([0, 1000]));
    let stale = false;
    const [shown] = fields;
    if (shown && this.#random.chance(0.3)) {
      const value = `w${shown.key === 'erpSIZE' ? '' : shown.key}`;
      const actor = erp.actors.get(input.actor.erpKey);
      if (actor && shown.kind === 'text') {
        erp.set(input.actor.erpKey, shown.key, value);
        this.oracle.edited(`${erp.connectionId}/${input.actor.erpKey}/${shown.key}`, value);
        stale = shown.erp.value !== value;
        this.scheduler.trace('edits erp behind the dialog');
      }
    }
    await connectEntity(ctx, { ...input, choices, seen });
    this.scheduler.trace('connected');
    if (stale) this.oracle.violated('S39', `${erp.connectionId}: connected with values nobody saw`);
  }

  /** Often by two people at once, or again while it is not known what became of it. */
  #create(): void {
    const random = this.#random;
    const links = [...this.#tables.links.values()];
    const free = [...this.#erps.values()].flatMap((erp) =>
      [...this.#crm.records.keys()]
        .filter((id) => !links.some((link) => link.connectionId === erp.connectionId && link.entity.id === id))
        .map((id) => ({ erp, id })),
    );
    if (free.length === 0) return;
    const { erp, id } = random.pick(free);
    const { connectionId } = erp;
    const entity = { type: 'contact', id } as const;
    // One that is entered while ours is under way cannot be told from ours, by nobody.
    const wished = [...this.#tables.creations.values()].some((wish) => wish.connectionId === connectionId);
    if (!wished && random.chance(0.3)) this.#addNamesake(erp, id);
    const times = random.pick([1, 1, 2]);
    for (let i = 0; i < times; i++) {
      const process = this.#newUser();
      const ctx = this.#context(process, user);
      const input = { connectionId, entity, actorType: 'Customer' } as const;
      this.#attempt('create', this.#createAsSeen(ctx, process, input));
    }
    if (random.chance(0.3)) this.scheduler.at(this.#world, random.pick([1_000, 20_000, 240_000]), () => this.#create());
  }

  /** Somebody has entered the company in the ERP long ago. */
  #addNamesake(erp: ModelErp, id: number): void {
    const erpKey = `old${erp.actors.size}`;
    const fields = this.#tables.mappings.find(({ connectionId }) => connectionId === erp.connectionId)?.fields ?? [];
    const name = this.#crm.records.get(id)?.['NAME'] ?? null;
    const values = fields.map(({ key }) => [key, key === 'erpNAME' ? name : null] as const);
    erp.actors.set(erpKey, Object.fromEntries(values));
    erp.touch(erpKey, erp.stamp());
    for (const [key, value] of values) this.oracle.starts(`${erp.connectionId}/${erpKey}/${key}`, value);
  }

  async #createAsSeen(ctx: Context, process: Process, input: Parameters<typeof prepareActor>[1]): Promise<void> {
    const { seen } = await prepareActor(ctx, input, 'en');
    await this.scheduler.ticket(process, this.#random.pick([0, 1000]));
    if (this.#random.chance(0.1)) this.#editCrm(input.entity.id);
    const { state } = await createActor(ctx, { ...input, answers: {}, seen });
    this.scheduler.trace('created', () => state);
  }

  #disconnect(): void {
    const links = [...this.#tables.links.values()];
    if (links.length === 0) return;
    const { id } = this.#random.pick(links);
    const done = disconnectEntity(this.#context(this.#newUser(), user), id).then(() => {
      if (this.#tables.links.has(id)) this.oracle.violated('S4', `${id} is disconnected and still there`);
    });
    this.#attempt('disconnect', done);
  }

  #sync(): void {
    const id = this.#random.pick([...this.#crm.records.keys(), 1]);
    this.#attempt('sync now', syncNow(this.#context(this.#newUser(), user), { type: 'contact', id }));
  }

  #resolve(): void {
    const conflicts = [...this.#tables.open.values()].filter(({ kind }) => kind === 'conflict');
    if (conflicts.length === 0) return;
    const { linkId, fieldKey, crm, erp } = this.#random.pick(conflicts);
    const choice = { keep: this.#random.pick(['crm', 'erp'] as const), crm, erp };
    this.#attempt('resolve', resolveConflict(this.#context(this.#newUser(), user), linkId, fieldKey, choice));
  }

  /** People start runs of every kind, and steer those there are. */
  #run(): void {
    const random = this.#random;
    const ctx = () => this.#context(this.#newUser(), user);
    const all = [...this.#tables.runs.values()];
    const roll = random.below(10);
    if (roll < 4 || all.length === 0) {
      const from = random.pick(['crm', 'crm', 'erp'] as const);
      const connectionId = from === 'erp' || random.chance(0.3) ? this.#anyErp().connectionId : null;
      const records: StartSync['records'] = random.chance(0.6)
        ? { kind: 'all' }
        : { kind: 'these', entities: [{ type: 'contact', id: 1 }] };
      const kind = random.pick(['resync', 'resync', 'sync'] as const);
      const run = { kind, dryRun: random.chance(0.4), from, connectionId, keepNonBlank: random.chance(0.3), records };
      this.#attempt(`start ${kind}`, startSync(ctx(), run));
      return;
    }
    if (roll < 7) {
      this.#undo(ctx);
      return;
    }
    const { id } = random.pick(all);
    const steer = random.pick([pauseRun, resumeRun, cancelRun, resumeRun]);
    if (random.chance(0.4)) this.#approve(id);
    else this.#attempt(steer.name, steer(ctx(), id));
  }

  #undo(ctx: () => Context): void {
    const random = this.#random;
    const lines = [...this.#tables.ledger.values()].filter(({ settled, event }) => settled && event === null);
    const over = [...this.#tables.runs.values()].filter(runIsOver);
    if (over.length > 0 && random.chance(0.5)) {
      const { id: runId } = random.pick(over);
      this.#attempt('undo run', startUndo(ctx(), { kind: 'undo', runId, ledgerId: null, entity: null }));
      return;
    }
    if (lines.length === 0) return;
    const line = random.pick(lines);
    // What somebody has typed since must stay.
    if (random.chance(0.5)) this.#typeOver(line);
    if (random.chance(0.5)) {
      this.#attempt('undo change', undoChange(ctx(), line.linkId, String(line.id)));
      return;
    }
    const undo = { kind: 'undo', runId: null, ledgerId: String(line.id), entity: null } as const;
    this.#attempt('undo record', startUndo(ctx(), { ...undo, wholeRecord: random.chance(0.5) }));
  }

  #typeOver({ target, entity, connectionId, actor, fieldKey, crmField }: StoredLedgerRow): void {
    const value = this.#newValue(crmField);
    if (target === 'crm') {
      this.#editCrm(entity.id, crmField, value);
      return;
    }
    const erp = this.#erps.get(connectionId);
    const now = erp?.actors.get(actor.erpKey);
    if (!erp || !now || now[fieldKey] === value) return;
    this.scheduler.trace('edits erp', () => `${connectionId}/${actor.erpKey} ${fieldKey} -> ${value}`);
    erp.set(actor.erpKey, fieldKey, value);
    this.oracle.edited(`${connectionId}/${actor.erpKey}/${fieldKey}`, value);
  }

  /** Says yes to what the plan shows at this moment. */
  #approve(id: string): void {
    const run = this.#tables.runs.get(id);
    const steps = [...this.#tables.runSteps.values()].filter(
      ({ runId, outcome }) => runId === id && outcome !== 'stale',
    ).length;
    const action = run?.state === 'needsApproval' ? 'approve' : 'execute';
    this.#attempt(action, executeRun(this.#context(this.#newUser(), user), id, action, { steps }));
  }

  /** Nothing is left waiting for somebody's word. Answers whether a restored backup was. */
  async #decideAll(): Promise<boolean> {
    let restored = false;
    for (let round = 0; round < 8; round++) {
      const halted = await this.#decideRestores();
      restored ||= halted;
      const waiting = [...this.#tables.runs.values()].filter(
        (run) => !runIsOver(run) && (run.kind !== 'restore' || run.state === 'paused'),
      );
      for (const { id, state } of waiting) {
        if (state === 'paused') this.#attempt('resume', resumeRun(this.#context(this.#newUser(), user), id));
        else if (state === 'planned' || state === 'needsApproval') this.#approve(id);
      }
      const held = [...this.#tables.brakes.values()].filter(({ heldSince }) => heldSince !== null);
      for (const { connectionId, runId } of held) {
        const run = runId === null ? undefined : this.#tables.runs.get(runId);
        if (run && runIsOver(run)) {
          this.#attempt('ask again', askAgain(this.#context(this.#newUser(), user), connectionId));
        }
      }
      if (!halted && waiting.length + held.length === 0) break;
      await this.scheduler.runUntil(this.scheduler.now + 3 * MINUTE);
    }
    return restored;
  }

  /** From SuperOffice, twice: the second has nothing to write, and neither writes into SuperOffice. */
  async #resyncTwice(): Promise<void> {
    const everything = { connectionId: null, keepNonBlank: false, records: { kind: 'all' } } as const;
    this.oracle.onlyToErp = true;
    let calls = 0;
    for (let time = 0; time < 2; time++) {
      calls = this.oracle.writeCalls;
      const ctx = this.#context(this.#newUser(), user);
      this.#attempt('resync', startSync(ctx, { kind: 'resync', dryRun: false, from: 'crm', ...everything }));
      await this.scheduler.runUntil(this.scheduler.now + 3 * MINUTE);
      await this.#decideAll();
    }
    this.oracle.onlyToErp = false;
    // What was refused is tried again by whoever asks for a resync.
    const isRefused = [...this.#tables.open.values()].some(({ detail }) => detail?.['refused'] === true);
    if (this.oracle.writeCalls > calls && !isRefused)
      this.oracle.violated('S40', 'a second resync writes though nothing has changed');
  }

  #kill(): void {
    const process = this.#random.pick([...this.#workers.keys()]);
    this.#count('worker kill');
    this.scheduler.trace('kill', () => process.name);
    this.scheduler.kill(process);
    this.#workers.delete(process);
    const again = () => this.#startWorker();
    if (this.#workers.size === 0) again();
    else this.scheduler.at(this.#world, this.#random.below(30_000), again);
  }

  #pause(): void {
    const process = this.#random.pick([...this.#workers.keys()]);
    this.#count('pause');
    this.scheduler.trace('pause', () => process.name);
    process.pausedUntil = this.scheduler.now + this.#random.pick([5_000, 60_000, 100_000]);
  }

  #jump(): void {
    const skew = this.#random.pick([-24 * 60, -5, 5, 24 * 60].map((minutes) => minutes * MINUTE));
    // Once a day is enough: a jump of hours costs hours to wait for.
    const ms = Math.abs(skew) > 5 * MINUTE && !this.#random.chance(0.05) ? skew / 288 : skew;
    this.#count('clock jump');
    this.scheduler.trace('clock jump', () => String(ms));
    this.#greatestSkew = Math.max(this.#greatestSkew, Math.abs(ms));
    if (this.#random.chance(0.3)) this.#crmSkew = Math.max(-5 * MINUTE, Math.min(5 * MINUTE, ms));
    else this.#random.pick([...this.#workers.keys()]).skewMs = ms;
  }

  #comeAndGoInCrm(): void {
    const id = this.#random.pick([1, 2]);
    if (this.#random.chance(0.3) && this.#crm.records.has(1) && this.#crm.records.has(2)) {
      this.#merge(id, 3 - id);
      return;
    }
    if (this.#crm.records.has(id)) {
      this.scheduler.trace('deletes crm', () => String(id));
      this.oracle.missing(`contact/${id}`);
      this.#crm.remove(id);
      if (this.#random.chance(0.7)) {
        this.scheduler.at(this.#world, this.#random.below(4 * MINUTE), () => {
          this.#crm.restore(id);
          this.#sendWebhook(id);
        });
      }
      this.#sendWebhook(id);
    }
  }

  #mergeAny(): void {
    const ids = [...this.#crm.records.keys()];
    if (ids.length < 2) return;
    const source = this.#random.pick(ids);
    this.#merge(source, this.#random.pick(ids.filter((id) => id !== source)));
  }

  #merge(source: number, into: number): void {
    this.#count('merge');
    this.scheduler.trace('merges crm', () => `${source} into ${into}`);
    this.oracle.missing(`contact/${source}`);
    this.#crm.merge(source, into);
    this.#sendWebhook(source);
  }

  #comeAndGoInErp(): void {
    const erp = this.#anyErp();
    const erpKey = this.#random.pick(['001', '002']);
    if (!erp.actors.has(erpKey)) return;
    this.scheduler.trace('deletes erp', () => `${erp.connectionId}/${erpKey}`);
    this.oracle.missing(`${erp.connectionId}/${erpKey}`);
    erp.remove(erpKey);
    this.scheduler.at(this.#world, this.#random.below(MINUTE), () => erp.restore(erpKey));
  }

  #switchConnection(): void {
    const { id } = this.#random.pick(this.#tables.connections);
    this.#turn(id, false);
    this.oracle.rests(id);
    const process = new Process('api');
    this.scheduler.at(process, this.#random.below(MINUTE), () =>
      this.#attempt('switch on', this.#switchOn(process, id)),
    );
  }

  #turn(id: string, active: boolean): void {
    this.scheduler.trace('switches', () => `${id} ${active ? 'on' : 'off'}`);
    this.#tables.connections = this.#tables.connections.map((connection) =>
      connection.id === id ? { ...connection, active } : connection,
    );
  }

  /** As activating does: what waits to be decided on is planned anew, and what happened meanwhile is looked at. */
  async #switchOn(process: Process, id: string): Promise<void> {
    if ([...this.#tables.restores.values()].every(({ settledAt }) => settledAt !== null)) this.#turn(id, true);
    else {
      await this.#untilKnown(process, (ctx) =>
        inTransaction(ctx, async (ctx) => {
          this.#tables.onRollback(() => this.#turn(id, false));
          this.#turn(id, true);
          await joinRestores(ctx, id);
        }),
      );
    }
    for (const restore of openRestores(this.#tables)) if (restore.connectionId === id) this.oracle.halted(restore.id);
    const links = [...this.#tables.links.values()].filter((link) => link.connectionId === id);
    for (const { entity } of links) this.#sendWebhook(entity.id);
  }

  /** A backup is put back, of either side. SuperOffice tells us, of an ERP an administrator does; perhaps a little late. */
  #restore(): void {
    const random = this.#random;
    const erp = random.chance(0.5) ? this.#anyErp() : null;
    const system = erp ?? this.#crm;
    const connectionId = erp?.connectionId ?? null;
    this.#count(erp ? 'restore of an ERP' : 'restore of SuperOffice');
    // What is away for a while goes back with the rest, and comes back as the backup has it.
    const all = (): [number | string, Readonly<Record<string, FieldValue>>][] =>
      erp ? [...erp.actors, ...erp.removed] : [...this.#crm.records, ...this.#crm.removed];
    const before = structuredClone(all());
    const since = this.scheduler.now - START;
    system.rewind(START + random.pick([0, random.below(since), since - random.below(Math.min(since, 20_000))]));
    const restored = new Map(all());
    for (const [key, values] of before) {
      for (const [field, was] of Object.entries(values)) {
        const value = restored.get(key)?.[field] ?? null;
        if (value === was) continue;
        const place = erp ? `${connectionId}/${key}/${field}` : `contact/${key}/${field}`;
        this.scheduler.trace('restores', () => `${place}: ${was} -> ${value}`);
        this.oracle.restored(place, was, value);
      }
    }
    const delay = random.pick([0, 0, 0, 20_000]);
    const process = new Process('api');
    const report = (ctx: Context) =>
      connectionId === null
        ? pauseAfterRestore(ctx, { side: 'crm', connectionId, userName: null })
        : reportRestore(ctx, { connectionId });
    this.scheduler.at(process, delay, () => this.#attempt('reports', this.#untilKnown(process, report)));
    this.scheduler.at(this.#world, delay + random.pick([5_000, 30_000, 60_000]), () => void this.#decideRestores());
  }

  async #untilKnown(process: Process, tell: (ctx: Context) => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await tell(this.#context(process, user));
        return;
      } catch (error) {
        if (!(error instanceof StoreKilled)) throw error;
        await this.scheduler.ticket(process, 1_000);
      }
    }
  }

  /** Gives the newer values again, but perhaps for one field, or keeps the restored ones. Answers whether any waited. */
  async #decideRestores(): Promise<boolean> {
    const random = this.#random;
    const open = openRestores(this.#tables);
    for (const { id, runId } of open) {
      const planned = [...this.#tables.runSteps.values()].filter(
        (step) => step.runId === runId && step.outcome !== 'stale',
      );
      const take = random.pick(['newer', 'newer', 'restored'] as const);
      const [kept] = take === 'newer' && random.chance(0.2) ? planned : [];
      const keep = kept ? [{ connectionId: kept.connectionId, fieldKey: kept.fieldKey }] : [];
      const ctx = this.#context(this.#newUser(), user);
      const settled = settleRestore(ctx, id, { take, steps: planned.length, keep }).then(
        () => this.oracle.decided(id, take, keep),
        (error: unknown) => {
          // It may have been decided all the same.
          if (error instanceof StoreKilled) this.oracle.decided(id, 'perhaps', []);
          throw error;
        },
      );
      this.#attempt(`settle ${take}`, settled);
    }
    return open.length > 0;
  }

  /** An ERP takes every call and answers none, for minutes. */
  #fallSilent(dice: Random): void {
    const { connectionId } = dice.pick([...this.#erps.values()]);
    const forMs = dice.pick([30_000, 90_000, 4 * MINUTE]);
    this.#count('outage');
    this.scheduler.trace('falls silent', () => `${connectionId} for ${forMs}`);
    this.#silent.set(connectionId, this.scheduler.now + forMs);
  }

  #anyErp(): ModelErp {
    return this.#random.pick([...this.#erps.values()]);
  }

  // Processes.

  #startWorker(): void {
    const process = new Process(`worker${this.#users++}`);
    this.#workers.set(process, () => undefined);
    this.scheduler.at(process, 0, () => {
      const ctx = this.#context(process, null);
      void startWorker({
        tenants: async () => [TENANT],
        contextFor: async () => ctx,
        listen: async (onWork) => {
          this.#workers.set(process, () => onWork(TENANT));
          return async () => undefined;
        },
        lookEveryMs: 2 * MINUTE,
      });
    });
  }

  #newUser(): Process {
    this.#users += 1;
    const process = new Process(`user${this.#users}`);
    // Somebody pulls the plug now and then.
    if (this.#troubled && this.#random.chance(0.1)) {
      this.scheduler.at(this.#world, this.#random.below(200), () => this.scheduler.kill(process));
    }
    this.scheduler.current = process;
    return process;
  }

  #attempt(what: string, work: Promise<unknown>): void {
    this.scheduler.trace(what);
    work.then(
      () => this.scheduler.trace(`${what} done`),
      (error: unknown) => {
        this.scheduler.trace(`${what} refused`, () => String(error));
        if (!(error instanceof AppError) && !(error instanceof StoreKilled)) {
          this.oracle.violated('S24', `${what}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
        }
      },
    );
  }

  #raised(): void {
    for (const [process, onWork] of this.#workers) {
      if (this.#random.chance(0.7)) this.scheduler.at(process, this.#random.below(20), () => onWork());
    }
  }

  #heal(): void {
    this.scheduler.trace('heals');
    this.#troubled = false;
    this.#faultRate = 0;
    this.#storeFaultRate = 0;
    this.#crmSkew = 0;
    const [first, ...others] = this.#workers.keys();
    if (first) first.skewMs = first.pausedUntil = 0;
    for (const other of others) {
      this.scheduler.kill(other);
      this.#workers.delete(other);
    }
  }

  /** Until all has come to rest; long enough that even what is found last is found. */
  async #rest(): Promise<void> {
    const { scheduler } = this;
    const afterOutage = this.#silent.size > 0 ? AFTER_OUTAGE_MS : 0;
    this.#silent.clear();
    await scheduler.runUntil(scheduler.now + REST_MS + afterOutage + this.#greatestSkew);
    this.#greatestSkew = 0;
    for (let i = 0; i < 4 && this.#waits(); i++) await scheduler.runUntil(scheduler.now + 5 * MINUTE);
    // What was read while everything stood still is read again.
    for (let i = 0; i < 3 && (await this.#decideAll()); i++) await scheduler.runUntil(scheduler.now + REST_MS);
    for (let i = 0; i < 4 && this.#waits(); i++) await scheduler.runUntil(scheduler.now + 5 * MINUTE);
  }

  #waits(): boolean {
    return [...this.#tables.marks.values()].some(({ marked, handled }) => marked > handled);
  }

  /** A person retries what is parked, and decides some of the conflicts. */
  async #lookAfterWhatWaits(): Promise<boolean> {
    const open = [...this.#tables.open.values()];
    for (const { id, entity, parked } of this.#tables.links.values()) {
      const isBack = parked?.code === 'entity.deleted' && this.#crm.records.has(entity.id);
      if (isBack) this.oracle.violated('S37', `${id} is parked as deleted though the record is back`);
    }
    const parked = [...this.#tables.links.values()]
      .filter(
        (link) => link.parked !== null || open.some(({ linkId, kind }) => linkId === link.id && kind === 'parked'),
      )
      .filter(({ confirmedAt, entity }) => confirmedAt !== null && this.#crm.records.has(entity.id));
    for (const { id } of parked) {
      this.#attempt('retry', retryLink(this.#context(this.#newUser(), user), id));
      await this.scheduler.runUntil(this.scheduler.now + 10_000);
    }
    for (const { linkId, fieldKey, kind, crm, erp } of open) {
      if (kind !== 'conflict' || this.#random.chance(0.4)) continue;
      const choice = { keep: this.#random.pick(['crm', 'erp'] as const), crm, erp };
      this.#attempt('resolve', resolveConflict(this.#context(this.#newUser(), user), linkId, fieldKey, choice));
      await this.scheduler.runUntil(this.scheduler.now + 10_000);
    }
    const doubtful = [...this.#tables.creations.values()].filter(({ state }) => state === 'inDoubt');
    for (const { id, connectionId } of doubtful) {
      if (!this.#tables.connections.find((connection) => connection.id === connectionId)?.active) continue;
      this.#attempt('decide', this.#decide(id));
      await this.scheduler.runUntil(this.scheduler.now + 10_000);
    }
    return parked.length + open.length + doubtful.length > 0;
  }

  /** She knows her customers: which of those she is shown is the one. */
  async #decide(id: string): Promise<void> {
    const process = this.#newUser();
    const ctx = this.#context(process, user);
    const made = this.oracle.madeFor(id);
    const { candidates } = await showCreation(ctx, id, 'en');
    const shown = candidates.actors.map(({ erpKey }) => erpKey);
    const right = made.find((erpKey) => shown.includes(erpKey)) ?? null;
    await decideCreation(ctx, id, { erpKey: right });
  }

  // What the code under test sees of all this.

  #context(process: Process, who: User | null): Context {
    const { crm } = this.#callerOf(process);
    return {
      tenant: TENANT,
      user: who,
      store: this.#storeFor(process),
      crm,
      userCrm: crm,
      clock: { now: () => new Date(this.scheduler.now + process.skewMs) },
      connectorKinds: [],
      connectorKind: () => {
        throw new Error('Nothing asks for it');
      },
      endpoint: async ({ url }) => ({ url }),
      connector: async ({ id }) => this.#opened(process, id),
    };
  }

  #storeFor(process: Process): Store {
    return memoryStore(this.#tables, this.oracle, {
      run: async (name, work) => {
        await this.scheduler.ticket(process, this.#random.below(3));
        const broken = this.#storeFaultRate > 0 && this.#random.chance(this.#storeFaultRate);
        const committed = broken && this.#random.chance(0.3);
        this.scheduler.trace(name, () => (broken ? `fails ${committed ? 'after' : 'before'} commit` : ''));
        if (broken) this.#count('DB kill');
        this.#inTransaction = true;
        try {
          const result = await work();
          if (broken && !committed) throw new StoreKilled();
          this.#tables.commit();
          this.#inTransaction = false;
          if (this.#troubled) await this.scheduler.ticket(process, this.#random.below(3));
          if (broken) throw new StoreKilled();
          return result;
        } catch (error) {
          if (this.#inTransaction) this.#tables.rollback();
          this.#inTransaction = false;
          throw error;
        }
      },
    });
  }

  /** As `main.ts` puts it together: the calls of a process go through gates and breakers of its own. */
  #callerOf(process: Process): Caller {
    const known = this.#callers.get(process);
    if (known) return known;
    const clock = { now: () => new Date(this.scheduler.now + process.skewMs) };
    const kind: ConnectorKind = {
      kind: 'http',
      needsUrl: true,
      configFields: async () => [],
      configList: async () => [],
      open: ({ connectionId }) => this.#connectorFor(process, connectionId),
    };
    const turn = createTurns(clock, { atOnce: 4, perSecond: 10 });
    const made = {
      kind: considerateErps({ clock })(TENANT, kind),
      crm: withGatheredReads(this.#crmFor(process, turn), gatherReads()),
    };
    this.#callers.set(process, made);
    return made;
  }

  #crmFor(process: Process, turn: Turn): Crm {
    const crm = this.#crm;
    const call = <T>(name: string, work: () => T) =>
      turn(() => this.#foreign(process, name, crmFaults, this.#faultRate, work));
    const calls: Partial<Crm> = {
      fields: () => call('crm.fields', () => crmFields),
      list: () => call('crm.list', () => []),
      read: (entities, keys) => call('crm.read', () => crm.read(entities, keys)),
      write: (entity, values, guard = {}) => {
        this.oracle.writing(process, entity, null);
        // Somebody types, or disconnects, while we are at work.
        if (this.#troubled && this.#random.chance(0.1)) this.#editCrm(entity.id);
        if (this.#troubled && this.#random.chance(0.1)) {
          this.scheduler.at(this.#world, this.#random.below(50), () => this.#disconnect());
        }
        return call('crm.write', () => crm.write(entity, values, guard));
      },
      whereabouts: (entity) => call('crm.whereabouts', () => crm.whereabouts(entity)),
      changedSince: (_type, since) => call('crm.changedSince', () => crm.changedSince(since)),
    };
    return calls as Crm;
  }

  #opened(process: Process, id: string): ErpConnector {
    const erp = this.#callerOf(process).kind.open({ connectionId: id, url: `https://${id}`, config: {} });
    const wasActive = this.#tables.connections.find((connection) => connection.id === id)?.active;
    return {
      ...erp,
      saveActors: (changes, fields, options) => {
        if (!wasActive) this.oracle.violated('S7', `${id} is switched off and written`);
        return erp.saveActors(changes, fields, options);
      },
    };
  }

  #connectorFor(process: Process, id: string): ErpConnector {
    const erp = this.#erps.get(id);
    if (!erp) throw new AppError('connection.not_found', { id });
    const call = <T>(name: string, work: () => T) => this.#callErp(process, id, name, this.#faultRate, work);
    const partial = () => this.#faultRate > 0 && this.#random.chance(this.#faultRate / 2);
    const calls: Partial<ErpConnector> = {
      // What there is to map stays as it is.
      actorTypes: async () => ['Customer'],
      fields: async () => this.#tables.mappings.find(({ connectionId }) => connectionId === id)?.fields ?? [],
      searchableFields: async () => [],
      getList: () => call('getList', () => []),
      searchActors: (_type, text, fields) =>
        call('searchActors', () => {
          if (partial() || (this.#faultRate > 0 && this.#random.chance(0.1)))
            return this.#warned(() => ({ actors: [], warning: 'Perhaps not all is here' }));
          return erp.search(text, fields);
        }),
      createActor: async (draft, fields) => {
        const creation = this.oracle.calls(process, id);
        const rate = this.#faultRate > 0 ? 0.4 : 0;
        // Creating is slow in many an ERP, and others look meanwhile.
        if (rate > 0 && this.#random.chance(0.4)) await this.scheduler.ticket(process, this.#random.below(100_000));
        return this.#callErp(process, id, 'createActor', rate, () => {
          const actor = erp.create(draft, fields);
          this.oracle.made(creation, erp, actor.erpKey);
          return actor;
        });
      },
      getActors: (_type, keys, fields) =>
        call('getActors', () => {
          if (partial()) return this.#warned(() => ({ actors: [], warning: 'Perhaps not all is here' }));
          return erp.get(keys, fields);
        }),
      changedActors: (_type, since, fields) =>
        call('changedActors', () => {
          const page = erp.changed(since, fields);
          if (!partial()) return page;
          return this.#warned(() => ({ actors: page.actors.slice(1), warning: 'Perhaps not all is here' }));
        }),
      saveActors: async (changes, fields) => {
        for (const { erpKey } of changes) this.#checkWrite(process, id, erpKey);
        if (erp.habits.strict) await this.scheduler.ticket(process, 300);
        return call('saveActors', () => {
          const outcomes = erp.save(changes, fields);
          if (!partial()) return outcomes;
          this.#count('partial batch');
          return outcomes.slice(1);
        });
      },
    };
    return calls as ErpConnector;
  }

  #checkWrite(process: Process, connectionId: string, erpKey: string): void {
    const link = [...this.#tables.links.values()].find(
      (link) => link.connectionId === connectionId && link.actor.erpKey === erpKey,
    );
    const entity: CrmEntity = link?.entity ??
      this.oracle.entityOf(connectionId, erpKey) ?? { type: 'contact', id: Number(erpKey) };
    this.oracle.writing(process, entity, connectionId);
  }

  #warned<T>(page: () => T): T {
    this.#count('Warning page');
    return page();
  }

  async #callErp<T>(process: Process, id: string, name: string, rate: number, work: () => T): Promise<T> {
    const until = this.#silent.get(id) ?? 0;
    if (until <= this.scheduler.now) return this.#foreign(process, `${id}.${name}`, erpFaults, rate, work);
    await this.scheduler.ticket(process, SILENCE_MS);
    this.scheduler.trace(`${id}.${name}`, () => 'no answer');
    // It may have done what it was asked all the same.
    if (until % 2 === 1) work();
    throw new AppError('connector.timeout');
  }

  async #foreign<T>(process: Process, name: string, faults: readonly Fault[], rate: number, work: () => T): Promise<T> {
    if (this.#inTransaction) this.oracle.violated('rule 2', `${name} is called inside a transaction`);
    const random = this.#random;
    const fault = rate > 0 && random.chance(rate) ? random.pick(faults) : null;
    if (fault) this.#count(fault.kind);
    await this.scheduler.ticket(process, this.#latency());
    this.scheduler.trace(name, () => (fault ? `${fault.kind} ${fault.when}` : ''));
    if (fault?.when === 'before') throw new AppError(fault.code, retryAfter(fault));
    const answer = work();
    if (this.#troubled) await this.scheduler.ticket(process, random.below(10));
    if (fault) throw new AppError(fault.code);
    return answer;
  }

  #latency(): number {
    const random = this.#random;
    if (!this.#troubled || this.#faultRate === 0) return random.below(10);
    if (random.chance(0.01)) {
      this.#count('latency');
      return random.pick([3_000, 20_000, 70_000]);
    }
    this.#count('jitter');
    return random.below(200);
  }

  #time(): Date {
    return new Date(this.scheduler.now);
  }

  #count(kind: string): void {
    this.#faults[kind] = (this.#faults[kind] ?? 0) + 1;
  }
}

function retryAfter({ kind }: Fault): Readonly<Record<string, number>> {
  return kind === '429' || kind === '503' ? { retryAfterSeconds: 7 } : {};
}

const normalisers: readonly ((value: FieldValue) => FieldValue)[] = [
  (value) => value,
  (value) => value,
  (value) => (value === null ? null : blankIsNull(value.trim())),
  (value) => value?.toUpperCase() ?? null,
  (value) => (value === null ? null : blankIsNull(value.trimStart().slice(0, CUT))),
];

function blankIsNull(text: string): FieldValue {
  return text === '' ? null : text;
}
