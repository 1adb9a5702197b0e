import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inLanguage } from '../../shared/multi-language.ts';

describe('inLanguage', () => {
  test.each<[string, string, string, string]>([
    ['a text without translations stays', 'Customer', 'nb', 'Customer'],
    ['an empty text stays', '', 'nb', ''],
    ['the language asked for is taken', 'US:"Car";NO:"Bil"', 'nb', 'Bil'],
    ['nothing need stand between the translations', 'US:"Car"NO:"Bil"SW:"Bil"GE:"Auto"', 'de', 'Auto'],
    ['a culture is read by its language', 'US:"Car";NO:"Bil"', 'nb-NO', 'Bil'],
    ['the two forms of Norwegian are one', 'US:"Car";NO:"Bil"', 'nn', 'Bil'],
    ['Danish and Swedish have codes of their own', 'DA:"Kunde";SW:"Kund"', 'sv-SE', 'Kund'],
    ['English stands in for what is missing', 'NO:"Bil";US:"Car"', 'nl', 'Car'],
    ['without English the first stands in', 'NO:"Bil";GE:"Auto"', 'nl', 'Bil'],
    ['an unknown language is answered in English', 'NO:"Bil";US:"Car"', 'tlh', 'Car'],
    ['an empty translation is a translation', 'US:"Car";NO:""', 'nb', ''],
    ['what stands around a run stays', 'Code 7: US:"late";NO:"sent" (ERP)', 'nb', 'Code 7: sent (ERP)'],
    ['each run is read by itself', 'US:"One";NO:"En" and US:"two";NO:"to"', 'nb', 'En and to'],
    ['a quote is written twice', 'US:"say ""hi""";NO:"si ""hei"""', 'nb', 'si "hei"'],
    ['or behind a backslash', 'US:"say \\"hi\\"";NO:"si"', 'en', 'say "hi"'],
    ['a translation may hold several lines', 'US:"one\ntwo";NO:"en\nto"', 'nb', 'en\nto'],
    ['an unfinished one stays as it is', 'US:"Car', 'nb', 'US:"Car'],
    ['letters that are no language stay as they are', 'ID:"7"', 'nb', 'ID:"7"'],
  ])('%s', (_, text, language, expected) => {
    expect(inLanguage(text, language)).toBe(expected);
  });

  test('any words come back in the language they were written for', () => {
    fc.assert(
      fc.property(
        fc.string().filter((words) => !words.includes('\\')),
        fc.string().filter((words) => !words.includes('\\')),
        (english, norwegian) => {
          const quoted = (words: string): string => words.replaceAll('"', '""');
          const text = `US:"${quoted(english)}";NO:"${quoted(norwegian)}"`;
          expect(inLanguage(text, 'nb')).toBe(norwegian);
          expect(inLanguage(text, 'en')).toBe(english);
        },
      ),
    );
  });
});
