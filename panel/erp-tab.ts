import { html } from 'lit';
import { erpTabPath } from './api/erp-tab.ts';
import './erp-tab/erp-tab.ts';
import { openPanel } from './host/open-panel.ts';

void openPanel(() => html`<erpsync-erp-tab></erpsync-erp-tab>`, {
  // Opened with every record, so it carries the texts of its own screens only.
  asksFirst: ({ entity }) => (entity ? [erpTabPath(entity)] : []),
  translations: (language) => import(`./locales/generated/erp-tab/${language}.ts`),
});
