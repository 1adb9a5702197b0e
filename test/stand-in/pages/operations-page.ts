import { html } from 'hono/html';
import { operationNames, operations } from '../operations.ts';
import type { Tenant } from '../tenant.ts';
import type { Markup } from './document.ts';

/** What happens to tenants in SuperOffice Online, at the press of a button: for people who try the app. */
export function operationsPage(tenant: Tenant, done: string | null): Markup {
  const facts = [
    ['State', tenant.state],
    ['Host', tenant.host],
    ['Approval of the app', tenant.approval],
    ['Licence of the company', tenant.siteLicence ? 'yes' : 'no'],
    ['Web panels', [...tenant.panels.values()].map(({ Name }) => Name).join(', ') || 'none'],
    ['Webhooks', [...tenant.webhooks.values()].map(({ state }) => state).join(', ') || 'none'],
  ];
  return html`<section class="card">
    <h1>Operate this tenant</h1>
    <p class="muted">What SuperOffice's own people, or an administrator, may do. The app is notified as in reality.</p>
    ${done === null ? '' : html`<p role="status">${done}</p>`}
    <dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    <form method="post" class="operations">
      ${operationNames.map((name) => html`<button class="button" name="do" value="${name}">${operations[name].text}</button>`)}
    </form>
  </section>`;
}
