import { describe, expect, test } from 'vitest';
import { containsText, satisfies } from '../../backend/adapters/connectors/local-search.ts';
import type { FieldKind, FieldValue } from '../../shared/vocabulary.ts';

function holds(kind: FieldKind, value: FieldValue, operator: string, ...values: FieldValue[]): boolean {
  return satisfies({ F: value }, [{ field: { key: 'F', kind }, operator, values }]);
}

describe('search by fields', () => {
  test.each<[FieldKind, FieldValue, string, FieldValue[], boolean]>([
    ['text', 'Rør AS', '=', ['RØR as'], true],
    ['text', 'Rør AS', '=', ['Rør'], false],
    ['text', null, '=', [null], true],
    ['text', 'Rør AS', 'begins', ['rør'], true],
    ['text', 'Rør AS', 'ends', ['AS'], true],
    ['text', 'Rør AS', 'contains', ['r a'], true],
    ['text', 'Rør AS', 'notbegins', ['AS'], true],
    ['text', 'Rør AS', 'notends', ['as'], false],
    ['text', 'Rør AS', 'notcontains', ['x'], true],
    ['text', null, 'notcontains', ['x'], true],
    ['text', 'Rør AS', 'isnot', ['rør as'], false],
    ['text', null, 'isnot', ['rør as'], true],
    ['text', 'b', 'between', ['A', 'C'], true],
    ['text', null, 'between', ['A', 'C'], false],
    ['integer', '12', '=', ['12'], true],
    ['integer', '9', '<', ['12'], true],
    ['integer', '-9', '>', ['-12'], true],
    ['integer', '-9', '<', ['3'], true],
    ['integer', null, '<', ['3'], false],
    ['integer', '3', '<=', ['3'], true],
    ['integer', '3', '>=', ['4'], false],
    ['integer', null, '!=', ['3'], true],
    ['decimal', '0.5', 'between', ['0.25', '0.75'], true],
    ['decimal', '0.123456789012345678901234567891', '>', ['0.12345678901234567890123456789'], true],
    ['checkbox', 'true', '=', ['true'], true],
    ['checkbox', null, '=', ['false'], true],
    ['list', '4', 'oneof', ['1', '4'], true],
    ['list', '4', 'notoneof', ['1', '4'], false],
    ['list', null, 'notoneof', ['1', '4'], true],
    ['date', '2026-11-22', 'before', ['2026-11-23'], true],
    ['date', '2026-11-22', 'afterOrEqual', ['2026-11-22'], true],
    ['date', null, 'before', ['2026-11-23'], false],
    ['datetime', '2026-11-22T10:15:59', '=', ['2026-11-22T10:15:00'], true],
    ['datetime', '2026-11-22T10:15:59', '=', ['2026-11-22'], true],
    ['datetime', '2026-11-22T10:15:59', 'after', ['2026-11-22T10:14:00'], true],
    ['datetime', '2026-11-22T10:15:59', 'beforeOrEqual', ['2026-11-22T10:14:00'], false],
    ['datetime', '2026-11-22T10:15:59', 'between', ['2026-11-22', '2026-11-23'], true],
  ])('%s %j %s %j is %s', (kind, value, operator, values, expected) => {
    expect(holds(kind, value, operator, ...values)).toBe(expected);
  });

  test('nothing holds for a value that is not there', () => {
    const field = { key: 'F', kind: 'text' } as const;
    expect(satisfies({}, [{ field, operator: 'isnot', values: ['x'] }])).toBe(false);
  });

  test.each<[FieldKind, string, FieldValue[]]>([
    ['text', '>', ['x']],
    ['integer', 'contains', ['1']],
    ['integer', 'between', ['1']],
    ['list', 'oneof', []],
    ['text', 'constructor', ['x']],
  ])('%s refuses %s %j', (kind, operator, values) => {
    expect(() => holds(kind, 'x', operator, ...values)).toThrow('input.invalid');
  });
});

describe('free text', () => {
  test.each<[string, boolean]>([
    ['', true],
    ['RØR', true],
    ['7-3', true],
    ['nothing', false],
  ])('%j', (text, expected) => {
    expect(containsText(['Bare Rør', null, '47-33'], text)).toBe(expected);
  });
});
