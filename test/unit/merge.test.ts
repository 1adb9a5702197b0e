import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { AgreedValue } from '../../backend/domain/link.ts';
import { mappedField, mergeField, type FieldOutcome, type MappedField } from '../../backend/domain/merge.ts';
import { conflictPolicies, directions, fieldAccesses, type FieldValue } from '../../shared/vocabulary.ts';
import { pairOf } from '../support/field-pair.ts';

vi.setConfig({ testTimeout: 30_000 });

const old: AgreedValue = { crm: 'old', erp: 'old' };
const inSync = (agreed: AgreedValue | null = null): FieldOutcome => ({ kind: 'inSync', agreed });
const leave: FieldOutcome = { kind: 'leave' };
const conflict: FieldOutcome = { kind: 'conflict' };
const write = (target: 'crm' | 'erp', value: FieldValue, reason = 'changed') => ({
  kind: 'write',
  target,
  value,
  reason,
});

/** 1 and 2 are one item in SuperOffice, which becomes 2 on the way back. */
const several = {
  erp: { kind: 'list' },
  crm: { kind: 'list' },
  listMap: new Map([
    ['1', '10'],
    ['2', '10'],
    ['3', '11'],
  ]),
  goesBack: ['2'],
} as const;

type Pair = NonNullable<Parameters<typeof pairOf>[0]>;

function field(
  direction: MappedField['direction'],
  crm: FieldValue,
  erp: FieldValue,
  { agreed = old, newest = null, ...pair }: Pair & { agreed?: AgreedValue | null; newest?: MappedField['newest'] } = {},
): MappedField {
  const both = pairOf({ ...pair, erp: { ...pair.erp, direction } });
  return mappedField(both, { crm, erp, agreed, newest });
}

