import { randomBytes } from 'node:crypto';
import { countries, extraFields, lists, userDefinedFields } from './seed.ts';
import type { SeedAddress, SeedExtraField, SeedListItem, SeedUser, SeedUserDefinedField, TenantSeed } from './seed.ts';
import type { WebPanel } from './wire.ts';

export type EntityType = 'contact' | 'person' | 'project';

export interface Bookkeeping {
  readonly id: number;
  readonly registered: string;
  readonly registeredBy: number;
  readonly updated: string;
  readonly updatedBy: number;
  readonly updatedCount: number;
  /** When it was put into the recycle bin. */
  readonly deleted: string | null;
}

export interface Element {
  readonly value: string;
  readonly description: string;
}

export type PostalAddress = SeedAddress;

/** `contact` in the database. Phones, addresses, texts and user-defined values live in tables of their own. */
export interface Company extends Bookkeeping {
  readonly name: string;
  readonly department: string;
  readonly orgNr: string;
  readonly number1: string;
  readonly number2: string;
  readonly countryId: number;
  readonly categoryId: number;
  readonly businessId: number;
  readonly associateId: number;
  readonly noMailing: boolean;
  readonly stop: boolean;
  readonly description: string;
  readonly phones: readonly Element[];
  readonly faxes: readonly Element[];
  readonly emails: readonly Element[];
  readonly urls: readonly Element[];
  readonly street: PostalAddress;
  readonly postal: PostalAddress;
  readonly userDefined: Readonly<Record<string, string>>;
  readonly onlyGroupId: number | null;
}

export interface Person extends Bookkeeping {
  readonly companyId: number;
  readonly firstname: string;
  readonly middleName: string;
  readonly lastname: string;
  readonly mrmrs: string;
  readonly title: string;
  readonly salutation: string;
  readonly personNumber: string;
  readonly positionId: number;
  readonly countryId: number;
  readonly categoryId: number;
  readonly businessId: number;
  readonly associateId: number;
  readonly birthDate: string | null;
  readonly noMailing: boolean;
  readonly retired: boolean;
  readonly usePersonAddress: boolean;
  readonly description: string;
  readonly officePhones: readonly Element[];
  readonly mobilePhones: readonly Element[];
  readonly privatePhones: readonly Element[];
  readonly otherPhones: readonly Element[];
  readonly faxes: readonly Element[];
  readonly emails: readonly Element[];
  readonly urls: readonly Element[];
  /** A person has one. */
  readonly address: PostalAddress;
  readonly consents: readonly Consent[];
  readonly userDefined: Readonly<Record<string, string>>;
}

export interface Consent {
  readonly purposeKey: string;
  readonly legalBaseKey: string;
  readonly sourceKey: string;
}

export interface Project extends Bookkeeping {
  readonly name: string;
  readonly number: string;
  readonly typeId: number;
  readonly statusId: number;
  readonly associateId: number;
  readonly endDate: string | null;
  readonly completed: boolean;
  readonly description: string;
  readonly urls: readonly Element[];
  readonly memberIds: readonly number[];
  readonly userDefined: Readonly<Record<string, string>>;
}

export interface Rows {
  readonly contact: Company;
  readonly person: Person;
  readonly project: Project;
}

export interface Panel extends WebPanel {
  readonly WebPanelId: number;
  readonly Name: string;
  readonly Url: string;
  /** Added by an app, which alone may remove it. */
  readonly byApp: boolean;
  /** Null: all user groups see it. */
  readonly groupIds: readonly number[] | null;
}

/** What the client calls a webhook, plus what it never shows. */
export interface HookRow {
  readonly id: number;
  readonly name: string;
  readonly events: readonly string[];
  readonly targetUrl: string;
  readonly secret: string;
  readonly state: 'Active' | 'Stopped' | 'TooManyErrors';
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly errorEmails: readonly string[];
  readonly description: string;
  readonly registered: string;
  readonly registeredBy: number;
  readonly updated: string;
  readonly updatedBy: number;
  readonly totalCalls: number;
  readonly totalErrors: number;
  readonly consecutiveErrors: number;
  readonly lastError: string;
}

export interface MergeRow {
  readonly id: number;
  readonly table: EntityType;
  readonly source: number;
  readonly destination: number;
  readonly registered: string;
}

