import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { App } from '../../backend/context.ts';
import { createHttp } from '../../backend/http/app.ts';
import { manifest, Manifest } from '../../manifest/manifest.ts';
import { manifestAt, portalPage } from '../../manifest/portal-page.ts';
import { readPanelUrl } from '../../panel/host/panel-url.ts';
import { languages } from '../../shared/vocabulary.ts';
import vite from '../../vite.config.ts';

const http = createHttp({ app: { origin: 'https://erp-sync.test' } as App, framedBy: [], panelFolder: '.' });
const routes = http.routes.map(({ method, path }) => `${method} ${path}`);
const built = Object.keys(vite.build?.rolldownOptions?.input ?? {});

/** What SuperOffice makes of the address of a panel, for a user who looks at record 42. */
function opened(url: string): URL {
  const values: Record<string, string> = {
    uctx: 'Cust10001',
    usid: '5',
    lanc: 'nb-NO',
    cuid: '42',
    atid: '42',
    prid: '42',
  };
  const filled = url.replaceAll(/<(\w+)>/g, (variable, name: string) => values[name] ?? variable);
  return new URL(filled, 'https://erp-sync.test');
}

describe.each(manifest.panels)('the panel $progId', ({ url, tooltip, visibleIn }) => {
  test('opens a page that is built and served', () => {
    const [, page = ''] = /^\/panels\/([a-z-]+)\.html$/.exec(opened(url).pathname) ?? [];

    expect(built).toContain(page);
    expect(existsSync(`panel/${page}.html`)).toBe(true);
    expect(routes.some((route) => route.startsWith('GET /panels/:page'))).toBe(true);
  });

  test('is told the company, the user, the language and the record, in words the panel reads', () => {
    const entity = {
      ContactArchive: 'contact',
      PersonArchive: 'person',
      ProjectArchive: 'project',
      NavigatorButton: null,
    }[visibleIn];

    expect(readPanelUrl(opened(url))).toMatchObject({
      tenant: 'Cust10001',
      user: 5,
      language: 'nb-NO',
      entity: entity === null ? null : { type: entity, id: 42 },
    });
  });

  test('has what SuperOffice demands: whose app it is, and nothing secret or personal in its address', () => {
    expect(tooltip).toContain(manifest.name);
    expect(url).toMatch(/<uctx>.*<usid>/);
    const allowed = ['uctx', 'usid', 'lanc', 'cuid', 'atid', 'prid'];
    expect(
      [...url.matchAll(/<([^>]*)>/g)].map(([, name]) => name).filter((name) => !allowed.includes(name ?? '')),
    ).toEqual([]);
  });
});

describe('the manifest', () => {
  test.each(['name', 'progId', 'windowName', 'visibleIn'] as const)('gives each panel a %s of its own', (key) => {
    expect(new Set(manifest.panels.map((panel) => panel[key])).size).toBe(manifest.panels.length);
  });

  test('has a panel for every page that is built', () => {
    const pages = manifest.panels.map(({ url }) => opened(url).pathname);
    expect(built.filter((page) => !pages.includes(`/panels/${page}.html`))).toEqual([]);
  });

  test('names addresses that are there', () => {
    const { redirect, postLogout, install, configure, uninstall } = manifest.urls;
    for (const path of [redirect, postLogout, install, configure, uninstall]) expect(routes).toContain(`GET ${path}`);
    expect(routes).toContain(`POST ${manifest.webhook.path}/:tenant/:id`);
  });

  test('hears of everything that happens to what it keeps in sync', () => {
    const { events } = manifest.webhook;
    expect(new Set(events).size).toBe(events.length);
    for (const entity of ['contact', 'person', 'project']) {
      for (const change of ['created', 'changed', 'deleted']) expect(events).toContain(`${entity}.${change}`);
    }
    for (const entity of ['contact', 'person']) expect(events).toContain(`${entity}.softdeleted`);
  });

  test('speaks every language of the panels', () => {
    expect(manifest.languages).toEqual([...languages]);
  });

  test.each([
    ['a name SuperOffice refuses', { name: 'ERP: Sync' }],
    ['a name that is too long', { name: 'x'.repeat(65) }],
    ['a panel elsewhere', { panels: [{ ...manifest.panels[0], url: 'https://elsewhere.test/panels/x.html' }] }],
    ['a panel in a place there is not', { panels: [{ ...manifest.panels[0], visibleIn: 'SettingsAndMaintenance' }] }],
    ['no panel', { panels: [] }],
    [
      'a site that may call from elsewhere',
      { registration: { ...manifest.registration, corsOrigins: ['https://x.test'] } },
    ],
    [
      'a header that is too long for the App Store',
      { registration: { ...manifest.registration, store: { ...manifest.registration.store, header: 'x'.repeat(99) } } },
    ],
    ['an event with a wildcard', { webhook: { ...manifest.webhook, events: ['contact.*'] } }],
  ])('is refused with %s', (_, change) => {
    expect(Manifest.safeParse({ ...manifest, ...change }).success).toBe(false);
  });
});

describe('what an operator is given', () => {
  const origin = 'https://erp-sync.example.com';
  const page = portalPage(manifest, origin);
  const cells = page.split('\n').flatMap((line) => (line.startsWith('|') ? line.split(' | ') : []));
  const told = (text: string) => cells.some((cell) => cell.replaceAll(/^\| | \|$|`/g, '') === text);

  test('the manifest with whole addresses is a manifest still, but for its origin', () => {
    const whole = manifestAt(manifest, origin);
    expect(JSON.parse(JSON.stringify(whole).replaceAll(origin, ''))).toEqual(manifest);
    expect(whole.panels.every(({ url }) => url.startsWith(`${origin}/panels/`))).toBe(true);
  });

  test('the page for the Developer Portal holds every address, each under its field', () => {
    for (const path of Object.values(manifest.urls)) expect(told(origin + path), path).toBe(true);
    expect(page).not.toMatch(
      /undefined|\[object|^\| (?:redirect|postLogout|install|configure|uninstall|stateChange) /m,
    );
  });

  test('and everything that a tenant gets', () => {
    for (const { url, ...panel } of manifest.panels) {
      for (const text of [origin + url, panel.name, panel.progId, panel.windowName, panel.tooltip, panel.visibleIn]) {
        expect(told(text), text).toBe(true);
      }
    }
    for (const event of manifest.webhook.events) expect(page).toContain(`\`${event}\``);
    expect(page).toContain(`${origin}${manifest.webhook.path}/{tenant}/{id}`);
  });

  test('and what only the operator knows is asked for, not left out', () => {
    const [, asked = ''] = page.split('## What only you know');
    for (const field of ['Support', 'Report a problem', 'Technical contact', 'Error e-mails', 'Uninstall e-mails']) {
      expect(asked).toContain(`| ${field} |`);
    }
  });

  test('and what the app is let to do, and what people read', () => {
    const { registration, licences, agents, claims } = manifest;
    for (const text of [...agents, ...claims, ...Object.values(licences), registration.template])
      expect(page).toContain(text);
    for (const text of [registration.consentText, ...Object.values(registration.store).flat()])
      expect(page).toContain(text);
  });
});
