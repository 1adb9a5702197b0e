import { containsText, satisfies } from '../../backend/adapters/connectors/local-search.ts';
import type { Endpoint } from '../../backend/domain/endpoint.ts';
import type { ErpField } from '../../backend/domain/field.ts';
import { lengthOf, parseValue } from '../../backend/domain/value.ts';
import { AppError } from '../../backend/errors.ts';
import type { Clock } from '../../backend/ports/clock.ts';
import type {
  Actor,
  ActorChange,
  ActorDraft,
  ActorPage,
  CallOptions,
  ConnectionSettings,
  ConnectorKind,
  ErpConnector,
  SaveOutcome,
  SearchRestriction,
  WantedField,
} from '../../backend/ports/erp-connector.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import type { ActorRef, ActorType, FieldValue, FieldValues, ListItem } from '../../shared/vocabulary.ts';

/** `Customer/831`: how the maps below name an actor. */
export type ActorKey = `${ActorType}/${string}`;

export interface FakeErpCall {
  readonly method: keyof ErpConnector | keyof ConnectorKind;
  readonly args: readonly unknown[];
  readonly connectionId: string;
}

const LONG_AGO = '2026-01-01T00:00:00.000Z';

/** One ERP client in memory: its kind, and a connection to it. Every `open` leads to the same actors and switches. */
export class FakeErp implements ErpConnector, ConnectorKind {
  readonly kind = 'workbook';
  needsUrl = false;
  signsIn = false;
  servedWsdl?: NonNullable<ConnectorKind['servedWsdl']>;
  readonly clock: Clock;

  /** Values by field key. Set them freely; `edit` is what a user of the ERP does, modification stamp included. */
  readonly actors = new Map<ActorKey, Record<string, FieldValue>>();
  /** The mark of the last change; long ago for those not in here. */
  readonly lastModified = new Map<ActorKey, string>();
  readonly parents = new Map<ActorKey, ActorRef>();
  /** Texts that are no value of their field, by actor and field key. */
  readonly unreadable = new Map<ActorKey, Record<string, string>>();
  readonly lists = new Map<string, readonly ListItem[]>();
  /** What the ERP announces, by actor type: those not in here are not offered. */
  readonly fieldsOf = new Map<ActorType, readonly ErpField[]>([
    [
      'Customer',
      [
        fakeField('CustNo', { kind: 'integer', access: 'readOnly', name: 'Customer number', rank: 1 }),
        fakeField('NAME', { access: 'mandatory', name: 'Name', maxLength: 100, rank: 2 }),
        fakeField('POSTALAD1', { name: 'Address 1', rank: 3 }),
        fakeField('POSTALZIP', { name: 'Zip', maxLength: 20, rank: 4 }),
        fakeField('POSTALCITY', { name: 'City', maxLength: 50, rank: 5 }),
        fakeField('CustGr', { kind: 'list', listName: 'CustomerGroup', name: 'Customer group', rank: 6 }),
        fakeField('CreditLimit', { kind: 'decimal', name: 'Credit limit', rank: 7 }),
      ],
    ],
    [
      'Person',
      [
        fakeField('FIRSTNAME', { name: 'First name', rank: 1 }),
        fakeField('LASTNAME', { access: 'mandatory', name: 'Last name', rank: 2 }),
        fakeField('PHONE_DIRECT', { name: 'Phone', rank: 3 }),
      ],
    ],
  ]);
  /** The settings a connection asks for. */
  config: readonly ErpField[] = [
    fakeField('Filename', { access: 'mandatory', name: 'File name' }),
    fakeField('Password', { kind: 'password', name: 'Password' }),
  ];
  /** The connections saved here, by id. */
  readonly connections = new Map<string, FieldValues>();

