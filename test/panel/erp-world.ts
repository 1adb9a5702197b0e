import { fixture, html } from '@open-wc/testing';
import type {
  ComparedValues,
  ConnectionBlock,
  ErpTab,
  FieldHistory,
  FoundActors,
  ShownField,
} from '../../shared/api/erp-tab.ts';
import type { Session } from '../../shared/api/session.ts';
import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import type { CreatedActor, DoubtfulCreation, PreparedActor } from '../../shared/api/creations.ts';
import { ApiError, type Api, type Method, type Sent } from '../../panel/api/client.ts';
import '../../panel/erp-tab/erp-tab.ts';
import { readPanelUrl } from '../../panel/host/panel-url.ts';
import '../../panel/host/sign-in-gate.ts';
import { page } from '../../panel/ui/styles/page.ts';
import { tokens } from '../../panel/ui/styles/tokens.ts';
import { speak } from './speak.ts';

for (const { styleSheet } of [tokens, page]) document.adoptedStyleSheets.push(styleSheet!);

export const lars: Session = {
  tenant: 'Cust10001',
  user: { id: 11, name: 'Lars Holm' },
  administrator: false,
  licensed: true,
  missing: [],
  administrators: [],
  crmOrigin: 'http://localhost:3001',
  expiresAt: '2026-11-23T00:00:00Z',
};

export const block = (number: number, change: Partial<ConnectionBlock> = {}): ConnectionBlock => ({
  connectionId: `00000000-0000-4000-8000-00000000000${number}`,
  name: `Super Sale ${number}`,
  actorTypes: ['Customer', 'Supplier'],
  canConnect: true,
  canCreate: true,
  creation: null,
  link: null,
  ...change,
});

export const link = (
  change: Partial<NonNullable<ConnectionBlock['link']>> = {},
): NonNullable<ConnectionBlock['link']> => ({
  id: '00000000-0000-4000-8000-0000000000aa',
  actor: { type: 'Customer', erpKey: '10021' },
  syncedAt: '2026-11-22T19:04:00Z',
  parked: null,
  busy: false,
  conflicts: [],
  ...change,
});

export const shownField = (field: Partial<ShownField> & Pick<ShownField, 'name' | 'value'>): ShownField => ({
  key: field.name,
  description: '',
  kind: 'text',
  text: null,
  ...field,
});

const text = (value: string | null) => ({ value, text: null });

/** What stands in for the backend. Answers are plain properties; a test changes them and looks at the screen. */
export class ErpWorld {
  session: Session | null = lars;
  tab: ErpTab = { entity: { type: 'contact', id: 5 }, name: 'Nordlys Fisk AS', connections: [block(1)] };
  values: ShownField[] = [shownField({ name: 'Credit limit', kind: 'decimal', value: '150000.5' })];
  found: FoundActors = {
    columns: [
      { key: 'NO', name: 'Customer number', kind: 'integer' },
      { key: 'NAME', name: 'Name', kind: 'text' },
    ],
    actors: [
      { erpKey: '10021', cells: [text('10021'), text('Nordlys Fisk AS')], linkedTo: null },
      { erpKey: '10022', cells: [text('10022'), text('Nordlys Eksport AS')], linkedTo: null },
      { erpKey: '10044', cells: [text('10044'), text('Nordlys Elektro')], linkedTo: 'Nordlys Elektro AS' },
    ],
    truncated: false,
    warning: null,
  };
  compared: ComparedValues = {
    asked: [],
    seen: 'first look',
    fields: [
      {
        key: 'NAME',
        name: 'Name',
        kind: 'text',
        access: 'mandatory',
        crm: text('Nordlys Fisk AS'),
        erp: text('NORDLYS FISK'),
        equal: false,
        preselected: 'crm',
        only: null,
      },
      {
        key: 'CITY',
        name: 'City',
        kind: 'text',
        access: 'normal',
        crm: text('Bodø'),
        erp: text('Bodø'),
        equal: true,
        preselected: 'crm',
        only: null,
      },
      {
        key: 'CREDIT',
        name: 'Credit limit',
        kind: 'decimal',
        access: 'normal',
        crm: text(null),
        erp: text('150000'),
        equal: false,
        preselected: 'erp',
        only: 'erp',
      },
    ],
  };
  history: FieldHistory = {
    name: 'Name',
    kind: 'text',
    direction: 'both',
    agreed: { crm: 'Orkdal Eldresenter', erp: 'ORKDAL ELDRESENTER' },
    retentionDays: 90,
    changes: [
      {
        id: '12',
        at: '2026-11-22T20:14:00Z',
        target: 'erp',
        before: 'ORKDAL SENTER',
        after: 'ORKDAL ELDRESENTER',
        reason: 'changed',
        cause: 'webhook',
        userName: null,
        mayUndo: true,
      },
      {
        id: '7',
        at: '2026-11-20T08:00:00Z',
        target: 'crm',
        before: null,
        after: 'Orkdal Senter',
        reason: 'filled',
        cause: 'connect',
        userName: 'Lars Holm',
        mayUndo: false,
      },
    ],
  };
  prepared: PreparedActor | null = null;
  created: CreatedActor = { state: 'created' };
  doubtful: DoubtfulCreation | null = null;
  syncedNow = {
    links: [{ linkId: link().id, written: 0, conflicts: 0, parked: null }],
  };

