import { z } from 'zod';
import { languages } from '../shared/vocabulary.ts';

/** SuperOffice's own limits for a web panel. */
const WebPanel = z.object({
  name: z.string().min(1).max(239),
  /** How the panel is found again, whatever an administrator renames. */
  progId: z.string().regex(/^[A-Za-z]+(\.[A-Za-z]+)+$/),
  windowName: z
    .string()
    .regex(/^erpsync_[a-z_]+$/)
    .max(254),
  /** Has to name the app. */
  tooltip: z.string().max(254),
  /** Path and query on our origin; SuperOffice fills in what stands in angle brackets. */
  url: z.string().startsWith('/panels/').max(900),
  visibleIn: z.enum(['NavigatorButton', 'ContactArchive', 'PersonArchive', 'ProjectArchive']),
  /** Kept when the user comes back to it, loaded anew when she moves to another record. */
  alwaysReloadOnShow: z.literal(false),
  neverReloadOnCurrentChange: z.literal(false),
});
export type WebPanel = z.infer<typeof WebPanel>;

/** What the app's registration says beside names and addresses: what people read, and what is left switched off. */
const Registration = z.object({
  /** Brings the ErpSync and Webhook agents, the system user and the Integration server licence together. */
  template: z.string(),
  /** A server with a secret: not a native or mobile app. */
  native: z.literal(false),
  /** Only an administrator of the tenant can let the app in. */
  authorizationLevel: z.literal('Administrator'),
  endpoints: z.array(z.enum(['WebApi'])),
  /** Panels call our own backend only; a browser never holds a token that one of these would need. */
  corsOrigins: z.array(z.url()).max(0),
  switchedOff: z.array(z.string()),
  /** What an administrator reads above "I approve". */
  consentText: z.string().min(1).max(1000),
  store: z.object({
    header: z.string().max(98),
    about: z.string().refine((text) => text.split(/\s+/).length <= 200, 'no more than 200 words'),
    features: z.array(z.string()).max(10),
    categories: z.array(z.string()).nonempty(),
    gettingStarted: z.string(),
    requirements: z.array(z.string()),
  }),
});

const Path = z.string().regex(/^\/[a-z/-]*$/);

