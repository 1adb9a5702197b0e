import { checkNames, type GiveSeats, type Seats, type SetupCheckItem } from '../../shared/api/setup.ts';
import { fixture, html } from '@open-wc/testing';
import type { Comparison, ComparisonPage, UnequalPage } from '../../shared/api/comparisons.ts';
import type { Connection, SaveConnection } from '../../shared/api/connections.ts';
import type { ConfigField, Connector, SaveConnector } from '../../shared/api/connectors.ts';
import type {
  ChooseRecord,
  ChosenConsentSource,
  ConsentSource,
  Import,
  ImportedActor,
  LeaveOut,
  StartImport,
} from '../../shared/api/imports.ts';
import type { ListMapping, MappedItem } from '../../shared/api/list-mappings.ts';
import type {
  ActorTypeMapping,
  ErpList,
  MappedField,
  SaveFieldMapping,
  SchemaChanges,
  SchemaTasks,
} from '../../shared/api/mappings.ts';
import type { RunDetail, RunStep, StartSync } from '../../shared/api/runs.ts';
import type { Session } from '../../shared/api/session.ts';
import type { AttentionPage, LedgerEntry, SyncStatus } from '../../shared/api/sync.ts';
import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import type { ActorType } from '../../shared/vocabulary.ts';
import { ApiError, type Api, type Method } from '../../panel/api/client.ts';
import { readPanelUrl } from '../../panel/host/panel-url.ts';
import '../../panel/host/sign-in-gate.ts';
import '../../panel/settings/setup-check.ts';
import '../../panel/settings/sync-settings.ts';
import { page } from '../../panel/ui/styles/page.ts';
import { tokens } from '../../panel/ui/styles/tokens.ts';
import { speak } from './speak.ts';

for (const { styleSheet } of [tokens, page]) document.adoptedStyleSheets.push(styleSheet!);

export const astrid: Session = {
  tenant: 'Cust10001',
  user: { id: 5, name: 'Astrid Berg' },
  administrator: true,
  licensed: true,
  missing: [],
  administrators: [],
  crmOrigin: 'http://localhost:3001',
  expiresAt: '2026-11-23T00:00:00Z',
};

const ids = { connector: '00000000-0000-4000-8000-000000000001', connection: '00000000-0000-4000-8000-00000000000' };

export const workbookConnector: Connector = {
  id: ids.connector,
  kind: 'workbook',
  name: 'Workbook',
  url: '',
  deleted: false,
  connections: 1,
  signIn: null,
  secretSet: false,
  wsdl: null,
  authority: null,
};

export const superSale: Connection = {
  id: `${ids.connection}2`,
  connectorId: ids.connector,
  connectorName: 'Workbook',
  name: 'Super Sale',
  description: 'Sales company in Oslo',
  active: true,
  deleted: false,
  scope: { everyone: true, members: [] },
  config: { Filename: 'super-sale.xlsx' },
  secretsSet: ['PasswordField'],
  pollSeconds: 60,
  policy: 'ask',
  brake: { percent: 5, links: 200 },
  links: 187,
  conflicts: 2,
  parked: 1,
  lastPolledAt: '2026-11-22T20:15:00Z',
  trouble: null,
};

export const configField = (field: Partial<ConfigField> & Pick<ConfigField, 'key' | 'name' | 'kind'>): ConfigField => ({
  description: '',
  access: 'normal',
  maxLength: 0,
  items: null,
  defaultValue: null,
  ...field,
});

export const configFields: ConfigField[] = [
  configField({
    key: 'Filename',
    name: 'File',
    kind: 'text',
    access: 'mandatory',
    description: 'The workbook in the folder of the connector',
  }),
  configField({ key: 'CheckboxField', name: 'Read hidden rows', kind: 'checkbox', defaultValue: 'false' }),
  configField({ key: 'DateField', name: 'Start date', kind: 'date' }),
  configField({ key: 'DoubleField', name: 'Rate', kind: 'decimal' }),
  configField({ key: 'PasswordField', name: 'Password', kind: 'password' }),
  configField({
    key: 'ListField',
    name: 'Company',
    kind: 'list',
    items: [
      { key: 'no', text: 'Super Sale Norway' },
      { key: 'se', text: 'Super Sale Sweden' },
    ],
  }),
];

