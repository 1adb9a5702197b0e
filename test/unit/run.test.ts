import { describe, expect, test } from 'vitest';
import { brakeLimit, mayBe, mustBrake, runActions, runStates, type RunAction } from '../../backend/domain/run.ts';

describe('the brake', () => {
  test.each([
    [0, 10],
    [3, 10],
    [200, 10],
    [400, 20],
    [1_000, 50],
    [4_000, 200],
    [100_000, 200],
  ])('of %i links lets %i change: five in a hundred, at least a few, at most two hundred', (links, limit) => {
    expect(brakeLimit(links)).toBe(limit);
    expect(mustBrake({ links, changedLinks: limit })).toBe(false);
    expect(mustBrake({ links, changedLinks: limit + 1 })).toBe(true);
  });

  test('keeps to a limit of its own', () => {
    expect(brakeLimit(1_000, { percent: 1, links: 50 })).toBe(10);
    expect(brakeLimit(1_000, { percent: 50, links: 50 })).toBe(50);
  });
});

describe('a run', () => {
  const actions = Object.keys(runActions) as RunAction[];

  test.each([
    ['planning', ['pause', 'cancel']],
    ['planned', ['execute', 'cancel']],
    ['needsApproval', ['approve', 'cancel']],
    ['running', ['pause', 'cancel']],
    ['paused', ['resume', 'cancel']],
    ['done', ['undo']],
    ['cancelled', ['undo']],
    ['failed', ['undo']],
  ] as const)('that is %s may be met with %s', (state, allowed) => {
    expect(actions.filter((action) => mayBe(action, state))).toEqual(allowed);
  });

  test('has something to be done with it in every state', () => {
    for (const state of runStates) expect(actions.some((action) => mayBe(action, state))).toBe(true);
  });
});
