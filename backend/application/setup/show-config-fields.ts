import type { ConfigFields } from '../../../shared/api/connectors.ts';
import { inLanguage } from '../../../shared/multi-language.ts';
import type { Context } from '../../context.ts';
import { fillTags, type TagValues } from '../../domain/template-tags.ts';
import type { ErpField } from '../../domain/field.ts';
import { keepSecrets } from '../../keep-secrets.ts';
import { requireAdministrator } from '../access.ts';

/** The settings a connection with this connector asks for, by rank, with what the connector suggests filled in. */
export async function showConfigFields(ctx: Context, connectorId: string, language: string): Promise<ConfigFields> {
  const user = requireAdministrator(ctx);
  const connector = await ctx.store.connectors.get(connectorId);
  const endpoint = await ctx.endpoint(connector);
  const kind = keepSecrets(ctx.connectorKind(connector.kind), [endpoint.signIn?.secret]);
  const [announced, installation] = await Promise.all([
    kind.configFields(endpoint, { language }),
    ctx.store.installations.get(),
  ]);
  const tags: TagValues = { serial: installation?.serial ?? '', userName: user.name };
  const items = async ({ listName }: ErpField) =>
    listName !== null
      ? (await kind.configList(endpoint, listName, { language })).map(({ key, text }) => ({
          key,
          text: inLanguage(text, language),
        }))
      : null;

  const fields = [...announced].sort((a, b) => a.rank - b.rank);
  return {
    fields: await Promise.all(
      fields.map(async (field) => ({
        key: field.key,
        name: inLanguage(field.name, language),
        description: inLanguage(field.description, language),
        kind: field.kind,
        access: field.access,
        maxLength: field.maxLength,
        items: await items(field),
        defaultValue: field.defaultValue === null ? null : fillTags(field.defaultValue, tags),
        ...(field.section === undefined ? {} : { section: inLanguage(field.section, language) }),
        ...(field.askedIf === undefined ? {} : { askedIf: field.askedIf }),
        ...(field.sentTo === undefined ? {} : { sentTo: field.sentTo }),
      })),
    ),
  };
}