export const mappedField = (field: Partial<MappedField> & Pick<MappedField, 'key' | 'name'>): MappedField => ({
  description: '',
  kind: 'text',
  access: 'normal',
  maxLength: 0,
  firstValue: { value: null, ask: false, mandatory: false },
  crmField: null,
  direction: 'none',
  showInTab: false,
  showInSearch: false,
  policy: null,
  missingInErp: false,
  missingInCrm: false,
  alreadyMappedIn: null,
  ...field,
});

export const customerMapping = (): ActorTypeMapping => ({
  actorType: 'Customer',
  active: true,
  fields: [
    mappedField({
      key: 'CustNo',
      name: 'Customer number',
      kind: 'integer',
      access: 'readOnly',
      showInSearch: true,
      showInTab: true,
    }),
    mappedField({
      key: 'NAME',
      name: 'Name',
      access: 'mandatory',
      crmField: 'NAME',
      direction: 'both',
      showInSearch: true,
    }),
    mappedField({ key: 'POSTALAD1', name: 'Address 1', crmField: 'POSTALAD1', direction: 'none' }),
    mappedField({ key: 'POSTALCITY', name: 'City', crmField: 'POSTALCITY', direction: 'toCrm', showInSearch: true }),
    mappedField({
      key: 'CustGr',
      name: 'Customer group',
      kind: 'list',
      crmField: 'BUSINESS',
      direction: 'toCrm',
      showInTab: true,
    }),
    mappedField({ key: 'Credit', name: 'Credit limit', kind: 'decimal', showInTab: true }),
    mappedField({ key: 'Region', name: 'Region', crmField: 'SuperOffice:12', direction: 'toErp', missingInCrm: true }),
    mappedField({ key: 'OldFax', name: 'Fax', crmField: 'FAX', direction: 'both', missingInErp: true }),
    mappedField({ key: 'Blocked', name: 'Blocked', kind: 'checkbox' }),
  ],
  crmFields: [
    { key: 'NAME', name: 'Name', kind: 'text', access: 'normal' },
    { key: 'DEPARTMENT', name: 'Department', kind: 'text', access: 'normal' },
    { key: 'POSTALAD1', name: 'Postal address 1', kind: 'text', access: 'normal' },
    { key: 'POSTALCITY', name: 'Postal city', kind: 'text', access: 'normal' },
    { key: 'FAX', name: 'Fax', kind: 'text', access: 'normal' },
    { key: 'BUSINESS', name: 'Business', kind: 'list', access: 'normal' },
    { key: 'CATEGORY', name: 'Category', kind: 'list', access: 'normal' },
    { key: 'CONTACT_ID', name: 'Company ID', kind: 'integer', access: 'readOnly' },
    { key: 'STOP', name: 'Stop', kind: 'checkbox', access: 'normal' },
  ],
});

export const personMapping = (): ActorTypeMapping => ({
  actorType: 'Person',
  active: false,
  fields: [
    mappedField({ key: 'PersonNo', name: 'Number', kind: 'integer', access: 'readOnly', showInSearch: true }),
    mappedField({ key: 'FIRSTNAME', name: 'First name', crmField: 'FIRSTNAME', direction: 'both' }),
  ],
  crmFields: [{ key: 'FIRSTNAME', name: 'First name', kind: 'text', access: 'normal' }],
});

export const importOf = (
  entered: Partial<Omit<Import, 'counts'>> & { counts?: Partial<Import['counts']> } = {},
): Import => ({
  id: '00000000-0000-4000-8000-0000000000d1',
  connectionId: superSale.id,
  connectionName: superSale.name,
  actorType: 'Customer',
  source: { kind: 'all' },
  state: 'planned',
  startedAt: '2026-11-22T20:14:00Z',
  startedBy: 'Astrid Berg',
  endedAt: null,
  may: ['execute', 'choose', 'cancel'],
  warning: null,
  failure: null,
  nameToType: null,
  ...entered,
  counts: {
    actors: 5,
    left: 0,
    create: 1,
    connect: 1,
    linked: 1,
    duplicate: 1,
    blocked: 1,
    leftOut: 0,
    created: 0,
    connected: 0,
    disconnected: 0,
    stale: 0,
    failed: 0,
    ...entered.counts,
  },
});

