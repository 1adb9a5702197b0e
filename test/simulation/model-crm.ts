import type { CrmField } from '../../backend/domain/field.ts';
import { sameValue } from '../../backend/domain/value.ts';
import { AppError } from '../../backend/errors.ts';
import type { CrmRecord, Whereabouts, WriteGuard } from '../../backend/ports/crm.ts';
import type { CrmEntity, FieldValue, FieldValues } from '../../shared/vocabulary.ts';

/** The fields of a company in the model; a change of `NOTE` leaves no trace on the record, as with phones and e-mails. */
export const crmFields: readonly CrmField[] = [
  field('NAME', 14),
  field('CITY', 10),
  field('NOTE', 0),
  { ...field('SIZE', 0), kind: 'integer' },
];
const TRACELESS = 'NOTE';

/** What really changes a record, whoever asks for it. */
export interface CrmWatch {
  crmWritten(entity: CrmEntity, key: string, before: FieldValue, wanted: FieldValue, stored: FieldValue): void;
}

/** SuperOffice as it behaves: whole seconds, guarded writes, records that go away and come back. */
export class ModelCrm {
  readonly records = new Map<number, Record<string, FieldValue>>();
  readonly removed = new Map<number, Record<string, FieldValue>>();
  readonly updatedAt = new Map<number, number>();
  readonly mergedInto = new Map<number, number>();
  /** What stood there before each change, latest last. */
  readonly #journal: {
    readonly at: number;
    readonly id: number;
    readonly key: string;
    readonly before: FieldValue;
    readonly updatedAt: number;
  }[] = [];
  readonly #now: () => number;
  readonly #normalise: (value: FieldValue) => FieldValue;
  readonly #watch: CrmWatch;

  constructor(now: () => number, normalise: (value: FieldValue) => FieldValue, watch: CrmWatch) {
    this.#now = now;
    this.#normalise = normalise;
    this.#watch = watch;
  }

  read(entities: readonly CrmEntity[], keys: readonly string[]): readonly CrmRecord[] {
    return entities.flatMap(({ id }) => (this.records.has(id) ? [this.#record(id, keys)] : []));
  }

  write({ id }: CrmEntity, values: FieldValues, { valuesWere = {} }: WriteGuard): CrmRecord {
    const record = this.records.get(id);
    if (!record) throw new AppError('entity.not_found', { id });
    for (const [key, value] of Object.entries(values)) {
      const { maxLength = 0 } = crmFields.find((known) => known.key === key) ?? {};
      if (maxLength > 0 && (value?.length ?? 0) > maxLength) throw new AppError('value.too_long', { field: key });
      if (key === 'NAME' && value === null) throw new AppError('value.mandatory', { field: key });
    }
    for (const [key, value] of Object.entries(valuesWere)) {
      if (!sameValue(record[key] ?? null, value)) throw new AppError('crm.changed', { id, field: key });
    }
    for (const [key, value] of Object.entries(values)) {
      const before = record[key] ?? null;
      const stored = this.#normalise(value);
      this.set(id, key, stored);
      this.#watch.crmWritten({ type: 'contact', id }, key, before, value, stored);
    }
    return this.#record(id, Object.keys(values));
  }

  /** A person, or we, change a value. */
  set(id: number, key: string, value: FieldValue): void {
    const record = this.records.get(id);
    if (!record || record[key] === value) return;
    const [before, updatedAt] = [record[key] ?? null, this.updatedAt.get(id) ?? 0];
    this.#journal.push({ at: this.#now(), id, key, before, updatedAt });
    record[key] = value;
    if (key !== TRACELESS) this.updatedAt.set(id, this.#second());
  }

  /** A backup is put back: values and times of change are what they were then. */
  rewind(to: number): void {
    for (let last = this.#journal.at(-1); last && last.at > to; last = this.#journal.at(-1)) {
      this.#journal.pop();
      const record = this.records.get(last.id) ?? this.removed.get(last.id);
      if (!record) continue;
      record[last.key] = last.before;
      this.updatedAt.set(last.id, last.updatedAt);
    }
  }

  remove(id: number): void {
    const record = this.records.get(id);
    if (!record) return;
    this.records.delete(id);
    this.removed.set(id, record);
  }

  /** The source disappears for good; only the merge log tells into what. */
  merge(source: number, into: number): void {
    this.remove(source);
    this.removed.delete(source);
    this.mergedInto.set(source, into);
  }

  restore(id: number): void {
    const record = this.removed.get(id);
    if (!record) return;
    this.removed.delete(id);
    this.records.set(id, record);
  }

  whereabouts({ id }: CrmEntity): Whereabouts {
    const into = this.mergedInto.get(id);
    if (into !== undefined) return { kind: 'merged', into: { type: 'contact', id: into } };
    return this.records.has(id) ? { kind: 'live' } : { kind: 'softDeleted' };
  }

  changedSince(since: Date): { readonly ids: readonly number[]; readonly asOf: Date } {
    const ids = [...this.records.keys()].filter((id) => (this.updatedAt.get(id) ?? 0) >= since.getTime());
    return { ids: ids.sort((a, b) => a - b), asOf: new Date(this.#second()) };
  }

  #record(id: number, keys: readonly string[]): CrmRecord {
    const values = this.records.get(id) ?? {};
    return {
      entity: { type: 'contact', id },
      name: values['NAME'] ?? '',
      values: Object.fromEntries(keys.map((key) => [key, values[key] ?? null])),
      updatedAt: new Date(this.updatedAt.get(id) ?? 0),
      company: null,
      protection: null,
    };
  }

  #second(): number {
    return Math.floor(this.#now() / 1000) * 1000;
  }
}

function field(key: string, maxLength: number): CrmField {
  return { key, name: key, kind: 'text', listName: null, maxLength, access: 'normal' };
}