export interface CrmEvent {
  readonly event: string;
  readonly entity: string;
  readonly primaryKey: number;
  readonly changes: readonly string[];
  readonly fieldValues: Readonly<Record<string, unknown>>;
  readonly values: Readonly<Record<string, unknown>>;
  readonly by: number;
}

/** Everything that outlives a restart. */
export interface TenantData {
  readonly contact: readonly Company[];
  readonly person: readonly Person[];
  readonly project: readonly Project[];
  readonly panels: readonly Panel[];
  readonly webhooks: readonly HookRow[];
  readonly merges: readonly MergeRow[];
  readonly lastId: number;
  readonly approval: Approval;
  readonly systemToken: string;
  readonly refreshTokens: Readonly<Record<string, number>>;
  readonly languages: Readonly<Record<number, string>>;
}

export interface Selection {
  readonly name: string;
  readonly target: 'contact' | 'project' | 'appointment';
  readonly members: readonly { readonly type: EntityType; readonly id: number }[];
}

export type Approval = 'none' | 'approved' | 'revoked';

export const systemAssociateId = 99;
/** As SuperOffice's database reference numbers its tables; 9, which one may guess, is the appointments. */
export const tableNumbers = { contact: 5, person: 6, project: 11 } as const;
export const keyColumns = { contact: 'contact_id', person: 'person_id', project: 'project_id' } as const;

/** Root columns as the database names them. Only a change of one of these raises an event and moves `updated`. */
const rootColumns: { readonly [T in EntityType]: Readonly<Partial<Record<keyof Rows[T], string>>> } = {
  contact: {
    name: 'name',
    department: 'department',
    orgNr: 'orgNr',
    number1: 'number1',
    number2: 'number2',
    countryId: 'country_id',
    categoryId: 'category_idx',
    businessId: 'business_idx',
    associateId: 'associate_id',
    noMailing: 'nomailing',
    stop: 'xstop',
  },
  person: {
    companyId: 'contact_id',
    firstname: 'firstname',
    middleName: 'middleName',
    lastname: 'lastname',
    mrmrs: 'mrmrs',
    title: 'title',
    salutation: 'salutation',
    personNumber: 'person_number',
    positionId: 'position_idx',
    countryId: 'country_id',
    categoryId: 'category_idx',
    businessId: 'business_idx',
    associateId: 'associate_id',
    birthDate: 'year_of_birth',
    noMailing: 'nomailing',
    retired: 'retired',
    usePersonAddress: 'usePersonAddress',
  },
  project: {
    name: 'name',
    number: 'project_number',
    typeId: 'type_idx',
    statusId: 'status_idx',
    associateId: 'associate_id',
    endDate: 'endDate',
    completed: 'done',
  },
};

/** A customer of SuperOffice Online: records, users, lists and what apps have added. Whoever changes it is named. */
export class Tenant {
  readonly seed: TenantSeed;
  readonly records: { readonly [T in EntityType]: Map<number, Rows[T]> };
  readonly panels = new Map<number, Panel>();
  readonly webhooks = new Map<number, HookRow>();
  readonly merges: MergeRow[] = [];
  /** Static selections; members of a company selection are companies, or their contacts. */
  readonly selections = new Map<number, Selection>();
  readonly refreshTokens = new Map<string, number>();
  readonly languages = new Map<number, string>();
  approval: Approval = 'none';
  systemToken: string;
  /** A name of the State API: `Running`, `OfflineMaintenance`, `Suspended` ... */
  state = 'Running';
  /** Host and port that answer for this tenant; every other one answers 421. */
  host: string;
  /** The tenant holds the app's module licence. */
  siteLicence = true;
  /** Associates with the app's user licence. */
  readonly licensedUsers: Set<number>;
  private lastId: number;
  private readonly now: () => Date;
  private readonly listeners: ((event: CrmEvent) => void)[] = [];

  constructor(
    seed: TenantSeed,
    options: { readonly host: string; readonly now: () => Date; readonly data: TenantData | null },
  ) {
    const { data } = options;
    this.seed = seed;
    this.host = options.host;
    this.now = options.now;
    this.licensedUsers = new Set(seed.users.filter((user) => user.licensed).map((user) => user.associateId));
    const begin = data ?? beginning(seed);
    this.records = {
      contact: byId(begin.contact),
      person: byId(begin.person.map(complete)),
      project: byId(begin.project),
    };
    this.lastId = begin.lastId;
    for (const panel of begin.panels) this.panels.set(panel.WebPanelId, panel);
    for (const hook of begin.webhooks) this.webhooks.set(hook.id, hook);
    this.merges.push(...begin.merges);
    this.approval = begin.approval;
    this.systemToken = begin.systemToken;
    for (const [token, associateId] of Object.entries(begin.refreshTokens)) this.refreshTokens.set(token, associateId);
    for (const [associateId, language] of Object.entries(begin.languages))
      this.languages.set(Number(associateId), language);
  }