export const importedActor = (
  actor: Partial<ImportedActor> & Pick<ImportedActor, 'id' | 'name' | 'verdict'>,
): ImportedActor => ({
  erpKey: actor.id,
  entity: null,
  entityName: null,
  chosen: null,
  lookalikes: [],
  outcome: null,
  reason: null,
  ...actor,
});

export const groupList = (list: Partial<ListMapping> = {}): ListMapping => ({
  actorType: 'Customer',
  fieldKey: 'CustGr',
  fieldName: 'Customer group',
  crmField: 'BUSINESS',
  crmFieldName: 'Business',
  direction: 'both',
  failure: null,
  items: [
    mappedItem({ key: 'R', text: 'Retail', suggestion: '1' }),
    mappedItem({ key: 'W', text: 'Wholesale', decided: true, crmItem: '2' }),
    mappedItem({ key: 'X', text: 'Export' }),
  ],
  crmItems: [
    { key: '1', text: 'Retail' },
    { key: '2', text: 'Wholesale trade' },
    { key: '3', text: 'Public sector' },
  ],
  ...list,
});

export const mappedItem = (item: Partial<MappedItem> & Pick<MappedItem, 'key' | 'text'>): MappedItem => ({
  missingInErp: false,
  decided: false,
  crmItem: null,
  goesBack: false,
  suggestion: null,
  ...item,
});

export const ledgerEntry = (entry: Partial<LedgerEntry>): LedgerEntry => ({
  id: '1',
  at: '2026-11-22T20:14:00Z',
  runId: null,
  event: null,
  connectionName: 'Super Sale',
  entity: { type: 'contact', id: 42 },
  entityName: 'Orkdal Eldresenter',
  fieldKey: 'NAME',
  fieldName: 'Name',
  target: 'erp',
  before: 'Orkdal Senter AS',
  after: 'Orkdal Eldresenter',
  reason: 'changed',
  cause: 'webhook',
  userName: 'Lars Holm',
  ...entry,
});

export const syncRun = (
  run: Partial<Omit<RunDetail, 'counts'>> & { counts?: Partial<RunDetail['counts']> },
): RunDetail => ({
  id: '00000000-0000-4000-8000-0000000000a1',
  kind: 'resync',
  dryRun: true,
  state: 'planned',
  from: 'crm',
  connectionId: null,
  connectionName: null,
  keepNonBlank: false,
  records: { kind: 'all', name: null, actorType: null },
  undoes: null,
  startedAt: '2026-11-22T20:14:00Z',
  startedBy: 'Astrid Berg',
  endedAt: null,
  may: ['execute', 'cancel'],
  undoUntil: '2027-02-20T20:14:00Z',
  reach: [{ connectionName: 'Super Sale', changedLinks: 2, changedBefore: 0, limit: 20 }],
  failures: [],
  nameToType: null,
  fields: [
    {
      connectionId: superSale.id,
      connectionName: 'Super Sale',
      fieldKey: 'NAME',
      fieldName: 'Name',
      target: 'erp',
      changes: 2,
      blanks: 1,
    },
  ],
  ...run,
  counts: {
    records: 187,
    recordsLeft: 0,
    links: 187,
    toWrite: 2,
    blanks: 1,
    changedLinks: 2,
    written: 0,
    stale: 0,
    unchanged: 185,
    conflicts: 0,
    parked: 0,
    failed: 0,
    ...run.counts,
  },
});

export const runStep = (step: Partial<RunStep>): RunStep => ({
  id: '1',
  entity: { type: 'contact', id: 42 },
  entityName: 'Orkdal Eldresenter',
  connectionName: 'Super Sale',
  fieldKey: 'NAME',
  fieldName: 'Name',
  target: 'erp',
  before: 'Orkdal Senter AS',
  after: 'Orkdal Eldresenter',
  outcome: null,
  ...step,
});

const peopleOfTenant = {
  users: [
    { id: 5, name: 'Astrid Berg', groupIds: [1] },
    { id: 11, name: 'Lars Holm', groupIds: [2] },
    { id: 12, name: 'Maria Keller', groupIds: [3] },
  ],
  groups: [
    { id: 1, name: 'Administration' },
    { id: 2, name: 'Sales Nordic' },
    { id: 3, name: 'Sales DACH' },
  ],
};

