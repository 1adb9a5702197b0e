import { describe, expect, test } from 'vitest';
import { convert, type Converted } from '../../backend/domain/convert.ts';
import type { FieldKind, FieldValue, Side } from '../../shared/vocabulary.ts';
import { pairOf } from '../support/field-pair.ts';

const refusedWith = (code: string) => ({ kind: 'refused', code }) as const;
const value = (value: FieldValue) => ({ kind: 'value', value }) as const;

describe('a value carried to', () => {
  test.each<[Side, FieldKind, FieldKind, FieldValue, object]>([
    // target, ERP kind, CRM kind
    ['crm', 'text', 'text', 'Orkdal', value('Orkdal')],
    ['crm', 'text', 'text', null, value(null)],
    ['crm', 'integer', 'text', '12', value('12')],
    ['crm', 'text', 'integer', '12', value('12')],
    ['crm', 'text', 'integer', '12a', refusedWith('value.invalid')],
    ['crm', 'text', 'decimal', '1,5', refusedWith('value.invalid')],
    ['crm', 'decimal', 'integer', '2.5', value('2')],
    ['crm', 'decimal', 'integer', '3.5', value('4')],
    ['crm', 'decimal', 'integer', '-0.4', value('0')],
    ['crm', 'decimal', 'integer', '-2.51', value('-3')],
    ['erp', 'integer', 'decimal', '2.5', refusedWith('value.invalid')],
    ['erp', 'integer', 'decimal', '2', value('2')],
    ['crm', 'integer', 'checkbox', '7', value('true')],
    ['erp', 'checkbox', 'integer', '7', refusedWith('value.invalid')],
    ['erp', 'checkbox', 'integer', '1', value('true')],
    ['erp', 'integer', 'checkbox', 'true', value('1')],
    ['crm', 'checkbox', 'text', 'true', value('Yes')],
    ['crm', 'text', 'checkbox', null, value('false')],
    ['crm', 'datetime', 'date', '2026-11-22T13:45:00', value('2026-11-22')],
    ['erp', 'datetime', 'date', '2026-11-22', value('2026-11-22T00:00:00')],
    ['crm', 'datetime', 'text', '2026-11-22T13:45:00', value('2026-11-22 13:45:00')],
    ['erp', 'datetime', 'text', '2026-11-22 13:45:00', value('2026-11-22T13:45:00')],
    ['crm', 'list', 'list', '2', value('20')],
    ['erp', 'list', 'list', '20', value('2')],
    ['crm', 'list', 'list', '9', refusedWith('list.item_unmapped')],
    ['erp', 'list', 'list', '99', refusedWith('list.item_unmapped')],
    ['crm', 'list', 'list', '3', { kind: 'ignored' }],
    ['crm', 'list', 'list', null, value(null)],
    ['crm', 'list', 'text', '2', value('Two')],
    ['crm', 'list', 'text', '9', refusedWith('list.item_unknown')],
    ['crm', 'text', 'list', ' twenty', value('20')],
    ['crm', 'text', 'list', 'Unheard of', refusedWith('list.item_unknown')],
    ['erp', 'text', 'list', '20', value('Twenty')],
    ['crm', 'list', 'integer', '2', value('2')],
    ['crm', 'list', 'integer', 'A', refusedWith('value.invalid')],
  ])('the %s between %s there and %s here, %j', (target, erp, crm, given, expected) => {
    const pair = pairOf({
      erp: { kind: erp, listName: erp === 'list' ? 'Groups' : null },
      crm: { kind: crm, listName: crm === 'list' ? 'category' : null },
      listMap: new Map([
        ['2', '20'],
        ['3', null],
      ]),
      erpItems: [{ key: '2', text: 'Two' }],
      crmItems: [{ key: '20', text: 'Twenty' }],
    });
    expect(convert(pair, target, given)).toMatchObject(expected);
  });

  test('a side that is too short for it is refused, with both lengths, and never cut', () => {
    const pair = pairOf({ erp: { maxLength: 5 } });
    expect(convert(pair, 'erp', 'åøæ😀é')).toEqual(value('åøæ😀é'));
    expect(convert(pair, 'erp', 'Orkdal')).toEqual<Converted>({
      kind: 'refused',
      code: 'value.too_long',
      detail: { field: 'Name there', length: 6, maxLength: 5 },
    });
  });

  test('a list where two items mean the same finds no way back but to the chosen one', () => {
    const pair = pairOf({
      erp: { kind: 'list' },
      crm: { kind: 'list' },
      listMap: new Map([
        ['1', '10'],
        ['2', '10'],
      ]),
    });
    expect(convert(pair, 'crm', '2')).toEqual(value('10'));
    expect(convert(pair, 'erp', '10')).toMatchObject(refusedWith('list.item_unmapped'));
    const chosen = { ...pair, listMap: { ...pair.listMap, goesBack: new Set(['2']) } };
    expect(convert(chosen, 'erp', '10')).toEqual(value('2'));
  });
});
