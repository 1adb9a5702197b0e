import { AppError } from '../../../errors.ts';

/** Tryton has one field for a person's name. */
export interface PersonName {
  readonly first: string | null;
  readonly last: string | null;
}

/** `Berg, Hans` is what it says. Otherwise the last word is the last name, with the words in lower case before it: `Hans van der Berg`. */
export function splitName(name: string): PersonName {
  const comma = name.lastIndexOf(',');
  if (comma >= 0) return { first: filled(name.slice(comma + 1)), last: filled(name.slice(0, comma)) };

  const words = name.split(/\s+/).filter((word) => word !== '');
  let start = words.length - 1;
  while (start > 1 && /^\p{Ll}/u.test(words[start - 1] ?? '')) start--;
  return { first: filled(words.slice(0, start).join(' ')), last: filled(words.slice(start).join(' ')) };
}

/** First name first, or as `like` is written; but always so that it reads back as what it was. */
export function joinName(name: PersonName, like = ''): string {
  const plain = [name.first, name.last].filter((part) => part !== null).join(' ');
  const lastFirst = `${name.last ?? ''}, ${name.first ?? ''}`.trim();
  const forms = like.includes(',') ? [lastFirst, plain] : [plain, lastFirst];
  const wanted = { first: filled(name.first ?? ''), last: filled(name.last ?? '') };
  const form = forms.find((each) => {
    const { first, last } = splitName(each);
    return first === wanted.first && last === wanted.last;
  });
  if (form === undefined) throw new AppError('value.invalid', { field: 'FIRSTNAME' });
  return form;
}

function filled(text: string): string | null {
  const trimmed = text.trim().replaceAll(/\s+/g, ' ');
  return trimmed === '' ? null : trimmed;
}
