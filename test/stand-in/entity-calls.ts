import type { Caller } from './credentials.ts';
import type { View } from './encoding.ts';
import { fromEntity, toEntity } from './entities.ts';
import type { Entities } from './entities.ts';
import { dataError, notFound, sentry, SoError } from './so-error.ts';
import type { Company, EntityType, Person, Rows, Tenant } from './tenant.ts';

/** One call into a tenant's web API. */
export interface Call {
  readonly tenant: Tenant;
  readonly caller: Caller;
  readonly view: View;
}

export const entityNames = { contact: 'Contact', person: 'Person', project: 'Project' } as const;
export const keyNames = { contact: 'ContactId', person: 'PersonId', project: 'ProjectId' } as const;

export function findRow<T extends EntityType>({ tenant, caller }: Call, type: T, id: number): Rows[T] | undefined {
  if (tenant.isHidden(type, id, caller.associateId)) throw sentry(`${entityNames[type]} ${id}`);
  return tenant.get(type, id, caller.associateId);
}

export function mustFindRow<T extends EntityType>(call: Call, type: T, id: number): Rows[T] {
  const row = findRow(call, type, id);
  if (!row) throw notFound(`${entityNames[type]} with id ${id}`);
  return row;
}

/** Refuses what was changed since the caller read it. Seconds are all there is: two changes within one go unnoticed. */
export function checkUnmodified(row: { readonly updated: string }, header: string | undefined): void {
  const since = header === undefined ? NaN : Date.parse(header);
  if (Number.isNaN(since) || Date.parse(row.updated) <= since) return;
  throw new SoError(412, 'SoPreconditionFailedException', 'The entity has been changed');
}

export function createEntity<T extends EntityType>(call: Call, type: T, entity: Entities[T]): Rows[T] {
  const draft = fromEntity(type, entity, null);
  checkData(call, type, draft);
  return call.tenant.create(type, draft, call.caller.associateId);
}

/** Replaces the whole entity: members left out are reset. */
export function replaceEntity<T extends EntityType>(
  call: Call,
  type: T,
  before: Rows[T],
  entity: Entities[T],
): Rows[T] {
  const draft = fromEntity(type, entity, before) as Partial<Rows[T]>;
  checkData(call, type, draft);
  return call.tenant.update(type, before.id, draft, call.caller.associateId);
}

export function answerEntity<T extends EntityType>({ tenant, view }: Call, type: T, row: Rows[T]): Entities[T] {
  return toEntity(tenant, type, row, view);
}

function checkData(call: Call, type: EntityType, draft: Partial<Company & Person>): void {
  if (type === 'person') {
    if (!draft.firstname && !draft.lastname) throw dataError('The person must have a name');
    if (draft.companyId && !call.tenant.get('contact', draft.companyId, call.caller.associateId)) {
      throw dataError(`Contact ${draft.companyId} does not exist`);
    }
  } else if (!draft.name?.trim()) {
    throw dataError('Name is mandatory');
  }
}
