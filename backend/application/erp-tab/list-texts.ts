import type { FieldKind, FieldValue, ListItem } from '../../../shared/vocabulary.ts';
import { AppError } from '../../errors.ts';
import type { ErpConnector } from '../../ports/erp-connector.ts';

interface ListField {
  readonly kind: FieldKind;
  readonly listName: string | null;
}

/** What a list item is called: null for other kinds, for blank, and for an item that the list does not have. */
export type TextOf = (field: ListField, value: FieldValue) => string | null;

/** Reads the lists behind these fields once each. A list that cannot be read leaves its items without text. */
export async function listTexts(connector: ErpConnector, fields: readonly ListField[]): Promise<TextOf> {
  return textsBy((name) => connector.getList(name), fields);
}

export async function textsBy(
  read: (listName: string) => Promise<readonly ListItem[]>,
  fields: readonly ListField[],
): Promise<TextOf> {
  const lists = await listItemsOf(read, fields);
  return ({ kind, listName }, value) =>
    kind === 'list' && value !== null && listName !== null
      ? (lists.get(listName)?.find(({ key }) => key === value)?.text ?? null)
      : null;
}

/** By name of the list. */
export async function listItemsOf(
  read: (listName: string) => Promise<readonly ListItem[]>,
  fields: readonly ListField[],
): Promise<ReadonlyMap<string, readonly ListItem[]>> {
  const names = new Set(fields.flatMap(({ kind, listName }) => (kind === 'list' && listName ? [listName] : [])));
  return new Map(
    await Promise.all([...names].map(async (name) => [name, await read(name).catch(nothingIfMissing)] as const)),
  );
}

function nothingIfMissing(error: unknown): readonly ListItem[] {
  if (error instanceof AppError) return [];
  throw error;
}
