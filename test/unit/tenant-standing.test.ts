import { describe, expect, test } from 'vitest';
import {
  endsSessions,
  isToErase,
  standingAfter,
  type TenantAnswer,
  type Watched,
} from '../../backend/domain/tenant-standing.ts';

const HOUR = 3_600_000;
const start = new Date('2026-11-27T12:00:00Z');
const later = (hours: number) => new Date(start.getTime() + hours * HOUR);

const fresh: Watched = { standing: 'running', since: null, state: null, licensedAt: null, latestAt: null };
const licensed: TenantAnswer = { kind: 'running', state: 'Running', licensed: true };
const unlicensed: TenantAnswer = { kind: 'running', state: 'Running', licensed: false };
const silent: TenantAnswer = { kind: 'silent' };
const state = (name: string): TenantAnswer => ({ kind: 'state', state: name });
const after = (...answers: readonly (readonly [number, TenantAnswer])[]): Watched =>
  answers.reduce((watched, [hours, answer]) => standingAfter(watched, answer, later(hours)), fresh);

describe('a tenant', () => {
  test.each<[string, TenantAnswer, string]>([
    ['runs and is licensed', licensed, 'running'],
    ['has lost its licence', unlicensed, 'unlicensed'],
    ['has withdrawn the approval', { kind: 'revoked' }, 'revoked'],
    ['is upgraded', state('OfflineMaintenance'), 'paused'],
    ['is suspended', state('Suspended'), 'paused'],
    ['is being deleted', state('Deleting'), 'paused'],
    ['is deleted', state('Deleted'), 'deleted'],
    ['is unknown', state('Unknown'), 'paused'],
    ['is in a state nobody has documented', state('Hibernating'), 'paused'],
  ])('that %s is %s', (_, answer, standing) => {
    expect(after([0, licensed], [1, answer]).standing).toBe(standing);
  });

  test('comes back to work by itself', () => {
    for (const answer of [state('Suspended'), unlicensed, { kind: 'revoked' } as const, state('Deleted')]) {
      expect(after([0, licensed], [1, answer], [2, licensed]).standing).toBe('running');
    }
  });

  test('knows since when it stands as it does', () => {
    expect(after([0, licensed], [1, state('Suspended')], [5, state('Suspended')]).since).toEqual(later(1));
  });
});

describe('while nobody answers', () => {
  test('a licence that was confirmed holds for 72 hours and no longer', () => {
    expect(after([0, licensed], [71.9, silent]).standing).toBe('running');
    expect(after([0, licensed], [72, silent]).standing).toBe('unlicensed');
  });

  test('one that never was confirmed does not hold', () => {
    expect(after([0, silent]).standing).toBe('unlicensed');
  });

  test('turning the clock back buys no time', () => {
    expect(after([0, licensed], [71, silent], [-500, silent], [72, silent]).standing).toBe('unlicensed');
    expect(after([0, licensed], [72, silent], [-500, silent]).standing).toBe('unlicensed');
  });

  test('nothing else changes', () => {
    for (const answer of [state('Suspended'), unlicensed, { kind: 'revoked' } as const]) {
      const known = after([0, licensed], [1, answer]);
      expect(standingAfter(known, silent, later(500)).standing).toBe(known.standing);
    }
  });
});

test.each<[string, Watched, boolean]>([
  ['a running tenant keeps', after([0, licensed]), false],
  ['an upgrade keeps', after([0, state('OfflineMaintenance')]), false],
  ['a missing licence keeps', after([0, unlicensed]), false],
  ['a suspension ends', after([0, state('Suspended')]), true],
  ['a withdrawn approval ends', after([0, { kind: 'revoked' }]), true],
  ['a deletion ends', after([0, state('Deleted')]), true],
])('%s the sessions', (_, watched, ends) => {
  expect(endsSessions(watched)).toBe(ends);
});

describe('data is erased', () => {
  const days = (count: number) => count * 24;

  test('when SuperOffice has announced the deletion and says so when asked', () => {
    expect(isToErase(after([0, state('Deleted')]), true)).toBe(true);
    expect(isToErase(after([0, state('Deleting')]), true)).toBe(false);
    expect(isToErase(after([0, licensed]), true)).toBe(false);
  });

  test('when it says so for a day, announced or not', () => {
    expect(isToErase(after([0, state('Deleted')], [days(1) - 0.1, state('Deleted')]), false)).toBe(false);
    expect(isToErase(after([0, state('Deleted')], [days(1), state('Deleted')]), false)).toBe(true);
  });

  test('when an approval stays withdrawn for thirty days', () => {
    expect(isToErase(after([0, { kind: 'revoked' }], [days(29), { kind: 'revoked' }]), false)).toBe(false);
    expect(isToErase(after([0, { kind: 'revoked' }], [days(30), { kind: 'revoked' }]), false)).toBe(true);
  });

  test('never because of a missing licence, a suspension or silence', () => {
    for (const answer of [unlicensed, state('Suspended'), state('Unknown'), silent]) {
      expect(isToErase(after([0, licensed], [1, answer], [days(400), answer]), true)).toBe(false);
    }
  });
});