  get context(): string {
    return this.seed.context;
  }

  get users(): readonly SeedUser[] {
    return this.seed.users;
  }

  user(associateId: number): SeedUser | undefined {
    return this.seed.users.find((user) => user.associateId === associateId);
  }

  /** The app may be used: an administrator approved it and nobody took that back. */
  get approved(): boolean {
    return this.approval === 'approved';
  }

  get running(): boolean {
    return this.state === 'Running' || this.state === 'OnlineMaintenance';
  }

  onEvent(listener: (event: CrmEvent) => void): void {
    this.listeners.push(listener);
  }

  snapshot(): TenantData {
    return {
      contact: [...this.records.contact.values()],
      person: [...this.records.person.values()],
      project: [...this.records.project.values()],
      panels: [...this.panels.values()],
      webhooks: [...this.webhooks.values()],
      merges: this.merges,
      lastId: this.lastId,
      approval: this.approval,
      systemToken: this.systemToken,
      refreshTokens: Object.fromEntries(this.refreshTokens),
      languages: Object.fromEntries(this.languages),
    };
  }

  nextId(): number {
    return ++this.lastId;
  }

  clock(): Date {
    return this.now();
  }

  /** UTC to the second, as the database keeps it. */
  timestamp(): string {
    return `${this.now().toISOString().slice(0, 19)}Z`;
  }

  /** What this associate may see; the system user sees everything. */
  get<T extends EntityType>(type: T, id: number, associateId: number): Rows[T] | undefined {
    const row = this.records[type].get(id);
    return row && row.deleted === null && this.maySee(type, row, associateId) ? row : undefined;
  }

  /** There, but hidden by a visibility restriction. */
  isHidden(type: EntityType, id: number, associateId: number): boolean {
    const row = this.records[type].get(id);
    return row !== undefined && row.deleted === null && !this.maySee(type, row, associateId);
  }

  all<T extends EntityType>(type: T, associateId: number): readonly Rows[T][] {
    const rows = [...this.records[type].values()] as unknown as readonly Rows[T][];
    return rows.filter((row) => row.deleted === null && this.maySee(type, row, associateId));
  }

  create<T extends EntityType>(type: T, draft: Omit<Rows[T], keyof Bookkeeping>, by: number): Rows[T] {
    const at = this.timestamp();
    const id = this.nextId();
    const row = {
      ...draft,
      id,
      registered: at,
      registeredBy: by,
      updated: at,
      updatedBy: by,
      updatedCount: 0,
      deleted: null,
    };
    const stored = row as unknown as Rows[T];
    this.put(type, stored);
    this.raise(type, 'created', stored, [keyColumns[type], ...Object.values<string>(rootColumns[type])], by);
    return stored;
  }

  /** Only a change of the root row counts as a change: rows of other tables come and go in silence. */
  update<T extends EntityType>(type: T, id: number, changed: Partial<Rows[T]>, by: number): Rows[T] {
    const before = this.mustHave(type, id);
    const after = { ...before, ...changed, id };
    const columns = Object.entries<string>(rootColumns[type])
      .filter(([key]) => before[key as keyof Rows[T]] !== after[key as keyof Rows[T]])
      .map(([, column]) => column);
    if (columns.length === 0) {
      this.put(type, after);
      return after;
    }
    const stored = { ...after, updated: this.timestamp(), updatedBy: by, updatedCount: before.updatedCount + 1 };
    this.put(type, stored);
    const bookkeeping = [keyColumns[type], 'updated', 'updated_associate_id', 'updatedCount'];
    if (columns.includes('name')) bookkeeping.push('soundEx');
    this.raise(type, 'changed', stored, [...columns, ...bookkeeping], by);
    return stored;
  }

