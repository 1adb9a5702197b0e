import type * as WebApi from '@superoffice/webapi';
import { z } from 'zod';
import type { CrmEntity, CrmEntityType, FieldValue } from '../../../shared/vocabulary.ts';
import { AppError } from '../../errors.ts';
import type { CrmRecord } from '../../ports/crm.ts';
import { date, decode, moment } from './encoding.ts';
import type { AddressLine, PlacedField } from './fields.ts';
import type { Wire } from './wire.ts';

/**
 * An entity as it came. The REST calls are read in the wire's own form: the package would turn dates without a zone
 * into times of this process's zone, and so move birthdays.
 */
export type Entity = z.infer<typeof Entity>;

const Text = z.string().nullish();
const Element = z.looseObject({ Value: Text, Description: Text });
const AddressPart = z.looseObject({
  Address1: Text,
  Address2: Text,
  Address3: Text,
  Zipcode: Text,
  City: Text,
  County: Text,
  State: Text,
} satisfies Record<AddressLine, typeof Text>);

const Entity = z.looseObject({
  ContactId: z.int().nullish(),
  PersonId: z.int().nullish(),
  ProjectId: z.int().nullish(),
  UpdatedDate: Text,
  CreatedDate: Text,
  /** Only companies say so. */
  Deleted: z.union([z.number(), z.boolean()]).nullish(),
  Address: z.looseObject({ Postal: AddressPart.nullish(), Street: AddressPart.nullish() }).nullish(),
  UsePersonAddress: z.boolean().nullish(),
  IsAssociate: z.boolean().nullish(),
  Contact: z.looseObject({ ContactId: z.int().nullish() }).nullish(),
  UserDefinedFields: z.record(z.string(), Text).nullish(),
  CustomFields: z.record(z.string(), Text).nullish(),
});

type Member = keyof Wire<WebApi.ContactEntity> | keyof Wire<WebApi.PersonEntity> | keyof Wire<WebApi.ProjectEntity>;

export const paths: Readonly<Record<CrmEntityType, string>> = {
  contact: 'v1/Contact',
  person: 'v1/Person',
  project: 'v1/Project',
};

const ids = { contact: 'ContactId', person: 'PersonId', project: 'ProjectId' } as const;

/** What a record says of itself, whichever of its values are wanted. */
const always: Readonly<Record<CrmEntityType, readonly Member[]>> = {
  contact: ['ContactId', 'Name', 'UpdatedDate', 'CreatedDate', 'Deleted'],
  person: [
    'PersonId',
    'Firstname',
    'MiddleName',
    'Lastname',
    'FullName',
    'UpdatedDate',
    'CreatedDate',
    'Contact',
    'IsAssociate',
    'UsePersonAddress',
  ],
  project: ['ProjectId', 'Name', 'UpdatedDate', 'CreatedDate'],
};

/** The members to ask for: a company would otherwise bring all its contacts along, a project all its members. */
export function membersFor(type: CrmEntityType, fields: readonly PlacedField[]): readonly string[] {
  const wanted = fields.flatMap(({ place }) => {
    if (place.in === 'address') return ['Address'];
    return place.in === 'custom' ? ['UserDefinedFields', 'CustomFields'] : [place.name];
  });
  return [...new Set([...always[type], ...wanted])];
}

export function parseEntity({ type, id }: CrmEntity, answer: unknown): Entity {
  const entity = Entity.safeParse(answer);
  if (!entity.success || entity.data[ids[type]] !== id) throw new AppError('crm.answer_invalid', { type, id });
  return entity.data;
}

/** One that has no id yet, or has just been given one. */
export function parseNew(type: CrmEntityType, answer: unknown): Entity {
  const entity = Entity.safeParse(answer);
  if (!entity.success) throw new AppError('crm.answer_invalid', { type });
  return entity.data;
}

export function idOf(type: CrmEntityType, entity: Entity): number {
  const id = entity[ids[type]];
  if (!id) throw new AppError('crm.answer_invalid', { type });
  return id;
}

export function toRecord(
  entity: CrmEntity,
  raw: Entity,
  fields: readonly PlacedField[],
  owners: ReadonlySet<number>,
): CrmRecord {
  return {
    entity,
    name: nameOf(entity.type, raw),
    values: Object.fromEntries(fields.map((field) => [field.key, valueOf(raw, field)])),
    updatedAt: updatedAt(raw) ?? new Date(0),
    company: raw.Contact?.ContactId ? { type: 'contact', id: raw.Contact.ContactId } : null,
    protection: protectionOf(entity, raw.IsAssociate === true, owners),
  };
}

export function protectionOf(
  { type, id }: CrmEntity,
  isUser: boolean,
  owners: ReadonlySet<number>,
): CrmRecord['protection'] {
  if (type === 'contact' && owners.has(id)) return 'ownerCompany';
  return type === 'person' && isUser ? 'user' : null;
}

/** Null for a record that was never touched since the beginning of time, as imported ones can be. */
export function updatedAt({ UpdatedDate, CreatedDate }: Entity): Date | null {
  return moment(UpdatedDate) ?? moment(CreatedDate);
}

function nameOf(type: CrmEntityType, raw: Entity): string {
  const text = (name: Member): string => (typeof raw[name] === 'string' ? raw[name] : '');
  return type === 'person' ? fullName(text('Firstname'), text('MiddleName'), text('Lastname')) : text('Name');
}

export function fullName(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

/** A field's value, in the one form the rest of the house knows. */
export function valueOf(raw: Entity, { key, kind, place }: PlacedField): FieldValue {
  switch (place.in) {
    case 'member':
      return plain(raw[place.name], key, kind === 'date');
    case 'elements':
      return elementsOf(raw, place.name)[0]?.Value || null;
    case 'address':
      // Without an address of her own a person shows her company's, which is not hers to sync.
      if (raw.UsePersonAddress === false) return null;
      return raw.Address?.[place.part]?.[place.line] || null;
    case 'item': {
      const item = z.looseObject({}).safeParse(raw[place.name]).data?.[place.id];
      return typeof item === 'number' && item > 0 ? String(item) : null;
    }
    case 'custom': {
      const custom = raw.UserDefinedFields?.[place.progId] ?? raw.CustomFields?.[place.progId] ?? '';
      return decode(kind, custom, key);
    }
  }
}

export function elementsOf(raw: Entity, name: string): readonly z.infer<typeof Element>[] {
  return z.array(Element).nullish().safeParse(raw[name]).data ?? [];
}

function plain(value: unknown, key: string, isDate: boolean): FieldValue {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? (isDate ? date(value) : value) : undefined;
  if (text === undefined) throw new AppError('crm.answer_invalid', { field: key });
  return text;
}
