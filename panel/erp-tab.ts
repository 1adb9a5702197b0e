import { html } from 'lit';
import './erp-tab/erp-tab.ts';
import { openPanel } from './host/open-panel.ts';

void openPanel(() => html`<erpsync-erp-tab></erpsync-erp-tab>`);
