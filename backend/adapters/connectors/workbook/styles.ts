import { attribute, elementsIn, nextElement, prefixOf } from './xml.ts';

/** What a number format says about the numbers under it. */
export type NumberFormat =
  | { readonly kind: 'number'; readonly decimals: boolean }
  | { readonly kind: 'moment'; readonly hasTime: boolean }
  /** `0000`: a code with leading zeros, typed as a number. */
  | { readonly kind: 'padded'; readonly digits: number };

/** Number formats by cell style. */
export type Styles = readonly NumberFormat[];

const GENERAL: NumberFormat = { kind: 'number', decimals: false };
const DATE = 14;
const DATE_TIME = 22;

/** The formats every Excel knows by number only. Those of times of day are left out: such a cell is no moment. */
const builtIn: Readonly<Record<number, NumberFormat>> = {
  ...Object.fromEntries([2, 4, 7, 8, 10, 11, 39, 40, 44].map((id) => [id, { kind: 'number', decimals: true }])),
  ...Object.fromEntries(
    [14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58].map((id) => [
      id,
      { kind: 'moment', hasTime: false },
    ]),
  ),
  22: { kind: 'moment', hasTime: true },
};

export function readStyles(xml: string): Styles {
  const prefix = prefixOf(xml, 'styleSheet');
  const custom = new Map(
    elementsIn(xml, `${prefix}numFmt`).map(({ attributes }) => [
      Number(attribute(attributes, 'numFmtId')),
      formatOf(attribute(attributes, 'formatCode') ?? ''),
    ]),
  );
  return cellFormats(xml, prefix).map((id) => custom.get(id) ?? builtIn[id] ?? GENERAL);
}

/** The same styles with one more, for a date where no cell of the column has shown how it should look. */
export function withMomentStyle(
  xml: string,
  hasTime: boolean,
): { readonly xml: string; readonly style: number } | null {
  const prefix = prefixOf(xml, 'styleSheet');
  const formats = nextElement(xml, `${prefix}cellXfs`, 0);
  if (!formats) return null;

  const style = cellFormats(xml, prefix).length;
  const format = `<${prefix}xf numFmtId="${hasTime ? DATE_TIME : DATE}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`;
  const opening = xml.slice(formats.start, formats.contentStart).replace(/count="\d+"/, `count="${style + 1}"`);
  return {
    style,
    xml:
      xml.slice(0, formats.start) +
      opening +
      xml.slice(formats.contentStart, formats.contentEnd) +
      format +
      xml.slice(formats.contentEnd),
  };
}

function cellFormats(xml: string, prefix: string): number[] {
  const formats = nextElement(xml, `${prefix}cellXfs`, 0);
  if (!formats) return [];
  return elementsIn(xml.slice(formats.contentStart, formats.contentEnd), `${prefix}xf`).map(({ attributes }) =>
    Number(attribute(attributes, 'numFmtId') ?? 0),
  );
}

function formatOf(code: string): NumberFormat {
  // Quoted words, escaped letters and `[Red]` are decoration; `[h]` counts hours and is a time all the same.
  const plain = code.replaceAll(/"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '').split(';')[0] ?? '';
  if (/general/i.test(plain)) return GENERAL;
  if (/[yd]/i.test(plain)) return { kind: 'moment', hasTime: /[hs]/i.test(plain) };
  if (/^0{2,}$/.test(plain)) return { kind: 'padded', digits: plain.length };
  return { kind: 'number', decimals: /[0#?]\.[0#?]/.test(plain) };
}
