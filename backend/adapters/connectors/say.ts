/** A text of a connector's own, as connectors send texts: a multi-language string of SuperOffice. */
export function say(en: string, nb: string, sv: string, da: string, de: string, nl: string): string {
  return Object.entries({ US: en, NO: nb, SW: sv, DA: da, GE: de, NL: nl })
    .map(([code, text]) => `${code}:"${text.replaceAll('"', '""')}"`)
    .join(';');
}
