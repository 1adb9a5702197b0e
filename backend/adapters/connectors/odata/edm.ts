import type { FieldKind, FieldValue } from '../../../../shared/vocabulary.ts';
import { parseValue, unreadable, type Parsed } from '../../../domain/value.ts';
import type { Json } from '../json.ts';

/** A type that a property may have: one of OData's own, or an enumeration of the service. */
export type EdmType = keyof typeof kinds | 'Enum';

const kinds = {
  'Edm.String': 'text',
  'Edm.Guid': 'text',
  'Edm.TimeOfDay': 'text',
  'Edm.Duration': 'text',
  'Edm.Byte': 'integer',
  'Edm.SByte': 'integer',
  'Edm.Int16': 'integer',
  'Edm.Int32': 'integer',
  'Edm.Int64': 'integer',
  'Edm.Decimal': 'decimal',
  'Edm.Double': 'decimal',
  'Edm.Single': 'decimal',
  'Edm.Boolean': 'checkbox',
  'Edm.Date': 'date',
  'Edm.DateTimeOffset': 'datetime',
} as const satisfies Record<string, FieldKind>;

/** What a property of this type is to us; null for what has no place in a field: streams, places, collections, structures. */
export function kindOf(type: string): FieldKind | null {
  return type === 'Enum' ? 'list' : Object.hasOwn(kinds, type) ? kinds[type as keyof typeof kinds] : null;
}

export function isEdmType(type: string): type is EdmType {
  return kindOf(type) !== null;
}

/** A value as the service sent it, in the canonical form of its kind. */
export function decode(kind: FieldKind, type: EdmType, value: Json): Parsed {
  switch (typeof value) {
    case 'object':
      return value === null ? parseValue(kind, '') : unreadable;
    case 'string':
      return parseValue(kind, type === 'Edm.DateTimeOffset' ? inUtc(value) : value);
    case 'number':
    case 'boolean':
      return parseValue(kind, String(value));
  }
}

/** The clock of the ERP is UTC: a moment told with another offset is the same moment. The digits behind the seconds stay. */
function inUtc(text: string): string {
  const [, moment, fraction = '', offset] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?([+-]\d\d:\d\d)$/.exec(text) ?? [];
  if (moment === undefined || /[+-]00:00/.test(offset ?? '')) return text;
  const instant = new Date(`${moment}${offset}`);
  return Number.isNaN(instant.getTime()) ? text : `${instant.toISOString().slice(0, 19)}${fraction}Z`;
}

/** A value inside a URL, as `$filter` and keys write it; null for a text that is no value of that type, and so equals none. */
export function literal(type: EdmType, text: string, enumName = ''): string | null {
  switch (type) {
    case 'Edm.String':
      return `'${text.replaceAll("'", "''")}'`;
    case 'Enum':
      return `${enumName}'${text.replaceAll("'", "''")}'`;
    case 'Edm.Duration':
      return /^-?P[\dDTHMS.]+$/.test(text) ? `duration'${text}'` : null;
    case 'Edm.Guid':
      return /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text) ? text : null;
    case 'Edm.TimeOfDay':
      return /^\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?$/.test(text) ? text : null;
    case 'Edm.DateTimeOffset':
      return momentLiteral(text);
    case 'Edm.Boolean':
      return /^(?:true|false)$/.test(text) ? text : null;
    case 'Edm.Date':
      return canonical('date', text);
    case 'Edm.Decimal':
    case 'Edm.Double':
    case 'Edm.Single':
      return canonical('decimal', text);
    default:
      return canonical('integer', text);
  }
}

function momentLiteral(text: string): string | null {
  const [, moment, zone = 'Z'] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?)(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  return moment === undefined ? null : moment + zone;
}

/** Only the one form a value has: `01` is not the key `1`. */
function canonical(kind: FieldKind, text: string): string | null {
  const read = parseValue(kind, text);
  return read.kind === 'value' && read.value === text ? text : null;
}

/** A value inside a JSON body. Digits that a float would lose travel as text, of which the request then tells the service. */
export function encode(type: EdmType, value: string, numbersAsText: boolean): string {
  switch (kindOf(type)) {
    case 'integer':
    case 'decimal':
      return numbersAsText && /^Edm\.(?:Int64|Decimal)$/.test(type) ? JSON.stringify(value) : value;
    case 'checkbox':
      return value;
    default:
      return JSON.stringify(type === 'Edm.DateTimeOffset' ? (momentLiteral(value) ?? value) : value);
  }
}

export function needsText(type: EdmType, value: FieldValue): boolean {
  return /^Edm\.(?:Int64|Decimal)$/.test(type) && (value ?? '').replace(/\D/g, '').length > 15;
}
