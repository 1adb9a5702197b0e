import { inTransaction, type Context } from '../../context.ts';
import type { Import, ImportState } from '../../domain/import.ts';

/** Moves an import on when nothing is left to do in its state. */
export async function advanceImport(ctx: Context, id: string): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const entered = await ctx.store.imports.lock(id);
    const next = await nextState(ctx, entered);
    if (next === 'planned') await ctx.store.imports.change(id, { state: next, plannedAt: ctx.clock.now() });
    else if (next) await ctx.store.imports.change(id, { state: next, endedAt: ctx.clock.now() });
  });
}

async function nextState(ctx: Context, { id, state, listed }: Import): Promise<ImportState | null> {
  const { imports } = ctx.store;
  if (state === 'planning') {
    if (!listed || (await imports.hasLeft(id, ['toPlan']))) return null;
    return (await imports.hasLeft(id, ['toWrite'])) || (await imports.hasDuplicates(id)) ? 'planned' : 'done';
  }
  if (state !== 'running') return null;
  return (await imports.hasLeft(id, ['toWrite', 'open'])) ? null : 'done';
}
