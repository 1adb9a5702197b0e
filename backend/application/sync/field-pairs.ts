import { inLanguage } from '../../../shared/multi-language.ts';
import { entityTypeOf, type ActorType, type ListItem } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';
import type { Connection, FieldMapping } from '../../domain/connection.ts';
import { nothingMapped, type FieldPair } from '../../domain/convert.ts';
import { isName } from '../../domain/crm-rules.ts';
import type { CrmField } from '../../domain/field.ts';
import type { ErpConnector } from '../../ports/erp-connector.ts';

/** Item texts end up in text fields, which know one language. */
const TEXT_LANGUAGE = 'en';

/**
 * The mapped fields of an actor type that move, with all that is needed to carry their values across. Empty when the actor
 * type is switched off or unknown.
 */
export async function fieldPairs(
  ctx: Context,
  connector: ErpConnector,
  { id, policy }: Pick<Connection, 'id' | 'policy'>,
  actorType: ActorType,
): Promise<readonly FieldPair[]> {
  const mapping = await ctx.store.mappings.get(id, actorType);
  const moving = mapping?.active
    ? mapping.fields.filter(({ direction, missingInErp }) => direction !== 'none' && !missingInErp)
    : [];
  if (moving.length === 0) return [];

  const entityType = entityTypeOf[actorType];
  const [crmFields, listMaps] = await Promise.all([ctx.crm.fields(entityType), ctx.store.listItems.get(id, actorType)]);
  const pairs = moving.flatMap((erp) => {
    const crm = crmFields.find(({ key }) => key === erp.crmField);
    if (!crm) return [];
    return [{ erp, crm: isName(entityType, crm.key) ? ({ ...crm, access: 'mandatory' } as const) : crm }];
  });
  return Promise.all(
    pairs.map(async ({ erp, crm }) => ({
      erp,
      policy: erp.policy ?? policy,
      crm,
      listMap: listMaps.get(erp.key) ?? nothingMapped,
      erpItems: crm.kind === 'text' ? await items(erp, (name) => connector.getList(name)) : [],
      crmItems: erp.kind === 'text' ? await items(crm, (name) => ctx.crm.list(name)) : [],
    })),
  );
}

async function items(
  { kind, listName }: Pick<FieldMapping | CrmField, 'kind' | 'listName'>,
  read: (listName: string) => Promise<readonly ListItem[]>,
): Promise<readonly ListItem[]> {
  if (kind !== 'list' || listName === null) return [];
  return (await read(listName)).map(({ key, text }) => ({ key, text: inLanguage(text, TEXT_LANGUAGE) }));
}
