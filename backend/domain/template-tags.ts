import type { FieldValue } from '../../shared/vocabulary.ts';

export interface TagValues {
  readonly serial: string;
  readonly userName: string;
}

/**
 * A suggested value with SuperOffice's template tags filled in: `<ser#>`, `<name>`, and our `{{tenant.serial}}`,
 * `{{user.name}}`. A tag we do not know says nothing to a user, so it is left out.
 */
export function fillTags(text: string, { serial, userName }: TagValues): FieldValue {
  const values: Readonly<Record<string, string>> = {
    '<ser#>': serial,
    '<name>': userName,
    '{{tenant.serial}}': serial,
    '{{user.name}}': userName,
  };
  // SuperOffice's tags are four letters or signs; anything longer in angle brackets is not one.
  const filled = text.replaceAll(
    /<[a-z][a-z0-9]{2}[a-z0-9#]>|\{\{[\w.]+\}\}/gi,
    (tag) => values[tag.toLowerCase()] ?? '',
  );
  return filled === '' ? null : filled;
}
