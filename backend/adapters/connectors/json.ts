import { AppError } from '../../errors.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

/** More digits than a float surely keeps. A text may look like it too: then we only read with more care than needed. */
const longNumber = /[[:,]\s*-?(?:\d\.?){16}/;
/** Every run of so many digits and points has one of them in every so many characters. */
const LONG = 16;

/** JSON, but a number of many digits stays the text it was sent as. Throws `connector.answer_invalid`. */
export function parseJson(text: string): Json {
  try {
    const careful = mayHoldLongNumber(text) && longNumber.test(text);
    return (careful ? JSON.parse(text, keepDigits) : JSON.parse(text)) as Json;
  } catch (error) {
    throw new AppError('connector.answer_invalid', { problem: 'notJson' }, { cause: error });
  }
}

/** Looks at one character in sixteen, and most answers hold none. */
function mayHoldLongNumber(text: string): boolean {
  for (let at = LONG - 1; at < text.length; at += LONG) {
    if (!isDigitOrPoint(text, at)) continue;
    let [start, end] = [at, at + 1];
    while (isDigitOrPoint(text, start - 1)) start -= 1;
    while (isDigitOrPoint(text, end)) end += 1;
    if (end - start >= LONG) return true;
  }
  return false;
}

function isDigitOrPoint(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (code >= 48 && code <= 57) || code === 46;
}

function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined && context.source.length > 15
    ? context.source
    : value;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The members of an array; none of anything else. */
export function membersOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}
