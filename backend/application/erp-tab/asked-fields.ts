import type { FieldInfo } from '../../../shared/api/common.ts';
import { inLanguage } from '../../../shared/multi-language.ts';
import type { AskedField } from '../../domain/new-actor.ts';
import type { ErpConnector } from '../../ports/erp-connector.ts';
import { listItemsOf } from './list-texts.ts';

/** The fields a person fills in, ready to be drawn. */
export async function askedFields(
  connector: ErpConnector,
  asked: readonly AskedField[],
  language: string,
): Promise<FieldInfo[]> {
  const items = await listItemsOf(
    (name) => connector.getList(name, { language }),
    asked.map(({ field }) => field),
  );
  return asked.map(({ field, value, mandatory }) => {
    const { key, name, description, kind, maxLength, listName } = field;
    const offered = kind === 'list' ? (items.get(listName ?? '') ?? []) : null;
    return {
      key,
      name: inLanguage(name, language),
      description: inLanguage(description, language),
      kind,
      access: mandatory ? 'mandatory' : 'normal',
      maxLength,
      items: offered && offered.map((item) => ({ key: item.key, text: inLanguage(item.text, language) })),
      defaultValue: value,
    };
  });
}
