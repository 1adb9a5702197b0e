import { randomUUID } from 'node:crypto';
import { standardFields } from '../../backend/adapters/superoffice/fields.ts';
import { fieldsProtectedBy } from '../../backend/domain/crm-rules.ts';
import type { CrmField } from '../../backend/domain/field.ts';
import type { NotificationToken } from '../../backend/domain/installation.ts';
import { AppError } from '../../backend/errors.ts';
import type { Clock } from '../../backend/ports/clock.ts';
import type {
  Crm,
  CrmGroup,
  CrmPanel,
  CrmRecord,
  CrmUser,
  CrmWebhook,
  NewRecord,
  Principal,
  Whereabouts,
  WriteGuard,
} from '../../backend/ports/crm.ts';
import type { Identity, SignInRequest, SuperOffice, TenantState, Tokens } from '../../backend/ports/super-office.ts';
import type { CrmEntity, CrmEntityType, FieldValue, FieldValues, ListItem } from '../../shared/vocabulary.ts';

export interface FakeCall {
  readonly method: keyof Crm;
  readonly args: readonly unknown[];
  /** The associate who called; null for the system user. */
  readonly by: number | null;
}

/** `contact/42`: how the maps below name an entity. */
export type EntityKey = `${CrmEntityType}/${number}`;

const SYSTEM_USER = 900;
const LONG_AGO = new Date('2026-01-01T00:00:00Z');

/** A tenant in memory, as the system user sees it. `as(userId)` shows the same one, live, through a person's eyes. */
export class FakeCrm implements Crm {
  readonly clock: Clock;

  /** Values by field key. Set them freely; `edit` is what a user of the CRM does, time of change included. */
  readonly entities = new Map<EntityKey, Record<string, FieldValue>>();
  /** When the root row was changed; long ago for those not in here. */
  readonly updatedAt = new Map<EntityKey, Date>();
  readonly companies = new Map<EntityKey, CrmEntity>();
  /** Where the consents of a person who was made here came from. */
  readonly consentSourceOf = new Map<EntityKey, string>();
  readonly protection = new Map<EntityKey, 'ownerCompany' | 'user'>();
  /** Where those are that are not in `entities`; `gone` for the rest. */
  readonly whereaboutsOf = new Map<EntityKey, Whereabouts>();

  readonly principals = new Map<number, Principal>();
  /** What a person may not see, by associate id. */
  readonly hidden = new Map<number, Set<EntityKey>>();
  /** What a person may see but not change, by associate id. */
  readonly locked = new Map<number, Set<EntityKey>>();

  readonly userDefinedFields = new Map<CrmEntityType, readonly CrmField[]>();
  readonly lists = new Map<string, readonly ListItem[]>();
  readonly selections = new Map<number, { readonly name: string; readonly members: readonly CrmEntity[] }>();
  readonly allUsers: CrmUser[] = [];
  readonly allGroups: CrmGroup[] = [];
  readonly allPanels = new Map<string, CrmPanel>();
  readonly allWebhooks = new Map<number, CrmWebhook & { readonly secret: string }>();

  /** Every call, the refused ones too. */
  readonly calls: FakeCall[] = [];
  /** Thrown by the next calls, one each, before anything happens. */
  readonly failures: AppError[] = [];
  /** Thrown by every call until it is null again. Set it on the tenant, not on what `as` gave. */
  refusal: AppError | null = null;
  /** Awaited at the start of each call: the place to change something behind the caller's back. */
  beforeCall: ((call: FakeCall) => void | Promise<void>) | null = null;
  /** What SuperOffice makes of a value that is written. */
  normalise: (fieldKey: string, value: FieldValue) => FieldValue = (_key, value) => value;

  /** The function rights that SuperOffice lists for the system user. */
  systemRights = ['admin-all'];
  /** The company has the app's licence. */
  licensed = true;

  readonly viewer: number | null = null;

  constructor(clock: Clock = { now: () => new Date('2026-11-22T12:00:00Z') }) {
    this.clock = clock;
  }

  /** The same tenant, with a person's rights. */
  as(userId: number): FakeCrm {
    return Object.create(this, { viewer: { value: userId } }) as FakeCrm;
  }

  /** What someone does on the CRM's own screens: the clock marks the row, unless only child rows changed. */
  edit(entity: CrmEntity, values: FieldValues): void {
    const key = keyOf(entity);
    this.entities.set(key, { ...this.entities.get(key), ...values });
    if (Object.keys(values).some((field) => isOnRootRow(entity.type, field))) this.updatedAt.set(key, this.second());
  }

  /** Takes a record away, and remembers where it went. */
  remove(entity: CrmEntity, to: Whereabouts = { kind: 'softDeleted' }): void {
    this.entities.delete(keyOf(entity));
    this.whereaboutsOf.set(keyOf(entity), to);
  }

