import type { ConnectionBlock, ErpTab } from '../../../shared/api/erp-tab.ts';
import type { CrmEntity } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';
import type { Creation } from '../../domain/creation.ts';
import { requireVisible } from '../access.ts';
import { told } from '../sync/told.ts';
import { usableConnections } from './usable-connections.ts';

/** The ERP tab of a record, as far as it can be told without asking an ERP. */
export async function showErpTab(ctx: Context, entity: CrmEntity): Promise<ErpTab> {
  const usable = await usableConnections(ctx, entity.type);
  const record = await requireVisible(ctx, entity);
  const links = (await ctx.store.links.ofEntity(entity)).filter(({ confirmedAt }) => confirmedAt !== null);
  const busy = links.length > 0 && (await ctx.store.marks.isBusy(entity, ctx.clock.now()));
  await ctx.store.polls.wake(
    links.map(({ connectionId }) => connectionId),
    ctx.clock.now(),
  );
  const creations = await ctx.store.creations.latestOf(entity);
  const open = await ctx.store.links.openFields(links.map(({ id }) => id));

  const connections = usable.map(({ connection, rights, mappings }): ConnectionBlock => {
    const link = links.find(({ connectionId }) => connectionId === connection.id);
    const fields = mappings.find(({ actorType }) => actorType === link?.actor.type)?.fields ?? [];
    const openHere = open.filter(({ linkId }) => linkId === link?.id);
    const parkedField = openHere.find(({ kind }) => kind === 'parked');

    return {
      connectionId: connection.id,
      name: connection.name,
      actorTypes: mappings.map(({ actorType }) => actorType),
      canConnect: rights.canConnect,
      canCreate: rights.canCreate,
      creation: link ? null : shownCreation(creations.find(({ connectionId }) => connectionId === connection.id)),
      link: link
        ? {
            id: link.id,
            actor: link.actor,
            syncedAt: link.syncedAt?.toISOString() ?? null,
            parked: reason(link.parked ?? parkedField),
            busy,
            conflicts: openHere
              .filter(({ kind }) => kind === 'conflict')
              .map(({ fieldKey, crm, erp, since }) => {
                const field = fields.find(({ key }) => key === fieldKey);
                return {
                  key: fieldKey,
                  name: field?.name ?? fieldKey,
                  kind: field?.kind ?? 'text',
                  crm,
                  erp,
                  agreed: link.agreed[fieldKey]?.crm ?? null,
                  since: since.toISOString(),
                };
              }),
          }
        : null,
    };
  });

  return { entity, name: record.name, connections };
}

/** One that went well, or that somebody ended, is nothing to tell any more. */
function shownCreation(creation: Creation | undefined): ConnectionBlock['creation'] {
  if (!creation) return null;
  const { id, actorType, state, enteredAt, user, reason } = creation;
  if (state !== 'open' && state !== 'inDoubt' && state !== 'notCreated') return null;
  return { id, actorType, state, since: enteredAt.toISOString(), userName: user.name, reason: told(reason) };
}

type ShownReason = NonNullable<NonNullable<ConnectionBlock['link']>['parked']>;

function reason(parked: { readonly code: string | null; readonly detail: unknown } | null | undefined) {
  return parked?.code ? { code: parked.code, detail: (parked.detail ?? {}) as ShownReason['detail'] } : null;
}
