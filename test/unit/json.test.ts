import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { parseJson } from '../../backend/adapters/connectors/json.ts';

vi.setConfig({ testTimeout: 30_000 });

const read = (text: string) => parseJson(Buffer.from(text));

describe('a number in an answer', () => {
  const bigIntegers = fc.bigInt({ min: 10n ** 15n, max: 10n ** 30n }).map(String);
  const decimals = fc
    .tuple(fc.nat({ max: 10 ** 9 }), fc.stringMatching(/^\d{15,20}$/))
    .map(([whole, fraction]) => `${whole}.${fraction}`);

  test.each([
    ['of many digits', bigIntegers],
    ['of many decimals', decimals],
  ])('%s stays the text it was sent as, wherever it stands', (_, numbers) => {
    fc.assert(
      fc.property(numbers, fc.string({ maxLength: 40 }), fc.boolean(), (digits, before, negative) => {
        const number = negative ? `-${digits}` : digits;
        expect(read(`{"before":${JSON.stringify(before)},"value": ${number},"after":[1]}`)).toEqual({
          before,
          value: number,
          after: [1],
        });
      }),
      { numRuns: 2000 },
    );
  });

  test('of few digits is a number', () => {
    expect(read('{"a":123456789012345,"b":-1.25,"c":[1,2,3]}')).toEqual({
      a: 123456789012345,
      b: -1.25,
      c: [1, 2, 3],
    });
  });

  test('is not looked for in a text, which stays what it is', () => {
    expect(read('{"a":"1234567890123456789","b":"x: 1.23456789012345678"}')).toEqual({
      a: '1234567890123456789',
      b: 'x: 1.23456789012345678',
    });
  });
});

describe('what no ERP needs to say is refused before it is parsed', () => {
  const half = (count: number, open: string, close: string) => open.repeat(count) + close.repeat(count);

  test.each([
    ['depth in arrays', half(65, '[', ']')],
    ['depth in objects', half(65, '{"a":', '}').replace('}', '1}')],
    ['a quarter of a million of objects', `[${'{},'.repeat(250_000)}{}]`],
    ['a million of texts', `[${'"",'.repeat(1_000_000)}""]`],
  ])('%s', (_, text) => {
    expect(() => read(text)).toThrow('"problem":"size"');
  });

  test('bytes that are no UTF-8', () => {
    expect(() => parseJson(Buffer.from('"R\u00f8r"', 'latin1'))).toThrow('"problem":"encoding"');
  });

  test('but not what only looks like it: brackets and quotes inside a text', () => {
    const text = `${'['.repeat(70)}\\"{\\\\`;
    expect(read(JSON.stringify({ text }))).toEqual({ text });
    expect(read(half(64, '[', ']'))).toBeDefined();
  });
});
