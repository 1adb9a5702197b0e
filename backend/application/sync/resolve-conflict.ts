import type { ResolveConflict } from '../../../shared/api/erp-tab.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { findLink } from './find-link.ts';
import { holdRecord, whileHeld } from './hold-record.ts';
import { reconcile } from './reconcile.ts';

/** Gives both sides the value that the person chose. If either value has moved since she saw them, nothing is written. */
export async function resolveConflict(
  ctx: Context,
  linkId: string,
  fieldKey: string,
  { keep, crm, erp }: ResolveConflict,
): Promise<void> {
  const link = await findLink(ctx, linkId);
  const isOpen = async () => (await ctx.store.links.conflicts(link)).some((conflict) => conflict.fieldKey === fieldKey);
  if (!(await isOpen())) throw new AppError('conflict.not_found');

  const claim = await holdRecord(ctx, link.entity, 'user');
  const intent = { kind: 'choose', linkId, choices: { [fieldKey]: { side: keep, crm, erp } } } as const;
  const { links } = await whileHeld(ctx, claim, () => reconcile(ctx, claim, { intent }));

  const obstacle = links.find((done) => done.linkId === linkId)?.obstacle;
  if (obstacle) throw new AppError(obstacle.code, obstacle.detail);
  if (await isOpen()) throw new AppError('link.changed');
}
