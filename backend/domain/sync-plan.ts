import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import type { CrmEntity, FieldValue, FieldValues, Side } from '../../shared/vocabulary.ts';
import type { FieldPair } from './convert.ts';
import type { AgreedValue } from './link.ts';
import {
  flowsTo,
  mappedField,
  mergeField,
  other,
  write,
  type FieldOutcome,
  type MappedField,
  type WriteReason,
} from './merge.ts';
import { isBlank, sameValue } from './value.ts';

/** The CRM record as it is now. */
export interface RecordState {
  readonly entity: CrmEntity;
  readonly values: FieldValues;
  /** SuperOffice fields that must never be written on this record. */
  readonly protectedFields: readonly string[];
}

/** Why a field waits for someone. */
export interface Obstacle {
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;
}

/** One of its links, with the actor as it is now. */
export interface LinkState {
  readonly linkId: string;
  readonly pairs: readonly FieldPair[];
  readonly values: FieldValues;
  /** Values of the actor that could not be read, as the ERP sent them. */
  readonly unreadable: Readonly<Record<string, string>>;
  readonly agreed: Readonly<Record<string, AgreedValue>>;
  /** Fields whose write was refused the last time, from the same values: it would be refused again. */
  readonly refused: Readonly<Record<string, Obstacle>>;
  /** The side that changed last, if the two clocks can be compared. */
  readonly newest: Side | null;
}

/** The side that was chosen, and the values it was chosen from: if either has moved, the choice means nothing. */
export interface Choice {
  readonly side: Side;
  readonly crm: FieldValue;
  readonly erp: FieldValue;
}

/**
 * Why a record is looked at, as far as that changes what is decided. With `only`, exactly these steps are done and no
 * others: one whose old or new value has moved since is dropped.
 */
export type Intent =
  | { readonly kind: 'sync'; readonly only?: readonly PlannedStep[] }
  /** Someone chose which side of a field is right. */
  | { readonly kind: 'choose'; readonly linkId: string; readonly choices: Readonly<Record<string, Choice>> }
  /**
   * One side is right, whatever changed last. With `from: 'crm'` all links follow; else the record and the others do.
   */
  | {
      readonly kind: 'resync';
      readonly from: 'crm' | { readonly linkId: string };
      readonly keepNonBlank: boolean;
      readonly only?: readonly PlannedStep[];
    }
  /** Puts back what stood there, where what we wrote stands there still. */
  | { readonly kind: 'undo'; readonly steps: readonly PlannedStep[] };

/** A value that was planned to be written: the field, and what stood there then. */
export type PlannedStep = Pick<Step, 'linkId' | 'fieldKey' | 'target' | 'before' | 'after'>;

/** A value to be written, and the row of the ledger once it is. */
export interface Step {
  readonly linkId: string;
  readonly fieldKey: string;
  readonly target: Side;
  /** The key on the target side. */
  readonly targetKey: string;
  readonly before: FieldValue;
  readonly after: FieldValue;
  /** `overruled` writes nothing: `before` is what a weaker link would have written. */
  readonly reason: WriteReason | 'overruled';
}

export interface LinkPlan {
  readonly linkId: string;
  readonly toErp: FieldValues;
  /** What both sides have agreed on once the writes are done: fields where that is news. */
  readonly agreed: Readonly<Record<string, AgreedValue>>;
  /** Fields that need a person, each with why. Fields that are not here need none. */
  readonly open: Readonly<Record<string, OpenField>>;
}

export type OpenField = Extract<FieldOutcome, { kind: 'conflict' | 'parked' }>;

type Decision =
  | FieldOutcome
  | { readonly kind: 'overruled'; readonly value: FieldValue }
  /** A write or an agreement that is due, and that nobody asks for now. */
  | { readonly kind: 'later' };

export interface SyncPlan {
  readonly toCrm: FieldValues;
  /** Something is due that this intent leaves out: the record has to be looked at again. */
  readonly later: boolean;
  /** In order of priority. */
  readonly links: readonly LinkPlan[];
  readonly steps: readonly Step[];
}

/**
 * What has to be written so that one CRM record and all its actors agree. The links come in order of priority: a value may
 * travel from one ERP through the record into the others, and of two ERPs that changed one field at once the first wins.
 */
export function planSync(record: RecordState, links: readonly LinkState[], intent: Intent): SyncPlan {
  const draft = startDraft(record, links);
  // A link writes into the record at most once, so the values come to rest after as many rounds as there are links.
  for (let round = 0; round <= links.length; round++) {
    const moved = draft.links.map((link, rank) => settleLink(draft, link, rank, intent)).some(Boolean);
    if (!moved) break;
  }
  return finish(draft);
}