export const setupItem = (name: SetupCheckItem['name'], item: Partial<SetupCheckItem> = {}): SetupCheckItem => ({
  name,
  state: 'fine',
  reason: null,
  names: [],
  count: null,
  of: null,
  repairable: false,
  ...item,
});

interface Call {
  readonly method: Method;
  readonly path: string;
  readonly body: unknown;
}

/** What stands in for the backend: it remembers what is saved, and fails where it is told to. */
export class SettingsWorld {
  configFields: readonly ConfigField[] = configFields;
  session = astrid;
  connectors: Connector[] = [];
  connections: Connection[] = [];
  mappings: ActorTypeMapping[] = [customerMapping(), personMapping()];
  lists: ListMapping[] = [groupList()];
  imports: Import[] = [];
  importedActors: ImportedActor[] = [];
  consentSource: ConsentSource = {
    key: 'API',
    sources: [
      { key: 'API', text: 'Other integration' },
      { key: 'IMPORT', text: 'Import of a list' },
    ],
  };
  status: SyncStatus = {
    automatic: true,
    links: 0,
    waiting: 0,
    working: false,
    conflicts: 0,
    parked: 0,
    lastRunAt: null,
    braked: [],
    restores: [],
  };
  attention: AttentionPage['links'] = [];
  /** By key of the ERP field. */
  erpLists: Record<string, ErpList['items']> = {};
  schemaTasks: SchemaTasks['tasks'] = [];
  /** What the next refresh of the ERP's fields finds. */
  schemaChanges: SchemaChanges['changes'] = [];
  ledger: LedgerEntry[] = [];
  comparisons: ComparisonPage = { nightly: { hour: 2, timeZone: 'Europe/Oslo' }, comparisons: [] };
  unequal: UnequalPage['links'] = [];
  /** Newest first; the first is the one that is looked at. */
  runs: RunDetail[] = [];
  steps: RunStep[] = [];
  pageSize = 50;
  setupCheck: SetupCheckItem[] = checkNames.map((name) => setupItem(name));
  seats: Seats = {
    licensed: 2,
    until: null,
    everyone: true,
    members: [],
    holders: [
      { userId: 11, name: 'Lars Holm', takenAt: '2026-11-20T08:00:00Z' },
      { userId: 12, name: 'Maria Keller', takenAt: '2026-11-21T08:00:00Z' },
    ],
  };
  /** What stands in the way of every activation. */
  reasons: unknown[] = [];
  readonly calls: Call[] = [];
  readonly #failures = new Map<string, ApiError>();
  readonly #held = new Map<string, Promise<void>>();
  #next = 3;

  /** The next call of this kind fails. */
  refuse(call: string, code: ErrorCode, detail: ErrorDetail = {}): void {
    this.#failures.set(call, new ApiError({ code, detail }));
  }

  /** What was refused no longer is. */
  accept(call: string): void {
    this.#failures.delete(call);
  }

