import type { ConfigField } from '../../domain/field.ts';

/** A setting of one line of text, that may be left out; what differs is said beside it. */
export function field(key: string, name: string, description = ''): ConfigField {
  return {
    key,
    name,
    description,
    kind: 'text',
    listName: null,
    defaultValue: null,
    maxLength: 1023,
    access: 'normal',
    rank: 0,
  };
}

export function below(section: string, fields: readonly ConfigField[]): readonly ConfigField[] {
  return fields.map((each) => ({ ...each, section }));
}
