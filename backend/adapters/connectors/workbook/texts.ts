/** What the connector says to people, as connectors do: a multi-language string of SuperOffice. */
export const texts = {
  fileName: say({
    US: 'File name',
    NO: 'Filnavn',
    SW: 'Filnamn',
    DA: 'Filnavn',
    GE: 'Dateiname',
    NL: 'Bestandsnaam',
  }),
  fileNameHelp: say({
    US: 'An .xlsx or .xlsm file in the folder of the workbooks on the server',
    NO: 'En .xlsx- eller .xlsm-fil i mappen for arbeidsbøker på serveren',
    SW: 'En .xlsx- eller .xlsm-fil i mappen för arbetsböcker på servern',
    DA: 'En .xlsx- eller .xlsm-fil i mappen til projektmapper på serveren',
    GE: 'Eine .xlsx- oder .xlsm-Datei im Ordner für Arbeitsmappen auf dem Server',
    NL: 'Een .xlsx- of .xlsm-bestand in de map met werkmappen op de server',
  }),
  formula: say({
    US: 'The cell holds a formula',
    NO: 'Cellen inneholder en formel',
    SW: 'Cellen innehåller en formel',
    DA: 'Cellen indeholder en formel',
    GE: 'Die Zelle enthält eine Formel',
    NL: 'De cel bevat een formule',
  }),
  signed: say({
    US: 'The workbook is digitally signed; a change would break the signature',
    NO: 'Arbeidsboken er digitalt signert; en endring ville ødelegge signaturen',
    SW: 'Arbetsboken är digitalt signerad; en ändring skulle förstöra signaturen',
    DA: 'Projektmappen er digitalt signeret; en ændring ville ødelægge signaturen',
    GE: 'Die Arbeitsmappe ist digital signiert; eine Änderung würde die Signatur ungültig machen',
    NL: 'De werkmap is digitaal ondertekend; een wijziging zou de handtekening ongeldig maken',
  }),
  keyTwice: (keys: string) =>
    say({
      US: `These keys stand in more than one row: ${keys}`,
      NO: `Disse nøklene står i mer enn én rad: ${keys}`,
      SW: `Dessa nycklar finns på mer än en rad: ${keys}`,
      DA: `Disse nøgler står i mere end én række: ${keys}`,
      GE: `Diese Schlüssel stehen in mehr als einer Zeile: ${keys}`,
      NL: `Deze sleutels staan in meer dan één rij: ${keys}`,
    }),
  keyUnreadable: (rows: string) =>
    say({
      US: `The ID cannot be read in row ${rows}`,
      NO: `ID kan ikke leses i rad ${rows}`,
      SW: `ID kan inte läsas på rad ${rows}`,
      DA: `ID kan ikke læses i række ${rows}`,
      GE: `Die ID ist nicht lesbar in Zeile ${rows}`,
      NL: `De ID is niet leesbaar in rij ${rows}`,
    }),
} as const;

function say(byLanguage: Readonly<Record<string, string>>): string {
  return Object.entries(byLanguage)
    .map(([code, text]) => `${code}:"${text.replaceAll('"', '""')}"`)
    .join(';');
}
