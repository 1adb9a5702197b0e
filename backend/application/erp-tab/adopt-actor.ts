import { randomUUID } from 'node:crypto';
import type { CrmEntity, FieldValues } from '../../../shared/vocabulary.ts';
import { inTransaction, type Context } from '../../context.ts';
import type { ActorTypeMapping } from '../../domain/connection.ts';
import type { FieldPair } from '../../domain/convert.ts';
import { agreedAfterCreation, madeOf, type Creation } from '../../domain/creation.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import type { Actor, ErpConnector } from '../../ports/erp-connector.ts';
import { holdRecord, whileHeld } from '../sync/hold-record.ts';
import { reconcile } from '../sync/reconcile.ts';

/** The actor as the ERP has stored it, in every field that was sent or is mapped. Throws `actor.not_found`. */
export async function readNew(
  connector: ErpConnector,
  { fields, actorType }: ActorTypeMapping,
  { sent }: Creation,
  pairs: readonly FieldPair[],
  erpKey: string,
): Promise<Actor> {
  const wanted = fields.filter(({ key }) => key in sent || pairs.some(({ erp }) => erp.key === key));
  const { actors, warning } = await connector.getActors(actorType, [erpKey], wanted);
  const actor = actors.find((found) => found.type === actorType && found.erpKey === erpKey);
  if (actor) return actor;
  if (warning !== null) throw new AppError('connector.unreachable', { explanation: warning });
  throw new AppError('actor.not_found');
}

/**
 * Ends a creation with the actor that came of it: link, agreed values and ledger in one transaction. `answer` is what the ERP
 * said it had stored, null where the actor was looked up. Throws `link.busy` if
 * somebody has acted on the creation since it was read, `link.exists` or `link.actor_taken` if an end of the link is taken.
 */
export async function adoptActor(
  ctx: Context,
  creation: Creation,
  actor: Actor,
  pairs: readonly FieldPair[],
  answer: FieldValues | null,
): Promise<void> {
  const { connectionId, entity, sent, user } = creation;
  const { type, erpKey } = actor;
  const now = ctx.clock.now();
  const mark = { lane: 'interactive', cause: 'create', user, at: now } as const;

  await inTransaction(ctx, async (ctx) => {
    await ctx.store.marks.ensure(entity);
    await ctx.store.creations.end(creation, { state: 'created', erpKey }, now);
    const link = await ctx.store.links.claim(randomUUID(), { connectionId, entity, actor: { type, erpKey } }, now);
    await ctx.store.links.confirm(link.id, now);
    const agreed = agreedAfterCreation(creation, pairs, actor.values, answer);
    await ctx.store.links.settle(link.id, { agreed, waiting: [] }, now);

    await ctx.store.ledger.note('created', link, mark, now);
    const keys = Object.keys(sent);
    const rows = keys.map((fieldKey) => ({
      link,
      runId: null,
      fieldKey,
      crmField: pairs.find(({ erp }) => erp.key === fieldKey)?.crm.key ?? '',
      target: 'erp' as const,
      before: null,
      after: sent[fieldKey] ?? null,
      reason: 'created' as const,
    }));
    const ids = await ctx.store.ledger.enter(rows, mark, now);
    await ctx.store.ledger.settle(
      rows.map(({ fieldKey, after }, index) => {
        const stored = actor.values[fieldKey] ?? after;
        return { id: ids[index] ?? 0, after: madeOf(after, stored, answer, fieldKey) ?? stored };
      }),
    );
    // What the ERP assigned has yet to reach SuperOffice.
    await ctx.store.marks.entities(entity.type, [entity.id], mark);
  });
  const state = answer === null ? 'lookedUp' : 'answered';
  log.info('creation.adopted', { tenant: ctx.tenant, connectionId, creationId: creation.id, state });
}

/** Carries what the ERP assigned to SuperOffice while the person waits; if that fails, the mark stands. */
export async function syncAdopted(ctx: Context, entity: CrmEntity): Promise<void> {
  try {
    const claim = await holdRecord(ctx, entity, 'create');
    await whileHeld(ctx, claim, () => reconcile(ctx, claim));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.warn('creation.not_synced', { tenant: ctx.tenant, code: error.code });
  }
}
