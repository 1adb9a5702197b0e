import type { ActorRef, CrmEntityType, FieldValue, FieldValues } from '../../shared/vocabulary.ts';
import type { FieldMapping } from './connection.ts';
import { identifies } from './crm-rules.ts';
import { isBlank } from './value.ts';

/** A value by which an actor can be told from others, as it was sent. */
export interface Trait {
  readonly field: FieldMapping;
  readonly value: string;
  readonly of: 'reference' | 'number' | 'name';
}

export interface Lookalike extends ActorRef {
  readonly values: FieldValues;
}

/** What a search for the actor goes by, of the values it is made of. */
export function traitsOf(type: CrmEntityType, fields: readonly FieldMapping[], values: FieldValues): readonly Trait[] {
  return fields.flatMap((field): Trait[] => {
    const value = values[field.key];
    const of = field.crmField === null ? null : identifies(type, field.crmField);
    return of && value !== undefined && value !== null && !isBlank(value) ? [{ field, value, of }] : [];
  });
}

/**
 * Whether this may be the actor the values were sent for. An ERP trims, cuts off and writes in capitals; but one that was
 * told another reference or number is another actor, whatever it is called.
 */
export function isTwin(traits: readonly Trait[], { values }: Lookalike): boolean {
  const told = traits.map((trait) => ({ ...trait, alike: isAlike(trait.value, values[trait.field.key]) }));
  const surely = told.filter(({ of }) => of !== 'name');
  const reference = surely.find(({ of }) => of === 'reference');
  if (reference?.alike !== undefined && reference.alike !== null) return reference.alike;
  if (surely.some(({ alike }) => alike === false)) return false;
  if (surely.some(({ alike }) => alike === true)) return true;
  const names = told.filter(({ of }) => of === 'name');
  return names.some(({ alike }) => alike === true) && names.every(({ alike }) => alike !== false);
}

/** Whether one number says that it is the actor, and another that it is not: nobody but a person can tell. */
export function isDoubtful(traits: readonly Trait[], { values }: Lookalike): boolean {
  if (traits.some(({ of }) => of === 'reference')) return false;
  const told = traits.filter(({ of }) => of === 'number').map(({ field, value }) => isAlike(value, values[field.key]));
  return told.includes(true) && told.includes(false);
}

/** The same but for what ERPs make of a text. Null when nothing can be told: one has no value there. */
export function isAlike(sent: FieldValue | undefined, stored: FieldValue | undefined): boolean | null {
  if (sent === undefined || sent === null || stored === undefined || stored === null || isBlank(stored)) return null;
  const [a, b] = [folded(sent), folded(stored)];
  return a === b || (b.length >= SHORTEST_CUT && a.startsWith(b));
}

/** Anything shorter begins half the names there are. */
const SHORTEST_CUT = 4;

function folded(text: string): string {
  return text.normalize('NFC').toLocaleLowerCase('en').replaceAll(/\s+/g, ' ').trim();
}

export type Verdict<T> =
  { readonly kind: 'found'; readonly actor: T } | { readonly kind: 'none' } | { readonly kind: 'doubt' };

/** Which of the actors that look like it came of one creation, told by who was there before, who is linked, who else waits. */
export function judge<T extends ActorRef>({
  twins,
  complete,
  known,
  linked,
  rivals,
}: {
  readonly twins: readonly T[];
  /** Whether the search left out nobody. */
  readonly complete: boolean;
  readonly known: readonly string[] | null;
  readonly linked: readonly ActorRef[];
  /** Other creations that such an actor may have come of. */
  readonly rivals: number;
}): Verdict<T> {
  const [first, ...others] = candidatesOf(twins, known, linked);
  if (!complete) return { kind: 'doubt' };
  if (!first) return { kind: 'none' };
  return others.length === 0 && known !== null && rivals === 0 ? { kind: 'found', actor: first } : { kind: 'doubt' };
}

export function candidatesOf<T extends ActorRef>(
  twins: readonly T[],
  known: readonly string[] | null,
  linked: readonly ActorRef[],
): readonly T[] {
  return twins.filter(({ erpKey }) => !known?.includes(erpKey) && !linked.some((actor) => actor.erpKey === erpKey));
}