  /** Calls of this kind wait until the returned function is called. */
  hold(call: string): () => void {
    let release!: () => void;
    this.#held.set(
      call,
      new Promise<void>((resolve) => {
        release = resolve;
      }),
    );
    return () => {
      this.#held.delete(call);
      release();
    };
  }

  sent(call: string): unknown[] {
    return this.calls.filter(({ method, path }) => `${method} ${path}` === call).map(({ body }) => body);
  }

  readonly api: Api = async <Answer>(method: Method, path: string, { body }: { body?: unknown } = {}) => {
    this.calls.push({ method, path, body });
    await this.#held.get(`${method} ${path}`);
    const failure = this.#failures.get(`${method} ${path}`);
    if (failure) {
      this.#failures.delete(`${method} ${path}`);
      throw failure;
    }
    return structuredClone(this.#answer(method, path, body)) as Answer;
  };

  #answer(method: Method, path: string, body: unknown): unknown {
    const [, , subject = '', id = '', verb = '', last = ''] = new URL(path, 'http://localhost').pathname.split('/');
    switch (`${method} ${subject}`) {
      case 'GET session':
        return this.session;
      case 'DELETE session':
        return undefined;
      case 'GET setup-check':
        return { items: this.setupCheck, administrators: ['Astrid Berg'] };
      case 'POST setup-check':
        this.setupCheck = this.setupCheck.map(({ name }) => setupItem(name));
        return { items: this.setupCheck, administrators: ['Astrid Berg'] };
      case 'GET seats':
        return this.seats;
      case 'PUT seats':
        return (this.seats = { ...this.seats, ...(body as GiveSeats) });
      case 'DELETE seats':
        return (this.seats = {
          ...this.seats,
          holders: this.seats.holders.filter(({ userId }) => userId !== Number(id)),
        });
      case 'GET connector-kinds':
        return [
          { kind: 'workbook', needsUrl: false, signsIn: false, wsdl: false },
          { kind: 'soap', needsUrl: true, signsIn: true, wsdl: true },
        ];
      case 'GET connectors':
        return verb === 'config-fields' ? { fields: this.configFields } : this.connectors;
      case 'POST connectors':
        if (verb === 'restore') return this.#changeConnector(id, { deleted: false });
        return this.#push(this.connectors, {
          ...connectorOf(body as SaveConnector),
          id: this.#newId(),
          deleted: false,
          connections: 0,
        });
      case 'PUT connectors':
        return this.#changeConnector(id, connectorOf(body as SaveConnector));
      case 'DELETE connectors':
        return this.#changeConnector(id, { deleted: true });
      case 'GET connections':
        if (verb === 'summary') return this.#summary();
        if (last !== '') return { items: this.erpLists[new URL(path, 'http://localhost').searchParams.get('field')!] };
        if (verb === 'list-mappings') return { lists: this.lists };
        return verb === 'mappings' ? { actorTypes: this.mappings } : this.connections;
      case 'POST connections':
        if (verb === 'activate') return this.#activate(id);
        if (verb === 'deactivate') return this.#changeConnection(id, { active: false });
        if (verb === 'restore') return this.#changeConnection(id, { deleted: false });
        if (verb === 'compare') return this.status;
        if (verb === 'refresh-fields') return { changes: this.schemaChanges };
        if (verb !== '') return undefined;
        return this.#push(this.connections, {
          ...superSale,
          ...connectionOf(body as SaveConnection),
          id: this.#newId(),
          active: false,
          links: 0,
          conflicts: 0,
          parked: 0,
          secretsSet: [],
        });
      case 'PUT connections':
        if (verb === 'mappings') {
          this.#saveMapping(last as ActorType, body as SaveFieldMapping);
          return;
        }
        if (verb === 'list-mappings' || verb === 'ranks') return undefined;
        return this.#changeConnection(id, connectionOf(body as SaveConnection));
      case 'PUT connection-priority':
        return undefined;
      case 'DELETE connections':
        if (verb === 'schema-tasks') return void (this.schemaTasks = []);
        return this.#changeConnection(id, { deleted: true, active: false });
      case 'GET consent-source':
        return this.consentSource;
      case 'PUT consent-source':
        return void (this.consentSource = { ...this.consentSource, ...(body as ChosenConsentSource) });
      case 'GET people':
        return peopleOfTenant;
      case 'GET sync':
        return this.status;
      case 'PUT sync':
        return (this.status = { ...this.status, ...(body as Partial<SyncStatus>) });
      case 'POST links':
        this.attention = this.attention.filter(({ linkId }) => linkId !== id);
        return undefined;
      case 'GET schema-tasks':
        return { tasks: this.schemaTasks };
      case 'GET attention':
        return { links: this.attention };
      case 'GET imports':
        if (id === '') return { imports: this.imports };
        if (verb === '') return this.imports[0];
        return {
          actors: this.#importedActors(new URL(path, 'http://localhost').searchParams),
          next: null,
        };
      case 'POST imports':
        if (id === '') {
          const { actorType, source } = body as StartImport;
          return (this.imports = [importOf({ actorType, source }), ...this.imports])[0];
        }
        if (verb === 'leave-out') return this.#leaveOut(body as LeaveOut);
        if (verb === 'choose') return this.#chooseRecord(body as ChooseRecord);
        return (this.imports = [steeredImport(this.imports[0]!, verb), ...this.imports.slice(1)])[0];
      case 'GET runs':
        if (id === '') return { runs: this.runs };
        return verb === 'steps' ? { steps: this.steps, next: null } : this.runs[0];
      case 'POST runs':
        if (id === '') return (this.runs = [syncRun(startedRun(body as StartSync, this.connections))])[0];
        return (this.runs = [steered(this.runs[0]!, verb)])[0];
      case 'GET comparisons':
        return verb === 'unequal' ? { links: this.unequal, next: null } : this.comparisons;
      case 'POST comparisons':
        return this.#compare();
      case 'PUT comparisons':
        return (this.comparisons = { ...this.comparisons, nightly: body as ComparisonPage['nightly'] });
      case 'PUT retention':
        return undefined;
      case 'GET ledger':
        return this.#ledger(new URL(path, 'http://localhost').searchParams);
      default:
        return undefined;
    }
  }

  #ledger(query: URLSearchParams) {
    const text = (query.get('text') ?? '').toLowerCase();
    const found = this.ledger.filter(({ before, after }) => `${before} ${after}`.toLowerCase().includes(text));
    const from = Number(query.get('after') ?? 0);
    const next = from + this.pageSize;
    const users = [{ id: 11, name: 'Lars Holm' }];
    return {
      entries: found.slice(from, next),
      next: next < found.length ? String(next) : null,
      users,
      retentionDays: 90,
    };
  }

  #compare(): ComparisonPage {
    const progress = { compared: 0, total: this.status.links };
    const comparisons = this.comparisons.comparisons.map((comparison): Comparison => ({ ...comparison, progress }));
    return (this.comparisons = { ...this.comparisons, comparisons });
  }

  #importedActors(query: URLSearchParams): ImportedActor[] {
    const [verdict, outcome] = [query.get('verdict'), query.get('outcome')];
    return this.importedActors.filter(
      (actor) => (verdict === null || actor.verdict === verdict) && (outcome === null || actor.outcome === outcome),
    );
  }

  #chooseRecord({ actorId, recordId }: ChooseRecord): Import | undefined {
    this.importedActors = this.importedActors.map((actor) => {
      if (actor.id !== actorId) return actor;
      const found = actor.lookalikes.find(({ entity }) => entity.id === recordId);
      const verdict = found ? 'connect' : recordId === 0 ? 'create' : 'duplicate';
      return {
        ...actor,
        verdict,
        chosen: recordId,
        entity: found?.entity ?? null,
        entityName: found?.entityName ?? null,
      };
    });
    return this.imports[0];
  }

  #leaveOut({ leftOut, actors }: LeaveOut): Import {
    const isMeant = ({ id, verdict }: ImportedActor) =>
      actors.kind === 'these'
        ? actors.ids.includes(id)
        : (verdict === 'create' || verdict === 'connect') && (actors.verdict ?? verdict) === verdict;
    this.importedActors = this.importedActors.map((actor) =>
      isMeant(actor) ? { ...actor, outcome: leftOut ? 'leftOut' : null } : actor,
    );
    const count = (verdict: string, outcome: string | null) =>
      this.importedActors.filter((actor) => actor.verdict === verdict && actor.outcome === outcome).length;
    const [entered, ...others] = this.imports;
    const counts = {
      ...entered!.counts,
      create: count('create', null),
      connect: count('connect', null),
      leftOut: count('create', 'leftOut') + count('connect', 'leftOut'),
    };
    const changed: Import = {
      ...entered!,
      counts,
      may: counts.create + counts.connect > 0 ? ['execute', 'choose', 'cancel'] : ['choose', 'cancel'],
    };
    this.imports = [changed, ...others];
    return changed;
  }

  #summary() {
    return {
      actorTypes: this.mappings.map(({ actorType, active, fields }) => ({
        actorType,
        active,
        mapped: fields.filter(({ crmField }) => crmField !== null).map(({ name }) => name),
      })),
    };
  }

  #activate(id: string) {
    if (this.reasons.length === 0) this.#changeConnection(id, { active: true });
    return { active: this.reasons.length === 0, reasons: this.reasons };
  }

  #saveMapping(type: ActorType, { active, fields }: SaveFieldMapping): undefined {
    this.mappings = this.mappings.map((mapping) =>
      mapping.actorType === type
        ? {
            ...mapping,
            active,
            fields: mapping.fields.map(
              (field) => ({ ...field, ...fields.find(({ key }) => key === field.key) }) as MappedField,
            ),
          }
        : mapping,
    );
  }

  #changeConnector(id: string, change: Partial<Connector>): Connector | undefined {
    this.connectors = this.connectors.map((each) => (each.id === id ? { ...each, ...change } : each));
    return this.connectors.find((each) => each.id === id);
  }

  #changeConnection(id: string, change: Partial<Connection>): Connection | undefined {
    this.connections = this.connections.map((each) => (each.id === id ? { ...each, ...change } : each));
    return this.connections.find((each) => each.id === id);
  }

  #push<Thing>(things: Thing[], thing: Thing): Thing {
    things.push(thing);
    return thing;
  }

  #newId(): string {
    return `${ids.connection}${this.#next++}`;
  }
}

