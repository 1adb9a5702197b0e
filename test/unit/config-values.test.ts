import { describe, expect, test } from 'vitest';
import { configValues } from '../../backend/domain/config-values.ts';
import { fillTags } from '../../backend/domain/template-tags.ts';
import { fakeField } from '../support/fake-connector.ts';

const file = fakeField('File', { access: 'mandatory', name: 'File name', maxLength: 10 });
const year = fakeField('Year', { kind: 'integer' });
const heading = fakeField('Heading', { kind: 'label', access: 'mandatory' });
const password = fakeField('Password', { kind: 'password', access: 'mandatory' });
const fields = [heading, file, year, password];
const stored = { config: { File: 'a.xlsx', Year: '2025', Old: 'x' }, secretKeys: ['Password', 'OldToken'] };
const empty = { config: {}, secretKeys: [] };

describe('the settings of a connection', () => {
  test('what is not typed stays, what is no longer asked for goes', () => {
    expect(configValues(fields, { Year: '2026' }, stored)).toEqual({
      kind: 'complete',
      config: { File: 'a.xlsx', Year: '2026' },
      secrets: { OldToken: null },
    });
  });

  test('a typed secret replaces the stored one, and is no plain value', () => {
    expect(configValues(fields, { File: 'b.xlsx', Password: 'hemmelig' }, stored)).toMatchObject({
      config: { File: 'b.xlsx' },
      secrets: { Password: 'hemmelig' },
    });
  });

  test.each([
    ['nothing for a mandatory field', { Password: 'x' }, empty, 'config.field_missing', 'File name'],
    ['blank for a mandatory field', { File: ' ', Password: 'x' }, stored, 'config.field_missing', 'File name'],
    ['no mandatory secret', { File: 'a' }, empty, 'config.field_missing', 'Password'],
    ['a mandatory secret cleared', { Password: null }, stored, 'config.field_missing', 'Password'],
    ['a word for a number', { Year: 'soon' }, stored, 'value.invalid', 'Year'],
    ['too many characters', { File: 'x'.repeat(11) }, stored, 'value.too_long', 'File name'],
  ])('%s is refused', (_, typed, before, code, field) => {
    expect(configValues(fields, typed, before)).toMatchObject({ kind: 'refused', code, detail: { field } });
  });
});

describe('a suggested value', () => {
  const values = { serial: '12345', userName: 'Astrid Berg' };

  test.each([
    ['so-<ser#>', 'so-12345'],
    ['<NAME>', 'Astrid Berg'],
    ['{{tenant.serial}}/{{user.name}}', '12345/Astrid Berg'],
    ['<what>{{user.shoe}}', null],
    ['a < b > c', 'a < b > c'],
    ['<strong>', '<strong>'],
  ])('%s becomes %s', (text, filled) => {
    expect(fillTags(text, values)).toBe(filled);
  });

  test('what is not asked for with these values is not kept, its secret neither', () => {
    const kind = fakeField('Kind', { access: 'mandatory' });
    const basic = { ...password, askedIf: { key: 'Kind', values: ['basic'] } };
    const depends = { ...year, askedIf: { key: 'Password' } };
    const before = { config: { Kind: 'basic', Year: '2025' }, secretKeys: ['Password'] };
    expect(configValues([kind, basic], {}, before)).toMatchObject({ config: { Kind: 'basic' }, secrets: {} });
    expect(configValues([kind, basic, depends], { Kind: 'none' }, before)).toEqual({
      kind: 'complete',
      config: { Kind: 'none' },
      secrets: { Password: null },
    });
  });

  test('a secret stays with the server it was typed for', () => {
    const address = fakeField('TokenUrl');
    const secret = { ...password, sentTo: 'TokenUrl' };
    const before = { config: { TokenUrl: 'https://login.example/a' }, secretKeys: ['Password'] };
    const changed = (TokenUrl: string | null, more = {}) =>
      configValues([address, secret], { TokenUrl, ...more }, before);
    expect(changed('https://login.example/b')).toMatchObject({ kind: 'complete', secrets: {} });
    for (const elsewhere of [
      'https://evil.example/a',
      'http://login.example/a',
      'https://login.example:8443/a',
      null,
    ]) {
      expect(changed(elsewhere)).toMatchObject({ kind: 'refused', code: 'config.field_missing' });
      expect(changed(elsewhere, { Password: 'new' })).toMatchObject({ secrets: { Password: 'new' } });
    }
  });
});