  /** Companies and persons go to the recycle bin, projects are gone at once. */
  delete(type: EntityType, id: number, by: number): void {
    if (type === 'project') {
      this.purge(type, id, by);
      return;
    }
    const row = this.mustHave(type, id);
    const at = this.timestamp();
    const stored = { ...row, deleted: at, updated: at, updatedBy: by, updatedCount: row.updatedCount + 1 };
    this.put<EntityType>(type, stored);
    this.raise(
      type,
      'softdeleted',
      stored,
      ['deleted', 'DeletedDate', 'updated', 'updated_associate_id', 'updatedCount'],
      by,
    );
  }

  undelete(type: 'contact' | 'person', id: number, by: number): void {
    const row = this.mustHave(type, id);
    this.put<EntityType>(type, {
      ...row,
      deleted: null,
      updated: this.timestamp(),
      updatedBy: by,
      updatedCount: row.updatedCount + 1,
    });
  }

  /** For good, as when the recycle bin is emptied. */
  purge(type: EntityType, id: number, by: number): void {
    const row = this.mustHave(type, id);
    this.records[type].delete(id);
    this.raise(type, 'deleted', row, [], by);
  }

  /** The source disappears; only the merge log tells into what. */
  merge(type: EntityType, source: number, destination: number, by: number): void {
    this.mustHave(type, destination);
    if (type === 'contact') {
      for (const person of this.records.person.values()) {
        if (person.companyId === source) this.update('person', person.id, { companyId: destination }, by);
      }
    }
    this.merges.push({ id: this.nextId(), table: type, source, destination, registered: this.timestamp() });
    this.purge(type, source, by);
  }

  raiseListEvent(list: string, kind: 'created' | 'changed' | 'softdeleted', id: number, by: number): void {
    this.emit({
      event: `list.${list}.${kind}`,
      entity: list,
      primaryKey: id,
      changes: [],
      fieldValues: {},
      values: {},
      by,
    });
  }

