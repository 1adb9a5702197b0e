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
  alwaysReloadOnShow: z.boolean(),
  neverReloadOnCurrentChange: z.boolean(),
});
export type WebPanel = z.infer<typeof WebPanel>;

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
  languages: z.array(z.enum(languages)),
});
export type Manifest = z.infer<typeof Manifest>;

const APP = 'ERP Sync for SuperOffice';
const hints = 'uctx=<uctx>&usid=<usid>&lang=<lanc>';
const keptWhileOpen = { alwaysReloadOnShow: false, neverReloadOnCurrentChange: false };

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
  languages: [...languages],
});

function each(subjects: readonly string[], changes: readonly string[]): string[] {
  return subjects.flatMap((subject) => changes.map((change) => `${subject}.${change}`));
}
