import type { Navigation, WebPanelEntity } from '@superoffice/webapi';
import type { CrmPanel } from '../../ports/crm.ts';
import type { Call } from './caller.ts';

/** The app's own web panels in a tenant. `progId` finds one again without an id of the tenant being kept. */
export function createPanels(call: Call) {
  return {
    async panels(): Promise<readonly CrmPanel[]> {
      const found = await call((door) => door.agents.list().getAppWebPanelsAsync());
      return found.filter(({ deleted }) => !deleted).map(toPanel);
    },

    async savePanel(panel: CrmPanel): Promise<void> {
      const found = await call((door) => door.agents.list().getWebPanelByProgIdAsync(panel.progId));
      const known = found?.webPanelId ? found : null;
      const entity = known ?? (await call((door) => door.agents.list().createDefaultWebPanelEntityAsync()));
      await call((door) =>
        door.agents.list().saveWebPanelEntityAsync({
          ...entity,
          ...panel,
          visibleIn: panel.visibleIn as Navigation,
          // UTF-8, so that no value of a variable can break out of the address.
          urlEncoding: 'Unicode' as NonNullable<WebPanelEntity['urlEncoding']>,
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