export const Manifest = z.object({
  name: z
    .string()
    .max(64)
    .regex(/^[^.:;?*~#%|=\\/{}<>"']+$/),
  panels: z.array(WebPanel).nonempty(),
  webhook: z.object({
    name: z.string().max(100),
    /** The tenant and the id of the subscription follow. */
    path: Path,
    events: z.array(z.string().regex(/^[a-z]+(\.[a-z]+){1,2}$/)).nonempty(),
  }),
  urls: z.object({
    redirect: Path,
    postLogout: Path,
    install: Path,
    configure: Path,
    uninstall: Path,
    /** Where SuperOffice posts what happens to a tenant. */
    stateChange: Path,
  }),
  /** Agents of the web API that SuperOffice opens to an app on request only. */
  agents: z.array(z.string()),
  claims: z.array(z.string()),
  /** `owner.module`, lower case. A person works with the app when her company has the one and she has the other. */
  licences: z.object({ tenant: z.string(), user: z.string() }),
  /** Function rights, of which one makes an administrator of the app. */
  administratorRights: z.array(z.string()).nonempty(),
  /** Function rights, of which one lets a person approve the app. SuperOffice's own rule. */
  approvalRights: z.array(z.string()).nonempty(),
  languages: z.array(z.enum(languages)),
  registration: Registration,
});
export type Manifest = z.infer<typeof Manifest>;

const APP = 'ERP Sync for SuperOffice';
const hints = 'uctx=<uctx>&usid=<usid>&lang=<lanc>';
const keptWhileOpen = { alwaysReloadOnShow: false, neverReloadOnCurrentChange: false } as const;

/** All that we add to a tenant, and all that the app's registration with SuperOffice has to say. */
export const manifest: Manifest = Manifest.parse({
  name: APP,
  panels: [
    {
      name: 'Sync',
      progId: 'ErpSync.Settings',
      windowName: 'erpsync_settings',
      tooltip: `Set up ${APP}`,
      url: `/panels/sync-settings.html?${hints}`,
      visibleIn: 'NavigatorButton',
      ...keptWhileOpen,
    },
    // Three names, because SuperOffice takes each name for one panel only.
    {
      name: 'ERP',
      progId: 'ErpSync.Contact',
      windowName: 'erpsync_contact',
      tooltip: `This company in the ERP system - ${APP}`,
      url: `/panels/erp-tab.html?${hints}&entity=contact&id=<cuid>`,
      visibleIn: 'ContactArchive',
      ...keptWhileOpen,
    },
    {
      name: 'ERP (Contact)',
      progId: 'ErpSync.Person',
      windowName: 'erpsync_person',
      tooltip: `This contact in the ERP system - ${APP}`,
      url: `/panels/erp-tab.html?${hints}&entity=person&id=<atid>`,
      visibleIn: 'PersonArchive',
      ...keptWhileOpen,
    },
    {
      name: 'ERP (Project)',
      progId: 'ErpSync.Project',
      windowName: 'erpsync_project',
      tooltip: `This project in the ERP system - ${APP}`,
      url: `/panels/erp-tab.html?${hints}&entity=project&id=<prid>`,
      visibleIn: 'ProjectArchive',
      ...keptWhileOpen,
    },
  ],
  webhook: {
    name: APP,
    path: '/hooks/so',
    events: [
      ...each(['contact', 'person'], ['created', 'changed', 'softdeleted', 'deleted']),
      ...each(['project', 'projectmember', 'associate'], ['created', 'changed', 'deleted']),
      ...each(
        [
          ...['category', 'business', 'country', 'perspos', 'mrmrs', 'projtype', 'projstatus', 'currency', 'usergroup'],
          // Lists that companies make themselves, and web panels, ours among them.
          ...['udlistdefinition', 'extapp'],
        ].map((list) => `list.${list}`),
        ['created', 'changed', 'softdeleted'],
      ),
    ],
  },
  urls: {
    redirect: '/auth/callback',
    postLogout: '/signed-out',
    install: '/install',
    // Installing again repairs what is missing and leads to the Sync page, so it is where an administrator configures from.
    configure: '/install',
    uninstall: '/uninstall',
    stateChange: '/hooks/so/state',
  },
  agents: ['Webhook'],
  claims: ['SystemToken'],
  licences: { tenant: 'erpsync.erp-sync', user: 'erpsync.erp-sync-user' },
  administratorRights: ['admin-all', 'admin-quote'],
  approvalRights: ['admin-all', 'admin-users'],
  languages: [...languages],
  registration: {
    template: 'Standard ERP sync and quote app',
    native: false,
    authorizationLevel: 'Administrator',
    endpoints: ['WebApi'],
    corsOrigins: [],
    switchedOff: ['ERP sync endpoint', 'Quote connector endpoint', 'Mirroring endpoint'],
    consentText: [
      `${APP} keeps companies, contacts and projects in SuperOffice equal to their counterparts in your ERP systems.`,
      'It reads and changes these records, reads your lists and users, adds four web panels and one webhook, and works in the',
      'background on behalf of your company. It deletes nothing. What it has added is taken away when you uninstall it.',
    ].join(' '),
    store: {
      header: 'Keep customers in SuperOffice and in your ERP equal, both ways, without losing an edit',
      about: [
        'Open a company in SuperOffice and see what your ERP knows of it, live. Connect it to the right customer, choose field by',
        'field which side is right, and from then on both sides stay equal. When the same field is changed on both sides nothing',
        'is overwritten: the conflict waits for a person, with both values and the one before. An administrator sets everything',
        'up on one page: which ERP systems, which fields, in which direction, and who may use it. Every change stands in a log.',
      ].join(' '),
      features: [
        'Companies, contacts and projects, both ways, within seconds',
        'Live values of the ERP on the card of the record',
        'A direction for each field; lists, user-defined fields and extra fields too',
        'Conflicts wait for a person and show both values and the one before',
        'A log of every change, with its cause',
        'Several ERP systems at once',
        'Each person sees what her rights in SuperOffice let her see',
        'English, Norwegian, Swedish, Danish, German and Dutch',
      ],
      categories: ['ERP', 'Integration tools'],
      gettingStarted:
        'An administrator presses Install, reads what will be added, approves, and is led through four steps on the Sync page.',
      requirements: [
        'SuperOffice CRM Online',
        'An administrator of SuperOffice',
        'An ERP system that the app has a sync connector for',
      ],
    },
  },
});

function each(subjects: readonly string[], changes: readonly string[]): string[] {
  return subjects.flatMap((subject) => changes.map((change) => `${subject}.${change}`));
}
