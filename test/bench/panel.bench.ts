import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { serve } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser } from 'playwright-core';
import { build } from 'vite';
import { browserFlags } from '../support/browser.ts';
import { median, printFigure } from './print-figure.ts';

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
}

const RUNS = 21;

/** What the ERP tab weighs, and how soon something stands there, beside an empty Lit page in the same browser. */
export async function benchPanel(): Promise<void> {
  const first = javascript('erp-tab.html', false);
  const all = javascript('erp-tab.html', true);
  printFigure('ERP tab, JavaScript to begin with (gz)', `${(first / 1000).toFixed(1)} kB`, '');
  printFigure(
    'ERP tab, all JavaScript with dialogs and one language (gz)',
    `${(all / 1000).toFixed(1)} kB`,
    '<= 30 kB',
  );

  const empty = await emptyLitPage();
  const app = new Hono();
  app.get('/empty.html', (c) => c.html('<!doctype html><body><script type="module" src="/empty.js"></script></body>'));
  app.get('/empty.js', (c) => c.body(empty, 200, { 'content-type': 'text/javascript' }));
  app.all('/api/*', (c) => c.json({ code: 'session.missing', detail: {} }, 401));
  app.use('/panels/*', serveStatic({ root: 'dist' }));
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  if (!server.listening) await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const browser = await chromium.launch({
    executablePath: process.env.CHROME_BIN ?? '/usr/bin/chromium',
    args: browserFlags,
  });
  try {
    const times: { empty: number[]; tab: number[] } = { empty: [], tab: [] };
    for (let run = 0; run < RUNS; run++) {
      times.empty.push(await firstContent(browser, `${origin}/empty.html`));
      times.tab.push(
        await firstContent(browser, `${origin}/panels/erp-tab.html?uctx=Cust10001&usid=11&lang=en&entity=contact&id=1`),
      );
    }
    const [bare, ours] = [median(times.empty), median(times.tab)];
    printFigure(
      `ERP tab, first content against an empty Lit page (${bare.toFixed(0)} ms)`,
      `${(ours / bare).toFixed(2)}x`,
      '<= 2x',
    );
  } finally {
    await browser.close();
    server.close();
  }
}

/** Bytes over the wire of an entry with all it imports, counting one language of the six. */
function javascript(entry: string, lazy: boolean): number {
  const manifest = JSON.parse(readFileSync('dist/panels/.vite/manifest.json', 'utf8')) as Record<string, Chunk>;
  const seen = new Set<string>();
  let languages = 0;
  const visit = (name: string): number => {
    const chunk = manifest[name];
    if (!chunk || seen.has(name)) return 0;
    seen.add(name);
    if (name.includes('generated/') && languages++ > 0) return 0;
    const own = chunk.file.endsWith('.js') ? gzipSync(readFileSync(`dist/panels/${chunk.file}`)).length : 0;
    return [...(chunk.imports ?? []), ...(lazy ? (chunk.dynamicImports ?? []) : [])].reduce(
      (sum, next) => sum + visit(next),
      own,
    );
  };
  return visit(entry);
}

/** Milliseconds from navigation to the first painted content. */
async function firstContent(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  const painted = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          const [entry] = list.getEntriesByName('first-contentful-paint');
          if (entry) resolve(entry.startTime);
        }).observe({ type: 'paint', buffered: true });
      }),
  );
  await context.close();
  return painted;
}

async function emptyLitPage(): Promise<string> {
  const environment = process.env.NODE_ENV;
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, rolldownOptions: { input: 'virtual:empty' } },
    plugins: [
      {
        name: 'empty-lit-page',
        resolveId: (id) => (id === 'virtual:empty' ? '\0empty' : null),
        load: (id) =>
          id === '\0empty'
            ? `import { LitElement, html } from 'lit';
               customElements.define('empty-page', class extends LitElement { render() { return html\`<p>Empty</p>\`; } });
               document.body.append(document.createElement('empty-page'));`
            : null,
      },
    ],
  });
  // Vite leaves `production` behind, in which the OData service of a later bench would not start.
  if (environment === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = environment;
  const [output] = [built].flat();
  if (!output || !('output' in output)) throw new Error('nothing was built');
  return output.output[0].code;
}
