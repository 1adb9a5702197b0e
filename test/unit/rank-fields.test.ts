import { expect, test } from 'vitest';
import { rankFields } from '../../backend/domain/rank-fields.ts';
import { fieldMapping } from '../support/world.ts';

const fields = ['A', 'B', 'C'].map((key, index) => fieldMapping(key, index + 1, { showInSearch: index === 0 }));
const told = (wanted: readonly { readonly key: string; readonly showInTab: boolean }[]) =>
  rankFields(fields, wanted).map(({ key, rank, showInTab, showInSearch }) => [key, rank, showInTab, showInSearch]);

test('fields stand as they were ranked, from 1 on, and the first is a column of the search', () => {
  const wanted = ['C', 'A', 'B'].map((key) => ({ key, showInTab: key === 'A' }));
  expect(told(wanted)).toEqual([
    ['C', 1, false, true],
    ['A', 2, true, true],
    ['B', 3, false, false],
  ]);
});

test('one that came meanwhile keeps its place behind them, and one that is gone is no matter', () => {
  expect(told(['B', 'GONE'].map((key) => ({ key, showInTab: true })))).toEqual([
    ['B', 1, true, true],
    ['A', 2, true, true],
    ['C', 3, true, false],
  ]);
});
