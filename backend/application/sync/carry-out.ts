import { passing } from '../../../shared/errors.ts';
import type { ActorRef, FieldValue, FieldValues } from '../../../shared/vocabulary.ts';
import { inTransaction, type Context } from '../../context.ts';
import type { Claim } from '../../domain/mark.ts';
import type { Obstacle, Step, SyncPlan } from '../../domain/sync-plan.ts';
import { sameValue } from '../../domain/value.ts';
import { AppError } from '../../errors.ts';
import type { CrmRecord } from '../../ports/crm.ts';
import type { Actor } from '../../ports/erp-connector.ts';
import { passBrakes } from './brake.ts';
import { readActor, wantedFields, type OpenLink } from './read-sides.ts';

/** A link with its actor, as the plan was made from them. */
export interface ReadLink extends OpenLink {
  readonly actor: Actor;
  /** Its parent in the ERP, where that is not the one its company is connected to. */
  readonly astray: ActorRef | null;
}

export interface CarryOutOptions {
  readonly runId?: string | null;
  /** Nobody has asked for it, so the brake of each connection counts it. */
  readonly automatic?: boolean;
}

export interface CarriedOut {
  /** The record's values, as SuperOffice stores them now. */
  readonly crm: FieldValues;
  /** What SuperOffice would not take, by its field key. */
  readonly crmRefused: Refusals;
  readonly links: readonly CarriedOutLink[];
  /** Rows of the ledger: those that are true now, and those that never came to be. */
  readonly settled: readonly { readonly id: number; readonly after: FieldValue }[];
  readonly struck: readonly number[];
}

export interface CarriedOutLink {
  readonly link: ReadLink;
  /** The actor's values, as the ERP stores them now. */
  readonly erp: FieldValues;
  /** What the ERP would not take, by its field key. */
  readonly refused: Refusals;
  /** The write is unanswered, or was not tried: it is not known what the ERP holds now. */
  readonly failure: AppError | null;
  /** The ERP changed more in saving than it was asked to. */
  readonly movedOn: boolean;
}

export type Refusals = ReadonlyMap<string, Obstacle>;

/**
 * Writes what the plan says: the ledger first, then SuperOffice, then each ERP, one save per side. A field that is refused
 * does not hold up the others, and an ERP that fails does not hold up the other ERPs. A failure of SuperOffice is thrown.
 */
export async function carryOut(
  ctx: Context,
  claim: Claim,
  record: CrmRecord,
  links: readonly ReadLink[],
  plan: SyncPlan,
  { runId = null, automatic = false }: CarryOutOptions = {},
): Promise<CarriedOut> {
  const entered = await enter(ctx, claim, links, plan.steps, runId, automatic);

  const crm = await writeEach(plan.toCrm, async (values) => {
    await ctx.store.marks.mustStand(claim);
    const valuesWere = Object.fromEntries(Object.keys(values).map((key) => [key, record.values[key] ?? null]));
    try {
      return (await ctx.crm.write(record.entity, values, { valuesWere })).values;
    } catch (error) {
      // Somebody was faster, so what stands there by now is not ours.
      const isOurs = ({ step: { target, targetKey } }: Entered) => target === 'crm' && targetKey in values;
      if (error instanceof AppError && error.code === 'crm.changed') {
        await ctx.store.ledger.strike(entered.filter(isOurs).map(({ id }) => id));
      }
      throw error;
    }
  });

  const done = await Promise.all(
    links.map((link) => {
      const { toErp = {} } = plan.links.find(({ linkId }) => linkId === link.link.id) ?? {};
      // What SuperOffice would not take does not travel on to the ERPs behind it.
      const values = Object.entries(toErp).filter(([key]) => {
        const crmKey = link.pairs.find(({ erp }) => erp.key === key)?.crm.key ?? '';
        return !crm.refused.has(crmKey);
      });
      return writeToErp(ctx, claim, link, Object.fromEntries(values));
    }),
  );

  const stored = { ...record.values, ...crm.stored };
  return { crm: stored, crmRefused: crm.refused, links: done, ...judge(entered, stored, crm.refused, done) };
}

interface Entered {
  readonly id: number;
  readonly step: Step;
}

async function enter(
  ctx: Context,
  claim: Claim,
  links: readonly ReadLink[],
  steps: readonly Step[],
  runId: string | null,
  automatic: boolean,
): Promise<readonly Entered[]> {
  if (steps.length === 0) return [];
  const entries = steps.flatMap((step) => {
    const found = links.find(({ link }) => link.id === step.linkId);
    const pair = found?.pairs.find(({ erp }) => erp.key === step.fieldKey);
    return found && pair ? [{ ...step, link: found.link, crmField: pair.crm.key, runId }] : [];
  });
  const ids = await inTransaction(ctx, async (ctx) => {
    await ctx.store.marks.hold(claim);
    if (automatic) {
      const changed = links.filter(({ link }) =>
        steps.some(({ linkId, reason }) => linkId === link.id && reason !== 'overruled'),
      );
      await passBrakes(ctx, changed);
    }
    return ctx.store.ledger.enter(entries, claim, ctx.clock.now());
  });
  return steps.flatMap((step, index) => {
    const id = ids[index];
    return id === undefined ? [] : [{ id, step }];
  });
}

