import { describe, expect, test } from 'vitest';
import { brakeLimit, isOver } from '../../backend/domain/brake.ts';

describe('the brake', () => {
  test.each([
    [0, 20],
    [3, 20],
    [400, 20],
    [1_000, 50],
    [4_000, 200],
    [100_000, 200],
  ])('of %i links lets %i change: five in a hundred, at least a few, at most two hundred', (links, limit) => {
    expect(brakeLimit(links)).toBe(limit);
  });

  test('keeps to the limit of its connection', () => {
    expect(brakeLimit(1_000, { percent: 1, links: 50 })).toBe(20);
    expect(brakeLimit(1_000, { percent: 50, links: 50 })).toBe(50);
    expect(brakeLimit(1_000, { percent: 50, links: 3 })).toBe(3);
  });

  test('begins to count anew after a while', () => {
    const counted = {
      connectionId: '1',
      countedFrom: new Date(0),
      allowed: 20,
      changed: 9,
      heldSince: null,
      runId: null,
    };
    expect(isOver(counted, new Date(599_999))).toBe(false);
    expect(isOver(counted, new Date(600_000))).toBe(true);
  });
});
