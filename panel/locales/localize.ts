import { configureLocalization, type LocaleModule } from '@lit/localize';
import { languages, type Language } from '../../shared/vocabulary.ts';
import { shortId } from './short-id.ts';

export type Translations = (language: Exclude<Language, 'en'>) => Promise<LocaleModule>;

let translations: Translations;

const { setLocale } = configureLocalization({
  sourceLocale: 'en',
  targetLocales: languages.filter((language) => language !== 'en'),
  loadLocale: async (language) => {
    const { templates } = await translations(language as Exclude<Language, 'en'>);
    return { templates: new Proxy(templates, { get: (texts, id: string) => texts[id] ?? texts[shortId(id)] }) };
  },
});

/**
 * Speaks the language SuperOffice names (`<lanc>`: `nb-NO`, `en-US`, `de` …), English where we lack it. The whole tag
 * stays on the page, because numbers and dates follow the country too.
 */
export async function speak(tag: string, from: Translations): Promise<void> {
  translations = from;
  document.documentElement.lang = isLocale(tag) ? tag : 'en';
  await setLocale(languageOf(tag));
}

export function languageOf(tag: string): Language {
  const code = tag.slice(0, 2).toLowerCase();
  if (code === 'no' || code === 'nn') return 'nb';
  return languages.find((language) => language === code) ?? 'en';
}

function isLocale(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}
