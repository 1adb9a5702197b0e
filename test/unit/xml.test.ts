import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeXml, parseXml } from '../../backend/adapters/connectors/xml.ts';

test('any text comes back as it went, or is refused as a whole', { timeout: 60_000 }, () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", ']', ']]>', '&amp;', '&#0;', '<!--', '\r', '\n', '\t', ' ', '\u0000', '\u0008', '\uFFFE', '\uD800', 'Å') }), // prettier-ignore
  );
  fc.assert(
    fc.property(fc.array(text, { minLength: 20, maxLength: 60 }), (sent) => {
      const [taken, refused] = [sent.filter(isXml), sent.filter((each) => !isXml(each))];
      const read = parseXml(`<a xmlns="urn:x">${taken.map((each) => `<b>${escapeXml(each)}</b>`).join('')}</a>`);
      expect(read.children.map(({ name, text, children }) => [name, text, children.length])).toEqual(
        taken.map((each) => ['b', each, 0]),
      );
      for (const each of refused) expect(() => escapeXml(each)).toThrow('value.invalid');
    }),
    { numRuns: 300 },
  );
});

/** What XML 1.0 can hold at all, even escaped. */
function isXml(text: string): boolean {
  return text.isWellFormed() && !/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/.test(text);
}
