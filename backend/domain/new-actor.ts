import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import { takesFirstValue } from '../../shared/rules/takes-first-value.ts';
import type { FieldValue, FieldValues } from '../../shared/vocabulary.ts';
import type { FieldMapping } from './connection.ts';
import { convert, type FieldPair } from './convert.ts';
import { fittingValue, type Fitting } from './fitting-value.ts';
import { flowsTo } from './merge.ts';
import { isBlank } from './value.ts';

/** A field the person fills in, with what stands there until she does. */
export interface AskedField {
  readonly field: FieldMapping;
  readonly value: FieldValue;
  readonly mandatory: boolean;
}

export interface RefusedField {
  readonly key: string;
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;
}

/** What a new actor is made of. */
export interface NewActor {
  /** To be sent, by ERP field key; blanks are left out, so that the ERP's own defaults stay. */
  readonly values: FieldValues;
  readonly asked: readonly AskedField[];
  /** Why nothing may be sent; empty when all is well. */
  readonly refused: readonly RefusedField[];
}

export interface NewActorParts {
  /** All fields of the actor type, by rank. */
  readonly fields: readonly FieldMapping[];
  /** Those that are mapped and have a direction. */
  readonly pairs: readonly FieldPair[];
  /** The record, by SuperOffice field key. */
  readonly crm: FieldValues;
  /** What the person has filled in, by ERP field key; null before she was asked. */
  readonly answers: FieldValues | null;
}

/**
 * Every mapped field the ERP lets us write, whatever its direction, because a new actor needs a name; where the record has
 * nothing, what the person answers or the default value.
 */
export function planNewActor({ fields, pairs, crm, answers }: NewActorParts): NewActor {
  const values: Record<string, FieldValue> = {};
  const asked: AskedField[] = [];
  const refused: RefusedField[] = [];

  for (const field of fields.filter(takesFirstValue)) {
    const pair = pairs.find(({ erp }) => erp.key === field.key);
    const carried = pair ? carry(pair, crm[pair.crm.key]) : { value: null };
    if ('code' in carried) {
      refused.push({ key: field.key, ...carried });
      continue;
    }
    if (!isBlank(carried.value)) {
      values[field.key] = carried.value;
      continue;
    }
    const question = questionFor(field, null);
    if (question) asked.push(question);
    const answer = question ? answered(question, answers) : { value: field.firstValue.value };
    if ('code' in answer) refused.push({ key: field.key, ...answer });
    else if (!isBlank(answer.value)) values[field.key] = answer.value;
  }
  return { values, asked, refused: [...refused, ...strangers(asked, answers)] };
}

/** What a connected actor gets in fields that are not mapped. What it has already stands until the person changes it. */
export function planFirstValues(
  fields: readonly FieldMapping[],
  erp: FieldValues,
  answers: FieldValues | null,
): NewActor {
  const values: Record<string, FieldValue> = {};
  const asked: AskedField[] = [];
  const refused: RefusedField[] = [];
  for (const field of fields.filter((field) => takesFirstValue(field) && field.direction === 'none')) {
    const current = erp[field.key];
    // Not reported is not blank: nothing may be put in its place.
    const question = current === undefined ? null : questionFor(field, current, field.firstValue.value !== null);
    if (!question) continue;
    asked.push(question);
    const answer = answered(question, answers);
    if ('code' in answer) refused.push({ key: field.key, ...answer });
    else values[field.key] = answer.value;
  }
  return { values, asked, refused: [...refused, ...strangers(asked, answers)] };
}

/** The fields whose present value `planFirstValues` must know. */
export function firstValueFields(fields: readonly FieldMapping[]): readonly FieldMapping[] {
  return fields.filter(
    (field) =>
      takesFirstValue(field) &&
      field.direction === 'none' &&
      (isMandatory(field) || field.firstValue.ask || field.firstValue.value !== null),
  );
}

function isMandatory({ access, firstValue }: FieldMapping): boolean {
  return access === 'mandatory' || firstValue.mandatory;
}

function carry(pair: FieldPair, value: FieldValue | undefined): Fitting {
  if (value === undefined) return { code: 'mapping.field_unknown', detail: { field: pair.crm.name } };
  if (isBlank(value)) return { value: null };
  const converted = convert(pair, 'erp', value);
  if (converted.kind === 'value') return { value: converted.value };
  // What only ever comes from the ERP may start without us.
  if (converted.kind === 'ignored' || !flowsTo('erp', pair.erp.direction)) return { value: null };
  return { code: converted.code, detail: { ...converted.detail, field: pair.erp.name } };
}

/** Asked for because an administrator wants it so, or because the ERP takes no actor without it and nothing else fills it. */
function questionFor(field: FieldMapping, current: FieldValue, always = false): AskedField | null {
  const { firstValue, defaultValue } = field;
  const mandatory = isMandatory(field);
  const lacking = mandatory && isBlank(current) && isBlank(firstValue.value);
  if (!firstValue.ask && !lacking && !always) return null;
  const suggested = [current, firstValue.value, defaultValue].find((value) => value !== null && !isBlank(value));
  return { field, value: suggested ?? null, mandatory };
}

function answered({ field, value, mandatory }: AskedField, answers: FieldValues | null): Fitting {
  const named = { field: field.name };
  if (answers && !(field.key in answers)) return { code: 'input.invalid', detail: named };
  const fitting = fittingValue(field, answers ? (answers[field.key] ?? null) : value);
  if (!answers || !mandatory || 'code' in fitting || !isBlank(fitting.value)) return fitting;
  // A box that is left alone says no.
  return field.kind === 'checkbox' ? { value: 'false' } : { code: 'value.mandatory', detail: named };
}

/** An answer nobody asked for would be written unseen. */
function strangers(asked: readonly AskedField[], answers: FieldValues | null): readonly RefusedField[] {
  return Object.keys(answers ?? {})
    .filter((key) => !asked.some(({ field }) => field.key === key))
    .map((key) => ({ key, code: 'input.invalid', detail: { field: key } }));
}