  readonly calls: { readonly method: Method; readonly path: string; readonly body: unknown }[] = [];
  readonly #failures = new Map<string, ApiError>();
  readonly #held = new Map<string, Promise<void>>();

  /** The next call whose `METHOD path` contains this fails. */
  refuse(call: string, code: ErrorCode, detail: ErrorDetail = {}): void {
    this.#failures.set(call, new ApiError({ code, detail }));
  }

  /** Calls that contain this wait until the returned function is called. */
  hold(call: string): () => void {
    let release!: () => void;
    this.#held.set(call, new Promise<void>((resolve) => (release = resolve)));
    return () => {
      this.#held.delete(call);
      release();
    };
  }

  sent(call: string): unknown[] {
    return this.calls.filter(({ method, path }) => `${method} ${path}`.includes(call)).map(({ body }) => body);
  }

  readonly api: Api = async <Answer>(method: Method, path: string, { body, signal }: Sent = {}) => {
    const call = `${method} ${path}`;
    this.calls.push({ method, path, body });
    for (const [part, released] of this.#held) if (call.includes(part)) await released;
    signal?.throwIfAborted();
    for (const [part, failure] of this.#failures) {
      if (!call.includes(part)) continue;
      this.#failures.delete(part);
      throw failure;
    }
    return structuredClone(this.answer(method, path)) as Answer;
  };

  protected answer(method: Method, path: string): unknown {
    if (path === '/api/session') {
      if (this.session) return this.session;
      throw new ApiError({ code: 'session.missing', detail: {} });
    }
    if (path.includes('/history/')) return this.history;
    if (path.endsWith('/values')) return { fields: this.values, readAt: '2026-11-22T20:00:00Z' };
    if (path.startsWith('/api/erp-tab/')) return this.tab;
    if (path === '/api/actor-searches') return this.found;
    if (path === '/api/link-previews') return this.compared;
    if (path === '/api/creations/preview') return this.prepared;
    if (path === '/api/creations') return this.created;
    if (method === 'GET' && path.startsWith('/api/creations/')) return this.doubtful;
    if (path.endsWith('/sync')) return this.syncedNow;
    if (method === 'POST' && path === '/api/links') return { linkId: link().id };
    if (path === '/api/sign-ins') {
      return { attemptId: '00000000-0000-4000-8000-0000000000bb', url: '/auth/start?attempt=bb' };
    }
    return undefined;
  }
}

/** The ERP tab as SuperOffice opens it, behind the sign-in. */
export async function openTab(
  world: ErpWorld,
  { query = 'uctx=Cust10001&usid=11&entity=contact&id=5', language = 'en-GB', screen = tab } = {},
): Promise<HTMLElement> {
  await speak(language);
  return fixture(
    html`<main>
      <erpsync-sign-in-gate
        .api=${world.api}
        .url=${readPanelUrl(new URL(`http://127.0.0.1/panels/erp-tab.html?${query}`))}
        .screen=${screen}
      ></erpsync-sign-in-gate>
    </main>`,
  );
}

const tab = () => html`<erpsync-erp-tab></erpsync-erp-tab>`;
