import { html } from 'lit';
import { openPanel } from './host/open-panel.ts';
import './settings/setup-check.ts';
import './settings/sync-settings.ts';

void openPanel(() => html`<erpsync-sync-settings></erpsync-sync-settings>`, {
  translations: (language) => import(`./locales/generated/${language}.ts`),
  administrator: true,
  withoutLicence: () => html`<erpsync-setup-check></erpsync-setup-check>`,
});
