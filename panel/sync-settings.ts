import { html } from 'lit';
import { openPanel } from './host/open-panel.ts';
import './settings/sync-settings.ts';

void openPanel(() => html`<erpsync-sync-settings></erpsync-sync-settings>`, { administrator: true });