  async principal(): Promise<Principal> {
    await this.called('principal');
    if (this.viewer === null) {
      return {
        userId: SYSTEM_USER,
        name: 'System user',
        groupIds: [],
        functionRights: [...this.systemRights],
        licences: this.licensed ? ['erpsync.erp-sync'] : [],
      };
    }
    const principal = this.principals.get(this.viewer);
    if (!principal) throw new AppError('crm.denied');
    return principal;
  }

  async fields(type: CrmEntityType, language?: string): Promise<readonly CrmField[]> {
    await this.called('fields', type, language);
    return this.fieldsOf(type);
  }

  async list(listName: string, language?: string): Promise<readonly ListItem[]> {
    await this.called('list', listName, language);
    const items = this.lists.get(listName);
    if (!items) throw new AppError('crm.rejected', { list: listName });
    return items;
  }

  async users(): Promise<readonly CrmUser[]> {
    await this.called('users');
    return [...this.allUsers];
  }

  async groups(): Promise<readonly CrmGroup[]> {
    await this.called('groups');
    return [...this.allGroups];
  }

  async read(entities: readonly CrmEntity[], fieldKeys: readonly string[]): Promise<readonly CrmRecord[]> {
    await this.called('read', entities, fieldKeys);
    return entities.filter((entity) => this.sees(entity)).map((entity) => this.record(entity, fieldKeys));
  }

  async write(entity: CrmEntity, values: FieldValues, guard: WriteGuard = {}): Promise<CrmRecord> {
    await this.called('write', entity, values, guard);
    const key = keyOf(entity);
    if (!this.sees(entity)) throw new AppError('entity.not_found', { ...entity });
    if (this.viewer !== null && this.locked.get(this.viewer)?.has(key)) throw new AppError('crm.denied', { ...entity });

    const before = this.record(entity, Object.keys({ ...values, ...guard.valuesWere }));
    const wanted = Object.entries(values).map(
      ([field, value]) => [field, this.filled(entity.type, field, value)] as const,
    );
    const changed = wanted.filter(([field, value]) => before.values[field] !== value);
    for (const [field, value] of changed) this.check(entity, field, value);
    if (guard.unchangedSince && before.updatedAt > guard.unchangedSince)
      throw new AppError('crm.changed', { ...entity });
    for (const [field, value] of Object.entries(guard.valuesWere ?? {})) {
      if (before.values[field] !== value) throw new AppError('crm.changed', { ...entity, field });
    }

    const stored = changed.map(([field, value]) => [field, this.normalise(field, value)] as const);
    if (changed.length > 0) this.edit(entity, Object.fromEntries(stored));
    return this.record(entity, Object.keys(values));
  }

  async consentSources(language?: string): Promise<readonly ListItem[]> {
    await this.called('consentSources', language);
    return [
      { key: 'API', text: 'Other integration' },
      { key: 'IMPORT', text: 'Import' },
    ];
  }

  async create(record: NewRecord): Promise<CrmRecord> {
    await this.called('create', record);
    const { type, values, company, consentSource = 'API' } = record;
    const ids = [...this.entities.keys()].map(entityOf).filter((known) => known.type === type);
    const entity = { type, id: Math.max(0, ...ids.map(({ id }) => id)) + 1 };
    const names = type === 'person' ? ['FIRSTNAME', 'LASTNAME'] : ['NAME'];
    for (const [field, value] of Object.entries(values)) this.check(entity, field, value);
    if (names.every((name) => (values[name] ?? null) === null)) {
      throw new AppError('value.mandatory', { field: names.at(-1) });
    }
    const stored = Object.entries(values).map(([field, value]) => [field, this.normalise(field, value)] as const);
    this.edit(entity, { ...(type === 'contact' ? { COUNTRY: '578' } : {}), ...Object.fromEntries(stored) });
    this.updatedAt.set(keyOf(entity), this.second());
    if (company) this.companies.set(keyOf(entity), company);
    if (type === 'person') this.consentSourceOf.set(keyOf(entity), consentSource);
    return this.record(entity, Object.keys(values));
  }

  async find(type: CrmEntityType, fieldKey: string, text: string, company?: CrmEntity): Promise<readonly CrmEntity[]> {
    await this.called('find', type, fieldKey, text, company);
    if (!['NAME', 'LASTNAME', 'NUMBER', 'NUMBER1', 'NUMBER2', 'VATNO'].includes(fieldKey)) return [];
    return [...this.entities]
      .filter(([, values]) => values[fieldKey]?.toLowerCase() === text.trim().toLowerCase())
      .map(([key]) => entityOf(key))
      .filter((entity) => entity.type === type && this.sees(entity))
      .filter((entity) => !company || this.companies.get(keyOf(entity))?.id === company.id);
  }

