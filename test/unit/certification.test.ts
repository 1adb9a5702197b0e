import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectThere, type NamedTest } from '../support/named-tests.ts';

/** Proven by tests, each named by its file and its title; or, where code proves nothing, by the reason that it does not. */
type Rule = { readonly must: string; readonly where?: string } & (
  { readonly tests: readonly NamedTest[] } | { readonly notForCode: string }
);

/**
 * What SuperOffice demands of a standard app before it is published: security, technical, business, design, localization
 * and marketing requirements, and the certification checklist (developer-portal/standard-app).
 */
const rules: Readonly<Record<`SO-${number}`, Rule>> = {
  'SO-01': {
    must: 'Everything on TLS 1.2 or newer',
    tests: [
      ['backend/routes', 'carries the security headers, whatever it answers'],
      ['unit/manifest', 'the manifest with whole addresses is a manifest still, but for its origin'],
      ['unit/config', '%s is over TLS, but for this machine'],
      ['contract/safe-fetch', '%s is not spoken to'],
    ],
    where: 'TLS itself is ended in front of the backend: README, Deployment',
  },
  'SO-02': {
    must: 'Every input validated, every output escaped',
    tests: [
      ['backend/routes', 'with a body of %s has a code'],
      ['backend/webhook', 'takes only what it needs from a body with keys that poison objects'],
      ['panel/erp-tab', 'shows what the ERP and the CRM contain as text, never as markup'],
      ['backend/install', 'to a page address that carries a fault, without repeating it'],
    ],
  },
  'SO-03': {
    must: 'Sign-in only through SuperID, every received token validated',
    tests: [
      ['contract/superoffice-sign-in', 'a token with %s is refused'],
      ['contract/superoffice-sign-in', 'at least forty ways to forge a token are tried'],
      ['contract/superoffice-calls', 'does not use a token that was made for %s'],
    ],
  },
  'SO-04': {
    must: 'No user credentials stored, nobody asked for a CRM password',
    tests: [
      ['backend/sign-in', 'keeps nothing in the database that opens a session or the tenant'],
      ['unit/certification', 'no page and no panel has a field for a password of SuperOffice'],
    ],
  },
  'SO-05': {
    must: 'Panels authorise the user before they show data',
    tests: [
      ['panel/sign-in', 'asks for it, and draws nothing of the screen before'],
      ['backend/route-matrix', 'asks for a session, except the sign-in'],
    ],
  },
  'SO-06': {
    must: 'Nothing leaks through the address of a panel',
    tests: [
      ['unit/manifest', 'has what SuperOffice demands: whose app it is, and nothing secret or personal in its address'],
      ['backend/who-sees-what', 'changes nothing in the answer of %s'],
    ],
  },
  'SO-07': {
    must: 'uctx and usid in the URL of every panel',
    tests: [
      ['unit/manifest', 'has what SuperOffice demands: whose app it is, and nothing secret or personal in its address'],
    ],
  },
  'SO-08': {
    must: 'usec never in a URL',
    tests: [
      ['unit/manifest', 'has what SuperOffice demands: whose app it is, and nothing secret or personal in its address'],
    ],
  },
  'SO-09': {
    must: 'Panels visible to all user groups by default',
    tests: [
      [
        'backend/install-on-the-wire',
        'every user group was told to see every new panel, once, and the clients to look again',
      ],
    ],
  },
  'SO-10': {
    must: 'App or company name in the description of a panel',
    tests: [
      ['unit/manifest', 'has what SuperOffice demands: whose app it is, and nothing secret or personal in its address'],
    ],
  },
  'SO-11': {
    must: 'Cookies HttpOnly and Secure',
    tests: [['backend/sign-in', 'sets one cookie that no script reads and that each framing site keeps apart']],
  },
  'SO-12': {
    must: 'Rights and sentry respected, denial told, also as system user',
    tests: [
      ['contract/crm-suite.ts', 'a person is shown nothing that she may not see, one by one or in a crowd'],
      ['backend/erp-tab', 'does not show a record that the user may not see in SuperOffice'],
      ['panel/settings-page', 'is for administrators, and tells others whom to ask'],
    ],
  },
  'SO-13': {
    must: 'Visibility restrictions survive copying',
    tests: [
      ['backend/erp-tab', 'marks an actor that is taken, by name only where the user may see the record'],
      ['contract/crm-suite.ts', 'leaves alone what it was not told to write'],
    ],
    where: 'Values are copied into records that are there; their visibility is never written',
  },
  'SO-14': {
    must: 'Read and write only through the APIs of SuperOffice',
    tests: [
      ['contract/superoffice', 'there are such calls, they were asked as documented and answered as documented'],
      ['unit/architecture', '$what'],
    ],
  },
  'SO-15': {
    must: 'Extra data only in Preference or ForeignKey tables, or with us',
    tests: [
      ['backend/install', 'adds the panels and one webhook of the manifest, and says so step by step'],
      [
        'unit/certification',
        'what the adapter changes in SuperOffice is records, panels and webhooks, and nothing else',
      ],
    ],
    where: 'All that the app remembers is in its own Postgres',
  },
  'SO-16': {
    must: 'The administrator approves',
    tests: [
      ['contract/superoffice-sign-in', 'an app that is not approved, or no longer, says so'],
      ['backend/install', 'says before what it will add, and adds nothing until it is told to'],
    ],
  },
  'SO-17': {
    must: 'Installation sets up everything by program',
    tests: [
      ['backend/install', 'adds the panels and one webhook of the manifest, and says so step by step'],
      [
        'backend/install-on-the-wire',
        'an administrator installs, again, and uninstalls, and the tenant holds what the manifest says',
      ],
    ],
  },
  'SO-18': {
    must: 'Installing is simple',
    tests: [
      ['backend/install', 'a second time changes nothing'],
      [
        'e2e/tenant-life',
        'she opens the install page, signs in, approves, reads what will be added, and presses Install',
      ],
      [
        'e2e/tenant-life',
        'she finds the Sync page in SuperOffice, and everything in order but the connection she has yet to make',
      ],
    ],
  },
  'SO-19': {
    must: 'A list of everything provisioned is supplied',
    tests: [['unit/manifest', 'and everything that a tenant gets']],
  },
  'SO-20': {
    must: 'Complete uninstall',
    tests: [
      ['backend/install', 'takes away panels and webhook, proves it, and erases all that is known of the tenant'],
      [
        'backend/install',
        'that could not take everything away says so, erases nothing, and keeps the key to try again',
      ],
      [
        'unit/certification',
        'what the adapter changes in SuperOffice is records, panels and webhooks, and nothing else',
      ],
    ],
  },
  'SO-21': {
    must: 'Customers manage and uninstall the app themselves',
    tests: [
      ['e2e/tenant-life', 'somebody deletes a panel and the webhook: she sees it, and repairs it'],
      ['e2e/tenant-life', 'she sets up an ERP, connects a company to its customer, and what she edits arrives there'],
      ['e2e/tenant-life', 'she uninstalls, reads the proof, and finds nothing of the app in SuperOffice'],
    ],
  },
  'SO-22': {
    must: 'Works when access is revoked or the tenant is down, and asks for its state before acting',
    tests: [
      ['contract/superoffice-calls', 'when it is %s, nothing is sent there'],
      ['contract/superoffice-calls', 'tries a fresh ticket once, and then the app is out'],
      ['backend/session', 'ends when the approval of the app is withdrawn'],
    ],
  },
  'SO-23': {
    must: 'Customer state changes are handled',
    tests: [
      [
        'backend/tenant-life',
        'that a tenant is suspended stops work and signs everybody out at once, and work goes on when it is back',
      ],
      ['backend/tenant-life', 'is only a reason to ask: what SuperOffice answers counts'],
      ['backend/tenant-life', 'of a restored backup stops syncing until an administrator has decided what it means'],
      ['backend/tenant-life', '%s is refused and changes nothing'],
      ['unit/manifest', 'names addresses that are there'],
    ],
  },
  'SO-24': {
    must: 'Maintenance windows are handled',
    tests: [
      ['contract/superoffice-calls', 'when it is %s, nothing is sent there'],
      ['backend/tenant-life', 'an upgrade pauses work, keeps the sessions, and is over by itself'],
    ],
  },
  'SO-25': {
    must: 'An error page for users, without stack traces',
    tests: [
      ['backend/routes', 'by our own fault is told as a number on a page'],
      ['backend/routes', 'by our own fault is told as a number to a panel'],
    ],
  },
  'SO-26': {
    must: 'The database is not choked; searches begin after three characters',
    tests: [
      [
        'contract/superoffice',
        'nothing is searched by a part of its text: records are asked for by id, by when they changed, or by a whole name or number',
      ],
      ['contract/superoffice-calls', 'no list is asked for without an end'],
    ],
    where:
      'No panel searches in SuperOffice; the search of an ERP is sent when the user asks for it, not while she types',
  },
  'SO-27': {
    must: 'Operations finish in reasonable time',
    tests: [
      ['contract/superoffice-calls', 'slow: it is given up in time'],
      ['panel/erp-tab', 'a slow ERP delays only its own block'],
    ],
  },
  'SO-28': {
    must: 'At most ten calls a second',
    tests: [
      [
        'contract/superoffice-calls',
        'no more than ten calls of one tenant begin within a second, and the other tenant does not wait for them',
      ],
    ],
  },
  'SO-29': {
    must: 'The owner company is never renamed',
    tests: [
      ['contract/crm-suite.ts', 'the company that owns the installation is never renamed'],
      [
        'unit/superoffice/changes',
        'whatever is asked for, nothing renames the owner or a user, moves a person or deletes anything',
      ],
    ],
  },
  'SO-30': {
    must: 'Persons who are users are never moved to another company',
    tests: [
      [
        'unit/superoffice/changes',
        'whatever is asked for, nothing renames the owner or a user, moves a person or deletes anything',
      ],
    ],
  },
  'SO-31': {
    must: 'The system user is used with great care',
    tests: [
      [
        'unit/superoffice/changes',
        'whatever is asked for, nothing renames the owner or a user, moves a person or deletes anything',
      ],
      [
        'unit/certification',
        'what the adapter changes in SuperOffice is records, panels and webhooks, and nothing else',
      ],
      ['backend/brake', 'of an ERP that suddenly answers blanks writes nothing, and asks'],
    ],
  },
  'SO-32': {
    must: 'New persons get "Other integration" as the source of their consent, or another that the administrator chose',
    tests: [
      ['contract/crm-suite.ts', 'a contact belongs to her company, and her consents say where they came from'],
      ['backend/imports', 'say that an integration brought their consents, or what the administrator has chosen'],
      [
        'panel/settings-import',
        'of contacts asks where their consents come from, and shows what counts when it could not be kept',
      ],
      [
        'contract/superoffice-calls',
        'keeps the purpose and the legal base that the tenant begins with, and says that an integration made her',
      ],
    ],
  },
  'SO-33': {
    must: 'E-marketing consent checked before mailings',
    tests: [
      [
        'unit/certification',
        'what the adapter changes in SuperOffice is records, panels and webhooks, and nothing else',
      ],
    ],
    where: 'The app sends no mailings',
  },
  'SO-34': {
    must: 'Multi-language list items in the form US:"...";NO:"..."',
    tests: [
      ['unit/multi-language', 'any words come back in the language they were written for'],
      [
        'contract/superoffice-calls',
        'multi-language texts that come as they are stored are shown in the language asked for',
      ],
    ],
    where: 'The app writes no list items',
  },
  'SO-35': {
    must: 'The language of SuperOffice, each fully translated; a setup guide in English',
    tests: [
      ['unit/translations', 'every text of the panels is translated'],
      ['unit/page-texts', 'say everything in %s in its own words'],
      ['unit/manifest', 'speaks every language of the panels'],
      ['unit/manifest', 'is told the company, the user, the language and the record, in words the panel reads'],
      ['panel/host', '"${tag}" is read in ${language}'],
      ['unit/certification', 'the README is a setup guide'],
    ],
  },
  'SO-36': {
    must: 'The look of SuperOffice inside panels',
    tests: [['unit/certification', 'every colour of a panel is one of the tokens, which are those of SuperOffice']],
    where: 'Held by eye against SuperOffice Current besides, in light and dark, at 360 and 1200 pixels',
  },
  'SO-37': {
    must: 'Logs: source, date, user, time, addresses; kept three months',
    tests: [
      ['backend/routes', 'is in the log with who asked it and from where, and without what was asked'],
      ['unit/log', 'carries the event and its facts'],
      ['unit/log', 'shows no configured secret, in whatever shape'],
      ['backend/routes', 'keeps the trace of whoever called'],
    ],
    where: 'How long they are kept and who reads them is the operator’s: README, Deployment',
  },
  'SO-38': {
    must: 'Backups automatic and protected',
    notForCode: 'Done by whoever runs Postgres: README, Deployment.',
  },
  'SO-39': {
    must: 'Separate production and development environments',
    tests: [
      ['unit/config', 'an environment of SuperOffice is one of three, each with a sign-in of its own'],
      ['contract/token-classes', 'a token of one class opens one door, and only in %s where it was made'],
    ],
    where: 'SUPEROFFICE_ENV chooses sod, stage or online, each with a client id, a database and keys of its own',
  },
  'SO-40': {
    must: 'Multi-factor sign-in for administrators',
    notForCode: 'A rule for the people who run the app, and for SuperID.',
  },
  'SO-41': {
    must: 'A leaked client secret is reported',
    notForCode: 'A rule for the people who run the app: README, Deployment.',
  },
  'SO-42': {
    must: 'No secret in code',
    tests: [
      ['unit/config', 'every wrong setting is named, and no value repeated'],
      ['unit/certification', 'no file of the project holds a key or a secret'],
    ],
  },
  'SO-43': {
    must: 'Availability in line with the agreement',
    tests: [
      [
        'e2e/outage',
        'are restarted one after the other while requests and webhooks come: none fails, and nothing is lost',
      ],
      ['backend/main', 'after a kill it starts again on what the killed one left'],
    ],
    where: 'Two replicas behind one address: README, Deployment',
  },
  'SO-44': { must: 'Consent to monitoring', notForCode: 'Part of the contract with SuperOffice.' },
  'SO-45': {
    must: 'Each release verified, also against betas',
    notForCode: 'Part of releasing: npm test, then an installation in SOD.',
  },
  'SO-46': {
    must: 'A running app at the redirect URL',
    tests: [['unit/manifest', 'names addresses that are there']],
  },
  'SO-47': {
    must: 'At least SOD and production installations',
    notForCode: 'Part of running the app: README, Deployment.',
  },
  'SO-48': {
    must: 'Installation guide, user guide per language, release notes, support',
    tests: [
      ['unit/certification', 'the README is a setup guide'],
      ['unit/manifest', 'and what only the operator knows is asked for, not left out'],
    ],
    where: 'User guides, release notes and a support address belong to the store entry',
  },
  'SO-49': {
    must: 'Data processing agreement, pricing',
    notForCode: 'Part of the contracts with SuperOffice and with customers.',
  },
  'SO-50': {
    must: 'A unique valid name, description, icons, screenshots',
    tests: [
      ['unit/manifest', 'is refused with %s'],
      ['unit/manifest', 'and what the app is let to do, and what people read'],
    ],
    where: 'Icons and screenshots belong to the store entry',
  },
  'SO-51': { must: 'Penetration test', notForCode: 'Ordered from Telenor Cyberdefence before the app is published.' },
  'SO-52': {
    must: 'Beta with three customers for thirty days',
    notForCode: 'A time of running, before the app is published.',
  },
  'SO-53': {
    must: 'No mix of REST and SOAP, static data cached, creation from default entities',
    tests: [
      ['contract/superoffice', 'there are such calls, they were asked as documented and answered as documented'],
      ['unit/superoffice/sharing', 'an answer is remembered for a minute, for its viewer in its tenant only'],
      [
        'contract/superoffice-calls',
        'keeps the purpose and the legal base that the tenant begins with, and says that an integration made her',
      ],
    ],
  },
};

