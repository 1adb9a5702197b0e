import type { Context } from '../../context.ts';
import { mappedField } from '../../domain/merge.ts';
import { pastOf, restoredStep } from '../../domain/restore.ts';
import type { RecordPlan, RunScope } from '../../domain/run.ts';
import type { CrmRecord } from '../../ports/crm.ts';
import type { ReadLink } from './carry-out.ts';

/** What would be written to give a restored system the newer values again that it had before. */
export async function restoredSteps(
  ctx: Context,
  { from: side }: RunScope,
  { entity, values }: CrmRecord,
  links: readonly ReadLink[],
): Promise<RecordPlan['steps']> {
  const rows = await ctx.store.ledger.ofEntity(entity);
  return links.flatMap(({ link, pairs, actor }) =>
    pairs.flatMap((pair) => {
      const [crm, erp] = [values[pair.crm.key], actor.values[pair.erp.key]];
      if (crm === undefined || erp === undefined) return [];
      const field = mappedField(pair, { crm, erp, agreed: link.agreed[pair.erp.key] ?? null, newest: null });
      const step = restoredStep(side, field, pastOf(side, field.agreed, { link, pair }, rows));
      if (!step) return [];
      const { id: linkId, connectionId } = link;
      return [{ ...step, linkId, connectionId, fieldKey: pair.erp.key, crmField: pair.crm.key }];
    }),
  );
}