  async whereabouts(entity: CrmEntity): Promise<Whereabouts> {
    await this.called('whereabouts', entity);
    if (this.entities.has(keyOf(entity))) return { kind: 'live' };
    return this.whereaboutsOf.get(keyOf(entity)) ?? { kind: 'gone' };
  }

  async changedSince(
    type: CrmEntityType,
    since: Date,
  ): Promise<{ readonly ids: readonly number[]; readonly asOf: Date }> {
    await this.called('changedSince', type, since);
    const ids = [...this.entities.keys()]
      .map(entityOf)
      .filter((entity) => entity.type === type && this.sees(entity) && this.changedAt(entity) >= since)
      .map(({ id }) => id);
    return { ids: ids.sort((a, b) => a - b), asOf: this.second() };
  }

  async selection(id: number): Promise<{ readonly name: string; readonly members: readonly CrmEntity[] }> {
    await this.called('selection', id);
    const selection = this.selections.get(id);
    if (!selection) throw new AppError('selection.not_found');
    return { name: selection.name, members: selection.members.filter((entity) => this.sees(entity)) };
  }

  async panels(): Promise<readonly CrmPanel[]> {
    await this.called('panels');
    return [...this.allPanels.values()];
  }

  async savePanel(panel: CrmPanel): Promise<void> {
    await this.called('savePanel', panel);
    this.allPanels.set(panel.progId, panel);
  }

  async deletePanel(progId: string): Promise<void> {
    await this.called('deletePanel', progId);
    this.allPanels.delete(progId);
  }

  async deletePanels(): Promise<void> {
    await this.called('deletePanels');
    this.allPanels.clear();
  }

  async webhooks(): Promise<readonly CrmWebhook[]> {
    await this.called('webhooks');
    return [...this.allWebhooks.values()].map(withoutSecret);
  }

  async saveWebhook(
    webhook: Omit<CrmWebhook, 'id' | 'state'> & { readonly id?: number; readonly secret: string },
  ): Promise<CrmWebhook> {
    await this.called('saveWebhook', webhook);
    const id = webhook.id ?? Math.max(0, ...this.allWebhooks.keys()) + 1;
    const saved = { ...webhook, id, state: 'active' } as const;
    this.allWebhooks.set(id, saved);
    return withoutSecret(saved);
  }

  async deleteWebhook(id: number): Promise<void> {
    await this.called('deleteWebhook', id);
    this.allWebhooks.delete(id);
  }

  private async called(method: keyof Crm, ...args: readonly unknown[]): Promise<void> {
    const call: FakeCall = { method, args, by: this.viewer };
    this.calls.push(call);
    await this.beforeCall?.(call);
    const failure = this.failures.shift() ?? this.refusal;
    if (failure) throw failure;
  }

  private fieldsOf(type: CrmEntityType): readonly CrmField[] {
    const standard = standardFields[type].map(({ key, name, kind, listName, maxLength, access }) => ({
      key,
      name,
      kind,
      listName,
      maxLength,
      access,
    }));
    return [...standard, ...(this.userDefinedFields.get(type) ?? [])];
  }

  private sees(entity: CrmEntity): boolean {
    const key = keyOf(entity);
    return this.entities.has(key) && !(this.viewer !== null && this.hidden.get(this.viewer)?.has(key));
  }

  private changedAt(entity: CrmEntity): Date {
    return this.updatedAt.get(keyOf(entity)) ?? LONG_AGO;
  }

  /** SuperOffice's times are whole seconds. */
  private second(): Date {
    return new Date(Math.floor(this.clock.now().getTime() / 1000) * 1000);
  }

  private record(entity: CrmEntity, fieldKeys: readonly string[]): CrmRecord {
    const key = keyOf(entity);
    const all = this.entities.get(key) ?? {};
    return {
      entity,
      name: all['NAME'] ?? [all['FIRSTNAME'], all['MIDDLENAME'], all['LASTNAME']].filter(Boolean).join(' '),
      values: Object.fromEntries(
        fieldKeys.map((field) => [field, this.filled(entity.type, field, all[field] ?? null)]),
      ),
      updatedAt: this.changedAt(entity),
      company: this.companies.get(key) ?? null,
      protection: this.protection.get(key) ?? null,
    };
  }

  /** A checkbox knows no blank. */
  private filled(type: CrmEntityType, key: string, value: FieldValue): FieldValue {
    return value ?? (this.field(type, key).kind === 'checkbox' ? 'false' : null);
  }

