import type { FieldKind, FieldValue } from '../../shared/vocabulary.ts';
import { parseValue, type Parsed } from './value.ts';

/**
 * A value as connectors of ERP Sync write it (`[DT:12/31/2013 23:59:59.0000000]`, `[F:12.5]`, `[I:5]`). The kind of the
 * field decides how a text is read, not its looks: `[I:5]` in a text field is what the user typed.
 */
export function decodeWire(kind: FieldKind, text: string): Parsed {
  switch (kind) {
    case 'text':
    case 'password':
    case 'label':
      return parseValue(kind, text);
    case 'list':
      return parseValue(kind, unwrap(text, ['I']) ?? text);
    case 'integer':
      return parseValue(kind, withoutCount(unwrap(text, ['I', 'F'])) ?? text);
    case 'decimal':
      return parseValue(kind, withoutCount(unwrap(text, ['F', 'F\\d+', 'M', 'I', 'D'])) ?? text);
    case 'checkbox':
      return parseValue(kind, unwrap(text, ['I']) ?? text);
    case 'date':
    case 'datetime':
      return parseValue(kind, unwrap(text, ['DT', 'D']) ?? text);
  }
}

export function encodeWire(kind: FieldKind, value: FieldValue): string {
  if (kind === 'checkbox') return value === 'true' ? '[I:1]' : '[I:0]';
  if (value === null) return '';

  switch (kind) {
    case 'text':
    case 'password':
    case 'label':
    case 'list':
      return value;
    case 'integer':
      return `[I:${value}]`;
    case 'decimal':
      return `[F:${value}]`;
    case 'date':
      return encodeMoment(`${value}T00:00:00`);
    case 'datetime':
      return encodeMoment(value);
  }
}

/** Some formatters append a count of decimals (`1.5:2`, `1.5,2`). A lone comma may be a decimal comma: that stays unreadable. */
function withoutCount(body: string | undefined): string | undefined {
  return body?.replace(/^([^:,]*)(?::\d{1,2})$|^([^:,]*\.[^:,]*),\d{1,2}$/, '$1$2');
}

function unwrap(text: string, markers: readonly string[]): string | undefined {
  return new RegExp(`^\\[(?:${markers.join('|')}):(.*)\\]$`, 's').exec(text.trim())?.[1];
}

function encodeMoment(value: string): string {
  const [date = '', time = ''] = value.split('T');
  const [year, month, day] = date.split('-');
  const [clock = '', fraction = ''] = time.split('.');
  return `[DT:${month}/${day}/${year} ${clock}.${fraction.padEnd(7, '0').slice(0, 7)}]`;
}
