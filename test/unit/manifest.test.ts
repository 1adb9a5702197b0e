import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { App } from '../../backend/context.ts';
import { createHttp } from '../../backend/http/app.ts';
import { manifest, Manifest } from '../../manifest/manifest.ts';
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
    ['an event with a wildcard', { webhook: { ...manifest.webhook, events: ['contact.*'] } }],
  ])('is refused with %s', (_, change) => {
    expect(Manifest.safeParse({ ...manifest, ...change }).success).toBe(false);
  });
});
