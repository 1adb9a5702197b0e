import { unreadable } from './zip-package.ts';

/** A piece of an XML text: where it stands, its attributes, and where its content begins and ends. */
export interface Element {
  readonly start: number;
  readonly end: number;
  readonly attributes: string;
  readonly contentStart: number;
  readonly contentEnd: number;
}

const QUOTE = 34;
const APOSTROPHE = 39;
const GREATER = 62;
const SLASH = 47;
const SPACE = 32;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The text of an XML part. A document type could bring entities, and comments or CDATA could hide elements from the
 * scanner below; no spreadsheet program writes them, so none is let in.
 */
export function xmlText(part: Buffer, name: string): string {
  let text: string;
  try {
    text = decoder.decode(part);
  } catch (error) {
    throw unreadable(`${name} is not UTF-8`, error);
  }
  if (hasMarkupDeclaration(text)) throw unreadable(`${name} has a document type, a comment or CDATA`);
  return text;
}

/** By the exclamation marks, which are few, and not by the tags, which are most of the text. */
function hasMarkupDeclaration(text: string): boolean {
  for (let at = text.indexOf('!'); at >= 0; at = text.indexOf('!', at + 1)) {
    if (text[at - 1] === '<') return true;
  }
  return false;
}

/** Excel writes no prefix, other programs do: `x:` of `<x:worksheet>`. */
export function prefixOf(xml: string, root: string): string {
  const [, prefix = ''] = new RegExp(`<([\\w.-]+:)?${root}[\\s/>]`).exec(xml.slice(0, 4096)) ?? [];
  return prefix;
}

/** The next element of a name, which must not be nested in one of the same name. Reads on from `from`, once. */
export function nextElement(xml: string, name: string, from: number, to = xml.length): Element | null {
  const open = `<${name}`;
  let start = xml.indexOf(open, from);
  while (start >= 0 && start < to && isNameLetter(xml.charCodeAt(start + open.length))) {
    start = xml.indexOf(open, start + open.length);
  }
  if (start < 0 || start >= to) return null;

  const attributesStart = start + open.length;
  const tagEnd = endOfTag(xml, attributesStart, to);
  if (xml.charCodeAt(tagEnd - 1) === SLASH) {
    const attributes = xml.slice(attributesStart, tagEnd - 1);
    return { start, end: tagEnd + 1, attributes, contentStart: tagEnd + 1, contentEnd: tagEnd + 1 };
  }
  const contentEnd = xml.indexOf(`</${name}>`, tagEnd);
  if (contentEnd < 0 || contentEnd >= to) throw unreadable(`<${name}> has no end`);
  return {
    start,
    end: contentEnd + name.length + 3,
    attributes: xml.slice(attributesStart, tagEnd),
    contentStart: tagEnd + 1,
    contentEnd,
  };
}

export function elementsIn(xml: string, name: string, from = 0, to = xml.length): Element[] {
  const found: Element[] = [];
  for (let next = nextElement(xml, name, from, to); next; next = nextElement(xml, name, next.end, to)) found.push(next);
  return found;
}

export function attribute(attributes: string, name: string): string | undefined {
  let at = attributes.indexOf(`${name}=`);
  while (at > 0 && attributes.charCodeAt(at - 1) > SPACE) at = attributes.indexOf(`${name}=`, at + 1);
  if (at <= 0) return undefined;
  const quote = attributes.charAt(at + name.length + 1);
  const end = attributes.indexOf(quote, at + name.length + 2);
  return end < 0 ? undefined : unescaped(attributes.slice(at + name.length + 2, end));
}

export function unescaped(text: string): string {
  return text.includes('&') ? text.replaceAll(/&([^;]{0,10});?/g, (_, name: string) => entity(name)) : text;
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function entity(name: string): string {
  const [, hex, decimal] = /^#(?:x([\da-fA-F]{1,6})|(\d{1,7}))$/.exec(name) ?? [];
  const code = hex ? parseInt(hex, 16) : decimal ? Number(decimal) : null;
  if (code !== null && code <= 0x10ffff) return String.fromCodePoint(code);
  const character = Object.hasOwn(named, name) ? named[name] : undefined;
  if (character === undefined) throw unreadable(`unknown entity &${name};`);
  return character;
}

function isNameLetter(code: number): boolean {
  return code > SPACE && code !== SLASH && code !== GREATER;
}

function endOfTag(xml: string, from: number, to: number): number {
  let quote = 0;
  for (let at = from; at < to; at++) {
    const code = xml.charCodeAt(at);
    if (quote !== 0) quote = code === quote ? 0 : quote;
    else if (code === GREATER) return at;
    else if (code === QUOTE || code === APOSTROPHE) quote = code;
  }
  throw unreadable('a tag has no end');
}
