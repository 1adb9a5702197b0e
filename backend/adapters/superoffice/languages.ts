/** The culture SuperOffice translates lists and labels into. Without one it answers its raw multi-language strings. */
export function cultureOf(language: string | undefined): string {
  return cultures[language?.slice(0, 2).toLowerCase() ?? 'en'] ?? 'en-US';
}

const cultures: Readonly<Record<string, string>> = {
  en: 'en-US',
  nb: 'nb-NO',
  no: 'nb-NO',
  sv: 'sv-SE',
  da: 'da-DK',
  de: 'de-DE',
  nl: 'nl-NL',
  fi: 'fi-FI',
  fr: 'fr-FR',
};
