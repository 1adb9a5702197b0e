import type { FieldMappings } from '../../../shared/api/mappings.ts';
import { inLanguage } from '../../../shared/multi-language.ts';
import { entityTypeOf } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';
import { requireAdministrator } from '../access.ts';
import { writersBeside } from './writers-beside.ts';

/** The mapping dialog: one tab per actor type, fields by rank. */
export async function showFieldMappings(ctx: Context, id: string, language: string): Promise<FieldMappings> {
  requireAdministrator(ctx);
  await ctx.store.connections.get(id);
  const [mappings, writtenBy] = await Promise.all([ctx.store.mappings.list(id), writersBeside(ctx, id)]);
  const offered = mappings.filter(({ missingInErp }) => !missingInErp);

  return {
    actorTypes: await Promise.all(
      offered.map(async ({ actorType, active, fields }) => {
        const type = entityTypeOf[actorType];
        const crmFields = await ctx.crm.fields(type, language);
        return {
          actorType,
          active,
          fields: fields.map((field) => ({
            key: field.key,
            name: inLanguage(field.name, language),
            description: inLanguage(field.description, language),
            kind: field.kind,
            access: field.access,
            maxLength: field.maxLength,
            firstValue: field.firstValue,
            crmField: field.crmField,
            direction: field.direction,
            showInTab: field.showInTab,
            showInSearch: field.showInSearch,
            policy: field.policy,
            missingInErp: field.missingInErp,
            missingInCrm: field.crmField !== null && !crmFields.some(({ key }) => key === field.crmField),
            alreadyMappedIn: field.crmField === null ? null : writtenBy(type, field.crmField),
          })),
          crmFields: crmFields.map(({ key, name, kind, access }) => ({
            key,
            name: inLanguage(name, language),
            kind,
            access,
          })),
        };
      }),
    ),
  };
}
