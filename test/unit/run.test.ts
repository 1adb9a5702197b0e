import { describe, expect, test } from 'vitest';
import { mayBe, runActions, runStates, type RunAction } from '../../backend/domain/run.ts';

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
