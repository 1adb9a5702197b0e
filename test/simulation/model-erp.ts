import { AppError } from '../../backend/errors.ts';
import type { FieldMapping } from '../../backend/domain/connection.ts';
import type {
  Actor,
  ActorChange,
  ActorDraft,
  ActorPage,
  SaveOutcome,
  WantedField,
} from '../../backend/ports/erp-connector.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import type { FieldValue, FieldValues } from '../../shared/vocabulary.ts';

export const stampKinds = ['zoned', 'wall', 'counter'] as const;

export interface ErpWatch {
  erpWritten(
    connectionId: string,
    erpKey: string,
    key: string,
    before: FieldValue,
    wanted: FieldValue,
    stored: FieldValue,
  ): void;
}

export interface ErpHabits {
  readonly stamps: (typeof stampKinds)[number];
  /** How finely it tells time. */
  readonly resolutionMs: number;
  /** What it makes of a text it is given. */
  readonly normalise: (value: FieldValue) => FieldValue;
  /** Answers a save without the values. */
  readonly tacit: boolean;
  /** Takes no unwelcome text, of which nobody was told, and nothing of a call in which there is one. */
  readonly strict: boolean;
}

/** An ERP as they are: coarse stamps, values made over, short answers. */
export class ModelErp {
  readonly connectionId: string;
  readonly habits: ErpHabits;
  readonly actors = new Map<string, Record<string, FieldValue>>();
  readonly removed = new Map<string, Record<string, FieldValue>>();
  readonly stamps = new Map<string, string>();
  /** What stood there before each change, latest last. */
  readonly #journal: {
    readonly at: number;
    readonly erpKey: string;
    readonly key: string;
    readonly before: FieldValue;
    readonly stamp: string;
    readonly changes: number;
  }[] = [];
  readonly #fields: readonly FieldMapping[];
  readonly #now: () => number;
  readonly #watch: ErpWatch;
  #changes = 995;
  #created = 0;

  constructor(
    connectionId: string,
    habits: ErpHabits,
    fields: readonly FieldMapping[],
    now: () => number,
    watch: ErpWatch,
  ) {
    this.connectionId = connectionId;
    this.habits = habits;
    this.#fields = fields;
    this.#now = now;
    this.#watch = watch;
  }

  get(keys: readonly string[], fields: readonly WantedField[]): ActorPage {
    return this.#page(
      keys.filter((key) => this.actors.has(key)),
      fields,
    );
  }

  changed(since: string, fields: readonly WantedField[]): ActorPage {
    const later = [...this.actors.keys()].filter((key) => {
      const stamp = this.stamps.get(key) ?? '';
      return since === '' || (this.habits.stamps === 'counter' ? Number(stamp) >= Number(since) : stamp >= since);
    });
    return this.#page(later, fields);
  }

  save(changes: readonly ActorChange[], fields: readonly WantedField[]): readonly SaveOutcome[] {
    const refusals = changes.map(({ erpKey, values }) => this.#refusal(erpKey, values));
    const refusal = refusals.find((found) => found !== null);
    if (refusal && this.habits.strict) throw new AppError(refusal);
    return changes.map((change, index) => this.#save(change, refusals[index] ?? null, fields));
  }

  #save({ erpKey, values }: ActorChange, refusal: ErrorCode | null, fields: readonly WantedField[]): SaveOutcome {
    const actor = this.actors.get(erpKey);
    if (!actor || refusal) return { kind: 'refused', code: refusal ?? 'actor.not_found', explanation: null };
    for (const [key, value] of Object.entries(values)) {
      const before = actor[key] ?? null;
      const stored = this.habits.normalise(value);
      this.#note(erpKey, key);
      actor[key] = stored;
      this.#watch.erpWritten(this.connectionId, erpKey, key, before, value, stored);
    }
    this.touch(erpKey, this.stamp());
    const saved = this.#actor(erpKey, this.habits.tacit ? [] : fields);
    return { kind: 'saved', actor: saved };
  }

  #refusal(erpKey: string, values: FieldValues): ErrorCode | null {
    if (!this.actors.has(erpKey)) return 'actor.not_found';
    for (const [key, value] of Object.entries(values)) {
      const { maxLength = 0, access } = this.#fields.find((field) => field.key === key) ?? {};
      if (maxLength > 0 && (value?.length ?? 0) > maxLength) return 'value.too_long';
      if (access === 'mandatory' && value === null) return 'value.mandatory';
      if (this.habits.strict && isUnwelcome(value)) return 'value.invalid';
    }
    return null;
  }

  /** Ids of its own, and no second look: who asks twice gets two. */
  create({ values }: ActorDraft, fields: readonly WantedField[]): Actor {
    for (const [key, value] of Object.entries(values)) {
      const { maxLength = 0 } = this.#fields.find((field) => field.key === key) ?? {};
      if (maxLength > 0 && (value?.length ?? 0) > maxLength) throw new AppError('value.too_long', { field: key });
    }
    this.#created += 1;
    const erpKey = `new${this.#created}`;
    const blank = Object.fromEntries(this.#fields.map(({ key }) => [key, null]));
    const stored = Object.entries(values).map(([key, value]) => [key, this.habits.normalise(value)] as const);
    this.actors.set(erpKey, { ...blank, ...Object.fromEntries(stored) });
    this.touch(erpKey, this.stamp());
    return this.#actor(erpKey, this.habits.tacit ? [] : fields);
  }

  /** As the documented sample does: what contains the text, or what the text contains. */
  search(text: string, fields: readonly WantedField[]): ActorPage {
    const wanted = text.toLowerCase();
    const hits = [...this.actors].filter(([, values]) =>
      Object.values(values).some((value) => {
        const cell = value?.trim().toLowerCase() ?? '';
        return cell !== '' && (cell.includes(wanted) || wanted.includes(cell));
      }),
    );
    return this.#page(
      hits.map(([erpKey]) => erpKey),
      fields,
    );
  }

  set(erpKey: string, key: string, value: FieldValue, stamp = this.stamp()): void {
    const actor = this.actors.get(erpKey);
    if (!actor) return;
    this.#note(erpKey, key);
    actor[key] = value;
    this.touch(erpKey, stamp);
  }

  /** A backup is put back: values and stamps are what they were then, and a counter counts on from there. */
  rewind(to: number): void {
    for (let last = this.#journal.at(-1); last && last.at > to; last = this.#journal.at(-1)) {
      this.#journal.pop();
      this.#changes = last.changes;
      const actor = this.actors.get(last.erpKey) ?? this.removed.get(last.erpKey);
      if (!actor) continue;
      actor[last.key] = last.before;
      this.touch(last.erpKey, last.stamp);
    }
  }

  #note(erpKey: string, key: string): void {
    const before = (this.actors.get(erpKey) ?? {})[key] ?? null;
    const stamp = this.stamps.get(erpKey) ?? '';
    this.#journal.push({ at: this.#now(), erpKey, key, before, stamp, changes: this.#changes });
  }

  touch(erpKey: string, stamp: string): void {
    this.stamps.set(erpKey, stamp);
  }

  remove(erpKey: string): void {
    const actor = this.actors.get(erpKey);
    if (!actor) return;
    this.actors.delete(erpKey);
    this.removed.set(erpKey, actor);
  }

  restore(erpKey: string): void {
    const actor = this.removed.get(erpKey);
    if (!actor) return;
    this.removed.delete(erpKey);
    this.actors.set(erpKey, actor);
    this.touch(erpKey, this.stamp());
  }

  /** What a change that begins now is stamped with. */
  stamp(): string {
    this.#changes += 1;
    if (this.habits.stamps === 'counter') return String(this.#changes);
    const { resolutionMs } = this.habits;
    const time = new Date(Math.floor(this.#now() / resolutionMs) * resolutionMs).toISOString();
    return this.habits.stamps === 'zoned' ? time : time.slice(0, 19);
  }

  #page(keys: readonly string[], fields: readonly WantedField[]): ActorPage {
    return { actors: keys.map((key) => this.#actor(key, fields)), warning: null };
  }

  #actor(erpKey: string, fields: readonly WantedField[]): Actor {
    const stored = this.actors.get(erpKey) ?? {};
    const values = Object.fromEntries(fields.map(({ key }) => [key, stored[key] ?? null]));
    return {
      type: 'Customer',
      erpKey,
      lastModified: this.stamps.get(erpKey) ?? '',
      values,
      unreadable: {},
      parent: null,
    };
  }
}

export function isUnwelcome(text: FieldValue): boolean {
  return text?.includes('56789') ?? false;
}
