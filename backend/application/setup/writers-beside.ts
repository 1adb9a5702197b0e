import { entityTypeOf } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';
import type { Activation } from '../../domain/activation.ts';

/** Which other active connection writes a SuperOffice field. */
export async function writersBeside(ctx: Context, connectionId: string): Promise<Activation['writtenBy']> {
  const written = await ctx.store.mappings.writtenByOthers(connectionId);
  return (type, crmField) =>
    written.find((field) => entityTypeOf[field.actorType] === type && field.crmField === crmField)?.connectionName ??
    null;
}
