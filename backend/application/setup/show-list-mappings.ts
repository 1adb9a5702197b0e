import type { ListMapping, ListMappings } from '../../../shared/api/list-mappings.ts';
import { inLanguage } from '../../../shared/multi-language.ts';
import type { ListItem } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';
import { nothingMapped, type ListItemMap } from '../../domain/convert.ts';
import { suggestItems } from '../../domain/list-mapping.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';
import { listPairs, type ListPair } from './list-pairs.ts';
import { reasonTold } from './reason-told.ts';

/** The list mapping dialog: every mapped list, both sides as they are now. One that cannot be read does not hide the others. */
export async function showListMappings(ctx: Context, id: string, language: string): Promise<ListMappings> {
  requireAdministrator(ctx);
  const connection = await ctx.store.connections.get(id);
  const mappings = await ctx.store.mappings.list(id);
  const pairs = (await Promise.all(mappings.map((mapping) => listPairs(ctx, mapping, language)))).flat();
  if (pairs.length === 0) return { lists: [] };

  const connector = await ctx.connector(connection);
  const inWords = (items: readonly ListItem[]): readonly ListItem[] =>
    items.map(({ key, text }) => ({ key, text: inLanguage(text, language) }));
  const erpList = once(async (name) => inWords(await connector.getList(name, { language })));
  const crmList = once(async (name) => inWords(await ctx.crm.list(name, language)));
  const decided = new Map(
    await Promise.all(
      mappings.map(async ({ actorType }) => [actorType, await ctx.store.listItems.get(id, actorType)] as const),
    ),
  );

  return {
    lists: await Promise.all(
      pairs.map(async (pair) => {
        const map = decided.get(pair.actorType)?.get(pair.erp.key) ?? nothingMapped;
        try {
          return view(pair, map, await erpList(pair.erp.listName), await crmList(pair.crm.listName), language);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          return { ...view(pair, nothingMapped, [], [], language), failure: reasonTold(error) };
        }
      }),
    ),
  };
}

function view(
  { actorType, erp, crm }: ListPair,
  decided: ListItemMap,
  erpItems: readonly ListItem[],
  crmItems: readonly ListItem[],
  language: string,
): ListMapping {
  const suggestions = suggestItems(erp, erpItems, crmItems, decided);
  const present = new Set(erpItems.map(({ key }) => key));
  const gone = [...decided.items.keys()].filter((key) => !present.has(key)).map((key) => ({ key, text: key }));
  return {
    actorType,
    fieldKey: erp.key,
    fieldName: inLanguage(erp.name, language),
    crmField: crm.key,
    crmFieldName: inLanguage(crm.name, language),
    direction: erp.direction,
    failure: null,
    items: [...erpItems, ...gone].map(({ key, text }) => ({
      key,
      text,
      missingInErp: !present.has(key),
      decided: decided.items.has(key),
      crmItem: decided.items.get(key) ?? null,
      goesBack: decided.goesBack.has(key),
      suggestion: suggestions.get(key) ?? null,
    })),
    crmItems: [...crmItems],
  };
}

/** Several fields may share a list. */
function once<T>(read: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const reading = new Map<string, Promise<T>>();
  return (name) => {
    const known = reading.get(name) ?? read(name);
    reading.set(name, known);
    return known;
  };
}
