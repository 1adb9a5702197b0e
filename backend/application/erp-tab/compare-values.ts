import type { ComparedValues, CompareValues } from '../../../shared/api/erp-tab.ts';
import type { Context } from '../../context.ts';
import { compareFields, seenDigest } from '../../domain/connect-plan.ts';
import { fieldsProtectedBy } from '../../domain/crm-rules.ts';
import { firstValueFields, planFirstValues } from '../../domain/new-actor.ts';
import { requireConnection, requireVisible } from '../access.ts';
import { fieldPairs } from '../sync/field-pairs.ts';
import { readActor } from '../sync/read-sides.ts';
import { askedFields } from './asked-fields.ts';
import { listTexts, textsBy } from './list-texts.ts';
import { requireMapping } from './usable-connections.ts';

/** Both sides of a record and an actor that are about to be connected, field by field. */
export async function compareValues(
  ctx: Context,
  { connectionId, entity, actor: ref }: CompareValues,
  language = 'en',
): Promise<ComparedValues> {
  const connection = await requireConnection(ctx, connectionId, 'canConnect');
  await requireVisible(ctx, entity);
  const { fields } = await requireMapping(ctx, connection, ref.type, entity.type);
  const connector = await ctx.connector(connection);
  const pairs = await fieldPairs(ctx, connector, connection, ref.type);
  const [record, actor, erpText, crmText] = await Promise.all([
    requireVisible(
      ctx,
      entity,
      pairs.map(({ crm }) => crm.key),
    ),
    readActor({ connector, link: { actor: ref }, pairs }, firstValueFields(fields)),
    listTexts(
      connector,
      pairs.map(({ erp }) => erp),
    ),
    textsBy(
      (name) => ctx.userCrm.list(name),
      pairs.map(({ crm }) => crm),
    ),
  ]);

  const compared = compareFields({
    pairs,
    crm: record.values,
    erp: actor.values,
    protectedFields: fieldsProtectedBy(record.protection),
  });
  const { asked } = planFirstValues(fields, actor.values, null);
  return {
    asked: await askedFields(connector, asked, language),
    fields: compared.map(({ pair, crm, erp, equal, preselected, only }) => ({
      key: pair.erp.key,
      name: pair.erp.name,
      kind: pair.erp.kind,
      access: pair.erp.access,
      crm: { value: crm, text: crmText(pair.crm, crm) },
      erp: { value: erp, text: erpText(pair.erp, erp) },
      equal,
      preselected,
      only,
    })),
    seen: seenDigest(compared, asked),
  };
}
