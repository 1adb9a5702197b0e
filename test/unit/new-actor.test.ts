import { describe, expect, test } from 'vitest';
import { noFirstValue, type FieldMapping } from '../../backend/domain/connection.ts';
import type { FieldPair } from '../../backend/domain/convert.ts';
import { planFirstValues, planNewActor } from '../../backend/domain/new-actor.ts';
import type { FieldValue, FieldValues } from '../../shared/vocabulary.ts';
import { pairOf } from '../support/field-pair.ts';

interface Given {
  readonly erp?: Partial<FieldMapping>;
  readonly pair?: { readonly crm?: Partial<FieldPair['crm']>; readonly listMap?: FieldPair['listMap']['items'] };
  readonly mapped?: boolean;
  readonly crm?: FieldValue;
  readonly answers?: FieldValues | null;
}

const first = (more: Partial<FieldMapping['firstValue']>) => ({ firstValue: { ...noFirstValue, ...more } });

function plan({ erp = {}, pair = {}, mapped = true, crm = null, answers = null }: Given) {
  const made: FieldPair = pairOf({
    ...pair,
    erp: { ...erp, ...(mapped ? {} : { crmField: null, direction: 'none' }) },
  });
  return planNewActor({ fields: [made.erp], pairs: mapped ? [made] : [], crm: { NAME: crm }, answers });
}

describe('a new actor', () => {
  test.each<[string, Given, FieldValues]>([
    ['takes what the record has', { crm: 'Ny AS' }, { NM: 'Ny AS' }],
    [
      'takes it though the field only ever comes from the ERP',
      { crm: 'Ny AS', erp: { direction: 'toCrm' } },
      { NM: 'Ny AS' },
    ],
    ['sends nothing for a blank', { crm: ' ' }, {}],
    ['sends nothing into a field it may not write', { crm: 'Ny AS', erp: { access: 'readOnly' } }, {}],
    ['sends nothing into a field that is gone', { crm: 'Ny AS', erp: { missingInErp: true } }, {}],
    ['takes a default value where the record has none', { erp: first({ value: 'd' }) }, { NM: 'd' }],
    ['prefers the record to the default value', { crm: 'Ny AS', erp: first({ value: 'd' }) }, { NM: 'Ny AS' }],
    ['takes a default value of a field that is not mapped', { mapped: false, erp: first({ value: 'd' }) }, { NM: 'd' }],
    [
      'prefers the answer to the default value',
      { erp: first({ value: 'd', ask: true }), answers: { NM: 'a' } },
      { NM: 'a' },
    ],
    ['takes a blank answer for none', { erp: first({ value: 'd', ask: true }), answers: { NM: null } }, {}],
    [
      'leaves to the ERP what cannot be carried there and only ever comes from it',
      { crm: 'Ny AS', erp: { direction: 'toCrm', maxLength: 2 } },
      {},
    ],
    [
      'leaves out a list item that the administrator gave no counterpart',
      {
        crm: '7',
        erp: { kind: 'list' },
        pair: { crm: { kind: 'list' }, listMap: new Map([['A', '6']]) },
        mapped: true,
        ...{ answers: null },
      },
      {},
    ],
  ])('%s', (_, given, values) => {
    expect(plan(given).values).toEqual(values);
  });

  test.each<[string, Given, [FieldValue, boolean][]]>([
    ['that the administrator wants asked', { erp: first({ ask: true }) }, [[null, false]]],
    ['with its default value filled in', { erp: first({ ask: true, value: 'd' }) }, [['d', false]]],
    [
      "with the ERP's own default value filled in",
      { erp: { ...first({ ask: true }), defaultValue: 'e' } },
      [['e', false]],
    ],
    ['that is mandatory in the ERP and blank in the record', { erp: { access: 'mandatory' } }, [[null, true]]],
    ['that the administrator has made mandatory', { mapped: false, erp: first({ mandatory: true }) }, [[null, true]]],
    ['but not one that the record fills', { crm: 'Ny AS', erp: { ...first({ ask: true }), access: 'mandatory' } }, []],
    ['but not a mandatory one with a default value', { erp: first({ mandatory: true, value: 'd' }) }, []],
  ])('asks for a field %s', (_, given, asked) => {
    expect(plan(given).asked.map(({ value, mandatory }) => [value, mandatory])).toEqual(asked);
  });

  test.each<[string, Given, object]>([
    ['a value that is too long', { crm: 'Ny AS', erp: { maxLength: 2 } }, { code: 'value.too_long' }],
    [
      'a list item without a counterpart',
      { crm: '7', erp: { kind: 'list' }, pair: { crm: { kind: 'list' } } },
      { code: 'list.item_unmapped' },
    ],
    ['a mandatory blank', { erp: { access: 'mandatory' }, answers: { NM: ' ' } }, { code: 'value.mandatory' }],
    ['a question nobody answered', { erp: first({ ask: true }), answers: {} }, { code: 'input.invalid' }],
    [
      'an answer that is too long',
      { erp: { ...first({ ask: true }), maxLength: 2 }, answers: { NM: 'abc' } },
      { code: 'value.too_long' },
    ],
    [
      'an answer of another kind',
      { mapped: false, erp: { ...first({ ask: true }), kind: 'integer' }, answers: { NM: 'many' } },
      { code: 'value.invalid' },
    ],
  ])('refuses %s, and names the field', (_, given, refusal) => {
    expect(plan(given).refused).toMatchObject([{ key: 'NM', ...refusal, detail: { field: 'Name there' } }]);
  });

  test('refuses an answer to what was not asked', () => {
    expect(plan({ crm: 'Ny AS', answers: { NM: 'Other' } }).refused).toMatchObject([{ code: 'input.invalid' }]);
  });
});

describe('an actor that is connected', () => {
  const unmapped = (more: Partial<FieldMapping>) => [
    pairOf({ erp: { crmField: null, direction: 'none', ...more } }).erp,
  ];

  test('keeps what it has until somebody changes it', () => {
    const fields = unmapped(first({ value: 'd', ask: true }));
    expect(planFirstValues(fields, { NM: 'there' }, null).asked).toMatchObject([{ value: 'there' }]);
    expect(planFirstValues(fields, { NM: 'there' }, { NM: 'new' }).values).toEqual({ NM: 'new' });
  });

  test('is offered the default value where it has nothing', () => {
    expect(planFirstValues(unmapped(first({ value: 'd' })), { NM: null }, null).asked).toMatchObject([{ value: 'd' }]);
  });

  test('is asked nothing about mapped fields, nor about what the ERP did not report', () => {
    expect(planFirstValues([pairOf({ erp: first({ value: 'd', ask: true }) }).erp], { NM: null }, null).asked).toEqual(
      [],
    );
    expect(planFirstValues(unmapped(first({ value: 'd' })), {}, null).asked).toEqual([]);
  });

  test('lacks nothing mandatory', () => {
    const fields = unmapped({ access: 'mandatory' });
    expect(planFirstValues(fields, { NM: 'x' }, null).asked).toEqual([]);
    expect(planFirstValues(fields, { NM: null }, { NM: '' }).refused).toMatchObject([{ code: 'value.mandatory' }]);
  });
});
