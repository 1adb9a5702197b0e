import type { ActivationResult } from '../../../shared/api/connections.ts';
import { crmEntityTypes, type CrmEntityType } from '../../../shared/vocabulary.ts';
import { inTransaction, type Context } from '../../context.ts';
import { obstacles, type Activation, type Obstacle } from '../../domain/activation.ts';
import type { Connection } from '../../domain/connection.ts';
import type { CrmField } from '../../domain/field.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';
import { joinRestores } from '../sync/pause-after-restore.ts';
import { reasonTold } from './reason-told.ts';
import { writersBeside } from './writers-beside.ts';

/** Switches a connection on, or answers everything that stands in the way. It moves no data by itself. */
export async function activateConnection(ctx: Context, id: string): Promise<ActivationResult> {
  const user = requireAdministrator(ctx);
  const connection = await ctx.store.connections.get(id);
  if (connection.deleted) throw new AppError('connection.not_found', { id });
  const [crmFields, failure] = await Promise.all([crmFieldsByType(ctx), failedTest(ctx, connection)]);

  return inTransaction(ctx, async (ctx) => {
    // Looked at under the lock: what was read before may have been changed by another administrator.
    const { active, deleted, scope } = await ctx.store.connections.lock(id);
    if (deleted) throw new AppError('connection.not_found', { id });
    const activation: Activation = {
      scope,
      mappings: await ctx.store.mappings.list(id),
      crmFields,
      writtenBy: await writersBeside(ctx, id),
    };
    const reasons = [...obstacles(activation), ...failure];
    if (reasons.length > 0)
      return { active, reasons: reasons.map((reason) => ({ ...reason, cause: reasonTold(reason.cause) })) };

    await ctx.store.connections.setActive(id, true);
    if (!active) {
      await joinRestores(ctx, id);
      await ctx.store.marks.connection(id, 'all', { lane: 'bulk', cause: 'user', user, at: ctx.clock.now() });
    }
    return { active: true, reasons: [] };
  });
}

async function crmFieldsByType(ctx: Context): Promise<Readonly<Record<CrmEntityType, readonly CrmField[]>>> {
  const [contact, person, project] = await Promise.all(crmEntityTypes.map((type) => ctx.crm.fields(type)));
  return { contact: contact ?? [], person: person ?? [], project: project ?? [] };
}

async function failedTest(ctx: Context, connection: Connection): Promise<readonly Obstacle[]> {
  try {
    await (await ctx.connector(connection)).testConnection();
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [{ kind: 'testFailed', actorType: null, field: null, cause: { code: error.code, detail: error.detail } }];
  }
}
