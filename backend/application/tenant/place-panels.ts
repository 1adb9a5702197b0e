import { manifest } from '../../../manifest/manifest.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import type { CrmPanel } from '../../ports/crm.ts';

export interface Panels {
  /** Those that are missing, or are not as they should be. */
  readonly wrong: readonly CrmPanel[];
  /** Of an older version: nobody serves them any more. */
  readonly outdated: readonly CrmPanel[];
}

/** Our panels in the tenant, against what the manifest says. */
export async function lookAtPanels(ctx: Context, origin: string): Promise<Panels> {
  const wanted = manifest.panels.map(({ progId, name, windowName, tooltip, url, visibleIn }) => ({
    ...{ progId, name, windowName, tooltip, visibleIn },
    url: origin + url,
  }));
  const there = await ctx.crm.panels();
  return {
    wrong: wanted.filter((panel) => !there.some((one) => isSame(one, panel))),
    outdated: there.filter(({ progId }) => !wanted.some((panel) => panel.progId === progId)),
  };
}

/** Makes it so, and reads back that it is. */
export async function placePanels(ctx: Context, origin: string): Promise<void> {
  const { wrong, outdated } = await lookAtPanels(ctx, origin);
  for (const panel of wrong) await ctx.crm.savePanel(panel);
  for (const { progId } of outdated) await ctx.crm.deletePanel(progId);

  const after = wrong.length + outdated.length > 0 ? await lookAtPanels(ctx, origin) : { wrong, outdated };
  const left = [...after.wrong, ...after.outdated].map(({ progId }) => progId);
  if (left.length > 0) throw new AppError('crm.answer_invalid', { panels: left });
}

/** An administrator may have given it another name, which stays. */
function isSame(one: CrmPanel, other: CrmPanel): boolean {
  return one.progId === other.progId && one.url === other.url && one.visibleIn === other.visibleIn;
}
