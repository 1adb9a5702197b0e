import { describe, expect, test } from 'vitest';
import { noFirstValue, type ActorTypeMapping, type FieldMapping } from '../../backend/domain/connection.ts';
import { crmChanges, schemaChanges } from '../../backend/domain/schema-change.ts';

const field = (more: Partial<FieldMapping> = {}): FieldMapping => ({
  key: 'ZIP',
  name: 'Zip',
  description: '',
  kind: 'text',
  listName: null,
  defaultValue: null,
  maxLength: 20,
  access: 'normal',
  rank: 1,
  searchable: true,
  missingInErp: false,
  crmField: 'POSTALZIP',
  direction: 'both',
  showInTab: false,
  showInSearch: false,
  policy: null,
  firstValue: noFirstValue,
  ...more,
});
const type = (fields: readonly FieldMapping[], more: Partial<ActorTypeMapping> = {}): ActorTypeMapping => ({
  connectionId: 'c',
  actorType: 'Customer',
  active: true,
  missingInErp: false,
  fields,
  ...more,
});
const between = (old: Partial<FieldMapping>, now: Partial<FieldMapping>) =>
  schemaChanges([type([field(old)])], [type([field({ ...old, ...now })])]).map(({ kind, matters }) => [kind, matters]);

describe('what an ERP made of a field', () => {
  test.each<[string, Partial<FieldMapping>, Partial<FieldMapping>, [string, boolean][]]>([
    ['nothing', {}, {}, []],
    ['another name', {}, { name: 'Zip code' }, []],
    ['gone', {}, { missingInErp: true }, [['gone', true]]],
    ['gone, as before', { missingInErp: true }, {}, []],
    ['gone, and nothing rests on it', { crmField: null }, { missingInErp: true }, [['gone', false]]],
    ['back', { missingInErp: true }, { missingInErp: false }, [['back', false]]],
    ['another kind', {}, { kind: 'integer', maxLength: 0 }, [['kind', true]]],
    ['another list', { kind: 'list', listName: 'a' }, { listName: 'b' }, [['list', true]]],
    ['only to be read', {}, { access: 'readOnly' }, [['readOnly', true]]],
    ['open again', { access: 'readOnly' }, { access: 'normal' }, []],
    ['mandatory', {}, { access: 'mandatory' }, [['mandatory', true]]],
    ['mandatory, though nothing rests on it', { crmField: null }, { access: 'mandatory' }, [['mandatory', true]]],
    ['shorter', {}, { maxLength: 10 }, [['shorter', true]]],
    ['longer', {}, { maxLength: 30 }, []],
    ['without a limit', {}, { maxLength: 0 }, []],
    ['with a limit', { maxLength: 0 }, { maxLength: 30 }, [['shorter', true]]],
  ])('%s', (_, old, now, expected) => {
    expect(between(old, now)).toEqual(expected);
  });

  test('a new one matters only where it stops actors from being made', () => {
    const more = (access: FieldMapping['access'], active = true) =>
      schemaChanges([type([], { active })], [type([field({ access, crmField: null })], { active })]).map(
        ({ kind, matters }) => [kind, matters],
      );
    expect(more('normal')).toEqual([['new', false]]);
    expect(more('mandatory')).toEqual([['new', true]]);
    expect(more('mandatory', false)).toEqual([['new', false]]);
  });
});

test('an actor type that comes, goes and returns is one change, not one for each of its fields', () => {
  const kinds = (before: ActorTypeMapping[], after: ActorTypeMapping[]) =>
    schemaChanges(before, after).map(({ kind, matters }) => [kind, matters]);
  const gone = type([field()], { missingInErp: true, active: false });
  expect(kinds([], [type([field()])])).toEqual([['typeNew', false]]);
  expect(kinds([type([field()])], [gone])).toEqual([['typeGone', true]]);
  expect(kinds([type([field()], { active: false })], [gone])).toEqual([['typeGone', false]]);
  expect(kinds([gone], [gone])).toEqual([]);
  expect(kinds([gone], [type([field()], { active: false })])).toEqual([['typeBack', false]]);
});

describe('what SuperOffice made of the field on the other side', () => {
  const zip = { key: 'POSTALZIP', name: 'Zip', kind: 'text', listName: null, maxLength: 20, access: 'normal' } as const;
  const other = { ...zip, key: 'NAME' };
  const task = { actorType: 'Customer', fieldKey: 'ZIP', kind: 'crmGone' } as const;

  test.each<
    [string, Partial<FieldMapping>, readonly (typeof zip | typeof other)[], readonly (typeof task)[], unknown[]]
  >([
    ['it is there', {}, [zip, other], [], []],
    ['it is gone', {}, [other], [], [['crmGone', true]]],
    ['it is gone, and a task says so already', {}, [other], [task], []],
    ['it is back', {}, [zip], [task], [['crmBack', false]]],
    ['it is gone, and no direction rests on it', { direction: 'none' }, [other], [], []],
    ['it is mapped to another one now', { crmField: 'NAME' }, [other], [task], [['crmBack', false]]],
    ['it is gone, as is the field in the ERP', { missingInErp: true }, [other], [], []],
    ['no field is there at all, which cannot be', {}, [], [], []],
    ['no field is there at all, which settles nothing', {}, [], [task], []],
  ])('%s', (_, more, crmFields, tasks, expected) => {
    const told = crmChanges(type([field(more)]), crmFields, tasks).map(({ kind, matters }) => [kind, matters]);
    expect(told).toEqual(expected);
  });

  test('an actor type that is not synchronized asks for nothing', () => {
    expect(crmChanges(type([field()], { active: false }), [other], [])).toEqual([]);
    expect(crmChanges(type([field()], { missingInErp: true }), [other], [])).toEqual([]);
  });
});
