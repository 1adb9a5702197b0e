import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinName, splitName } from '../../../backend/adapters/connectors/tryton/person-name.ts';
import { AppError } from '../../../backend/errors.ts';

test.each([
  ['Erik Eriksen', 'Erik', 'Eriksen'],
  ['Anne Marie Lie', 'Anne Marie', 'Lie'],
  ['Hans van der Berg', 'Hans', 'van der Berg'],
  ['Berg, Hans', 'Hans', 'Berg'],
  ['García Márquez, Gabriel', 'Gabriel', 'García Márquez'],
  ['hans berg', 'hans', 'berg'],
  ['Prince', null, 'Prince'],
  ['  Erik   Eriksen ', 'Erik', 'Eriksen'],
  ['', null, null],
])('%j is read as first name %j and last name %j', (name, first, last) => {
  expect(splitName(name)).toEqual({ first, last });
});

test.each([
  ['Erik', 'Eriksen', '', 'Erik Eriksen'],
  ['Hans', 'van der Berg', '', 'Hans van der Berg'],
  // Read the other way, this one would be called Gabriel García, of the family Márquez.
  ['Gabriel', 'García Márquez', '', 'García Márquez, Gabriel'],
  ['Hans', 'Berg', 'Eriksen, Erik', 'Berg, Hans'],
  ['Martin', 'King, Jr.', '', 'King, Jr., Martin'],
  [null, 'Prince', '', 'Prince'],
])('first name %j and last name %j, like %j, are written as %j', (first, last, like, name) => {
  expect(joinName({ first, last }, like)).toBe(name);
});

test('what is written reads back as it was, or is not written', () => {
  const part = fc.stringMatching(/^[A-Za-zÆØÅæøå]{1,6}(?:[ ,-][A-Za-zæøå]{1,5}){0,2}$/);
  fc.assert(
    fc.property(part, part, fc.boolean(), (first, last, comma) => {
      try {
        expect(splitName(joinName({ first, last }, comma ? 'a, b' : ''))).toEqual({ first, last });
      } catch (error) {
        expect(error instanceof AppError && first.includes(',')).toBe(true);
      }
    }),
  );
});
