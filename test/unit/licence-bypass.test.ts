import { describe, expect, test } from 'vitest';
import { standingAfter, type TenantAnswer, type Watched } from '../../backend/domain/tenant-standing.ts';

const HOUR = 3_600_000;
const start = new Date('2026-11-22T12:00:00Z');
const after = (hours: number) => new Date(start.getTime() + hours * HOUR);

/** Confirmed at the start, and at work. */
const licensed: Watched = {
  standing: 'running',
  since: start,
  state: 'Running',
  licensedAt: start,
  latestAt: start,
};
const never: Watched = { ...licensed, licensedAt: null };
const ended: Watched = { ...licensed, standing: 'unlicensed' };
const yes: TenantAnswer = { kind: 'running', state: 'Running', licensed: true };
const no: TenantAnswer = { kind: 'running', state: 'Running', licensed: false };
const silence: TenantAnswer = { kind: 'silent' };
const paused: TenantAnswer = { kind: 'state', state: 'OfflineMaintenance' };
const revoked: TenantAnswer = { kind: 'revoked' };

type Step = readonly [TenantAnswer, hours: number];
const times = (count: number, step: (index: number) => Step) =>
  Array.from({ length: count }, (_, index) => step(index));

describe('whether anything is written', () => {
  test.each<[string, Watched, readonly Step[], boolean]>([
    ['with a licence', licensed, [[yes, 1]], true],
    ['without one', licensed, [[no, 1]], false],
    ['that ended, once it is renewed', ended, [[yes, 1]], true],
    ['that ended, while SuperOffice is silent', ended, [[silence, 1]], false],
    ['that ended, and the clock turned back', ended, [[silence, -1_000]], false],
    ['confirmed an hour ago, while SuperOffice is silent', licensed, [[silence, 1]], true],
    ['confirmed just less than 72 hours ago, while it is silent', licensed, [[silence, 71.99]], true],
    ['confirmed 72 hours ago, while it is silent', licensed, [[silence, 72]], false],
    ['never confirmed, while it is silent', never, [[silence, 0]], false],
    ['asked for again and again in silence, which prolongs nothing', licensed, times(80, (n) => [silence, n]), false],
    [
      'with a clock turned back in the middle of a silence',
      licensed,
      [
        [silence, 71],
        [silence, -500],
        [silence, 72],
      ],
      false,
    ],
    [
      'with a clock turned back after the grace was over',
      licensed,
      [
        [silence, 73],
        [silence, 1],
      ],
      false,
    ],
    [
      'with a clock that stands still after a year ahead',
      licensed,
      [
        [yes, 0],
        [silence, 9_000],
        [silence, 0],
      ],
      false,
    ],
    [
      'after silence was over and the answer is yes',
      licensed,
      [
        [silence, 100],
        [yes, 101],
      ],
      true,
    ],
    [
      'after silence was over and the answer is no',
      licensed,
      [
        [silence, 10],
        [no, 11],
      ],
      false,
    ],
    [
      'refused once, and silence after that',
      licensed,
      [
        [no, 1],
        [silence, 2],
      ],
      false,
    ],
    ['during an upgrade', licensed, [[paused, 1]], false],
    [
      'during an upgrade that is followed by silence',
      licensed,
      [
        [paused, 1],
        [silence, 2],
      ],
      false,
    ],
    [
      'withdrawn, and silence after that',
      licensed,
      [
        [revoked, 1],
        [silence, 2],
      ],
      false,
    ],
    [
      'withdrawn, and given again without a licence',
      licensed,
      [
        [revoked, 1],
        [no, 2],
      ],
      false,
    ],
    [
      'withdrawn, and given again with one',
      licensed,
      [
        [revoked, 1],
        [yes, 2],
      ],
      true,
    ],
  ])('%s', (_, before, steps, writes) => {
    const standing = steps.reduce((known, [answer, hours]) => standingAfter(known, answer, after(hours)), before);
    expect(standing.standing === 'running').toBe(writes);
  });
});