describe('what SuperOffice demands of a standard app', () => {
  test('is all here', () => {
    const numbers = Array.from({ length: 53 }, (_, i) => `SO-${String(i + 1).padStart(2, '0')}`);
    expect(Object.keys(rules)).toEqual(numbers);
  });

  test.each(Object.entries(rules).map(([id, rule]) => ({ id, ...rule })))('$id $must', (rule) => {
    if ('notForCode' in rule) {
      expect(rule.notForCode.split(' ').length).toBeGreaterThan(4);
      return;
    }
    expectThere(rule.tests);
  });
});

/** What we ship. */
const sources = ['backend', 'panel', 'shared', 'manifest']
  .flatMap((root) => readdirSync(root, { recursive: true, encoding: 'utf8' }).map((file) => join(root, file)))
  .filter((file) => /\.(?:ts|js|html)$/.test(file) && !file.includes('generated'))
  .map((file) => [file, readFileSync(file, 'utf8')] as const);

/** What builds it and starts it. */
const tools = ['.ci', '.scripts', '.config']
  .flatMap((root) => readdirSync(root, { encoding: 'utf8' }).map((file) => join(root, file)))
  .concat('package.json', 'README.md', '.npmrc', 'vite.config.ts')
  .map((file) => [file, readFileSync(file, 'utf8')] as const);