describe('mergeField', () => {
  test.each<[string, MappedField, object]>([
    ['nothing changed', field('both', 'old', 'old'), inSync()],
    ['a change in ERP is written to CRM', field('both', 'old', 'new'), write('crm', 'new')],
    ['a change in CRM is written to ERP', field('both', 'new', 'old'), write('erp', 'new')],
    ['a blank is a value', field('both', null, 'old'), write('erp', null)],
    ['a CRM change against the direction is left alone', field('toCrm', 'new', 'old'), leave],
    ['an ERP change against the direction is left alone', field('toErp', 'old', 'new'), leave],
    ['a field without a direction is left alone', field('none', 'old', 'new'), leave],
    ['changes on both sides are a conflict', field('both', 'mine', 'yours'), conflict],
    [
      'a one-way field changed on both sides follows its direction',
      field('toCrm', 'mine', 'new'),
      write('crm', 'new', 'oneWay'),
    ],
    ['the other way as well', field('toErp', 'new', 'yours'), write('erp', 'new', 'oneWay')],
    ['the same change on both sides is no conflict', field('both', 'new', 'new'), inSync({ crm: 'new', erp: 'new' })],
    [
      'what the ERP makes of a value is no change',
      field('both', 'New', 'NEW', { agreed: { crm: 'New', erp: 'NEW' } }),
      inSync(),
    ],
    ['a space at the end is no change', field('both', 'old ', 'old\r\n'), inSync()],
    ['a space at the front is one', field('both', ' old', 'old'), write('erp', ' old')],
    [
      'two that were never in sync and are equal now are',
      field('both', 'a', 'a', { agreed: null }),
      inSync({ crm: 'a', erp: 'a' }),
    ],
    ['two that were never in sync and differ are a conflict', field('both', 'a', 'b', { agreed: null }), conflict],
    [
      'a blank that was never in sync is filled',
      field('both', null, 'b', { agreed: null }),
      write('crm', 'b', 'filled'),
    ],
    ['on either side', field('both', 'a', null, { agreed: null }), write('erp', 'a', 'filled')],
    [
      'a one-way field that was never in sync follows its direction',
      field('toErp', 'a', 'b', { agreed: null }),
      write('erp', 'a', 'oneWay'),
    ],
    [
      'a time whose day is the same is in sync with a date',
      field('both', '2026-11-22', '2026-11-22T13:45:00', {
        agreed: null,
        crm: { kind: 'date' },
        erp: { kind: 'datetime' },
      }),
      inSync({ crm: '2026-11-22', erp: '2026-11-22T13:45:00' }),
    ],
    [
      'what does not fit waits with its reason',
      field('both', 'too long', 'old', { erp: { maxLength: 5 } }),
      { kind: 'parked', code: 'value.too_long' },
    ],
    [
      'an unmapped item waits, and blanks nothing',
      field('both', 'old', '7', { crm: { kind: 'list' }, erp: { kind: 'list' } }),
      { kind: 'parked', code: 'list.item_unmapped' },
    ],
    [
      'an item that means nothing is left alone',
      field('both', 'old', '7', { crm: { kind: 'list' }, erp: { kind: 'list' }, listMap: new Map([['7', null]]) }),
      leave,
    ],
    [
      'an item that is the same as the one that goes back stays',
      field('toErp', '10', '1', { ...several, agreed: null }),
      { kind: 'inSync', agreed: { crm: '10', erp: '1' } },
    ],
    [
      'of several items that are the same, the chosen one goes back',
      field('both', '10', '3', { ...several, agreed: { crm: '11', erp: '3' } }),
      write('erp', '2', 'changed'),
    ],
    [
      'a name is never blanked in the CRM',
      field('both', 'old', ' ', { crm: { access: 'mandatory' } }),
      { kind: 'parked', code: 'value.mandatory' },
    ],
    [
      'nor in the ERP',
      field('both', null, 'old', { erp: { access: 'mandatory' } }),
      { kind: 'parked', code: 'value.mandatory' },
    ],
    ['a read-only ERP field is never written', field('both', 'new', 'old', { erp: { access: 'readOnly' } }), leave],
    ['nor a read-only CRM field', field('both', 'old', 'new', { crm: { access: 'readOnly' } }), leave],
    ['CRM wins by policy', field('both', 'mine', 'yours', { erp: { policy: 'crm' } }), write('erp', 'mine', 'policy')],
    ['ERP wins by policy', field('both', 'mine', 'yours', { erp: { policy: 'erp' } }), write('crm', 'yours', 'policy')],
    [
      'the newest wins by policy',
      field('both', 'mine', 'yours', { erp: { policy: 'newest' }, newest: 'erp' }),
      write('crm', 'yours', 'policy'),
    ],
    [
      'but not when the clocks cannot be compared',
      field('both', 'mine', 'yours', { erp: { policy: 'newest' } }),
      conflict,
    ],
    [
      'the one that is not blank wins by policy',
      field('both', null, 'yours', { erp: { policy: 'nonBlank' } }),
      write('crm', 'yours', 'policy'),
    ],
    ['but two values are a conflict', field('both', 'mine', 'yours', { erp: { policy: 'nonBlank' } }), conflict],
    [
      'no policy turns a change on one side round',
      field('both', 'old', 'new', { erp: { policy: 'crm' } }),
      write('crm', 'new'),
    ],
  ])('%s', (_, given, outcome) => {
    expect(mergeField(given)).toMatchObject(outcome);
  });

  const values = fc.constantFrom<FieldValue>(null, 'a', 'b', 'c', 'a ', 'A');
  const fields = fc
    .record({
      direction: fc.constantFrom(...directions),
      policy: fc.constantFrom(...conflictPolicies),
      crm: values,
      erp: values,
      agreed: fc.option(fc.record({ crm: values, erp: values })),
      newest: fc.constantFrom('crm' as const, 'erp' as const, null),
      crmAccess: fc.constantFrom(...fieldAccesses),
      erpAccess: fc.constantFrom(...fieldAccesses),
    })
    .map(({ direction, policy, crm, erp, agreed, newest, crmAccess, erpAccess }) =>
      field(direction, crm, erp, { agreed, newest, erp: { policy, access: erpAccess }, crm: { access: crmAccess } }),
    );

  test('never writes against the direction, into a read-only side, or a blank into a name', () => {
    fc.assert(
      fc.property(fields, (given) => {
        const outcome = mergeField(given);
        if (outcome.kind !== 'write') return;
        expect(given.direction === 'both' || given.direction === (outcome.target === 'crm' ? 'toCrm' : 'toErp')).toBe(
          true,
        );
        expect(given.readOnly).not.toContain(outcome.target);
        if (given.mandatory.includes(outcome.target)) expect(outcome.value?.trim()).toBeTruthy();
      }),
      { numRuns: 3000 },
    );
  });

  test('has nobody choose between two values of which neither can be carried over', () => {
    const list = { kind: 'list', listName: 'Countries' } as const;
    for (const policy of conflictPolicies) {
      const unmapped = { erp: { ...list, policy }, crm: list, agreed: null };
      expect(mergeField(field('both', '578', 'NO', unmapped))).toMatchObject({
        kind: 'parked',
        code: 'list.item_unmapped',
      });
    }
    // One of them can be chosen.
    expect(mergeField(field('both', 'far too long', 'old', { erp: { maxLength: 5 }, agreed: null }))).toEqual(conflict);
  });

  test('comes to rest: what was written is in sync the next time, and nothing is written twice', () => {
    fc.assert(
      fc.property(fields, (given) => {
        const outcome = mergeField(given);
        if (outcome.kind !== 'write') return;
        const now = { crm: given.crm, erp: given.erp, [outcome.target]: outcome.value };
        const agreed = { crm: now.crm, erp: now.erp };
        expect(mergeField({ ...given, ...now, agreed })).toEqual(inSync());
      }),
      { numRuns: 3000 },
    );
  });
});
