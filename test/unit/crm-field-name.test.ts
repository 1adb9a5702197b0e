import { describe, expect, test } from 'vitest';
import { standardFields } from '../../backend/adapters/superoffice/fields.ts';
import { crmFieldName } from '../../panel/settings/crm-field-name.ts';
import { crmEntityTypes } from '../../shared/vocabulary.ts';

describe.each(crmEntityTypes)('of a %s', (type) => {
  test('every standard field has a name of its own', () => {
    const named = standardFields[type].map(({ key }) => [key, crmFieldName(type, { key, name: '' })]);

    expect(named).toEqual(standardFields[type].map(({ key, name }) => [key, name]));
    expect(new Set(named.map(([, name]) => name)).size).toBe(named.length);
  });

  test.each(['SuperOffice:1', 'constructor'])('a user-defined field %s keeps the label the tenant gave it', (key) => {
    expect(crmFieldName(type, { key, name: 'Shoe size' })).toBe('Shoe size');
  });
});
