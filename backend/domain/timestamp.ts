import { parseValue } from './value.ts';

/**
 * Orders the timestamps of a connector, which are its own affair: numbers by value, times as times, all else byte by byte.
 * Kinds do not mix in a healthy connector; where they do, the order is at least the same every time.
 */
export function compareTimestamps(a: string, b: string): number {
  const [left, right] = [rank(a), rank(b)];
  if (left.kind !== right.kind) return left.kind - right.kind;
  if (left.kind === NUMBER) return compareNumbers(left.text, right.text) || ordinal(a, b);
  return ordinal(left.text, right.text) || ordinal(a, b);
}

/** The latest of them, as it was sent; the empty one is before all. */
export function latestTimestamp(timestamps: Iterable<string>): string {
  let latest = '';
  for (const timestamp of timestamps) {
    if (timestamp !== '' && (latest === '' || compareTimestamps(timestamp, latest) > 0)) latest = timestamp;
  }
  return latest;
}

/** The instant a timestamp stands for, if it says so with a zone; without one it is somebody's wall clock. */
export function instantOf(timestamp: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})$/.test(timestamp)) return null;
  const instant = new Date(timestamp);
  return Number.isNaN(instant.getTime()) ? null : instant;
}

const NUMBER = 0;
const TIME = 1;
const TEXT = 2;

function rank(timestamp: string): { readonly kind: typeof NUMBER | typeof TIME | typeof TEXT; readonly text: string } {
  const number = /^-?[\d.]+$/.test(timestamp) ? parseValue('decimal', timestamp) : null;
  if (number?.kind === 'value' && number.value !== null) return { kind: NUMBER, text: number.value };

  const time = parseValue('datetime', timestamp.replace(/^\[DT:(.*)\]$/, '$1'));
  if (time.kind === 'value' && time.value !== null) {
    return { kind: TIME, text: instantOf(timestamp)?.toISOString().slice(0, -1) ?? time.value };
  }
  return { kind: TEXT, text: timestamp };
}

function compareNumbers(a: string, b: string): number {
  const negative = Number(a.startsWith('-')) - Number(b.startsWith('-'));
  if (negative !== 0) return -negative;
  const [wholeA = '', fractionA = ''] = a.replace('-', '').split('.');
  const [wholeB = '', fractionB = ''] = b.replace('-', '').split('.');
  const size = wholeA.length - wholeB.length || ordinal(wholeA, wholeB) || ordinal(fractionA, fractionB);
  return a.startsWith('-') ? -size : size;
}

function ordinal(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