interface Draft {
  readonly record: RecordState;
  readonly crm: Record<string, FieldValue>;
  /** The rank of the link that last wrote each field of the record. */
  readonly writer: Map<string, number>;
  /** Why a field of the record lost what somebody had written there; a stronger link may write it again for less. */
  readonly replaced: Map<string, WriteReason>;
  readonly links: readonly LinkDraft[];
}

interface LinkDraft {
  readonly state: LinkState;
  readonly erp: Record<string, FieldValue>;
  readonly agreed: Record<string, AgreedValue | undefined>;
  readonly news: Set<string>;
  /** What was agreed on before a value was to be written into the ERP. */
  readonly beforeWrite: Map<string, { readonly agreed: AgreedValue | undefined; readonly isNews: boolean }>;
  readonly open: Map<string, OpenField>;
  readonly later: Set<string>;
  readonly reasons: Map<string, WriteReason>;
  readonly overruled: Map<string, FieldValue>;
}

function startDraft(record: RecordState, links: readonly LinkState[]): Draft {
  return {
    record,
    crm: { ...record.values },
    writer: new Map(),
    replaced: new Map(),
    links: links.map((state) => ({
      state,
      erp: { ...state.values },
      agreed: { ...state.agreed },
      news: new Set(),
      beforeWrite: new Map(),
      open: new Map(),
      later: new Set(),
      reasons: new Map(),
      overruled: new Map(),
    })),
  };
}

function settleLink(draft: Draft, link: LinkDraft, rank: number, intent: Intent): boolean {
  const moves = link.state.pairs.map((pair) => {
    forgetOvertaken(draft, link, pair);
    const outcome = decide(draft, link, rank, pair, intent);
    return apply(draft, link, rank, pair, outcome);
  });
  return moves.some(Boolean);
}

/**
 * What an earlier round would have written into the ERP is nothing once the record holds another value: what that one comes
 * to is decided anew, from what the ERP really holds.
 */
function forgetOvertaken({ crm }: Draft, link: LinkDraft, pair: FieldPair): void {
  const { key } = pair.erp;
  const before = link.beforeWrite.get(key);
  if (!before || sameValue(link.agreed[key]?.crm ?? null, crm[pair.crm.key] ?? null)) return;
  link.beforeWrite.delete(key);
  link.erp[key] = link.state.values[key] ?? null;
  link.agreed[key] = before.agreed;
  if (!before.isNews) link.news.delete(key);
  link.reasons.delete(`erp ${key}`);
}

function decide(draft: Draft, link: LinkDraft, rank: number, pair: FieldPair, intent: Intent): Decision {
  const field = currentField(draft, link, pair);
  if ('kind' in field) return field;

  const outcome = byIntent(draft, link, rank, pair, field, intent);
  if (outcome.kind !== 'write') return outcome;

  const refusal = link.state.refused[pair.erp.key];
  if (refusal && isUnmoved(draft, link, pair)) return { kind: 'parked', ...refusal };
  if (outcome.target === 'crm' && draft.record.protectedFields.includes(pair.crm.key)) {
    return { kind: 'parked', code: 'entity.protected', detail: { field: pair.crm.name } };
  }
  return outcome;
}

/** Whether no link has written either value in this plan: what was refused was these. */
function isUnmoved({ record, crm }: Draft, { state, erp }: LinkDraft, pair: FieldPair): boolean {
  const [crmKey, erpKey] = [pair.crm.key, pair.erp.key];
  return sameValue(crm[crmKey], record.values[crmKey]) && sameValue(erp[erpKey], state.values[erpKey]);
}

function byIntent(
  draft: Draft,
  link: LinkDraft,
  rank: number,
  pair: FieldPair,
  field: MappedField,
  intent: Intent,
): Decision {
  const { linkId } = link.state;
  switch (intent.kind) {
    case 'choose': {
      const choice = intent.linkId === linkId ? intent.choices[pair.erp.key] : undefined;
      const holds = choice && sameValue(field.crm, choice.crm) && sameValue(field.erp, choice.erp);
      return holds ? write(field, other(choice.side), 'chosen') : merge(draft, link, rank, pair, field);
    }
    case 'resync': {
      const target = intent.from !== 'crm' && intent.from.linkId === linkId ? 'crm' : 'erp';
      const outcome = follow(field, target, intent.keepNonBlank);
      if (!intent.only) return outcome;
      return stands(intent.only, linkId, pair, field, outcome)
        ? outcome
        : writingNothing(merge(draft, link, rank, pair, field));
    }
    case 'undo': {
      const step = (['crm', 'erp'] as const)
        .map((target) => stepFor(intent.steps, linkId, pair, target))
        .find((found) => found && sameValue(field[found.target], found.before));
      return step ? putBack(field, step) : writingNothing(merge(draft, link, rank, pair, field));
    }
    case 'sync': {
      const outcome = merge(draft, link, rank, pair, field);
      if (!intent.only) return outcome;
      return stands(intent.only, linkId, pair, field, outcome) ? outcome : writingNothing(outcome);
    }
  }
}