function startedRun({ kind, from, connectionId }: StartSync, connections: readonly Connection[]): Partial<RunDetail> {
  return { kind, from, connectionId, connectionName: connections.find(({ id }) => id === connectionId)?.name ?? null };
}

/** What the backend makes of a run at the press of a button, as if it had no work to do. */
function steered(run: RunDetail, action: string): RunDetail {
  switch (action) {
    case 'pause':
      return { ...run, state: 'paused', may: ['resume', 'cancel'] };
    case 'cancel':
      return { ...run, state: 'cancelled', may: [] };
    case 'undo':
      return { ...run, kind: 'undo', state: 'planned', may: ['execute', 'cancel'] };
    default:
      return { ...run, state: 'done', may: ['undo'], counts: { ...run.counts, written: run.counts.toWrite } };
  }
}

function connectionOf({ connectorId, name, description, scope, config, pollSeconds }: SaveConnection) {
  return { connectorId, name, description, scope, config, ...(pollSeconds === undefined ? {} : { pollSeconds }) };
}

/** The Sync page as SuperOffice opens it, behind the sign-in. */
export async function openSettings(world: SettingsWorld, language = 'en-GB'): Promise<HTMLElement> {
  await speak(language);
  return fixture(
    html`<erpsync-sign-in-gate
      administrator
      .api=${world.api}
      .url=${readPanelUrl(new URL('http://127.0.0.1/panels/sync-settings.html?uctx=Cust10001&usid=5'))}
      .screen=${screen}
      .withoutLicence=${withoutLicence}
    ></erpsync-sign-in-gate>`,
  );
}