test('no page and no panel has a field for a password of SuperOffice', () => {
  const shown = sources.filter(([file]) => /^(?:panel|backend\/http\/pages)\//.test(file));
  const fields = shown.filter(([, text]) => /type=["']?password|'password' \|\|/.test(text)).map(([file]) => file);
  // Passwords of ERP systems, which an administrator types once.
  expect(fields).toEqual(['panel/ui/value-input.ts']);
});

test('what the adapter changes in SuperOffice is records, panels and webhooks, and nothing else', () => {
  const changing = sources
    .filter(([file]) => file.startsWith('backend/adapters/superoffice/'))
    .flatMap(([, text]) => [
      ...text.matchAll(/\.(?!get|createDefault)\w+Async\(|http\.(?:post|put|patch|delete)(?:<\w+>)?\([^,)]*/g),
    ])
    .map(([call]) => call.replace('<unknown>', ''));
  expect(changing.toSorted()).toEqual([
    '.deleteAppWebPanelsAsync(',
    '.deleteWebPanelAsync(',
    // What the servers keep of web panels.
    '.flushCachesByNameAsync(',
    '.saveWebPanelEntityAsync(',
    '.setVisibleForUserGroupAsync(',
    'http.delete(`v1/Webhook/${id}`',
    'http.patch(`${paths[entity.type]}/${entity.id}`',
    'http.post("v1/Webhook"'.replaceAll('"', "'"),
    // Asked what is wrong with it, nothing is kept.
    'http.post(`${paths[type]}/Validate`',
    'http.post(paths[type]',
    'http.put(path',
  ]);
});

test('every colour of a panel is one of the tokens, which are those of SuperOffice', () => {
  const own = sources
    .filter(([file]) => file.startsWith('panel/') && file !== 'panel/ui/styles/tokens.ts')
    .filter(([, text]) => /:[^;]*(?:#[\da-f]{3,8}\b|\b(?:rgba?|hsla?|oklch)\()/i.test(stylesOf(text)));
  expect(own.map(([file]) => file)).toEqual([]);
});

function stylesOf(text: string): string {
  return [...text.matchAll(/css`([^`]*)`|<style>([^<]*)<\/style>/g)].map(([, one, other]) => one ?? other).join('\n');
}

test('no file of the project holds a key or a secret', () => {
  const holding = [...sources, ...tools].filter(([, text]) =>
    /-----BEGIN [A-Z ]+-----\s*\w{20}|<Modulus>\w|eyJ[\w-]{20,}\.|SOTicket 7T|8A:Cust\d/.test(text),
  );
  expect(holding.map(([file]) => file)).toEqual([]);
});

test('the README is a setup guide', () => {
  const readme = readFileSync('README.md', 'utf8');
  for (const heading of ['## Install in SuperOffice', '## Deployment']) expect(readme).toContain(`\n${heading}\n`);
  for (const step of [
    'npm run manifest',
    '/install',
    '/uninstall',
    'SUPEROFFICE_CLIENT_SECRET',
    'npm run tenant -- seats',
    'Installed apps',
  ]) {
    expect(readme).toContain(step);
  }
});
