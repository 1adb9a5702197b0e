import type { EntityType } from './tenant.ts';
import { customFields, unsetValue } from './tenant.ts';

/** How one caller wants to be answered: in which language, and with or without the zone behind every time. */
export interface View {
  /** SuperOffice's code (`US`, `NO`, `GE` ...), or null for the text as it is stored. */
  readonly language: string | null;
  readonly withOffset: boolean;
}

export const noDate = '0001-01-01T00:00:00';

const codes: Readonly<Record<string, string>> = {
  en: 'US',
  nb: 'NO',
  nn: 'NO',
  no: 'NO',
  sv: 'SW',
  da: 'DA',
  de: 'GE',
  nl: 'NL',
  fi: 'FI',
  fr: 'FR',
};

export function viewOf(header: (name: string) => string | undefined): View {
  const language = header('so-language') ?? header('accept-language');
  const tag = language?.split(/[,;]/)[0]?.trim().toLowerCase();
  const code = !tag || tag === '*' || tag === 'x' ? null : (codes[tag.slice(0, 2)] ?? 'US');
  return { language: code, withOffset: header('so-timezone')?.toLowerCase().includes('includetzoffset') ?? false };
}

/** A stored multi-language text in one language; whoever asks for none gets the text as it is stored. */
export function localized(text: string, language: string | null): string {
  if (language === null) return text;
  const inLanguage = (code: string): string | undefined => new RegExp(`${code}:"([^"]*)"`).exec(text)?.[1];
  return inLanguage(language) ?? inLanguage('US') ?? text;
}

/** Times are UTC; without the offset they travel bare, and a careless reader takes them for local ones. */
export function dateTime(utc: string | null, view: View): string {
  const bare = utc === null ? noDate : utc.replace(/Z$/, '').slice(0, 19);
  return view.withOffset ? `${bare}+00:00` : bare;
}

export function dateOnly(date: string | null, view: View): string {
  return dateTime(date === null ? null : `${date}T00:00:00`, view);
}

/** `YYYY-MM-DD`, or null for year 1 and for nothing. */
export function readDate(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const date = /^(\d{4})-(\d{2})-(\d{2})/.exec(value);
  return date && date[1] !== '0001' ? `${date[1]}-${date[2]}-${date[3]}` : null;
}

/** A user-defined value in SuperOffice's encoded form; `undefined` when it cannot be read. */
export function encodeUserDefined(
  type: EntityType,
  progId: string,
  value: string | number | boolean | null,
): string | undefined {
  const field = customFields(type).find((candidate) => candidate.progId === progId);
  if (!field) return undefined;
  const text = value === null ? '' : String(value);
  if (text === '') return unsetValue(type, progId);
  const inner = /^\[[A-Z]+:(.*)\]$/.exec(text)?.[1] ?? text;
  switch (field.type) {
    case 'ShortText':
      return text.slice(0, 39);
    case 'LongText':
      return text.slice(0, 199);
    case 'Checkbox':
      return /^(1|true)$/i.test(inner) ? '[I:1]' : /^(0|false)$/i.test(inner) ? '[I:0]' : undefined;
    case 'Number':
    case 'Integer':
    case 'List':
    case 'MdoList':
      return /^-?\d+$/.test(inner) ? `[I:${Number(inner)}]` : undefined;
    case 'Decimal':
      return /^-?\d+(\.\d+)?$/.test(inner) ? `[F:${Number(inner)}]` : undefined;
    case 'Date':
      return encodeDate(inner);
    case 'DateTime': {
      const time = /^(\d{2}\/\d{2}\/\d{4}) (\d{2}:\d{2}:\d{2})/.exec(inner);
      return time ? `[DT:${time[1]} ${time[2]}.0000000]` : undefined;
    }
  }
}

function encodeDate(text: string): string | undefined {
  const american = /^(\d{2})\/(\d{2})\/(\d{4})/.exec(text);
  if (american) return `[D:${american[1]}/${american[2]}/${american[3]}]`;
  const iso = /^(\d{4})-(\d{2})-(\d{2})/.exec(text);
  return iso ? `[D:${iso[2]}/${iso[3]}/${iso[1]}]` : undefined;
}

/** What stands between the brackets. */
export function bare(encoded: string): string {
  return /^\[[A-Z]+:(.*)\]$/.exec(encoded)?.[1] ?? encoded;
}
