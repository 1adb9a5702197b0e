import { describe, expect, test } from 'vitest';
import { expectThere, type NamedTest } from '../support/named-tests.ts';

interface Threat {
  /** What somebody tries. */
  readonly attack: string;
  /** What fails when the answer to it is gone. */
  readonly tests: readonly NamedTest[];
}

/** The attacks on panels, sign-in and sessions, on what comes in from SuperOffice, and from one tenant on another. */
const threats: Readonly<Record<`T${number}`, Threat>> = {
  T01: {
    attack: 'A foreign site frames a panel and lends its clicks to the user',
    tests: [
      ['e2e/browser-walls', 'by %s is refused by the browser'],
      ['e2e/browser-walls', 'is for panels only: nobody frames a page of ours that is none'],
      ['backend/routes', 'carries the security headers, whatever it answers'],
    ],
  },
  T02: {
    attack: 'The session is lost where third-party cookies are blocked, or followed from site to site',
    tests: [
      ['e2e/browser-walls', 'keeps the session of a panel: through the pop-up, a reload, and a second tab'],
      ['e2e/browser-walls', 'tells another site, which frames the same panel, nothing of it'],
      ['backend/sign-in', 'sets one cookie that no script reads and that each framing site keeps apart'],
      ['backend/sign-in', 'keeps nothing in the database that opens a session or the tenant'],
    ],
  },
  T04: {
    attack: 'A session is fixed beforehand, or outlives the sign-out, the approval, the tenant or the user',
    tests: [
      ['backend/session', 'gets a new key at sign-in, and the key before opens nothing'],
      ['backend/session', 'ends on the server at sign-out, so that a copy of the cookie opens nothing'],
      ['backend/session', 'ends when nobody uses it for half an hour'],
      ['backend/session', 'lives on while it is used, for twelve hours at the longest'],
      ['backend/session', 'ends when the approval of the app is withdrawn'],
      ['backend/session', 'ends when the user is removed'],
      ['backend/tenant-life', 'a withdrawn approval signs everybody out within a minute, and tells them why'],
      [
        'backend/tenant-life',
        'that a tenant is suspended stops work and signs everybody out at once, and work goes on when it is back',
      ],
      ['backend/tenant-life', 'of its deletion erases everything, when SuperOffice says the same'],
    ],
  },
  T08: {
    attack: 'An attacker begins a sign-in, a victim finishes it, and the attacker collects the session',
    tests: [
      [
        'e2e/browser-walls',
        'of a sign-in that an attacker began and a victim went through leaves the attacker with nothing',
      ],
      [
        'e2e/browser-walls',
        'comes by a code that the user carries over when the window was cut off, and the panel asks for nothing by itself',
      ],
      [
        'e2e/browser-walls',
        'of a sign-in that one browser began is refused to another that comes back with its answer',
      ],
      ['backend/sign-in', 'five wrong tries use it up'],
      ['backend/sign-in', 'the code works once, also for two who come at the same time'],
      ['backend/sign-in', 'after two minutes the code is worth nothing'],
    ],
  },
  T27: {
    attack: 'A genuine event is played again, years later or at another tenant',
    tests: [
      ['backend/webhook', 'that comes a thousand times is one row and marks its record once'],
      ['backend/webhook', 'an event is remembered for ninety days'],
      ['backend/webhook', 'is refused although this tenant signed it'],
      ['backend/webhook', 'is refused at the address of this one, and this one at the address of the other'],
    ],
  },
};

describe('every attack has its tests', () => {
  test.each(Object.entries(threats).map(([id, threat]) => ({ id, ...threat })))('$id $attack', ({ tests }) => {
    expectThere(tests);
  });

  test('in the order of their numbers', () => {
    expect(Object.keys(threats)).toEqual(Object.keys(threats).toSorted());
  });
});
