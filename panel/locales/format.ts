import { msg } from '@lit/localize';
import type { FieldKind, FieldValue } from '../../shared/vocabulary.ts';

const day = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
const moment = { ...day, hour: '2-digit', minute: '2-digit' } as const;

/** A value as the user reads it, in the user's country's form. `text` is a list item's, whose value is only a key. */
export function formatValue(kind: FieldKind, value: FieldValue, text: string | null = null): string {
  if (value === null) return '';
  switch (kind) {
    case 'integer':
      // As it is: more often a number that names something than one that counts.
      return value;
    case 'decimal':
      // At least two digits, as SuperOffice shows them, and never fewer than there are.
      return new Intl.NumberFormat(locale(), { minimumFractionDigits: 2, maximumFractionDigits: 20 }).format(
        value as Intl.StringNumericLiteral,
      );
    case 'checkbox':
      return value === 'true' ? msg('Yes') : msg('No');
    case 'date':
      // A date without a time belongs to no zone: read and written in the same one, it cannot slip to the day before.
      return new Intl.DateTimeFormat(locale(), { ...day, timeZone: 'UTC' }).format(new Date(value));
    case 'datetime':
      return new Intl.DateTimeFormat(locale(), { ...moment, timeZone: 'UTC' }).format(new Date(`${value}Z`));
    case 'list':
      return text ?? msg('(List value not found)');
    default:
      return value;
  }
}

/** A moment, in the user's own time. */
export function formatMoment(iso: string): string {
  return new Intl.DateTimeFormat(locale(), moment).format(new Date(iso));
}

export function formatCount(count: number): string {
  return new Intl.NumberFormat(locale()).format(count);
}

function locale(): string {
  return document.documentElement.lang || 'en';
}
