import type { Navigation, WebPanelEntity } from '@superoffice/webapi';
import { AppError } from '../../errors.ts';
import type { CrmPanel } from '../../ports/crm.ts';
import type { Call } from './caller.ts';
import { enums } from './web-api.ts';

/** The app's own web panels in a tenant. `progId` finds one again without an id of the tenant being kept. */
export function createPanels(call: Call) {
  return {
    async panels(): Promise<readonly CrmPanel[]> {
      const found = await call((door) => door.agents.list().getAppWebPanelsAsync());
      return found.filter(({ deleted }) => !deleted).map(toPanel);
    },

    async savePanel({ visibleIn: place, ...panel }: CrmPanel): Promise<void> {
      const places: Readonly<Record<string, Navigation>> = enums().Navigation;
      const visibleIn = places[place];
      if (visibleIn === undefined) throw new AppError('value.invalid', { field: 'visibleIn' });

      const found = await call<WebPanelEntity | null>((door) =>
        door.agents.list().getWebPanelByProgIdAsync(panel.progId),
      );
      const known = found?.webPanelId ? found : null;
      const entity = known ?? (await call((door) => door.agents.list().createDefaultWebPanelEntityAsync()));
      await call((door) =>
        door.agents.list().saveWebPanelEntityAsync({
          ...entity,
          ...panel,
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
