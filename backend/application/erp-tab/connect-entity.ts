import { randomUUID } from 'node:crypto';
import type { ConnectEntity, Connected } from '../../../shared/api/erp-tab.ts';
import type { CrmEntity, FieldValues } from '../../../shared/vocabulary.ts';
import { inTransaction, type Context } from '../../context.ts';
import { answersAll, compareFields, seenDigest } from '../../domain/connect-plan.ts';
import { fieldsProtectedBy } from '../../domain/crm-rules.ts';
import type { Link } from '../../domain/link.ts';
import type { ActorTypeMapping, FieldMapping } from '../../domain/connection.ts';
import { firstValueFields, planFirstValues, type AskedField } from '../../domain/new-actor.ts';
import { sameValue } from '../../domain/value.ts';
import type { Claim } from '../../domain/mark.ts';
import { planSync, type SyncPlan } from '../../domain/sync-plan.ts';
import { AppError } from '../../errors.ts';
import type { CrmRecord } from '../../ports/crm.ts';
import { requireConnection, requireVisible } from '../access.ts';
import { carryOut, type CarriedOut, type ReadLink } from '../sync/carry-out.ts';
import { holdRecord, whileHeld } from '../sync/hold-record.ts';
import { newsOf } from '../sync/news-of.ts';
import { crmKeys, isAstray, openLinks, readActor, readRecord, requireParent } from '../sync/read-sides.ts';
import { releaseDeadClaims } from '../sync/release-dead-claims.ts';
import { requireMapping } from './usable-connections.ts';

/** Links a CRM entity to an ERP actor, after giving both the values the user chose. */
export async function connectEntity(ctx: Context, input: ConnectEntity): Promise<Connected> {
  const { connectionId, entity, actor } = input;
  const connection = await requireConnection(ctx, connectionId, 'canConnect');
  const mapping = await requireMapping(ctx, connection, actor.type, entity.type);
  await requireVisible(ctx, entity);

  // Claimed before anything is read, so that two users cannot connect the same company at once.
  const link = await inTransaction(ctx, async (ctx) => {
    await releaseDeadClaims(ctx);
    await ctx.store.marks.ensure(entity);
    await requireNoCreation(ctx, connectionId, entity);
    return ctx.store.links.claim(randomUUID(), { connectionId, entity, actor }, ctx.clock.now());
  });
  try {
    const claim = await holdRecord(ctx, entity, 'connect');
    await whileHeld(ctx, claim, () => connectHeld(ctx, claim, link, mapping, input));
  } catch (error) {
    await inTransaction(ctx, async (ctx) => {
      await ctx.store.links.release(link.id);
      await ctx.store.marks.removeUnlinked(entity);
    });
    throw error;
  }
  return { linkId: link.id };
}

/** While it is not known whether the record has a new actor, it gets no other one. */
async function requireNoCreation(ctx: Context, connectionId: string, entity: CrmEntity): Promise<void> {
  const pending = await ctx.store.creations.pending(connectionId);
  const own = pending.some((creation) => creation.entity.type === entity.type && creation.entity.id === entity.id);
  if (own) throw new AppError('creation.open', { connectionId });
}

async function connectHeld(
  ctx: Context,
  claim: Claim,
  { id }: Link,
  { fields }: ActorTypeMapping,
  input: ConnectEntity,
): Promise<void> {
  try {
    const { record, link } = await readBoth(ctx, id, fields, input);
    const first = planFirstValues(fields, link.actor.values, input.answers ?? {});
    const plan = planChosen(record, link, first.asked, input);
    const [refusal] = first.refused;
    if (refusal) throw new AppError(refusal.code, refusal.detail);
    await writeFirstValues(ctx, claim, link, fields, first.values);

    // The ERP first: it refuses more often, and then SuperOffice is as it was.
    const erpDone = await carryOut(ctx, claim, record, [link], only('erp', plan));
    const [saved] = erpDone.links;
    if (saved?.failure) throw saved.failure;
    for (const { code, detail } of saved?.refused.values() ?? []) throw new AppError(code, detail);

    const done = await carryOut(ctx, claim, record, [link], only('crm', plan));
    await confirm(ctx, claim, plan, link, {
      ...done,
      links: erpDone.links,
      settled: [...erpDone.settled, ...done.settled],
      struck: [...erpDone.struck, ...done.struck],
    });
  } catch (error) {
    await ctx.store.marks.release(claim);
    throw error;
  }
}