  /** Every call, the refused ones too. */
  readonly calls: FakeErpCall[] = [];
  /** Thrown by the next calls, one each, before anything happens. */
  readonly failures: Error[] = [];
  /** Thrown by every call until it is null again. */
  outage: AppError | null = null;
  /** Thrown by every write until it is null again. */
  refusal: AppError | null = null;
  /** Actors that `saveActors` refuses while it saves the others of the batch. */
  readonly refused = new Map<ActorKey, { readonly code: ErrorCode; readonly explanation: string | null }>();
  /** Keys that `changedActors` tells as deleted. */
  deleted: readonly string[] = [];
  /** Goes out with every page of actors. */
  warning: string | null = null;
  /** Awaited before a call does anything: the place to be slow, or to change something behind the caller's back. */
  beforeCall: ((call: FakeErpCall) => void | Promise<void>) | null = null;
  /** Awaited when a call has done its work: throw, and the answer is lost though the ERP has committed. */
  afterCall: ((call: FakeErpCall) => void | Promise<void>) | null = null;
  /** What the ERP makes of a value that is written: trims, rounds, writes in capitals ... */
  normalise: (fieldKey: string, value: FieldValue) => FieldValue = (_key, value) => value;
  /** How finely the ERP tells time: stamps are rounded down to this. */
  resolutionMs = 1;

  readonly settings: ConnectionSettings = {
    connectionId: '00000000-0000-0000-0000-000000000000',
    url: '',
    config: { Filename: 'ErpClient.xlsx' },
  };

  constructor(clock: Clock = { now: () => new Date('2026-11-22T12:00:00Z') }) {
    this.clock = clock;
  }

  /** What someone does on the ERP's own screens. Creates the actor if need be. */
  edit(actor: ActorRef, values: FieldValues): void {
    const key = keyOf(actor);
    this.actors.set(key, { ...this.actors.get(key), ...values });
    this.lastModified.set(key, this.stamp());
  }

  /** How often a call was made. */
  count(method: FakeErpCall['method']): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  /** The same ERP, opened with the settings of a connection. */
  open(settings: ConnectionSettings): FakeErp {
    return Object.create(this, { settings: { value: settings } }) as FakeErp;
  }

  configFields(_endpoint: Endpoint, options?: CallOptions): Promise<readonly ErpField[]> {
    return this.called('configFields', [], options, () => this.config);
  }

  configList(_endpoint: Endpoint, listName: string, options?: CallOptions): Promise<readonly ListItem[]> {
    return this.called('configList', [listName], options, () => this.items(listName));
  }

  testConfig(options?: CallOptions): Promise<void> {
    return this.called('testConfig', [], options, () => this.checkConfig());
  }

  saveConnection(options?: CallOptions): Promise<void> {
    return this.called('saveConnection', [], options, () => {
      this.checkConfig();
      this.connections.set(this.settings.connectionId, this.settings.config);
    });
  }

  testConnection(options?: CallOptions): Promise<void> {
    return this.called('testConnection', [], options, () => this.checkConfig());
  }

  deleteConnection(options?: CallOptions): Promise<void> {
    return this.called('deleteConnection', [], options, () => {
      this.connections.delete(this.settings.connectionId);
    });
  }

  actorTypes(options?: CallOptions): Promise<readonly ActorType[]> {
    return this.called('actorTypes', [], options, () => [...this.fieldsOf.keys()]);
  }

  fields(type: ActorType, options?: CallOptions): Promise<readonly ErpField[]> {
    return this.called('fields', [type], options, () => this.announced(type));
  }

  searchableFields(type: ActorType, options?: CallOptions): Promise<readonly string[]> {
    return this.called('searchableFields', [type], options, () => this.announced(type).map(({ key }) => key));
  }

  getActors(
    type: ActorType,
    keys: readonly string[],
    fields: readonly WantedField[],
    options?: CallOptions,
  ): Promise<ActorPage> {
    return this.called('getActors', [type, keys, fields], options, () =>
      this.page(type, fields, ({ erpKey }) => keys.includes(erpKey)),
    );
  }

  searchActors(
    type: ActorType,
    text: string,
    fields: readonly WantedField[],
    options?: CallOptions & { readonly parent?: ActorRef },
  ): Promise<ActorPage> {
    return this.called('searchActors', [type, text, fields, options?.parent], options, () =>
      this.page(
        type,
        fields,
        (actor) =>
          this.isChild(actor, options?.parent) &&
          containsText(Object.values(this.actors.get(keyOf(actor)) ?? {}), text),
      ),
    );
  }

