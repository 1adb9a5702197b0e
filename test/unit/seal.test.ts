import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createSeal, type Place } from '../../backend/store/seal.ts';

const old = { id: 'k1', key: randomBytes(32) };
const young = { id: 'k2', key: randomBytes(32) };
const seal = createSeal([old]);
const place: Place = { tenant: 'Cust1', owner: 'c1', origin: 'https://erp.example', field: 'Password' };

describe('a sealed secret', () => {
  test.each(['hemmelig', '', 'æøå 🔑', 'x'.repeat(10_000)])('opens where it was sealed', (secret) => {
    expect(seal.open(seal.close(secret, place), place)).toBe(secret);
  });

  test.each<[string, Partial<Place>]>([
    ['another tenant', { tenant: 'Cust2' }],
    ['another connection', { owner: 'c2' }],
    ['another address', { origin: 'https://evil.example' }],
    ['another field', { field: 'User' }],
    ['names that only look alike when joined', { owner: 'c1","https', origin: '//erp.example' }],
  ])('does not open for %s', (_, elsewhere) => {
    expect(seal.open(seal.close('hemmelig', place), { ...place, ...elsewhere })).toBeNull();
  });

  test.each([0, 1, 2, 3, 4])('does not open when part %i of it was changed', (part) => {
    const parts = seal.close('hemmelig', place).split('.');
    parts[part] = (parts[part]?.startsWith('A') ? 'B' : 'A') + (parts[part]?.slice(1) ?? '');
    const opened = () => seal.open(parts.join('.'), place);
    if (part === 1) expect(opened).toThrow('missing');
    else expect(opened()).toBeNull();
  });

  test.each([0, 4, 8, 12, 13, 14, 15, 17, 32])('does not open with a tag of %i bytes', (length) => {
    const [format, id, iv, text, tag] = seal.close('hemmelig', place).split('.');
    const other = Buffer.concat([Buffer.from(tag!, 'base64url'), Buffer.alloc(16)]).subarray(0, length);
    expect(seal.open([format, id, iv, text, other.toString('base64url')].join('.'), place)).toBeNull();
  });

  test('is never the same twice', () => {
    const sealed = new Set(Array.from({ length: 2000 }, () => seal.close('hemmelig', place).split('.')[2]));
    expect(sealed.size).toBe(2000);
  });
});

describe('a change of keys', () => {
  const rotated = createSeal([young, old]);

  test('opens what the old key sealed, and says that it is stale', () => {
    const sealed = seal.close('hemmelig', place);
    expect(rotated.open(sealed, place)).toBe('hemmelig');
    expect(rotated.isStale(sealed)).toBe(true);
    expect(rotated.isStale(rotated.close('hemmelig', place))).toBe(false);
  });

  test('a key that is gone is a fault to be told, not a secret that is missing', () => {
    expect(() => createSeal([young]).open(seal.close('hemmelig', place), place)).toThrow('"k1" is missing');
  });

  test('a key of another length is refused', () => {
    expect(() => createSeal([{ id: 'k1', key: randomBytes(16) }])).toThrow('not 32 bytes');
  });
});
