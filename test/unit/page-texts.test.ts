import { describe, expect, test } from 'vitest';
import { readLanguage, textsFor, type PageTexts } from '../../backend/http/pages/texts.ts';
import { languages } from '../../shared/vocabulary.ts';

describe('our own pages', () => {
  test.each([
    [undefined, 'en'],
    ['', 'en'],
    ['nb-NO,nb;q=0.9,en;q=0.8', 'nb'],
    ['no', 'nb'],
    ['nn-NO', 'nb'],
    ['fr-FR,fr;q=0.9,de;q=0.8,en;q=0.7', 'de'],
    ['fr', 'en'],
    ['*', 'en'],
    ['DA', 'da'],
  ])('speak to a browser that wants %s in %s', (wanted, language) => {
    expect(readLanguage(wanted)).toBe(language);
  });

  test.each(languages.filter((language) => language !== 'en'))('say everything in %s in its own words', (language) => {
    const same = Object.entries(flat(textsFor(language))).filter(([key, text]) => text === flat(textsFor('en'))[key]);

    // Words that are the same in the language, and nothing else.
    expect(same.map(([, text]) => text).filter((text) => !['Webhook', 'Panels'].includes(text))).toEqual([]);
  });
});

function flat({ step, failures, ...texts }: PageTexts): Record<string, string> {
  return { ...texts, ...step, ...failures };
}