  searchAdvanced(
    type: ActorType,
    restrictions: readonly SearchRestriction[],
    fields: readonly WantedField[],
    options?: CallOptions & { readonly parent?: ActorRef },
  ): Promise<ActorPage> {
    return this.called('searchAdvanced', [type, restrictions, fields, options?.parent], options, () => {
      const asked = restrictions.map(({ field }) => field);
      return this.page(
        type,
        fields,
        (actor) => this.isChild(actor, options?.parent) && satisfies(this.actor(actor, asked).values, restrictions),
      );
    });
  }

  changedActors(
    type: ActorType,
    since: string,
    fields: readonly WantedField[],
    options?: CallOptions,
  ): Promise<ActorPage> {
    return this.called('changedActors', [type, since, fields], options, () => ({
      ...this.page(type, fields, (actor) => this.lastModifiedOf(actor) >= since),
      ...(this.deleted.length > 0 && { deleted: this.deleted }),
    }));
  }

  createActor(draft: ActorDraft, fields: readonly WantedField[], options?: CallOptions): Promise<Actor> {
    return this.called('createActor', [draft, fields], options, () => {
      if (this.refusal) throw this.refusal;
      const lacking = this.announced(draft.type).filter(({ access }) => access === 'mandatory');
      const blank = Object.fromEntries(lacking.map(({ key }) => [key, null]));
      const fault = this.fault(draft.type, { ...blank, ...draft.values });
      if (fault) throw fault;

      const keys = [...this.actors.keys()].map(refOf).filter(({ type }) => type === draft.type);
      const erpKey = String(Math.max(0, ...keys.map(({ erpKey }) => Number(erpKey) || 0)) + 1);
      const actor = { type: draft.type, erpKey };
      if (draft.parent) this.parents.set(keyOf(actor), draft.parent);
      this.store(actor, draft.values);
      return this.actor(actor, fields);
    });
  }

  saveActors(
    changes: readonly ActorChange[],
    fields: readonly WantedField[],
    options?: CallOptions,
  ): Promise<readonly SaveOutcome[]> {
    return this.called('saveActors', [changes, fields], options, () => {
      if (this.refusal) throw this.refusal;
      return changes.map((change) => this.save(change, fields));
    });
  }

  getList(listName: string, options?: CallOptions): Promise<readonly ListItem[]> {
    return this.called('getList', [listName], options, () => this.items(listName));
  }

  getListItems(listName: string, keys: readonly string[], options?: CallOptions): Promise<readonly ListItem[]> {
    return this.called('getListItems', [listName, keys], options, () =>
      this.items(listName).filter(({ key }) => keys.includes(key)),
    );
  }

  private async called<T>(
    method: FakeErpCall['method'],
    args: readonly unknown[],
    options: CallOptions | undefined,
    work: () => T,
  ): Promise<T> {
    const call: FakeErpCall = { method, args, connectionId: this.settings.connectionId };
    this.calls.push(call);
    await this.beforeCall?.(call);
    options?.signal?.throwIfAborted();
    const failure = this.failures.shift() ?? this.outage;
    if (failure) throw failure;

    const answer = work();
    await this.afterCall?.(call);
    return answer;
  }

  private checkConfig(): void {
    const missing = this.config.find(
      ({ key, access }) => access === 'mandatory' && (this.settings.config[key] ?? null) === null,
    );
    if (missing) throw new AppError('config.field_missing', { field: missing.key });
  }

  private announced(type: ActorType): readonly ErpField[] {
    return this.fieldsOf.get(type) ?? [];
  }

  private items(listName: string): readonly ListItem[] {
    const items = this.lists.get(listName);
    if (!items) throw new AppError('connector.rejected', { list: listName });
    return items;
  }

  private page(type: ActorType, fields: readonly WantedField[], wanted: (actor: ActorRef) => boolean): ActorPage {
    const actors = [...this.actors.keys()].map(refOf).filter((actor) => actor.type === type && wanted(actor));
    return { actors: actors.map((actor) => this.actor(actor, fields)), warning: this.warning };
  }

