import type { CrmEntityType, FieldValue, FieldValues } from '../../../shared/vocabulary.ts';
import { fieldsProtectedBy } from '../../domain/crm-rules.ts';
import { AppError } from '../../errors.ts';
import type { CrmRecord } from '../../ports/crm.ts';
import { encode, isCanonical, NO_DATE } from './encoding.ts';
import { elementsOf, type Entity } from './entities.ts';
import type { AddressLine, PlacedField } from './fields.ts';

/** A step of a JSON Patch. Members that are not named stay as they are, whatever SuperOffice adds to an entity one day. */
export interface PatchStep {
  readonly op: 'replace' | 'add';
  readonly path: string;
  readonly value: unknown;
}

/** Refuses, before SuperOffice is asked anything, what it would refuse or cut. */
export function checkValues(fields: readonly PlacedField[], values: FieldValues): void {
  for (const { key, kind, maxLength, access, mandatory } of fields) {
    const value = values[key] ?? null;
    if (access === 'readOnly') throw new AppError('mapping.direction_refused', { field: key });
    if (value === null) {
      if (mandatory) throw new AppError('value.mandatory', { field: key });
      continue;
    }
    if (maxLength > 0 && value.length > maxLength) {
      throw new AppError('value.too_long', { field: key, length: value.length, maxLength });
    }
    if (!isCanonical(kind, value)) throw new AppError('value.invalid', { field: key });
  }
}

export function checkProtection(fields: readonly PlacedField[], protection: CrmRecord['protection']): void {
  const forbidden = fieldsProtectedBy(protection);
  const field = fields.find(({ key }) => forbidden.includes(key));
  if (field) throw new AppError('entity.protected', { field: field.key });
}

/** The steps that give these fields these values. */
export function patchOf(
  type: CrmEntityType,
  raw: Entity,
  fields: readonly PlacedField[],
  values: FieldValues,
): readonly PatchStep[] {
  const value = (key: string): FieldValue => values[key] ?? null;
  const inPlaces = fields.filter(({ place }) => place.in !== 'address');
  const steps = inPlaces.map((field) => stepOf(raw, field, value(field.key)));

  const parts = new Map<'Postal' | 'Street', Partial<Record<AddressLine, string>>>();
  for (const { key, place } of fields) {
    if (place.in === 'address') parts.set(place.part, { ...parts.get(place.part), [place.line]: value(key) ?? '' });
  }
  // A person shows her own address only if told to; what is written must be seen.
  if (type === 'person' && parts.size > 0 && raw.UsePersonAddress === false) {
    steps.push({ op: 'replace', path: '/UsePersonAddress', value: true });
  }
  const addresses = [...parts].map(([part, lines]) => ({ part, value: { ...linesOf(raw, part), ...lines } }));
  if (raw.Address) {
    steps.push(...addresses.map((a): PatchStep => ({ op: 'replace', path: `/Address/${a.part}`, value: a.value })));
  } else if (addresses.length > 0) {
    const value = Object.fromEntries(addresses.map((address) => [address.part, address.value]));
    steps.push({ op: 'replace', path: '/Address', value });
  }
  // The country decides how addresses and phone numbers are laid out, so it goes first.
  return steps.sort((a, b) => Number(b.path === '/Country') - Number(a.path === '/Country'));
}

/** The whole entity as it is after the steps, for a call that takes no steps. */
export function patched(raw: Entity, steps: readonly PatchStep[]): Entity {
  const whole = structuredClone(raw) as Record<string, unknown>;
  for (const { path, value } of steps) {
    const [member = '', ...deeper] = path.slice(1).split('/').map(plainKey);
    const inner = whole[member] ?? {};
    whole[member] = deeper.length === 0 ? value : { ...inner, [deeper.join('/')]: value };
  }
  // The same address laid out for the country, which would win over the one that was changed.
  const address = whole['Address'];
  if (address && steps.some(({ path }) => path.startsWith('/Address'))) {
    whole['Address'] = { ...address, LocalizedAddress: null };
  }
  return whole;
}

function stepOf(raw: Entity, { kind, place }: PlacedField, value: FieldValue): PatchStep {
  switch (place.in) {
    case 'member':
      return { op: 'replace', path: `/${place.name}`, value: memberValue(kind, value) };
    case 'elements':
      return { op: 'replace', path: `/${place.name}`, value: withFirst(raw, place.name, value) };
    case 'item':
      return { op: 'replace', path: `/${place.name}`, value: { [place.id]: Number(value ?? 0) } };
    case 'custom': {
      const op = raw.CustomFields && place.progId in raw.CustomFields ? 'replace' : 'add';
      return { op, path: `/CustomFields/${pointer(place.progId)}`, value: encode(kind, value) };
    }
    case 'address':
      throw new Error('the lines of an address are written together');
  }
}

function memberValue(kind: PlacedField['kind'], value: FieldValue): unknown {
  if (kind === 'checkbox') return value === 'true';
  if (kind === 'date') return value === null ? NO_DATE : `${value}T00:00:00`;
  return value ?? '';
}

/** The array is written whole. Ours is the first; the others keep their place, and none stands there twice. */
function withFirst(raw: Entity, name: string, value: FieldValue): unknown {
  const [first, ...others] = elementsOf(raw, name).map((element) => ({
    Value: element.Value ?? '',
    Description: element.Description ?? '',
  }));
  if (value === null) return others;
  return [{ Value: value, Description: first?.Description ?? '' }, ...others.filter(({ Value }) => Value !== value)];
}

/** A person's company address, shown in place of one of her own, is no beginning for hers. */
function linesOf(raw: Entity, part: 'Postal' | 'Street'): Record<AddressLine, string> {
  const from = raw.UsePersonAddress === false ? null : raw.Address?.[part];
  return {
    Address1: from?.Address1 ?? '',
    Address2: from?.Address2 ?? '',
    Address3: from?.Address3 ?? '',
    Zipcode: from?.Zipcode ?? '',
    City: from?.City ?? '',
    County: from?.County ?? '',
    State: from?.State ?? '',
  };
}

function pointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function plainKey(pointer: string): string {
  return pointer.replaceAll('~1', '/').replaceAll('~0', '~');
}