/** Whether this is what was planned, from the value that was there then. */
function stands(
  steps: readonly PlannedStep[],
  linkId: string,
  pair: FieldPair,
  field: MappedField,
  outcome: Decision,
): boolean {
  if (outcome.kind !== 'write') return false;
  const step = stepFor(steps, linkId, pair, outcome.target);
  return step !== undefined && sameValue(field[outcome.target], step.before) && sameValue(outcome.value, step.after);
}

function stepFor(
  steps: readonly PlannedStep[],
  linkId: string,
  pair: FieldPair,
  target: Side,
): PlannedStep | undefined {
  return steps.find((step) => step.linkId === linkId && step.fieldKey === pair.erp.key && step.target === target);
}

/** What was open stays open; what would have been written, or agreed on, waits for the next look. */
function writingNothing(outcome: Decision): Decision {
  const isNews = outcome.kind === 'inSync' && outcome.agreed !== null;
  return isNews || outcome.kind === 'write' || outcome.kind === 'overruled' ? { kind: 'later' } : outcome;
}

/** The value as that side stored it, so nothing is converted; that the two differ then is settled until one changes. */
function putBack(field: MappedField, { target, after }: PlannedStep): FieldOutcome {
  if (field.readOnly.includes(target)) return leave;
  if (field.mandatory.includes(target) && isBlank(after)) {
    return { kind: 'parked', code: 'value.mandatory', detail: { target } };
  }
  return { kind: 'write', target, value: after, reason: 'undo' };
}

/** Where a stronger link has just written the field of the record, this link follows. */
function merge(draft: Draft, link: LinkDraft, rank: number, pair: FieldPair, field: MappedField): Decision {
  const overruled = (draft.writer.get(pair.crm.key) ?? rank) < rank;
  if (!overruled) return mergeField(field);

  const outcome = mergeField({ ...field, policy: 'crm' });
  if (outcome.kind !== 'write') return outcome;
  if (outcome.target === 'erp') {
    // What this ERP had edited may have been taken over in an earlier round; it is overruled all the same.
    const edit = outcome.reason === 'policy' || wasEdited(link.state, pair.erp.key);
    return edit ? { ...outcome, reason: 'priority' } : outcome;
  }
  if (flowsTo('erp', field.direction)) return write(field, 'erp', 'priority');
  return { kind: 'overruled', value: outcome.value };
}

function wasEdited({ values, agreed }: LinkState, key: string): boolean {
  const before = agreed[key];
  return before !== undefined && !sameValue(values[key], before.erp);
}

/** The source is right, whatever changed last; but what an ERP made of it when they last agreed is no difference. */
function follow(field: MappedField, target: Side, keepNonBlank: boolean): FieldOutcome {
  const outcome = mergeField(field);
  if (outcome.kind === 'inSync') return outcome;
  if (!flowsTo(target, field.direction)) return leave;
  if (keepNonBlank && isBlank(target === 'crm' ? field.erp : field.crm)) return leave;
  return write(field, target, 'resync');
}

const leave: FieldOutcome = { kind: 'leave' };

function currentField(draft: Draft, link: LinkDraft, pair: FieldPair): MappedField | FieldOutcome {
  const { erp, crm } = pair;
  if (erp.direction === 'none') return leave;

  const raw = link.state.unreadable[erp.key];
  if (raw !== undefined) return { kind: 'parked', code: 'value.invalid', detail: { field: erp.name, value: raw } };

  const crmValue = draft.crm[crm.key];
  const erpValue = link.erp[erp.key];
  // Not reported is not blank: nothing may be concluded from it.
  if (crmValue === undefined) return { kind: 'parked', code: 'mapping.field_unknown', detail: { field: crm.name } };
  if (erpValue === undefined) return { kind: 'parked', code: 'mapping.field_unknown', detail: { field: erp.name } };

  const agreed = link.agreed[erp.key] ?? null;
  return mappedField(pair, { crm: crmValue, erp: erpValue, agreed, newest: link.state.newest });
}

