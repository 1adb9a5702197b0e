import type { AttentionPage } from '../../../shared/api/sync.ts';
import type { Context } from '../../context.ts';
import { requireAdministrator } from '../access.ts';
import { recordNames } from './record-names.ts';
import { told } from './told.ts';

const LONGEST_LIST = 200;

/** Links that wait for a person: in conflict, or parked with a reason. */
export async function listAttention(ctx: Context): Promise<AttentionPage> {
  requireAdministrator(ctx);
  const found = await ctx.store.links.needingAttention(LONGEST_LIST);
  const connections = await ctx.store.connections.list();
  const nameOf = await recordNames(
    ctx,
    found.map(({ link }) => link.entity),
  );
  return {
    links: found.map(({ link, conflicts, parkedField, since }) => ({
      linkId: link.id,
      connectionName: connections.find(({ id }) => id === link.connectionId)?.name ?? '',
      entity: link.entity,
      entityName: nameOf(link.entity),
      parked: told(
        link.parked ?? (parkedField?.code ? { code: parkedField.code, detail: parkedField.detail ?? {} } : null),
      ),
      conflicts,
      since: since.toISOString(),
    })),
  };
}