  private actor(ref: ActorRef, fields: readonly WantedField[]): Actor {
    const key = keyOf(ref);
    const stored = this.actors.get(key) ?? {};
    const garbled = this.unreadable.get(key) ?? {};
    const known = new Set([...this.announced(ref.type).map((field) => field.key), ...Object.keys(stored)]);
    const asked = fields.map((field) => field.key).filter((field) => known.has(field) || field in garbled);
    return {
      ...ref,
      lastModified: this.lastModifiedOf(ref),
      values: Object.fromEntries(
        asked.filter((field) => !(field in garbled)).map((field) => [field, stored[field] ?? null]),
      ),
      unreadable: Object.fromEntries(
        asked.flatMap((field) => (garbled[field] === undefined ? [] : [[field, garbled[field]]])),
      ),
      parent: this.parents.get(key) ?? null,
    };
  }

  private isChild(actor: ActorRef, parent: ActorRef | undefined): boolean {
    if (!parent) return true;
    const own = this.parents.get(keyOf(actor));
    return own !== undefined && keyOf(own) === keyOf(parent);
  }

  private save({ type, erpKey, values }: ActorChange, fields: readonly WantedField[]): SaveOutcome {
    const actor = { type, erpKey };
    const refusal = this.refused.get(keyOf(actor));
    if (refusal) return { kind: 'refused', ...refusal };
    if (!this.actors.has(keyOf(actor))) return { kind: 'refused', code: 'actor.not_found', explanation: null };
    const fault = this.fault(type, values);
    if (fault) return { kind: 'refused', code: fault.code, explanation: null };

    this.store(actor, values);
    return { kind: 'saved', actor: this.actor(actor, fields) };
  }

  private store(actor: ActorRef, values: FieldValues): void {
    const garbled = this.unreadable.get(keyOf(actor)) ?? {};
    const kept = Object.entries(garbled).filter(([field]) => !(field in values));
    this.unreadable.set(keyOf(actor), Object.fromEntries(kept));
    this.edit(
      actor,
      Object.fromEntries(Object.entries(values).map(([field, value]) => [field, this.normalise(field, value)])),
    );
  }

  private fault(type: ActorType, values: FieldValues): AppError | null {
    for (const [key, value] of Object.entries(values)) {
      const field = this.announced(type).find((candidate) => candidate.key === key);
      if (!field) return new AppError('mapping.field_unknown', { field: key });
      if (field.access === 'readOnly') return new AppError('mapping.direction_refused', { field: key });
      if (value === null && field.access === 'mandatory') return new AppError('value.mandatory', { field: key });
      if (value !== null && field.maxLength > 0 && lengthOf(value) > field.maxLength) {
        return new AppError('value.too_long', { field: key, length: lengthOf(value), maxLength: field.maxLength });
      }
      const items = field.listName === null ? undefined : this.lists.get(field.listName);
      const stranger = items !== undefined && !items.some((item) => item.key === value);
      if (value !== null && (stranger || parseValue(field.kind, value).kind === 'unreadable')) {
        return new AppError('value.invalid', { field: key, value });
      }
    }
    return null;
  }

  private lastModifiedOf(actor: ActorRef): string {
    return this.lastModified.get(keyOf(actor)) ?? LONG_AGO;
  }

  private stamp(): string {
    return new Date(Math.floor(this.clock.now().getTime() / this.resolutionMs) * this.resolutionMs).toISOString();
  }
}

export function keyOf({ type, erpKey }: ActorRef): ActorKey {
  return `${type}/${erpKey}`;
}

/** A field as an ERP announces it: an ordinary text, but for what is said. */
export function fakeField(key: string, more: Partial<ErpField> = {}): ErpField {
  return {
    key,
    name: key,
    description: '',
    kind: 'text',
    listName: null,
    defaultValue: null,
    maxLength: 0,
    access: 'normal',
    rank: 0,
    ...more,
  };
}

function refOf(key: ActorKey): ActorRef {
  const slash = key.indexOf('/');
  return { type: key.slice(0, slash) as ActorType, erpKey: key.slice(slash + 1) };
}
