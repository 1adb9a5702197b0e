import type { Navigation, WebPanelEntity } from '@superoffice/webapi';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import type { CrmGroup, CrmPanel } from '../../ports/crm.ts';
import type { Call } from './caller.ts';
import { enums } from './web-api.ts';

/** Added to a name that is taken. */
const SPARE = 'ERP Sync';

/** The number of SuperOffice's list of web panels. */
const PANEL_LIST = 28;
/** What SuperOffice's own servers keep of it. */
const PANEL_CACHE = 'ExtAppCache';

/** The app's own web panels in a tenant. `progId` finds one again without an id of the tenant being kept. */
export function createPanels(call: Call, groups: () => Promise<readonly CrmGroup[]>) {
  async function known(progId: string): Promise<WebPanelEntity | null> {
    const found = await call<WebPanelEntity | null>((door) => door.agents.list().getWebPanelByProgIdAsync(progId));
    return found?.webPanelId ? found : null;
  }

  async function isTaken(name: string): Promise<boolean> {
    return (await call((door) => door.agents.list().getWebPanelListAsync())).some((panel) => panel.name === name);
  }

  /** A new panel is for every user group, until an administrator narrows it. */
  async function showToAll({ webPanelId }: WebPanelEntity): Promise<void> {
    if (!webPanelId) throw new AppError('crm.answer_invalid', { call: 'panels' });
    const ids = (await groups()).map(({ id }) => id);
    await call((door) => door.agents.list().setVisibleForUserGroupAsync(PANEL_LIST, webPanelId, ids, true));
  }

  /** Without it the panel shows a little later, so that a tenant that does not let us is no reason to give up. */
  async function flushCache(): Promise<void> {
    try {
      await call((door) => door.agents.diagnostics().flushCachesByNameAsync([PANEL_CACHE]));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.warn('panels.cache_kept', { code: error.code });
    }
  }

  return {
    async panels(): Promise<readonly CrmPanel[]> {
      const found = await call((door) => door.agents.list().getAppWebPanelsAsync());
      return found.filter(({ deleted }) => !deleted).map(toPanel);
    },

    async savePanel({ visibleIn: place, ...panel }: CrmPanel): Promise<void> {
      const places: Readonly<Record<string, Navigation>> = enums().Navigation;
      const visibleIn = places[place];
      if (visibleIn === undefined) throw new AppError('value.invalid', { field: 'visibleIn' });

      const entity =
        (await known(panel.progId)) ?? (await call((door) => door.agents.list().createDefaultWebPanelEntityAsync()));
      const save = (name: string, windowName: string) =>
        call((door) =>
          door.agents.list().saveWebPanelEntityAsync({
            ...entity,
            ...panel,
            name,
            windowName,
            visibleIn,
            // UTF-8, so that no value of a variable can break out of the address.
            urlEncoding: enums().UrlEncoding.Unicode,
            deleted: false,
            onCentral: true,
            onSalesMarketingWeb: true,
            alwaysReloadOnShow: false,
            neverReloadOnCurrentChange: false,
          }),
        );

      const refused = (error: unknown): boolean => error instanceof AppError && error.code === 'crm.rejected';
      const saved = await save(panel.name, panel.windowName).catch(async (first: unknown) => {
        // Names are unique, also against panels in the recycle bin, which no list shows: so another name is the only test.
        if (!refused(first)) throw first;
        const name = `${panel.name} (${SPARE})`;
        return save(name, `${panel.windowName}_2`).catch(async (second: unknown) => {
          if (!refused(second)) throw second;
          throw (await isTaken(name)) ? new AppError('install.name_taken', { name: panel.name }) : first;
        });
      });
      if (!entity.webPanelId) await showToAll(saved);
      await flushCache();
    },

    async deletePanel(progId: string): Promise<void> {
      const { webPanelId } = (await known(progId)) ?? {};
      if (webPanelId) await call((door) => door.agents.list().deleteWebPanelAsync(webPanelId));
    },

    async deletePanels(): Promise<void> {
      await call((door) => door.agents.list().deleteAppWebPanelsAsync());
    },
  };
}

function toPanel({ progId, name, windowName, tooltip, url, visibleIn }: WebPanelEntity): CrmPanel {
  return {
    progId: progId ?? '',
    name: name ?? '',
    windowName: windowName ?? '',
    tooltip: tooltip ?? '',
    url: url ?? '',
    visibleIn: visibleIn ?? '',
  };
}
