import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { AppError } from '../../errors.ts';

/** An element: its name without prefix, its attributes with theirs, its children in order, and the text directly inside. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Namespaces by prefix, as far as they are declared here or further out; the one without a prefix is `''`. */
  readonly namespaces: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const MAX_DEPTH = 64;
/** An element costs far more memory than the few bytes it may be written in. */
const MAX_ELEMENTS = 1_000_000;
/** On average. An attribute takes longer to read than an element. */
const ATTRIBUTES_EACH = 16;
const TEXT = '#text';
const ATTRIBUTES = ':@';
const NO_ATTRIBUTES = {};

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: MAX_DEPTH,
  processEntities: true,
  htmlEntities: true,
});

/** Text in the encoding that its label, or the document itself, names. */
export function decodeText(body: Buffer, contentType: string): string {
  const charset =
    /charset="?([\w-]+)/i.exec(contentType)?.[1] ??
    /^<\?xml[^>]*encoding=["']([\w-]+)/.exec(body.toString('latin1', 0, 200))?.[1];
  try {
    return new TextDecoder(charset ?? 'utf-8', { fatal: true }).decode(body);
  } catch (error) {
    throw new AppError('connector.answer_invalid', { problem: 'encoding' }, { cause: error });
  }
}

/**
 * Reads what a foreign server sent. A document type, which could define entities, is refused before any parser sees it; so is
 * what has more elements, or nests them deeper, than an honest answer. Throws `connector.answer_invalid`.
 */
export function parseXml(text: string, mostElements = MAX_ELEMENTS): XmlElement {
  const source = text.replace(/^\uFEFF/, '').trim();
  if (!source.startsWith('<')) throw invalid('notXml');
  if (/<!(?!--|\[CDATA\[)/.test(source)) throw invalid('doctype');
  const elementCount = countElements(source);
  if (elementCount > mostElements || countAttributes(source) > elementCount * ATTRIBUTES_EACH + 500) {
    throw invalid('size');
  }

  let parsed: unknown;
  try {
    parsed = parser.parse(source);
  } catch (error) {
    throw invalid('notXml', error);
  }
  // The parser forgives what is cut short or closed wrongly, and half an answer must not pass for a whole one.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is this code in a package of its own
  if (XMLValidator.validate(source) !== true) throw invalid('notXml');
  const [root, stranger] = elements(parsed, Object.create(null) as XmlElement['namespaces']);
  if (!root || stranger) throw invalid('notXml');
  return root;
}

export function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((inner) => inner.name === name);
}

export function isNil({ attributes }: XmlElement): boolean {
  return (
    attributes !== NO_ATTRIBUTES &&
    Object.entries(attributes).some(([name, value]) => localName(name) === 'nil' && /^(true|1)$/.test(value))
  );
}

/** The text of a child: null where it is nil or absent. */
export function textOf(element: XmlElement | undefined, name: string): string | null {
  const found = child(element, name);
  return !found || isNil(found) ? null : found.text;
}

/** Text as XML may carry it: what is illegal in XML 1.0 even when escaped is refused, not dropped. Throws `value.invalid`. */
export function escapeXml(text: string): string {
  if (/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/.test(text) || !text.isWellFormed()) {
    throw new AppError('value.invalid', { value: text.slice(0, 100) });
  }
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;');
}

/** Loops and shared blanks, because an answer has a hundred thousand of these. */
function elements(nodes: unknown, outer: XmlElement['namespaces']): XmlElement[] {
  const found: XmlElement[] = [];
  for (const node of nodes as Record<string, unknown>[]) {
    const tag = tagOf(node);
    if (tag === TEXT || tag.startsWith('?')) continue;
    const inside = node[tag] as Record<string, unknown>[];
    const attributes = node[ATTRIBUTES] as Record<string, string> | undefined;
    const namespaces = attributes ? declaredIn(attributes, outer) : outer;
    let text = '';
    for (const inner of inside) if (TEXT in inner) text += String(inner[TEXT]);
    found.push({
      name: localName(tag),
      attributes: attributes ?? NO_ATTRIBUTES,
      namespaces,
      children: elements(inside, namespaces),
      text,
    });
  }
  return found;
}

function tagOf(node: Record<string, unknown>): string {
  for (const key in node) if (key !== ATTRIBUTES) return key;
  return TEXT;
}

/** The outer ones are inherited, not copied: an answer may declare thousands, and more inside each. */
function declaredIn(attributes: Readonly<Record<string, string>>, outer: XmlElement['namespaces']) {
  const declared = Object.entries(attributes).filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'));
  if (declared.length === 0) return outer;
  const names = declared.map(([name, uri]) => [name.slice('xmlns:'.length), uri]);
  return Object.setPrototypeOf(Object.fromEntries(names), outer) as XmlElement['namespaces'];
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function countElements(source: string): number {
  let count = 0;
  for (let at = source.indexOf('<'); at !== -1; at = source.indexOf('<', at + 1)) if (source[at + 1] !== '/') count++;
  return count;
}

/** Or what looks like one: in honest texts that is rare. */
function countAttributes(source: string): number {
  let count = 0;
  for (let at = source.indexOf('='); at !== -1; at = source.indexOf('=', at + 1)) {
    if (source[at + 1] === '"' || source[at + 1] === "'" || /\s/.test(source[at + 1] ?? '')) count++;
  }
  return count;
}

function invalid(problem: string, cause?: unknown): AppError {
  return new AppError('connector.answer_invalid', { problem }, { cause });
}