function steeredImport(entered: Import, action: string): Import {
  const { create, connect } = entered.counts;
  const endedAt = '2026-11-22T20:20:00Z';
  switch (action) {
    case 'execute':
      return {
        ...entered,
        state: 'done',
        endedAt,
        may: ['disconnect'],
        counts: { ...entered.counts, created: create, connected: connect },
      };
    case 'disconnect':
      return {
        ...entered,
        may: [],
        counts: { ...entered.counts, created: 0, connected: 0, disconnected: create + connect },
      };
    case 'cancel':
      return { ...entered, state: 'cancelled', endedAt, may: [] };
    default:
      return { ...entered, may: [] };
  }
}

/** Types into an input as a user does. */
export function fill(input: HTMLElement, text: string): void {
  (input as HTMLInputElement).value = text;
  input.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  input.dispatchEvent(new Event('change', { bubbles: true, composed: true }));
}

const withoutLicence = () => html`<erpsync-setup-check></erpsync-setup-check>`;
const screen = () => html`<erpsync-sync-settings></erpsync-sync-settings>`;

/** What is known of a connector once that is saved: its secret never comes back. */
function connectorOf({ kind, name, url, signIn = null, secret, wsdl, authority }: SaveConnector) {
  return {
    kind,
    name,
    url,
    signIn,
    secretSet: secret !== undefined,
    wsdl: wsdl ? { given: true, since: '2026-11-22T20:15:00Z' } : null,
    authority: authority ? { name: 'Nordlys Root CA', until: '2034-11-22T20:15:00Z' } : null,
  };
}