  emit(event: CrmEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  /** Approving makes the token that lets the app in as itself. */
  approve(appName: string): void {
    this.approval = 'approved';
    this.systemToken ||= `${appName}-${randomBytes(8).toString('base64url').slice(0, 10)}`;
  }

  private maySee(type: EntityType, row: Rows[EntityType], associateId: number): boolean {
    if (associateId === systemAssociateId || type === 'project') return true;
    const company = type === 'person' ? this.records.contact.get((row as Person).companyId) : (row as Company);
    return !company?.onlyGroupId || company.onlyGroupId === this.user(associateId)?.groupId;
  }

  private mustHave<T extends EntityType>(type: T, id: number): Rows[T] {
    const row = this.records[type].get(id);
    if (!row) throw new Error(`no ${type} ${id} in ${this.context}`);
    return row;
  }

  private put<T extends EntityType>(type: T, row: Rows[T]): void {
    (this.records[type] as unknown as Map<number, Rows[T]>).set(row.id, row);
  }

  private raise(type: EntityType, kind: string, row: Rows[EntityType], changes: readonly string[], by: number): void {
    const key = keyColumns[type];
    this.emit({
      event: `${type}.${kind}`,
      entity: type,
      primaryKey: row.id,
      changes,
      fieldValues: kind === 'deleted' ? {} : fieldValues(type, row),
      values: kind === 'deleted' ? { [key]: row.id, associate_id: row.associateId } : {},
      by,
    });
  }
}

export function listItems(name: string): readonly SeedListItem[] | undefined {
  const wanted = name.toLowerCase();
  if (wanted === 'country') return countries;
  return lists[{ projtype: 'projecttype', projstatus: 'projectstatus' }[wanted] ?? wanted];
}

export function countryId(iso2: string): number {
  return countries.find((country) => country.iso2 === iso2)?.id ?? 0;
}

/** User-defined fields, and after them extra fields: both travel as custom fields. */
export function customFields(type: EntityType): readonly (SeedUserDefinedField | SeedExtraField)[] {
  return [...userDefinedFields[type], ...extraFields[type]];
}

/** The encoded value of a custom field that nobody has filled in. */
export function unsetValue(type: EntityType, progId: string): string {
  switch (customFields(type).find((field) => field.progId === progId)?.type) {
    case 'Number':
    case 'Integer':
    case 'MdoList':
    case 'Checkbox':
    case 'List':
      return '[I:0]';
    case 'Decimal':
      return '[F:0]';
    case 'Date':
      return '[D:01/01/0001]';
    case 'DateTime':
      return '[DT:01/01/0001 00:00:00.0000000]';
    default:
      return '';
  }
}

function fieldValues(type: EntityType, row: Rows[EntityType]): Record<string, unknown> {
  const common = {
    associate_id: row.associateId,
    registered: row.registered,
    registered_associate_id: row.registeredBy,
    updated: row.updated,
  };
  if (type === 'project') {
    const project = row as Project;
    return {
      ...common,
      done: project.completed ? 1 : 0,
      status_idx: project.statusId,
      type_idx: project.typeId,
      updated_associate_id: row.updatedBy,
    };
  }
  const record = row as Company | Person;
  const shared = {
    ...common,
    business_idx: record.businessId,
    category_idx: record.categoryId,
    country_id: record.countryId,
  };
  if (type === 'contact')
    return { ...shared, deleted: row.deleted ? 1 : 0, DeletedDate: row.deleted ?? '0001-01-01T00:00:00' };
  const person = row as Person;
  return {
    ...shared,
    contact_id: person.companyId,
    person_id: person.id,
    position_idx: person.positionId,
    retired: person.retired ? 1 : 0,
    updated_associate_id: person.updatedBy,
    DeletedDate: row.deleted ?? '0001-01-01T00:00:00',
  };
}

/** As rows were kept before persons had consents and an address of their own. */
function complete(person: Person): Person {
  return { ...{ address: noAddress, consents: [] }, ...person };
}

function byId<T extends Bookkeeping>(rows: readonly T[]): Map<number, T> {
  return new Map(rows.map((row) => [row.id, row]));
}

function beginning(seed: TenantSeed): TenantData {
  const kept = (id: number, by: number): Bookkeeping => {
    const at = new Date(Date.UTC(2026, 2, 2, 8) + (id % 200) * 26 * 3_600_000).toISOString().slice(0, 19) + 'Z';
    return { id, registered: at, registeredBy: by, updated: at, updatedBy: by, updatedCount: 0, deleted: null };
  };
  return {
    contact: seed.companies.map(({ onlyGroupId, ...c }) => ({
      ...kept(c.id, c.associateId),
      name: c.name,
      department: c.department,
      orgNr: c.orgNr,
      number1: c.code,
      number2: c.number,
      countryId: countryId(c.country),
      categoryId: c.categoryId,
      businessId: c.businessId,
      associateId: c.associateId,
      noMailing: false,
      stop: false,
      description: '',
      phones: elements(c.phone),
      faxes: [],
      emails: elements(c.email),
      urls: elements(c.website),
      street: c.street,
      postal: c.postal,
      userDefined: c.userDefined,
      onlyGroupId,
    })),
    person: seed.persons.map((p) => {
      const company = seed.companies.find((c) => c.id === p.companyId)!;
      return {
        ...kept(p.id, company.associateId),
        companyId: p.companyId,
        firstname: p.firstname,
        middleName: p.middleName,
        lastname: p.lastname,
        mrmrs: p.mrmrs,
        title: p.title,
        salutation: '',
        personNumber: '',
        positionId: p.positionId,
        countryId: countryId(p.country),
        categoryId: company.categoryId,
        businessId: company.businessId,
        associateId: company.associateId,
        birthDate: p.birthDate,
        noMailing: false,
        retired: p.retired,
        usePersonAddress: false,
        description: '',
        officePhones: elements(p.directPhone),
        mobilePhones: elements(p.mobilePhone),
        privatePhones: [],
        otherPhones: [],
        faxes: [],
        emails: elements(p.email),
        urls: [],
        address: noAddress,
        consents: [],
        userDefined: p.userDefined,
      };
    }),
    project: seed.projects.map((p) => ({
      ...kept(p.id, p.associateId),
      name: p.name,
      number: p.number,
      typeId: p.typeId,
      statusId: p.statusId,
      associateId: p.associateId,
      endDate: p.endDate,
      completed: p.completed,
      description: p.description,
      urls: elements(p.website),
      memberIds: p.memberIds,
      userDefined: p.userDefined,
    })),
    panels: [],
    webhooks: [],
    merges: [],
    lastId: 10_000,
    approval: 'none',
    systemToken: '',
    refreshTokens: {},
    languages: {},
  };
}

export const noAddress: PostalAddress = {
  address1: '',
  address2: '',
  address3: '',
  zipcode: '',
  city: '',
  county: '',
  state: '',
};

export function elements(...values: readonly string[]): readonly Element[] {
  return values.filter((value) => value !== '').map((value) => ({ value, description: '' }));
}
