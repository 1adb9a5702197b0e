import { dataError } from './so-error.ts';
import { systemAssociateId, type Panel, type Tenant } from './tenant.ts';
import type { WebPanel } from './wire.ts';

export function panels(tenant: Tenant): readonly Panel[] {
  return [...tenant.panels.values()].sort((a, b) => (a.Rank ?? 0) - (b.Rank ?? 0));
}

/** Those that a user's group lets her see. */
export function panelsFor(tenant: Tenant, groupId: number): readonly Panel[] {
  return panels(tenant).filter((panel) => !panel.Deleted && (panel.groupIds?.includes(groupId) ?? true));
}

/** Names are unique, and one that is only marked as deleted still holds its own. */
export function savePanel(tenant: Tenant, wire: WebPanel, by: number): WebPanel {
  const id = wire.WebPanelId ? wire.WebPanelId : 0;
  const others = panels(tenant).filter((panel) => panel.WebPanelId !== id);
  if (!wire.Name || !wire.Url) throw dataError('A web panel needs a name and a URL');
  if (wire.Name.length > 239 || wire.Url.length > 1023)
    throw dataError('The name or the URL of the web panel is too long');
  if (others.some((panel) => panel.Name === wire.Name)) throw dataError(`The name ${wire.Name} is not unique`);
  if (wire.WindowName && others.some((panel) => panel.WindowName === wire.WindowName)) {
    throw dataError(`The window name ${wire.WindowName} is not unique`);
  }
  const before = tenant.panels.get(id);
  if (id !== 0 && !before) throw dataError(`Web panel ${id} does not exist`);
  const saved: Panel = {
    ...wire,
    Name: wire.Name,
    Url: wire.Url,
    WebPanelId: before?.WebPanelId ?? tenant.nextId(),
    Rank: wire.Rank ? wire.Rank : others.length + 1,
    groupIds: before?.groupIds ?? null,
    byApp: before?.byApp ?? by === systemAssociateId,
  };
  tenant.panels.set(saved.WebPanelId, saved);
  tenant.raiseListEvent('extapp', before ? 'changed' : 'created', saved.WebPanelId, by);
  return panelCarrier(saved);
}

export function deletePanel(tenant: Tenant, id: number, by: number): void {
  if (tenant.panels.delete(id)) tenant.raiseListEvent('extapp', 'softdeleted', id, by);
}

export function panelCarrier({ groupIds: _, byApp: __, ...panel }: Panel): WebPanel {
  return panel;
}

/** Of panels kept by an older stand-in nobody knows, so they count as the app's. */
export function appPanels(tenant: Tenant): readonly Panel[] {
  return panels(tenant).filter(({ byApp }) => (byApp as boolean | undefined) !== false);
}
