import { describe, expect, test } from 'vitest';
import { candidatesOf, isAlike, isTwin, judge, traitsOf } from '../../backend/domain/twins.ts';
import type { ActorRef, FieldValues } from '../../shared/vocabulary.ts';
import { fieldMapping } from '../support/world.ts';

const fields = [
  fieldMapping('ID', 1, 'CONTACTID'),
  fieldMapping('VAT', 2, 'VATNO'),
  fieldMapping('NM', 3, 'NAME'),
  fieldMapping('CITY', 4, 'POSTALCITY'),
];
const actor = (values: FieldValues, erpKey = '1') => ({ type: 'Customer', erpKey, values }) as const;
const twin = (sent: FieldValues, there: FieldValues) => isTwin(traitsOf('contact', fields, sent), actor(there));

test('an actor is told by reference, number and name, and by nothing else', () => {
  const sent = { ID: '42', VAT: '9', NM: 'Ny AS', CITY: 'Byen' };
  expect(traitsOf('contact', fields, sent).map(({ of, value }) => [of, value])).toEqual([
    ['reference', '42'],
    ['number', '9'],
    ['name', 'Ny AS'],
  ]);
  expect(traitsOf('contact', fields, { NM: ' ', VAT: null })).toEqual([]);
});

describe('it may be the same', () => {
  test.each<[string, FieldValues, FieldValues, boolean]>([
    ['when our reference is there, whatever it is called', { ID: '42', NM: 'Ny AS' }, { ID: '42', NM: 'Gammel' }, true],
    ['not when another reference is there', { ID: '42', NM: 'Ny AS' }, { ID: '43', NM: 'Ny AS' }, false],
    ['when the number is there, whatever it is called', { VAT: '9', NM: 'Ny AS' }, { VAT: '9', NM: 'Gammel' }, true],
    ['not when another number is there', { VAT: '9', NM: 'Ny AS' }, { VAT: '8', NM: 'Ny AS' }, false],
    ['when it is called so and has no number', { VAT: '9', NM: 'Ny AS' }, { VAT: null, NM: 'Ny AS' }, true],
    ['when it is called so in capitals, trimmed or cut off', { NM: 'Nytt selskap ' }, { NM: 'NYTT SEL' }, true],
    ['not when it is only called alike', { NM: 'Ny AS' }, { NM: 'Ny AS Bergen' }, false],
    ['not when nothing was sent to tell it by', { CITY: 'Byen' }, { CITY: 'Byen', NM: 'Ny AS' }, false],
  ])('%s', (_, sent, there, same) => {
    expect(twin(sent, there)).toBe(same);
  });

  test('unknown is neither', () => {
    expect(isAlike('a', null)).toBeNull();
    expect(isAlike(null, 'a')).toBeNull();
    expect(isAlike('Ab', 'A')).toBe(false);
  });
});

describe('of one creation came', () => {
  const twins = [actor({}, '1'), actor({}, '2'), actor({}, '3')];
  const linked: readonly ActorRef[] = [{ type: 'Customer', erpKey: '2' }];
  const all = { twins, complete: true, known: ['1'], linked, rivals: 0 };

  test.each([
    ['the one that was not there before and is not linked', {}, { kind: 'found', actor: twins[2] }],
    ['none, when all were there or are linked', { known: ['1', '3'] }, { kind: 'none' }],
    ['none, when nobody looks like it', { twins: [] }, { kind: 'none' }],
    ['nobody knows which of two', { known: [] }, { kind: 'doubt' }],
    ['nobody knows, when nobody looked before', { known: null, twins: twins.slice(2) }, { kind: 'doubt' }],
    ['nobody knows, when the ERP told half', { complete: false, twins: [] }, { kind: 'doubt' }],
    ['nobody knows, when another creation waits for the same', { rivals: 1 }, { kind: 'doubt' }],
  ])('%s', (_, more, verdict) => {
    expect(judge({ ...all, ...more })).toEqual(verdict);
  });

  test('those a person chooses from are new and free', () => {
    expect(candidatesOf(twins, ['1'], linked)).toEqual([twins[2]]);
    expect(candidatesOf(twins, null, linked)).toEqual([twins[0], twins[2]]);
  });
});
