import { describe, expect, test } from 'vitest';
import { changeListMapping, suggestItems } from '../../backend/domain/list-mapping.ts';
import { ambiguousItems, sharedItems } from '../../shared/rules/list-rules.ts';
import { directions, type Direction, type ListItem } from '../../shared/vocabulary.ts';

const items = (...texts: readonly string[]): ListItem[] => texts.map((text, index) => ({ key: `${index + 1}`, text }));
const map = (decided: Readonly<Record<string, string | null>> = {}, goesBack: readonly string[] = []) => ({
  items: new Map(Object.entries(decided)),
  goesBack: new Set(goesBack),
});

describe('what an item most likely is', () => {
  const suggest = (
    erp: readonly ListItem[],
    crm: readonly ListItem[],
    decided: Readonly<Record<string, string | null>> = {},
    direction: Direction = 'both',
    goesBack: readonly string[] = [],
  ) => Object.fromEntries(suggestItems({ direction }, erp, crm, map(decided, goesBack)));

  test('is the one of the same text, however it is written', () => {
    expect(suggest(items('Retail ', 'WHOLESALE', 'Other'), items('wholesale', 'Retail'))).toEqual({ 1: '2', 2: '1' });
  });

  test('is the one called like its key', () => {
    expect(suggest([{ key: 'NO', text: 'Norge' }], [{ key: '578', text: 'no' }])).toEqual({ NO: '578' });
  });

  test('is never the one that has the same number by chance', () => {
    expect(suggest(items('A', 'B'), items('C', 'D'))).toEqual({});
  });

  test('is not told where two have the text', () => {
    expect(suggest(items('Retail'), items('Retail', 'retail'))).toEqual({});
  });

  test('is not told for what was decided, nor twice where there is a way back', () => {
    expect(suggest(items('Retail', 'Retail'), items('Retail'), { 1: null })).toEqual({ 2: '1' });
    expect(suggest(items('Retail', 'retail'), items('Retail'))).toEqual({ 1: '1' });
    expect(suggest(items('Retail', 'retail'), items('Retail'), {}, 'toCrm')).toEqual({ 1: '1', 2: '1' });
    expect(suggest(items('Retail', 'retail'), items('Retail'), { 1: '1' }, 'both', ['1'])).toEqual({ 2: '1' });
  });
});

describe('a mapping of a list', () => {
  const change = (
    after: Readonly<Record<string, string | null>>,
    before: Readonly<Record<string, string | null>> = {},
    direction: Direction = 'both',
    goesBack: readonly string[] = [],
  ) => changeListMapping({ name: 'Group', direction }, map(before), map(after, goesBack), items('Retail', 'Wholesale'));

  test('may say what is new, and is revised where it says something else than before', () => {
    expect(change({ a: '1', b: null })).toEqual({ kind: 'changed', revised: false });
    expect(change({ a: '1', b: '2' }, { a: '1' })).toEqual({ kind: 'changed', revised: false });
    expect(change({ a: '2' }, { a: '1' })).toEqual({ kind: 'changed', revised: true });
    expect(change({ a: '2' }, { a: null })).toEqual({ kind: 'changed', revised: true });
    expect(change({}, { a: '1' })).toEqual({ kind: 'changed', revised: true });
  });

  test('may not lead to an item SuperOffice does not have, unless it did before', () => {
    expect(change({ a: '9' })).toEqual({
      kind: 'refused',
      code: 'list.item_unknown',
      detail: { field: 'Group', item: '9' },
    });
    expect(change({ a: '9', b: '1' }, { a: '9' })).toEqual({ kind: 'changed', revised: false });
    expect(change({ b: '9' }, { a: '9' })).toMatchObject({ code: 'list.item_unknown' });
  });

  test('may lead several items to one where it is chosen which of them goes back, or where nothing does', () => {
    expect(change({ a: '1', b: '1' })).toEqual({
      kind: 'refused',
      code: 'list.item_ambiguous',
      detail: { field: 'Group', item: 'Retail' },
    });
    expect(change({ a: '1', b: '1' }, {}, 'both', ['a', 'b'])).toMatchObject({ code: 'list.item_ambiguous' });
    expect(change({ a: '1', b: '1' }, {}, 'both', ['b'])).toEqual({ kind: 'changed', revised: false });
    expect(change({ a: '1', b: '1' }, { a: '1', b: '1' }, 'toErp', ['b'])).toEqual({ kind: 'changed', revised: false });
    expect(change({ a: '1', b: '1' }, {}, 'toCrm')).toMatchObject({ kind: 'changed' });
    const mapped = Object.entries({ a: '1', b: '2', c: null, d: null, e: '1', f: '2' });
    expect(directions.map((direction) => [...sharedItems(direction, mapped)])).toEqual([
      [],
      [],
      ['1', '2'],
      ['1', '2'],
    ]);
    expect(directions.map((direction) => [...ambiguousItems(direction, mapped, new Set('b'))])).toEqual([
      [],
      [],
      ['1'],
      ['1'],
    ]);
  });
});
