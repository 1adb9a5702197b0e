import { AppError } from '../../errors.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

/** More digits than a float surely keeps. A text may look like it too: then we only read with more care than needed. */
const longNumber = /[[:,]\s*-?(?:\d\.?){16}/;
/** Every run of so many digits and points has one of them in every so many characters. */
const LONG = 16;

/** One answer. Whoever has more to say can page. */
export const LARGEST_JSON = 8 * 1024 * 1024;
/** All pages of an answer. */
export const LARGEST_READ = 64 * 1024 * 1024;

/** What no ERP needs to say, and what makes little text into much memory, or holds everybody else up while it is read. */
const most = { depth: 64, containers: 250_000, texts: 1_000_000 };

/** JSON, but a number of many digits stays the text it was sent as. Throws `connector.answer_invalid`. */
export function parseJson(bytes: Uint8Array): Json {
  const text = jsonTextOf(bytes);
  const careful = mayHoldLongNumber(text) && longNumber.test(text);
  return parsed(() => (careful ? JSON.parse(text, keepDigits) : JSON.parse(text)) as Json);
}

/** The same with numbers as JavaScript has them, for answers that a contract describes. */
export function parsePlainJson(bytes: Uint8Array): unknown {
  const text = jsonTextOf(bytes);
  return parsed<unknown>(() => JSON.parse(text));
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
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

function jsonTextOf(bytes: Uint8Array): string {
  if (!isModest(bytes)) throw new AppError('connector.answer_invalid', { problem: 'size' });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new AppError('connector.answer_invalid', { problem: 'encoding' }, { cause: error });
  }
}

function isModest(bytes: Uint8Array): boolean {
  let [depth, containers, texts] = [0, 0, 0];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      if (++texts > most.texts) return false;
      for (at++; at < bytes.length && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
    } else if (byte === BRACE || byte === BRACKET) {
      if (++depth > most.depth || ++containers > most.containers) return false;
    } else if (byte === BRACE_END || byte === BRACKET_END) {
      depth--;
    }
  }
  return true;
}

const [QUOTE, BACKSLASH, BRACE, BRACKET, BRACE_END, BRACKET_END] = [0x22, 0x5c, 0x7b, 0x5b, 0x7d, 0x5d];

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
