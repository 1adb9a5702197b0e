import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { parseJson } from '../../backend/adapters/connectors/json.ts';

vi.setConfig({ testTimeout: 30_000 });

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
        expect(parseJson(`{"before":${JSON.stringify(before)},"value": ${number},"after":[1]}`)).toEqual({
          before,
          value: number,
          after: [1],
        });
      }),
      { numRuns: 2000 },
    );
  });

  test('of few digits is a number', () => {
    expect(parseJson('{"a":123456789012345,"b":-1.25,"c":[1,2,3]}')).toEqual({
      a: 123456789012345,
      b: -1.25,
      c: [1, 2, 3],
    });
  });

  test('is not looked for in a text, which stays what it is', () => {
    expect(parseJson('{"a":"1234567890123456789","b":"x: 1.23456789012345678"}')).toEqual({
      a: '1234567890123456789',
      b: 'x: 1.23456789012345678',
    });
  });
});
