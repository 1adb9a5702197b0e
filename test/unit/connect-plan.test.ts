import { describe, expect, test } from 'vitest';
import { answersAll, compareFields, seenDigest } from '../../backend/domain/connect-plan.ts';
import type { FieldMapping } from '../../backend/domain/connection.ts';
import type { CrmField } from '../../backend/domain/field.ts';
import type { FieldValue } from '../../shared/vocabulary.ts';
import { pairOf } from '../support/field-pair.ts';

interface Given {
  readonly erp?: Partial<FieldMapping>;
  readonly crm?: Partial<CrmField>;
  readonly protectedFields?: readonly string[];
}

function compare(crm: FieldValue, erp: FieldValue, { protectedFields = [], ...pair }: Given = {}) {
  return compareFields({ pairs: [pairOf(pair)], crm: { NAME: crm }, erp: { NM: erp }, protectedFields });
}

describe('comparing before connecting', () => {
  test.each<[string, ReturnType<typeof compare>, object]>([
    ['equal values', compare('a', 'a '), { equal: true }],
    ['two values: ours is chosen, either may be', compare('a', 'b'), { equal: false, preselected: 'crm', only: null }],
    ['a value beats a blank', compare(null, 'b'), { preselected: 'erp', only: null }],
    ['on either side', compare('a', null), { preselected: 'crm', only: null }],
    [
      '`>` lets only the ERP win',
      compare('a', 'b', { erp: { direction: 'toCrm' } }),
      { preselected: 'erp', only: 'erp' },
    ],
    [
      '`<` lets only SuperOffice win',
      compare(null, 'b', { erp: { direction: 'toErp' } }),
      { preselected: 'crm', only: 'crm' },
    ],
    ['a read-only ERP field wins', compare('a', 'b', { erp: { access: 'readOnly' } }), { only: 'erp' }],
    ['a read-only field of SuperOffice wins', compare('a', 'b', { crm: { access: 'readOnly' } }), { only: 'crm' }],
    ['a name is not blanked', compare('a', null, { crm: { access: 'mandatory' } }), { only: 'crm' }],
    ['a protected field wins', compare('a', 'b', { protectedFields: ['NAME'] }), { only: 'crm' }],
    ['what does not fit the ERP cannot win', compare('too long', 'b', { erp: { maxLength: 5 } }), { only: 'erp' }],
  ])('%s', (_, [field], expected) => {
    expect(field).toMatchObject(expected);
  });

  test.each<[string, ReturnType<typeof compare>]>([
    ['without a direction', compare('a', 'b', { erp: { direction: 'none' } })],
    ['where no side can win', compare('a', 'b', { erp: { direction: 'toCrm' }, protectedFields: ['NAME'] })],
    [
      'that the ERP did not report',
      compareFields({ pairs: [pairOf()], crm: { NAME: 'a' }, erp: {}, protectedFields: [] }),
    ],
  ])('a field %s is not offered', (_, fields) => {
    expect(fields).toEqual([]);
  });

  test('every field that differs needs a choice that may be made, and no other', () => {
    const both = compare('a', 'b');
    const locked = compare('a', 'b', { erp: { direction: 'toCrm' } });
    expect(answersAll(both, { NM: 'crm' })).toBe(true);
    expect(answersAll(both, {})).toBe(false);
    expect(answersAll(both, { NM: 'crm', OTHER: 'crm' })).toBe(false);
    expect(answersAll(locked, { NM: 'erp' })).toBe(true);
    expect(answersAll(locked, { NM: 'crm' })).toBe(false);
    expect(answersAll(compare('a', 'a'), {})).toBe(true);
  });

  test('what was seen changes with each value and with what may be chosen', () => {
    const seen = [
      compare('a', 'b'),
      compare('a', 'c'),
      compare('b', 'b'),
      compare('ab', ''),
      compare('a', 'b', { erp: { direction: 'toCrm' } }),
      [],
    ].map((fields) => seenDigest(fields));
    expect(new Set(seen).size).toBe(seen.length);
    expect(seenDigest(compare('a', 'b'))).toBe(seen[0]);
  });
});
