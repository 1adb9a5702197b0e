import { html } from 'hono/html';
import { panelsFor } from '../panels.ts';
import type { SeedUser } from '../seed.ts';
import type { Tenant } from '../tenant.ts';
import { document } from './document.ts';
import type { Markup } from './document.ts';
import { icon } from './icon.ts';
import { languageOf, languages } from './panel-url.ts';

export interface Screen {
  readonly tenant: Tenant;
  readonly user: SeedUser;
  readonly title: string;
  /** Which screen it is: pages of the same one are exchanged without touching their web panels. */
  readonly name: string;
  /** The address of its button in the navigator. */
  readonly navigator: string;
  readonly body: Markup;
  readonly search?: string;
}

/** The client's frame: navigator, top bar, and the screen in the middle. */
export function screen({ tenant, user, title, name, navigator, body, search = '' }: Screen): Markup {
  const root = `/${tenant.context}`;
  const buttons = panelsFor(tenant, user.groupId).filter((panel) => panel.VisibleIn === 'NavigatorButton');
  const places = [
    { href: `${root}/contact`, text: 'Company', symbol: 'buildings' },
    { href: `${root}/person`, text: 'Contact', symbol: 'user-circle' },
    { href: `${root}/project`, text: 'Project', symbol: 'clipboard-text' },
    ...buttons.map((panel) => ({
      href: `${root}/panel/${encodeURIComponent(panel.WindowName || String(panel.WebPanelId))}`,
      text: panel.Name,
      symbol: 'arrows-clockwise',
    })),
  ];
  return document({
    title,
    body: html`
      <a class="skip" href="#main">Skip to content</a>
      <nav class="navigator" aria-label="Navigator" data-part="navigator">
        <a class="brand" href="${root}/contact" data-go>SuperOffice</a>
        <ul>
          ${places.map(
            ({ href, text, symbol }) => html`
              <li>
                <a href="${href}" data-go ${href === navigator ? html`aria-current="page"` : ''}
                  >${icon(symbol)}<span>${text}</span></a
                >
              </li>
            `,
          )}
        </ul>
      </nav>
      <header class="top-bar">
        <details class="menu new">
          <summary class="button">New</summary>
          <ul>
            <li><a href="${root}/contact/new" data-go>Company</a></li>
            <li><a href="${root}/project/new" data-go>Project</a></li>
          </ul>
        </details>
        <form class="search" role="search" action="${root}/contact" data-go>
          ${icon('magnifying-glass')}
          <input type="search" name="q" aria-label="Find company" placeholder="Find company" value="${search}" />
        </form>
        <form class="language" method="post" action="${root}/language">
          <label>
            <span class="visually-hidden">Language</span>
            <select name="language" data-submit>
              ${languages.map(
                ([tag, text]) =>
                  html`<option value="${tag}" ${tag === languageOf(tenant, user.associateId) ? 'selected' : ''}>
                    ${text}
                  </option>`,
              )}
            </select>
          </label>
          <noscript><button class="button">Choose</button></noscript>
        </form>
        <details class="menu user">
          <summary class="button">${icon('user-circle')}<span>${user.firstname} ${user.lastname}</span></summary>
          <ul>
            <li class="muted">${tenant.seed.companyName}<br />${tenant.context}</li>
            <li><a href="${root}/operations" data-go>Operate this tenant</a></li>
            <li><a href="/login/logout">Sign out</a></li>
          </ul>
        </details>
      </header>
      <main id="main" tabindex="-1" data-screen="${name}" data-root="${root}">${body}</main>
      <script type="module" src="/assets/crm.js"></script>
    `,
  });
}
