import type { Manifest } from './manifest.ts';

/** The manifest with whole addresses, for an app that runs at `origin`. */
export function manifestAt(manifest: Manifest, origin: string): Manifest {
  const at = (path: string): string => origin + path;
  return {
    ...manifest,
    panels: manifest.panels.map((panel) => ({ ...panel, url: at(panel.url) })),
    webhook: { ...manifest.webhook, path: at(manifest.webhook.path) },
    urls: mapped(manifest.urls, at),
  };
}

/** The page an operator copies into SuperOffice's Developer Portal, field by field, in Markdown. */
export function portalPage(manifest: Manifest, origin: string): string {
  const {
    name,
    panels,
    webhook,
    urls,
    agents,
    claims,
    licences,
    administratorRights,
    approvalRights,
    languages,
    registration,
  } = manifestAt(manifest, origin);
  const { store } = registration;

  return `${[
    `# ${name} in the Developer Portal`,
    `For the app that runs at ${origin}. What is written \`like this\` is copied as it stands.`,

    '## Register',
    table(
      ['Field', 'Value'],
      [
        ['Template', code(registration.template)],
        ['App name', code(name)],
        ['Native or mobile', 'no'],
        ['Authorization level', registration.authorizationLevel],
        ['Endpoints', registration.endpoints.join(', ')],
        ['Access to agents', agents.join(', ')],
        ['Access to claims', claims.join(', ')],
        ['Languages', languages.join(', ')],
        ['Switched off', registration.switchedOff.join(', ')],
      ],
    ),
    "The portal makes client id, client secret and certificate, for each environment. The secret and the private key are shown once: they go into the backend's environment and nowhere else.",

    '## Addresses',
    table(
      ['Field', 'Value'],
      Object.entries(urls).map(([key, url]) => [labels[key] ?? key, code(url)]),
    ),
    registration.corsOrigins.length === 0 ? 'CORS: none. The panels call their own backend only.' : '',

    '## Text above "I approve"',
    registration.consentText,

    '## Licences',
    table(
      ['What', 'Value'],
      [
        ['The tenant holds', code(licences.tenant)],
        ['A person who works with the app holds', code(licences.user)],
        ['One of these function rights lets a person approve the app', approvalRights.map(code).join(', ')],
        ['One of these makes an administrator of it', administratorRights.map(code).join(', ')],
      ],
    ),

    '## What an installation adds to a tenant',
    table(
      ['Web panel', 'progId', 'Window name', 'Visible in', 'Tooltip', 'Address', 'Loaded anew'],
      panels.map((panel) => [
        panel.name,
        code(panel.progId),
        code(panel.windowName),
        code(panel.visibleIn),
        panel.tooltip,
        code(panel.url),
        panel.url.includes('&id=<') ? 'for another record' : 'never',
      ]),
    ),
    'They are for all user groups; who may do what is decided by the app.',
    table(
      ['Webhook', 'Target', 'Events'],
      [
        [
          webhook.name,
          `${code(`${webhook.path}/{tenant}/{id}`)}, with a secret of its own`,
          webhook.events.map(code).join(', '),
        ],
      ],
    ),
    'Nothing else: no user-defined fields, preferences, list items or scripts.',

    '## What only you know',
    table(['Field', 'What stands there'], yours),

    '## App Store',
    table(
      ['Field', 'Value'],
      [
        ['Header', store.header],
        ['About', store.about],
        ['Features', store.features.join('; ')],
        ['Categories', store.categories.join(', ')],
        ['Getting started', store.gettingStarted],
        ['Requirements', store.requirements.join('; ')],
      ],
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}

/** What the portal asks besides, and the app cannot know. */
const yours = [
  ['Technical contact', 'who at your company answers when SuperOffice calls'],
  ['Error e-mails', 'where SuperOffice tells of calls that the customer state change endpoint did not take'],
  ['Uninstall e-mails', 'where SuperOffice tells of a tenant that has revoked the app'],
  ['Support', 'a page or address where customers get help'],
  ['Report a problem', 'a page or address where they report one'],
  ['Price, terms, markets, supported CRM plans', 'as you sell it'],
  ['Logo and screenshots', 'by the marketing rules of SuperOffice'],
];

const labels: Readonly<Record<string, string>> = {
  redirect: 'Allowed redirect URL',
  postLogout: 'Allowed post-logout redirect URL',
  install: 'App Store, green button: install',
  configure: 'App Store: configure',
  uninstall: 'App Store, disabled link: uninstall',
  stateChange: 'Customer state change endpoint, switched on',
};

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

function mapped<T extends Readonly<Record<string, string>>>(record: T, change: (value: string) => string): T {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)])) as T;
}
