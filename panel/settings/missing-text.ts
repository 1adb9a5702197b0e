import { msg, str } from '@lit/localize';

/** Why OK cannot be pressed yet, as one sentence; blank when it can. */
export function missingText(names: readonly string[]): string {
  if (names.length === 0) return '';
  const list = new Intl.ListFormat(document.documentElement.lang || 'en', { type: 'conjunction' }).format(names);
  return msg(str`Fill in: ${list}.`);
}
