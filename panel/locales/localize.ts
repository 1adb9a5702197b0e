import { configureLocalization, type LocaleModule } from '@lit/localize';
import { languages, type Language } from '../../shared/vocabulary.ts';

const translations: Record<Exclude<Language, 'en'>, () => Promise<LocaleModule>> = {
  nb: () => import('./generated/nb.ts'),
  sv: () => import('./generated/sv.ts'),
  da: () => import('./generated/da.ts'),
  de: () => import('./generated/de.ts'),
  nl: () => import('./generated/nl.ts'),
};

const { setLocale } = configureLocalization({
  sourceLocale: 'en',
  targetLocales: Object.keys(translations),
  loadLocale: (locale) => translations[locale as keyof typeof translations](),
});

/**
 * Speaks the language SuperOffice names (`<lanc>`: `nb-NO`, `en-US`, `de` …), English where we lack it. The whole tag
 * stays on the page, because numbers and dates follow the country too.
 */
export async function speak(tag: string): Promise<void> {
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
