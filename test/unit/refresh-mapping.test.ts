import { describe, expect, test } from 'vitest';
import { standardFields } from '../../backend/adapters/superoffice/fields.ts';
import { refreshMapping } from '../../backend/domain/refresh-mapping.ts';
import type { ErpField } from '../../backend/domain/field.ts';
import { entityTypeOf, type ActorType } from '../../shared/vocabulary.ts';
import { fakeField } from '../support/fake-connector.ts';

const announce = (actorType: ActorType, fields: readonly ErpField[]) =>
  refreshMapping(
    null,
    { connectionId: 'c', actorType, fields, searchable: [] },
    standardFields[entityTypeOf[actorType]],
  );
const pairedWith = (actorType: ActorType, ...fields: readonly ErpField[]) =>
  announce(actorType, fields).fields.map(({ crmField }) => crmField);

describe('a new field is paired by itself', () => {
  test.each<[string, ActorType, ErpField, string | null]>([
    ['when its key is that of a SuperOffice field', 'Customer', fakeField('VATNO'), 'VATNO'],
    ['in whatever case', 'Supplier', fakeField('PostalCity'), 'POSTALCITY'],
    ['for a person by the keys of persons', 'Person', fakeField('PHONE_MOBILE'), 'PHONE_MOBILE'],
    ['not for a person by the keys of companies', 'Person', fakeField('VATNO'), null],
    ['for a project', 'Project', fakeField('ENDDATE', { kind: 'date' }), 'ENDDATE'],
    [
      'not with the lists that every company fills differently',
      'Customer',
      fakeField('CATEGORY', { kind: 'list' }),
      null,
    ],
    ['not with an id', 'Customer', fakeField('CONTACTID', { kind: 'integer' }), null],
    ['not when the kinds do not fit', 'Customer', fakeField('NAME', { kind: 'label' }), null],
  ])('%s', (_, actorType, field, crmField) => {
    expect(pairedWith(actorType, field)).toEqual([crmField]);
  });

  test('once: of two that differ in case only, the first by rank', () => {
    expect(pairedWith('Customer', fakeField('name', { rank: 2 }), fakeField('NAME', { rank: 1 }))).toEqual([
      'NAME',
      null,
    ]);
  });

  test('never with a direction', () => {
    const keys = standardFields.contact.map(({ key, kind }) => fakeField(key, { kind }));
    expect(new Set(announce('Customer', keys).fields.map(({ direction }) => direction))).toEqual(new Set(['none']));
  });
});

test('until someone chooses, the search has three columns and the tab what SuperOffice cannot hold', () => {
  const fields = ['Number', 'NAME', 'Credit', 'Debt', 'Secret'].map((key, rank) =>
    fakeField(key, { rank, kind: key === 'Secret' ? 'password' : 'text' }),
  );
  const shown = announce('Customer', fields).fields;
  expect(shown.filter(({ showInSearch }) => showInSearch).map(({ key }) => key)).toEqual(['Number', 'NAME', 'Credit']);
  expect(shown.filter(({ showInTab }) => showInTab).map(({ key }) => key)).toEqual(['Number', 'Credit', 'Debt']);
});

test('a field that comes back is itself again, with what was decided', () => {
  const known = announce('Customer', [fakeField('NAME'), fakeField('EMAIL')]);
  const decided = { ...known, fields: known.fields.map((field) => ({ ...field, direction: 'both' as const })) };
  const refresh = (before: typeof known, ...keys: readonly string[]) =>
    refreshMapping(
      before,
      { connectionId: 'c', actorType: 'Customer', fields: keys.map((key) => fakeField(key)), searchable: ['EMAIL'] },
      standardFields.contact,
    );

  const gone = refresh(decided, 'NAME');
  expect(gone.fields[1]).toMatchObject({ key: 'EMAIL', missingInErp: true, direction: 'both' });
  expect(refresh(gone, 'NAME', 'EMAIL').fields[1]).toMatchObject({
    key: 'EMAIL',
    missingInErp: false,
    direction: 'both',
    searchable: true,
  });
});