  private field(type: CrmEntityType, key: string): CrmField {
    const field = this.fieldsOf(type).find((candidate) => candidate.key === key);
    if (!field) throw new AppError('mapping.field_unknown', { field: key });
    return field;
  }

  private check(entity: CrmEntity, key: string, value: FieldValue): void {
    const { access, maxLength } = this.field(entity.type, key);
    if (fieldsProtectedBy(this.protection.get(keyOf(entity)) ?? null).includes(key)) {
      throw new AppError('entity.protected', { field: key });
    }
    if (access === 'readOnly') throw new AppError('mapping.direction_refused', { field: key });
    if (value === null && standardFields[entity.type].some((field) => field.key === key && field.mandatory)) {
      throw new AppError('value.mandatory', { field: key });
    }
    if (value !== null && maxLength > 0 && value.length > maxLength) {
      throw new AppError('value.too_long', { field: key, length: value.length, maxLength });
    }
  }
}

/**
 * SuperOffice in memory: a FakeCrm per tenant. The access token `user:11` is associate 11; the code of a callback is a
 * key of `identities`.
 */
export class FakeSuperOffice implements SuperOffice {
  readonly clock: Clock;
  readonly tenants = new Map<string, FakeCrm>();
  readonly states = new Map<string, TenantState>();
  readonly identities = new Map<string, Identity>();
  /** Thrown by the next sign-ins, one each. */
  readonly failures: AppError[] = [];
  /** Every question about the state of a tenant. */
  readonly asked: { readonly tenant: string; readonly afresh: boolean }[] = [];
  #requests = 0;

  constructor(clock: Clock = { now: () => new Date('2026-11-22T12:00:00Z') }) {
    this.clock = clock;
  }

  /** The tenant, made when it is asked for first. */
  tenant(name: string): FakeCrm {
    const crm = this.tenants.get(name) ?? new FakeCrm(this.clock);
    this.tenants.set(name, crm);
    return crm;
  }

  async startSignIn(tenantHint: string | null): Promise<SignInRequest> {
    this.#requests += 1;
    const state = `state-${this.#requests}`;
    const url = `https://sign-in.test/login/${tenantHint ?? 'common'}/oauth/authorize?state=${state}`;
    return { url, state, nonce: `nonce-${this.#requests}`, codeVerifier: `verifier-${this.#requests}` };
  }

  async finishSignIn(callbackUrl: string, expected: Omit<SignInRequest, 'url'>): Promise<Identity> {
    const failure = this.failures.shift();
    if (failure) throw failure;
    const answer = new URL(callbackUrl).searchParams;
    const identity = this.identities.get(answer.get('code') ?? '');
    if (answer.get('state') !== expected.state || !identity) throw new AppError('sign_in.failed');
    return identity;
  }

  /** `genuine`, with a `#` and what tells it from others if it is to be shown twice, or with a `:` and a tenant. */
  async verifyNotification(token: string, tenant: string): Promise<NotificationToken> {
    const [, id = randomUUID(), about = tenant] = /^genuine(#\w+)?(?::(.+))?$/.exec(token) ?? [null, '', ''];
    if (about !== tenant) throw new AppError('webhook.refused');
    return { id, endsAt: new Date(this.clock.now().getTime() + 300_000) };
  }

  async tenantState(tenant: string, how?: { readonly afresh: boolean }): Promise<TenantState> {
    this.asked.push({ tenant, afresh: how?.afresh ?? false });
    return (
      this.states.get(tenant) ?? {
        state: 'Running',
        running: true,
        apiUrl: `https://tenant.test/${tenant}/api/`,
        validUntil: new Date(this.clock.now().getTime() + 600_000),
      }
    );
  }

  asUser(tenant: string, tokens: Tokens, _save: (tokens: Tokens) => Promise<void>): Crm {
    return this.tenant(tenant).as(Number(tokens.accessToken.replace('user:', '')));
  }

  asSystemUser(tenant: string, _systemToken: string): Crm {
    return this.tenant(tenant);
  }
}

export function keyOf({ type, id }: CrmEntity): EntityKey {
  return `${type}/${id}`;
}

function entityOf(key: EntityKey): CrmEntity {
  const [type, id] = key.split('/') as [CrmEntityType, string];
  return { type, id: Number(id) };
}

/** Phones, e-mails, addresses and user-defined values are rows of their own; changing them leaves the root row as it was. */
function isOnRootRow(type: CrmEntityType, fieldKey: string): boolean {
  const place = standardFields[type].find(({ key }) => key === fieldKey)?.place;
  return place?.in === 'member' || place?.in === 'item';
}

function withoutSecret({ id, name, targetUrl, events, state }: CrmWebhook): CrmWebhook {
  return { id, name, targetUrl, events, state };
}
