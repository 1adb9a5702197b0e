import type { AttentionPage } from '../../../shared/api/sync.ts';
import type { Context } from '../../context.ts';
import type { Link } from '../../domain/link.ts';
import { requireAdministrator } from '../access.ts';
import { recordNames } from './record-names.ts';
import { told } from './told.ts';

const LONGEST_LIST = 200;

/** Links that wait for a person: in conflict, or parked with a reason. */
export async function listAttention(ctx: Context): Promise<AttentionPage> {
  requireAdministrator(ctx);
  const found = await ctx.store.links.needingAttention(LONGEST_LIST);
  const connections = await ctx.store.connections.list();
  const merges = await mergesOf(
    ctx,
    found.map(({ link }) => link),
  );
  const nameOf = await recordNames(ctx, [
    ...found.map(({ link }) => link.entity),
    ...[...merges.values()].map(({ into }) => into),
  ]);
  const mergeOf = ({ id, actor }: Link) => {
    const merge = merges.get(id);
    return merge
      ? { into: merge.into, intoName: nameOf(merge.into), actor: actor.erpKey, otherActor: merge.otherActor }
      : null;
  };
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
      merge: mergeOf(link),
      since: since.toISOString(),
    })),
  };
}

/** The records that others were merged into, and what those are connected to. */
async function mergesOf(ctx: Context, links: readonly Link[]) {
  const merged = links.filter(({ parked }) => parked?.code === 'link.merged');
  const found = merged.map(async ({ id, connectionId, entity: { type }, parked }) => {
    const into = { type, id: Number(parked?.detail['into']) };
    const own = (await ctx.store.links.ofEntity(into)).find((link) => link.connectionId === connectionId);
    return [id, { into, otherActor: own?.actor.erpKey ?? null }] as const;
  });
  return new Map(await Promise.all(found));
}