async function readBoth(
  ctx: Context,
  linkId: string,
  fields: readonly FieldMapping[],
  { entity }: ConnectEntity,
): Promise<{ readonly record: CrmRecord; readonly link: ReadLink }> {
  const [open] = await openLinks(ctx, [await ctx.store.links.get(linkId)]);
  if (!open) throw new AppError('connection.inactive');
  const [record, actor] = await Promise.all([
    readRecord(ctx, entity, crmKeys([open])),
    readActor(open, firstValueFields(fields)),
  ]);
  const parent = await requireParent(ctx, record, open);
  return { record, link: { ...open, actor, astray: isAstray(parent, actor) ? actor.parent : null } };
}

/** What the user saw is what is written: if either side has changed since, nothing is. */
function planChosen(
  record: CrmRecord,
  { link, pairs, actor }: ReadLink,
  asked: readonly AskedField[],
  { choices, seen }: ConnectEntity,
): SyncPlan {
  const protectedFields = fieldsProtectedBy(record.protection);
  const compared = compareFields({ pairs, crm: record.values, erp: actor.values, protectedFields });
  if (seenDigest(compared, asked) !== seen) throw new AppError('link.changed');
  if (!answersAll(compared, choices)) throw new AppError('input.invalid', { field: 'choices' });

  const chosen = compared.flatMap(({ pair, equal, crm, erp }) => {
    const side = choices[pair.erp.key];
    return side && !equal ? [[pair.erp.key, { side, crm, erp }] as const] : [];
  });
  return planSync(
    { entity: record.entity, values: record.values, protectedFields },
    [
      {
        linkId: link.id,
        pairs,
        values: actor.values,
        unreadable: actor.unreadable,
        agreed: {},
        refused: {},
        newest: null,
      },
    ],
    { kind: 'choose', linkId: link.id, choices: Object.fromEntries(chosen) },
  );
}

/** What the user filled in beside the mapped fields. Written first: an ERP that refuses it is connected with nothing. */
async function writeFirstValues(
  ctx: Context,
  claim: Claim,
  { link, connector, actor }: ReadLink,
  fields: readonly FieldMapping[],
  wanted: FieldValues,
): Promise<void> {
  const changed = Object.entries(wanted).filter(([key, value]) => !sameValue(value, actor.values[key]));
  if (changed.length === 0) return;
  const rows = changed.map(([fieldKey, after]) => ({
    ...{ link, runId: null, fieldKey, crmField: '', target: 'erp' as const },
    ...{ before: actor.values[fieldKey] ?? null, after, reason: 'chosen' as const },
  }));
  const ids = await inTransaction(ctx, async (ctx) => {
    await ctx.store.marks.hold(claim);
    return ctx.store.ledger.enter(rows, claim, ctx.clock.now());
  });
  const { type, erpKey } = actor;
  const read = fields.filter(({ key }) => key in wanted);
  const [outcome] = await connector.saveActors([{ type, erpKey, values: Object.fromEntries(changed) }], read);
  if (!outcome) throw new AppError('connector.answer_invalid');
  if (outcome.kind === 'refused') {
    await ctx.store.ledger.strike(ids);
    throw new AppError(outcome.code, { explanation: outcome.explanation });
  }
  const stored = outcome.actor.values;
  await ctx.store.ledger.settle(
    rows.map(({ fieldKey, after }, index) => ({ id: ids[index] ?? 0, after: stored[fieldKey] ?? after })),
  );
}

function only(target: 'crm' | 'erp', plan: SyncPlan): SyncPlan {
  const steps = plan.steps.filter((step) => step.target === target);
  return target === 'crm'
    ? { ...plan, steps, links: plan.links.map((link) => ({ ...link, toErp: {} })) }
    : { ...plan, steps, toCrm: {} };
}

async function confirm(
  ctx: Context,
  claim: Claim,
  plan: SyncPlan,
  { link }: ReadLink,
  done: CarriedOut,
): Promise<void> {
  const now = ctx.clock.now();
  const { type, id } = link.entity;
  await inTransaction(ctx, async (ctx) => {
    await ctx.store.marks.hold(claim);
    await ctx.store.links.confirm(link.id, now);
    await ctx.store.ledger.note('connected', link, claim, now);
    for (const saved of done.links) await ctx.store.links.settle(link.id, newsOf(plan, done, saved), now);
    await ctx.store.ledger.settle(done.settled);
    await ctx.store.ledger.strike(done.struck);
    await ctx.store.marks.finish(claim);
    // What the user chose travels on to the record's other ERPs.
    const others = (await ctx.store.links.ofEntity(link.entity)).length > 1;
    if (!others && !done.links.some(({ movedOn }) => movedOn)) return;
    await ctx.store.marks.entities(type, [id], { lane: 'event', cause: 'connect', user: claim.user, at: now });
  });
}
