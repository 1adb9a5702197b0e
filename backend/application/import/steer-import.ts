import type { ChooseRecord, ConfirmImport, LeaveOut } from '../../../shared/api/imports.ts';
import { inTransaction, type Context } from '../../context.ts';
import {
  importActions,
  planDigest,
  type Import,
  type ImportAction,
  type ImportCounts,
  type ImportState,
} from '../../domain/import.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';
import { requireNoRestore } from '../sync/hold-record.ts';
import { advanceImport } from './advance-import.ts';
import { openGround, planActor } from './plan-actor.ts';

/** So many records are not made by a slip of the hand: the name of the connection has to be typed. */
const MANY = 1_000;

export function mayImport(action: ImportAction, { state }: Pick<Import, 'state'>): boolean {
  return (importActions[action] as readonly ImportState[]).includes(state);
}

/** What has to be typed before it may write; null when nothing has to. */
export function nameToType(connectionName: string, { create, connect }: ImportCounts): string | null {
  return create + connect > MANY ? connectionName : null;
}

/** Does exactly what was planned. The person says how many records she saw would be made, and how many connected. */
export async function executeImport(ctx: Context, id: string, input: ConfirmImport): Promise<void> {
  requireAdministrator(ctx);
  await requireNoRestore(ctx);
  await steer(ctx, id, 'execute', async (ctx, { connectionId }) => {
    const counts = (await ctx.store.imports.counts([id])).get(id);
    if (counts?.create !== input.create || counts.connect !== input.connect) throw new AppError('run.changed');
    if (counts.create + counts.connect === 0) throw new AppError('run.changed');
    const wanted = nameToType((await ctx.store.connections.get(connectionId)).name, counts);
    if (wanted !== null && input.name?.trim() !== wanted) throw new AppError('input.invalid', { field: 'name' });
    await ctx.store.imports.change(id, { state: 'running' });
  });
}

/** Nothing becomes of these actors, or, when `leftOut` is false, it does again. The next import offers them anew. */
export async function leaveOutActors(ctx: Context, id: string, { leftOut, actors }: LeaveOut): Promise<void> {
  await steer(ctx, id, 'choose', (ctx) => {
    const ids = actors.kind === 'these' ? actors.ids.map(Number) : null;
    const verdicts = actors.kind === 'all' && actors.verdict ? [actors.verdict] : (['create', 'connect'] as const);
    return ctx.store.imports.leaveOut(id, { verdicts, ids }, leftOut);
  });
}

/** Somebody says which of the records that it could be an actor is, or that it is none of them, or takes that back. */
export async function chooseRecord(ctx: Context, id: string, { actorId, recordId }: ChooseRecord): Promise<void> {
  requireAdministrator(ctx);
  const entered = await ctx.store.imports.get(id);
  const erpKey = await ctx.store.imports.choosable(id, Number(actorId));
  const looked = await planActor(ctx, entered, await openGround(ctx, entered), { erpKey, chosen: recordId });
  await steer(ctx, id, 'choose', (ctx) =>
    ctx.store.imports.chosen(id, Number(actorId), {
      chosen: recordId,
      plan: looked.plan,
      digest: planDigest(looked.plan),
      known: looked.twins.map(({ id }) => id),
    }),
  );
}

/** What is under way is finished; nothing else is taken up. */
export async function pauseImport(ctx: Context, id: string): Promise<void> {
  await steer(ctx, id, 'pause', (ctx) => ctx.store.imports.change(id, { state: 'paused' }));
}

export async function resumeImport(ctx: Context, id: string): Promise<void> {
  await steer(ctx, id, 'resume', (ctx, { plannedAt }) =>
    ctx.store.imports.change(id, { state: plannedAt === null ? 'planning' : 'running' }),
  );
}

/** What was made and connected stays. */
export async function cancelImport(ctx: Context, id: string): Promise<void> {
  await steer(ctx, id, 'cancel', (ctx) =>
    ctx.store.imports.change(id, { state: 'cancelled', endedAt: ctx.clock.now() }),
  );
}

/** Takes back the connections that an import made. Records that it made stay in SuperOffice, and so do all values. */
export async function disconnectImport(ctx: Context, id: string): Promise<void> {
  const user = requireAdministrator(ctx);
  await steer(ctx, id, 'disconnect', async (ctx, { connectionId, actorType: type }) => {
    const imported = new Map((await ctx.store.imports.takeBack(id)).map(({ erpKey, crmId }) => [erpKey, crmId]));
    const actors = [...imported.keys()].map((erpKey) => ({ type, erpKey }));
    const now = ctx.clock.now();
    for (const link of await ctx.store.links.ofActors(connectionId, actors)) {
      // What somebody has connected otherwise since is not the import's.
      if (link.entity.id !== imported.get(link.actor.erpKey)) continue;
      await ctx.store.marks.revoke(link.entity);
      await ctx.store.links.remove(link.id);
      await ctx.store.ledger.note('disconnected', link, { cause: 'undo', user }, now);
      await ctx.store.marks.removeUnlinked(link.entity);
    }
  });
}

async function steer(
  ctx: Context,
  id: string,
  action: ImportAction,
  work: (ctx: Context, entered: Import) => Promise<void>,
): Promise<void> {
  requireAdministrator(ctx);
  await inTransaction(ctx, async (ctx) => {
    const entered = await ctx.store.imports.lock(id);
    if (!mayImport(action, entered)) throw new AppError('run.changed');
    await work(ctx, entered);
  });
  await advanceImport(ctx, id);
}
