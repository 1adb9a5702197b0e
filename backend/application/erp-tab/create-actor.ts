import { randomUUID } from 'node:crypto';
import type { CreateActor, CreatedActor } from '../../../shared/api/creations.ts';
import type { ErrorCode } from '../../../shared/errors.ts';
import type { FieldValues } from '../../../shared/vocabulary.ts';
import { inTransaction, type Context } from '../../context.ts';
import type { Creation } from '../../domain/creation.ts';
import { planNewActor } from '../../domain/new-actor.ts';
import { traitsOf } from '../../domain/twins.ts';

import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import type { Actor } from '../../ports/erp-connector.ts';
import { requireLicensed } from '../access.ts';
import { crmKeys, readRecord, wantedFields } from '../sync/read-sides.ts';
import { LONGEST_CALL_MS } from '../sync/leftovers.ts';
import { releaseDeadClaims } from '../sync/release-dead-claims.ts';
import { adoptActor, readNew, syncAdopted } from './adopt-actor.ts';
import { lookAhead, openGround, searchTwins, seenOf, type Ground } from './prepare-actor.ts';

/** A process that has slept longer than this since it entered its wish may find that others have given it up. */
const START_WITHIN_MS = 30_000;

/**
 * Makes a new actor from the record and connects the two. The wish is entered before the ERP is called, and the call is never
 * repeated: when its answer is lost, a worker looks the actor up once the call is surely over.
 */
export async function createActor(ctx: Context, input: CreateActor): Promise<CreatedActor> {
  const user = requireLicensed(ctx);
  const { connectionId, entity, actorType, answers, seen } = input;
  const ground = await openGround(ctx, input);
  const { mapping, pairs } = ground;
  const record = await readRecord(ctx, entity, crmKeys([ground]));
  const { plan: shown, parent, twins } = await lookAhead(ctx, ground, record);
  if (seenOf(shown, parent, twins) !== seen) throw new AppError('link.changed');
  const plan = planNewActor({ fields: mapping.fields, pairs, crm: record.values, answers });
  const [refusal] = plan.refused;
  if (refusal) throw new AppError(refusal.code, refusal.detail);

  // What the person has filled in may be a number to search by.
  const traits = traitsOf(entity.type, mapping.fields, plan.values);
  const before = Object.keys(answers).length > 0 ? await searchTwins(ground, traits, parent) : twins;
  const now = ctx.clock.now();
  const creation = await inTransaction(ctx, async (ctx) => {
    await releaseDeadClaims(ctx);
    // Whoever connects the record meanwhile waits here, and then finds the other.
    await ctx.store.marks.ensure(entity);
    const links = await ctx.store.links.ofEntity(entity);
    if (links.some((link) => link.connectionId === connectionId)) throw new AppError('link.exists', { connectionId });
    return ctx.store.creations.enter(
      {
        id: randomUUID(),
        connectionId,
        entity,
        actorType,
        parent,
        sent: plan.values,
        crm: Object.fromEntries(pairs.map(({ erp, crm }) => [erp.key, record.values[crm.key] ?? null])),
        known: before?.complete ? before.actors.map(({ erpKey }) => erpKey) : null,
        user: { id: user.id, name: user.name },
        enteredAt: now,
      },
      new Date(now.getTime() + LONGEST_CALL_MS),
    );
  });

  const actor = await call(ctx, creation, ground);
  if (!actor) return { state: 'unknown' };
  const linked = await settle(ctx, creation, actor, ground);
  if (!linked) return { state: 'unknown' };
  await syncAdopted(ctx, entity);
  return { state: 'created' };
}

/** The one call. Null when nobody knows whether the ERP has carried it out. */
async function call(ctx: Context, creation: Creation, { connector, pairs }: Ground): Promise<Actor | null> {
  const { actorType: type, sent: values, parent } = creation;
  try {
    await inTransaction(ctx, (ctx) => ctx.store.creations.hold(creation));
    if (ctx.clock.now().getTime() - creation.enteredAt.getTime() > START_WITHIN_MS) throw new AppError('rate.limited');
  } catch (error) {
    if (error instanceof AppError) await end(ctx, creation, error);
    throw error;
  }
  try {
    return await connector.createActor({ type, values, parent }, wantedFields(pairs));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (isRefusal(error.code)) {
      await end(ctx, creation, error);
      throw error;
    }
    log.warn('creation.unanswered', { tenant: ctx.tenant, creationId: creation.id, code: error.code });
    return null;
  }
}

/** Nothing came of it, and that is sure. */
async function end(ctx: Context, creation: Creation, { code, detail }: AppError): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    await ctx.store.creations.end(creation, { state: 'refused', code, detail }, ctx.clock.now());
    await ctx.store.marks.removeUnlinked(creation.entity);
  }).catch(lost);
}

/** Whether a failure says that the ERP has surely not made the actor. Any other may have come after it did. */
function isRefusal(code: ErrorCode): boolean {
  return /^(value|mapping|list|config|workbook)\./.test(code) || refusals.has(code);
}

const refusals: ReadonlySet<ErrorCode> = new Set([
  'connector.rejected',
  'connector.denied',
  'connector.address_refused',
  'connector.unknown_connection',
]);

/** Records the new actor. False when the ERP would not be read just now: a worker goes on from the key. */
async function settle(ctx: Context, creation: Creation, { erpKey, values }: Actor, ground: Ground): Promise<boolean> {
  await ctx.store.creations.answered(creation, erpKey).catch(lost);
  try {
    const stored = await readNew(ground.connector, ground.mapping, creation, ground.pairs, erpKey);
    await adopt(ctx, creation, stored, values, ground);
    return true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.warn('creation.not_recorded', { tenant: ctx.tenant, creationId: creation.id, code: error.code });
    await ctx.store.creations.postpone(creation, ctx.clock.now());
    return false;
  }
}

/** An answer may come after a worker, by a clock of its own, has taken the creation for over: it counts all the same. */
async function adopt(
  ctx: Context,
  creation: Creation,
  actor: Actor,
  answer: FieldValues,
  { pairs }: Ground,
): Promise<void> {
  try {
    await adoptActor(ctx, creation, actor, pairs, answer);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'link.busy') throw error;
    const { state, fence, erpKey } = await ctx.store.creations.get(creation.id);
    if (state === 'created' && erpKey === actor.erpKey) return;
    if (state !== 'open' && state !== 'inDoubt' && state !== 'notCreated') throw error;
    await adoptActor(ctx, { ...creation, state, fence }, actor, pairs, answer);
  }
}

/** Somebody else has taken the creation over; what they find out counts. */
function lost(error: unknown): void {
  if (!(error instanceof AppError) || error.code !== 'link.busy') throw error;
}