/** Carries the outcome into the draft; true if a value moved, so that the others must be looked at again. */
function apply(draft: Draft, link: LinkDraft, rank: number, { erp, crm }: FieldPair, outcome: Decision): boolean {
  link.open.delete(erp.key);
  link.later.delete(erp.key);
  switch (outcome.kind) {
    case 'leave':
      return false;
    case 'later':
      link.later.add(erp.key);
      return false;
    case 'conflict':
    case 'parked':
      link.open.set(erp.key, outcome);
      return false;
    case 'inSync':
      if (outcome.agreed) agree(link, erp.key, outcome.agreed);
      return false;
    case 'overruled':
      // It cannot follow. That the two differ is settled until one of them changes again.
      link.overruled.set(erp.key, outcome.value);
      agree(link, erp.key, { crm: draft.crm[crm.key] ?? null, erp: link.erp[erp.key] ?? null });
      return false;
    case 'write': {
      const isAgain = outcome.reason === 'undo' && isAgreed(link, erp.key, outcome);
      if (outcome.target === 'crm') {
        draft.crm[crm.key] = outcome.value;
        draft.writer.set(crm.key, rank);
        if (outcome.reason !== 'changed') draft.replaced.set(crm.key, outcome.reason);
      } else {
        if (!isAgain) link.beforeWrite.set(erp.key, { agreed: link.agreed[erp.key], isNews: link.news.has(erp.key) });
        link.erp[erp.key] = outcome.value;
      }
      link.reasons.set(`${outcome.target} ${erp.key}`, whyWritten(draft, crm.key, outcome));
      link.news.add(erp.key);
      // What was agreed on stands there again, if only as the system keeps it; the other side's own edit stays one.
      if (!isAgain) agree(link, erp.key, { crm: draft.crm[crm.key] ?? null, erp: link.erp[erp.key] ?? null });
      return true;
    }
  }
}

function whyWritten(
  { replaced }: Draft,
  crmKey: string,
  { target, reason }: FieldOutcome & { kind: 'write' },
): WriteReason {
  return (target === 'crm' && reason === 'changed' && replaced.get(crmKey)) || reason;
}

function isAgreed({ agreed }: LinkDraft, key: string, { target, value }: FieldOutcome & { kind: 'write' }): boolean {
  const known = agreed[key];
  return known !== undefined && sameValue(known[target], value);
}

function agree(link: LinkDraft, key: string, agreed: AgreedValue): void {
  link.agreed[key] = agreed;
  link.news.add(key);
}

function finish(draft: Draft): SyncPlan {
  const { record, crm, links, writer } = draft;
  return {
    toCrm: changed(record.values, crm),
    later: links.some(({ later }) => later.size > 0),
    links: links.map(({ state, erp, agreed, news, open }) => ({
      linkId: state.linkId,
      toErp: changed(state.values, erp),
      agreed: Object.fromEntries([...news].flatMap((key) => (agreed[key] ? [[key, agreed[key]]] : []))),
      open: Object.fromEntries(open),
    })),
    steps: links.flatMap((link, rank) => stepsOf(draft, link, (crmKey) => writer.get(crmKey) === rank)),
  };
}

function stepsOf({ record, crm }: Draft, link: LinkDraft, wrote: (crmKey: string) => boolean): Step[] {
  const { linkId, values } = link.state;
  return link.state.pairs.flatMap((pair) => {
    const steps: Step[] = [];
    const add = (
      target: Side,
      targetKey: string,
      before: FieldValue | undefined,
      after: FieldValue | undefined,
      reason: Step['reason'] | undefined,
    ) => {
      if (!reason || sameValue(before, after)) return;
      steps.push({
        linkId,
        fieldKey: pair.erp.key,
        target,
        targetKey,
        before: before ?? null,
        after: after ?? null,
        reason,
      });
    };

    const [crmKey, erpKey] = [pair.crm.key, pair.erp.key];
    const overruled = link.overruled.get(erpKey);
    if (overruled !== undefined) add('crm', crmKey, overruled, crm[crmKey], 'overruled');
    if (wrote(crmKey)) add('crm', crmKey, record.values[crmKey], crm[crmKey], link.reasons.get(`crm ${erpKey}`));
    add('erp', erpKey, values[erpKey], link.erp[erpKey], link.reasons.get(`erp ${erpKey}`));
    return steps;
  });
}

function changed(before: FieldValues, after: FieldValues): FieldValues {
  return Object.fromEntries(Object.entries(after).filter(([key, value]) => !sameValue(value, before[key])));
}
