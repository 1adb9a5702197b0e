/** SuperOffice's own codes, by the language they stand for. */
const codes: Readonly<Record<string, string>> = {
  en: 'US',
  nb: 'NO',
  nn: 'NO',
  no: 'NO',
  sv: 'SW',
  da: 'DA',
  fi: 'FI',
  fr: 'FR',
  de: 'GE',
  it: 'IT',
  nl: 'NL',
  es: 'SP',
  pl: 'PL',
  ru: 'RU',
  zh: 'CN',
  cs: 'CZ',
  ja: 'JP',
};

const block = `(?:${[...new Set(Object.values(codes))].join('|')}):"(?:[^"\\\\]|\\\\.|"")*"`;
const runs = new RegExp(`(?:${block};?)+`, 'gs');
const blocks = /([A-Z]{2}):"((?:[^"\\]|\\.|"")*)"/gs;

/**
 * Reads a multi-language text (`US:"Car";NO:"Bil"`): each run of translations becomes the one for this language, or else the
 * English or the first. What stands outside stays, and so does a text that is not of this form.
 */
export function inLanguage(text: string, language: string): string {
  const code = codes[language.slice(0, 2).toLowerCase()] ?? 'US';
  return text.replace(runs, (run) => {
    const translations = new Map([...run.matchAll(blocks)].map(([, of = '', words = '']) => [of, words]));
    const words = translations.get(code) ?? translations.get('US') ?? [...translations.values()][0] ?? run;
    return words.replaceAll(/\\"|""/g, '"');
  });
}