async function writeToErp(ctx: Context, claim: Claim, link: ReadLink, values: FieldValues): Promise<CarriedOutLink> {
  const { connector, actor, pairs } = link;
  let latest = actor;
  try {
    const beforeSend = () => ctx.store.marks.mustStand(claim);
    const { stored, refused } = await writeEach(values, async (some) => {
      await beforeSend();
      const { type, erpKey } = actor;
      const change = { type, erpKey, values: some };
      const [outcome] = await connector.saveActors([change], wantedFields(pairs), { beforeSend });
      if (!outcome) throw new AppError('connector.answer_invalid');
      if (outcome.kind === 'refused') throw new AppError(outcome.code, { explanation: outcome.explanation });
      latest = await withAll(link, outcome.actor, Object.keys(some));
      return pick(latest.values, Object.keys(some));
    });
    const others = pairs.map(({ erp }) => erp.key).filter((key) => !(key in values));
    const movedOn = others.some((key) => key in latest.values && !sameValue(latest.values[key], actor.values[key]));
    return { link, erp: { ...actor.values, ...stored }, refused, failure: null, movedOn };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'link.busy') throw error;
    return { link, erp: actor.values, refused: new Map(), failure: error, movedOn: false };
  }
}

/** Some ERPs answer a save with half the actor, or none: then it is read again, for only what is stored counts. */
async function withAll(link: ReadLink, saved: Actor, keys: readonly string[]): Promise<Actor> {
  if (keys.every((key) => saved.values[key] !== undefined)) return saved;
  const read = await readActor(link).catch((error: unknown) => {
    // It is the look that was refused. The values were taken.
    if (!(error instanceof AppError) || !isRefusal(error)) throw error;
    throw new AppError('connector.unreachable', error.detail, { cause: error });
  });
  if (keys.every((key) => read.values[key] !== undefined)) return read;
  throw new AppError('connector.answer_invalid');
}

/** All values in one save; if that is refused for good, one by one, so that the bad one stays behind alone. */
async function writeEach(
  values: FieldValues,
  write: (values: FieldValues) => Promise<FieldValues>,
): Promise<{ readonly stored: FieldValues; readonly refused: Refusals }> {
  const keys = Object.keys(values);
  if (keys.length === 0) return { stored: {}, refused: new Map() };
  try {
    return { stored: await write(values), refused: new Map() };
  } catch (error) {
    if (!(error instanceof AppError) || !isRefusal(error)) throw error;
    const [key, ...others] = keys;
    if (key !== undefined && others.length === 0) {
      return { stored: {}, refused: new Map([[key, { code: error.code, detail: error.detail }]]) };
    }
    let stored: FieldValues = {};
    const refused = new Map<string, Obstacle>();
    for (const key of keys) {
      const alone = await writeEach(pick(values, [key]), write);
      stored = { ...stored, ...alone.stored };
      for (const [field, obstacle] of alone.refused) refused.set(field, obstacle);
    }
    return { stored, refused };
  }
}

/** Refusals that may lie in one value, and not in the record, the connection or the hour. */
function isRefusal({ code }: AppError): boolean {
  return (
    !passing.has(code) &&
    (code.startsWith('value.') ||
      code.startsWith('mapping.') ||
      code.startsWith('list.') ||
      code === 'connector.rejected' ||
      code === 'crm.rejected' ||
      code === 'entity.protected')
  );
}

function judge(
  entered: readonly Entered[],
  crm: FieldValues,
  crmRefused: Refusals,
  links: readonly CarriedOutLink[],
): Pick<CarriedOut, 'settled' | 'struck'> {
  const settled: { id: number; after: FieldValue }[] = [];
  const struck: number[] = [];
  for (const { id, step } of entered) {
    const link = links.find((candidate) => candidate.link.link.id === step.linkId);
    const crmKey = link?.link.pairs.find(({ erp }) => erp.key === step.fieldKey)?.crm.key ?? '';
    if (step.target === 'crm') {
      if (crmRefused.has(crmKey)) struck.push(id);
      else settled.push({ id, after: crm[crmKey] ?? null });
    } else if (!link || crmRefused.has(crmKey) || link.refused.has(step.fieldKey)) {
      struck.push(id);
    } else if (!link.failure) {
      settled.push({ id, after: link.erp[step.fieldKey] ?? null });
    }
    // An unanswered write is neither: the next look at the record finds out.
  }
  return { settled, struck };
}

function pick(values: FieldValues, keys: readonly string[]): FieldValues {
  return Object.fromEntries(keys.flatMap((key) => (values[key] === undefined ? [] : [[key, values[key]]])));
}
