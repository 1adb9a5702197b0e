import { say } from '../say.ts';

/** What the connector says to people, as connectors do: a multi-language string of SuperOffice. */
export const texts = {
  fileName: say('File name', 'Filnavn', 'Filnamn', 'Filnavn', 'Dateiname', 'Bestandsnaam'),
  fileNameHelp: say(
    'An .xlsx or .xlsm file in the folder of the workbooks on the server',
    'En .xlsx- eller .xlsm-fil i mappen for arbeidsbøker på serveren',
    'En .xlsx- eller .xlsm-fil i mappen för arbetsböcker på servern',
    'En .xlsx- eller .xlsm-fil i mappen til projektmapper på serveren',
    'Eine .xlsx- oder .xlsm-Datei im Ordner für Arbeitsmappen auf dem Server',
    'Een .xlsx- of .xlsm-bestand in de map met werkmappen op de server',
  ),
  formula: say(
    'The cell holds a formula',
    'Cellen inneholder en formel',
    'Cellen innehåller en formel',
    'Cellen indeholder en formel',
    'Die Zelle enthält eine Formel',
    'De cel bevat een formule',
  ),
  signed: say(
    'The workbook is digitally signed; a change would break the signature',
    'Arbeidsboken er digitalt signert; en endring ville ødelegge signaturen',
    'Arbetsboken är digitalt signerad; en ändring skulle förstöra signaturen',
    'Projektmappen er digitalt signeret; en ændring ville ødelægge signaturen',
    'Die Arbeitsmappe ist digital signiert; eine Änderung würde die Signatur ungültig machen',
    'De werkmap is digitaal ondertekend; een wijziging zou de handtekening ongeldig maken',
  ),
  keyTwice: (keys: string) =>
    say(
      `These keys stand in more than one row: ${keys}`,
      `Disse nøklene står i mer enn én rad: ${keys}`,
      `Dessa nycklar finns på mer än en rad: ${keys}`,
      `Disse nøgler står i mere end én række: ${keys}`,
      `Diese Schlüssel stehen in mehr als einer Zeile: ${keys}`,
      `Deze sleutels staan in meer dan één rij: ${keys}`,
    ),
  keyUnreadable: (rows: string) =>
    say(
      `The ID cannot be read in row ${rows}`,
      `ID kan ikke leses i rad ${rows}`,
      `ID kan inte läsas på rad ${rows}`,
      `ID kan ikke læses i række ${rows}`,
      `Die ID ist nicht lesbar in Zeile ${rows}`,
      `De ID is niet leesbaar in rij ${rows}`,
    ),
} as const;
