import { configureLocalization, type LocaleModule } from '@lit/localize';
import { languages, type Language } from '../../shared/vocabulary.ts';

export type Translations = (language: Exclude<Language, 'en'>) => Promise<LocaleModule>;

/** Those of all panels. A panel that must be small brings its own. */
const all: Translations = (language) => import(`./generated/${language}.ts`);

let translations = all;

const { setLocale } = configureLocalization({
  sourceLocale: 'en',
  targetLocales: languages.filter((language) => language !== 'en'),
  loadLocale: (language) => translations(language as Exclude<Language, 'en'>),
});

/**
 * Speaks the language SuperOffice names (`<lanc>`: `nb-NO`, `en-US`, `de` …), English where we lack it. The whole tag
 * stays on the page, because numbers and dates follow the country too.
 */
export async function speak(tag: string, from: Translations = all): Promise<void> {
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
