import type { ComparisonPage, UnequalPage, UnequalQuery } from '../../../shared/api/comparisons.ts';
import type { Context } from '../../context.ts';
import { requireAdministrator } from '../access.ts';
import { areMany } from './missing-actors.ts';
import { recordNames } from './record-names.ts';
import { told } from './told.ts';

const PAGE = 50;

/** What is proven of each connection that has been compared or is about to be. */
export async function showComparisons(ctx: Context): Promise<ComparisonPage> {
  requireAdministrator(ctx);
  const [nightly, comparisons, connections, missing] = await Promise.all([
    ctx.store.syncSettings.nightly(),
    ctx.store.comparisons.list(),
    ctx.store.connections.list(),
    ctx.store.links.missing(),
  ]);
  return {
    nightly,
    comparisons: connections
      .filter(({ active, deleted }) => active && !deleted)
      .map(({ id, name }) => {
        const found = comparisons.find(({ connectionId }) => connectionId === id);
        const absent = missing.get(id);
        const many =
          absent && areMany(absent) ? ({ code: 'connection.many_missing', detail: { ...absent } } as const) : null;
        return {
          connectionId: id,
          connectionName: name,
          progress: found?.progress ?? null,
          verified: found?.verified
            ? { ...found.verified, at: found.verified.at.toISOString(), others: [...found.verified.others] }
            : null,
          trouble: told(many ?? found?.trouble ?? null),
        };
      }),
  };
}

/** The links that the last whole comparison did not find equal. */
export async function showUnequal(
  ctx: Context,
  connectionId: string,
  { reason = null, after = null }: { readonly [Name in keyof UnequalQuery]?: UnequalQuery[Name] | null },
): Promise<UnequalPage> {
  requireAdministrator(ctx);
  await ctx.store.connections.get(connectionId);
  const rows = await ctx.store.comparisons.unequal(connectionId, { reason, after }, PAGE + 1);
  const links = rows.slice(0, PAGE);
  const nameOf = await recordNames(
    ctx,
    links.map(({ entity }) => entity),
  );
  return {
    links: links.map((link) => ({ ...link, entityName: nameOf(link.entity) })),
    next: rows.length > PAGE ? (links.at(-1)?.linkId ?? null) : null,
  };
}
