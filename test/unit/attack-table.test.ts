import { describe, expect, test } from 'vitest';
import { expectThere, type NamedTest } from '../support/named-tests.ts';

interface Threat {
  /** What somebody tries. */
  readonly attack: string;
  /** What fails when the answer to it is gone. */
  readonly tests: readonly NamedTest[];
  /** What was asked for and is otherwise here, and why. */
  readonly differs?: string;
}

/**
 * The attacks on panels, sign-in and sessions, on what goes out to connectors, on what comes in from SuperOffice,
 * and from one tenant on another.
 */
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
  T03: {
    attack: 'Another site sends a request or a form in the name of whoever is signed in',
    tests: [
      ['backend/routes', 'changes nothing, on any route, however it is dressed up'],
      ['backend/install', '%ss nothing'],
      ['backend/install', '%ss nothing by an address that is only opened'],
      ['backend/routes', 'may read nothing, because no answer names another origin'],
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
  T05: {
    attack: 'The tenant, user or record in the address of a panel is forged',
    tests: [
      ['backend/who-sees-what', 'changes nothing in the answer of %s'],
      ['backend/who-sees-what', 'is taken for a hint of the tenant in the form of one, and in no other'],
      ['backend/who-sees-what', 'is told apart by nothing from one that does not exist'],
    ],
    differs:
      'The body is held to be identical; the time of an answer is not measured, as it is that of SuperOffice, which is asked either way.',
  },
  T06: {
    attack: 'A user is shown ERP data of a record, or of a connection, that is not hers to see',
    tests: [
      ['backend/who-sees-what', 'finds on the ERP tab the connections that are hers, with her rights'],
      [
        'backend/who-sees-what',
        'gets live values, the search, both sides and a new actor where she has the right, and nowhere else',
      ],
      ['backend/who-sees-what', 'is told apart by nothing from one that does not exist'],
      ['backend/route-matrix', 'refuses %s where that is needed, and nothing happens'],
      ['unit/route-table', 'every route below /api is called by every kind of caller, and the table names no other'],
    ],
  },
  T07: {
    attack: 'A sign-in is answered with a state, a code or a token of another one',
    tests: [
      ['backend/sign-in', 'at least twenty are tried'],
      ['backend/sign-in', 'two windows of one browser do not disturb each other'],
      ['contract/superoffice-sign-in', '%s ends it before the code is spent'],
      ['contract/superoffice-sign-in', 'goes to the tenant hinted at, with a proof that is not the secret itself'],
      ['contract/superoffice-sign-in', 'is never the same twice'],
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
  T09: {
    attack: 'A message is posted to a panel by somebody else, or data of a panel to somebody else',
    tests: [
      ['panel/sign-in', 'takes no code from ten thousand messages that are nearly right'],
      ['panel/sign-in', 'takes no code from anyone else'],
      ['panel/host', 'is said to its own origin only'],
    ],
  },
  T10: {
    attack: 'A token is forged, in its claims, its header or its signature',
    tests: [
      ['contract/superoffice-sign-in', 'a token with %s is refused'],
      ['contract/superoffice-sign-in', 'at least forty ways to forge a token are tried'],
    ],
  },
  T11: {
    attack: 'A genuine token is brought to a door that it was not made for, or to another environment',
    tests: [
      ['contract/token-classes', 'a token of one class opens one door, and only in %s where it was made'],
      ['contract/superoffice-calls', 'does not use a token that was made for %s'],
    ],
  },
  T12: {
    attack: 'A token, a password or a key gets into an answer, a page, a log line or a copy of the database',
    tests: [
      ['backend/canaries', 'of ten kinds and more of secrets, no answer holds one'],
      [
        'e2e/browser-walls',
        'shows a script in the panel nothing that opens anything: no cookie, nothing stored, no token in the page',
      ],
      ['backend/canaries', 'no log line holds one'],
      ['backend/canaries', 'a dump of the database holds none that it would open with'],
      ['backend/sign-in', 'tells the browser no token of SuperOffice on any of its pages'],
      ['unit/log', 'does not show the secret of %s'],
    ],
  },
  T13: {
    attack: 'A name or a value from SuperOffice, an ERP or the settings is markup that acts',
    tests: [
      ['panel/markup', 'is text on the ERP tab: a hundred and fifty payloads, each as a name and as a value'],
      ['panel/markup', 'is text in the dialog of the ERP tab: ${what}'],
      ['panel/markup', 'is text on the Sync page, with what needs attention'],
      ['panel/markup', 'is text in the dialog of the Sync page: ${what}'],
      ['backend/install', 'to a page address that carries a fault, without repeating it'],
    ],
  },
  T14: {
    attack: 'The address of a connector is edited, and a stored secret goes to the new one',
    tests: [
      ['backend/connectors', 'that moves takes no password along, and stops what used it'],
      ['backend/connectors', 'is asked for again before it goes to %s'],
      ['backend/connectors', 'by token goes to neither another place for tokens nor, as a token, to another connector'],
      ['backend/connectors', 'that was moved in the database opens nowhere'],
      ['backend/connectors', 'is kept with the connector, sealed, and its secret never comes back'],
      ['contract/connector-sign-in', 'a secret is sent nowhere but to the origin it was typed for'],
      ['panel/settings-connectors', 'ask for it again when it would go elsewhere'],
    ],
  },
  T15: {
    attack: 'An address leads into our own network, in one of the thousand ways to write it',
    tests: [
      ['contract/safe-fetch', 'is refused in every way of writing it, and never connected to'],
      ['contract/safe-fetch', 'is refused when a name means %s'],
      ['contract/safe-fetch', 'is not even looked up: %s'],
      ['unit/architecture', 'a connector reaches the address somebody typed through the safe fetch only'],
    ],
  },
  T16: {
    attack: 'A name means a public address when it is checked, and a private one when it is connected to',
    tests: [
      ['contract/safe-fetch', 'is refused when the second look-up of a name tells another address than the first'],
      [
        'contract/safe-fetch',
        'for the next call of the same caller to the same origin, whatever its name means by then',
      ],
      ['contract/safe-fetch', 'until it %s'],
    ],
  },
  T17: {
    attack: 'A connector sends us on to a host inside, or to one without encryption',
    tests: [
      ['contract/safe-fetch', 'that redirects is refused, wherever it points'],
      [
        'contract/hostile-connectors',
        'cannot do more than fail, whatever they speak and do, and their neighbour does not notice',
      ],
    ],
  },
  T18: {
    attack: 'The Test button is used to scan networks',
    tests: [
      ['unit/calls/considerate-erp', 'addresses are tried out ten times a minute by one tenant, and no more'],
      ['contract/safe-fetch', '%s is not spoken to'],
      ['contract/safe-fetch', 'is not even looked up: %s'],
    ],
    differs:
      'The texts are held to be identical, and refused addresses to cost no connection; times are not compared with statistics. A port that answers nothing is told from one that refuses by its timeout: ten tries a minute are what a scan may have.',
  },
  T19: {
    attack: 'A connector answers without end, byte by byte, packed, or a million times too much',
    tests: [
      [
        'contract/hostile-connectors',
        'cannot do more than fail, whatever they speak and do, and their neighbour does not notice',
      ],
      ['contract/soap-answers', 'is read whole and in order, while the event loop turns'],
      ['contract/threads', 'a job that %s ends with its thread, and those who wait are served'],
      ['contract/safe-fetch', 'that is small on the wire and huge when unpacked is cut off'],
    ],
    differs:
      'With four nasty servers of each kind at a time the process may grow by 1.2 GB, not by 128 MB (600 to 820 were seen): one SOAP answer may have 64 MB, and two are read at a time in threads that may take 512 MB each. The neighbour is held to 1.2 times in the median; at the worst moment all wait for the event loop.',
  },
  T20: {
    attack: 'XML with a document type, entities that grow, or tags without end',
    tests: [
      ['contract/soap-answers', '%s is refused'],
      ['contract/soap-answers', '%s is refused in no time, and little memory'],
      ['contract/soap-answers', 'thousands of namespaces, declared again and again, cost no more than their bytes'],
      ['contract/soap-answers', 'given by somebody, but %s, is refused with its reason'],
      [
        'contract/hostile-connectors',
        'cannot do more than fail, whatever they speak and do, and their neighbour does not notice',
      ],
      ['unit/json', 'but not what only looks like it: brackets and quotes inside a text'],
    ],
    differs: 'About forty kinds of files instead of two hundred, the attributes of the hostile connectors among them.',
  },
  T21: {
    attack: 'What is no answer is taken for one that says nothing is there',
    tests: [
      ['contract/soap-answers', '%s is refused'],
      ['contract/soap-answers', 'an actor twice, of another type or without a key makes the page doubtful'],
      ['contract/soap-answers', 'that tells of failure, or is cut short, does so as a small one does'],
      ['contract/soap-golden', '%s is sent byte for byte, and its answer understood'],
      ['contract/hostile-connectors', 'that answers %s leaves a doubt'],
    ],
  },
  T22: {
    attack: 'A value is XML itself, or a letter that XML cannot hold',
    tests: [
      ['unit/xml', 'any text comes back as it went, or is refused as a whole'],
      ['contract/soap-answers', 'text that XML cannot carry is refused, not dropped'],
    ],
  },
  T23: {
    attack: 'Somebody stands between us and the ERP, with a certificate of his own or a protocol of old',
    tests: [
      ['contract/safe-fetch', '%s is not spoken to'],
      ['contract/safe-fetch', 'with a certificate %s is not spoken to, and why is told'],
      [
        'contract/safe-fetch',
        'that one caller trusts answers no other on the connection kept for him, nor by what it remembers of him',
      ],
      ['contract/private-authority', 'is reached by who trusts that authority, and by nobody else'],
      ['contract/private-authority', 'an authority is trusted at the addresses it was given for, and nowhere else'],
      ['backend/connectors', 'vouches at the origin it was given for, and nowhere else'],
      ['contract/safe-fetch-tls', '%s is not spoken to'],
      ['contract/safe-fetch-tls', 'is not even looked at over %s'],
      [
        'contract/safe-fetch-tls',
        'is no letter of recommendation: the next one is looked at anew, and one of %s is refused',
      ],
    ],
    differs:
      'Nothing is revoked by a pin: a connection is given an authority, not a certificate, and another one replaces it.',
  },
  T24: {
    attack: 'Many tenants name one host, and our calls add up to an attack on it',
    tests: [
      ['contract/safe-fetch', 'no more calls go to one origin at once than allowed, and all are made in the end'],
    ],
  },
  T25: {
    attack: 'An answer or a notification sends us, with our credential, to a host that is not of SuperOffice',
    tests: [
      ['contract/misdirected', 'is not believed when it leads out of the environment: %s'],
      ['contract/misdirected', 'and says elsewhere in $name (in its headers too: $told) sends no credential there'],
      ['contract/superoffice-calls', 'is not followed by redirect'],
      ['backend/tenant-life', 'that it moved makes us ask where to, and takes no address from the notification'],
    ],
  },
  T26: {
    attack: 'A webhook is forged: its body, or its signature, or both',
    tests: [
      ['backend/hostile-events', 'in ten thousand ways is refused, each time'],
      [
        'backend/hostile-events',
        'is refused with its signature in the alphabet of addresses, or with bits that a decoder drops',
      ],
      ['backend/hostile-events', 'is refused with two signatures, whichever is right'],
      ['backend/webhook', 'by any single bit is refused'],
      ['backend/webhook', 'for any byte of the body that was changed is refused'],
      ['backend/webhook', 'a body that is too large and %s is refused before it is hashed'],
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
  T28: {
    attack: 'A signed body is made to harm whoever reads it',
    tests: [
      [
        'backend/hostile-events',
        'in two hundred ways is taken for what it is: a hint at a record of its own tenant, or nothing',
      ],
      ['backend/hostile-events', 'harms none of the events that come with it'],
    ],
  },
  T29: {
    attack: 'One tenant floods us with genuine events',
    tests: [
      ['backend/hostile-events', 'is one mark a record, takes little memory, and another tenant is served beside it'],
    ],
    differs:
      'Ten thousand events about a hundred records. `npm run bench flood` sends 500,000 about 5,000: all were kept, 2,636 a second on two cores, and 5,000 records waited. Another tenant’s event took 5.7 ms instead of 1.8 meanwhile, which is more than 1.2 times, and the heap, garbage included, grew by 231 MB.',
  },
  T30: {
    attack: 'The receiver is down, the webhook is switched off, and what happens meanwhile is told to nobody',
    tests: [
      [
        'e2e/outage',
        'SuperOffice switches them off; back again, we switch them on, and what nobody told us of is in the ERP',
      ],
      [
        'e2e/outage',
        'are restarted one after the other while requests and webhooks come: none fails, and nothing is lost',
      ],
      ['backend/tenant-life', 'is looked at every five minutes, by one of all workers'],
      ['backend/tenant-life', 'that %s is whole again at the next look, and the gap is swept'],
      ['backend/webhook', 'for longer, it is answered all the same, kept, and stored once when the database is back'],
    ],
    differs: 'The five minutes until the next look are not waited for: the test makes it due.',
  },
  T31: {
    attack: 'Slow callers, or very many, hold all connections',
    tests: [
      ['backend/server', 'and %s is told so when its time is over, and others are answered meanwhile'],
      ['backend/server', 'is one after ten seconds, if nobody has said otherwise'],
      ['backend/server', 'push out those that have kept us waiting longest, and whoever asks something is answered'],
      ['backend/server', 'of one address cost nobody else a connection'],
    ],
  },
  T32: {
    attack: 'A user guesses the ids of another tenant',
    tests: [
      ['backend/foreign-ids', 'is tried on every route that takes one'],
      ['backend/foreign-ids', 'is one that nobody has: %s'],
      ['backend/foreign-ids', 'has changed nothing there when all of them have been tried, and left nothing here'],
    ],
  },
  T46: {
    attack: 'A licence is got around: borrowed, ended, with a clock turned back, while nobody can be asked',
    tests: [
      ['unit/licence-bypass', 'whether anything is written'],
      ['backend/licence', 'the claim of an administrator in the sign-in grants nothing'],
      ['backend/tenant-life', 'stops writing and loses nothing: what waited is carried out when it is back'],
      ['backend/tenant-life', 'is not lent by another tenant that has one'],
    ],
    differs:
      'We verify no signed licence rows: SuperOffice is asked over TLS with the token of the tenant, and what it answers about that tenant counts.',
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
