import { entityTypeOf, type ActorType } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';
import type { ActorTypeMapping, FieldMapping } from '../../domain/connection.ts';
import type { CrmField } from '../../domain/field.ts';

/** An ERP list field and the SuperOffice list field it is mapped to: their items have to be mapped as well. */
export interface ListPair {
  readonly actorType: ActorType;
  readonly erp: FieldMapping & { readonly listName: string };
  readonly crm: CrmField & { readonly listName: string };
}

export async function listPairs(
  ctx: Context,
  { actorType, missingInErp, fields }: ActorTypeMapping,
  language?: string,
): Promise<readonly ListPair[]> {
  const lists = fields.filter(isList).filter((field) => field.crmField !== null && !field.missingInErp);
  if (missingInErp || lists.length === 0) return [];
  const crmFields = (await ctx.crm.fields(entityTypeOf[actorType], language)).filter(isList);
  return lists.flatMap((erp) => {
    const crm = crmFields.find(({ key }) => key === erp.crmField);
    return crm ? [{ actorType, erp, crm }] : [];
  });
}

function isList<Field extends Pick<CrmField, 'kind' | 'listName'>>(
  field: Field,
): field is Field & { readonly listName: string } {
  return field.kind === 'list' && field.listName !== null;
}
