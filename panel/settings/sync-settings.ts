import { consume } from '@lit/context';
import { msg } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html } from 'lit';
import { query, state } from 'lit/decorators.js';
import type { Connection } from '../../shared/api/connections.ts';
import type { Connector } from '../../shared/api/connectors.ts';
import type { SyncStatus } from '../../shared/api/sync.ts';
import type { Api } from '../api/client.ts';
import { fetchConnections } from '../api/connections.ts';
import { fetchConnectors } from '../api/connectors.ts';
import { fetchSyncStatus } from '../api/sync.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText } from '../locales/error-text.ts';
import '../ui/busy.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import './connection-details.ts';
import type { ConnectionDetails } from './connection-details.ts';
import './connection-list.ts';
import type { ConnectionList } from './connection-list.ts';
import type { ConnectionSelected } from './connection-selected.ts';
import './connector-list.ts';
import type { ConnectorList } from './connector-list.ts';
import './first-steps.ts';
import type { StepTaken } from './first-steps.ts';
import './setup-sentences.ts';
import './sync-status.ts';

const LOOK_AGAIN_MS = 3_000;
const FOLLOWS_MS = 15 * 60_000;

interface Settings {
  readonly connectors: readonly Connector[];
  readonly connections: readonly Connection[];
  readonly status: SyncStatus;
}

/** The Sync page: everything an administrator sets up, and what needs her attention. */
export class SyncSettings extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  /** What was read last. It stays on the page while it is read again. */
  @state() private settings: Settings | null = null;
  @state() private selected: string | null = null;

  @query('erpsync-connector-list') private connectorList!: ConnectorList;
  @query('erpsync-connection-list') private connectionList!: ConnectionList;
  @query('erpsync-connection-details') private details!: ConnectionDetails;

  #reading = new Task(this, {
    args: () => [],
    task: async (_, { signal }) => {
      const [connectors, connections, status] = await Promise.all([
        fetchConnectors(this.api, signal),
        fetchConnections(this.api, signal),
        fetchSyncStatus(this.api, signal),
      ]);
      this.settings = { connectors, connections, status };
      if (status.waiting > 0 || status.working) this.#lookAgain();
    },
  });
  #timer: ReturnType<typeof setTimeout> | undefined;
  #usedAt = Date.now();

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.#refreshWhenSeen);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#refreshWhenSeen);
  }

  override render() {
    return html`<main @erpsync-settings-changed=${this.#refresh} @erpsync-connection-selected=${this.#select}>
      ${this.#reading.render({
        pending: () => (this.settings ? null : html`<div class="card"><erpsync-busy></erpsync-busy></div>`),
        error: (error) =>
          html`<erpsync-notice kind="error">
            ${errorText(error)}
            <button slot="action" @click=${this.#refresh}>${msg('Try again')}</button>
          </erpsync-notice>`,
      })}
      ${this.settings && this.#blocks(this.settings)}
    </main>`;
  }

  #blocks({ connectors, connections, status }: Settings) {
    const live = connections.filter(({ deleted }) => !deleted);
    const selected = connections.find(({ id }) => id === this.selected) ?? live[0];
    return html`
      ${
        live.some(({ active, links }) => active || links > 0)
          ? null
          : html`<erpsync-first-steps
              .connectors=${connectors}
              .connection=${live[0] ?? null}
              @erpsync-step-taken=${(event: StepTaken) => this.#take(event, live[0])}
            ></erpsync-first-steps>`
      }
      <erpsync-sync-status .status=${status} .connections=${connections}></erpsync-sync-status>
      <erpsync-connector-list .connectors=${connectors}></erpsync-connector-list>
      <erpsync-connection-list
        .connections=${connections}
        .connectors=${connectors}
        .selected=${selected?.id ?? null}
      ></erpsync-connection-list>
      ${selected && !selected.deleted ? html`<erpsync-connection-details .connection=${selected}></erpsync-connection-details>` : null}
    `;
  }

  #refresh = (): void => {
    this.#usedAt = Date.now();
    void this.#reading.run();
  };

  /** While records are on their way the page follows, but an open page that nobody uses is no use of the session. */
  #lookAgain(): void {
    clearTimeout(this.#timer);
    if (Date.now() - this.#usedAt > FOLLOWS_MS || document.visibilityState !== 'visible') return;
    this.#timer = setTimeout(() => void this.#reading.run(), LOOK_AGAIN_MS);
  }

  #refreshWhenSeen = (): void => {
    if (document.visibilityState === 'visible') this.#refresh();
  };

  #select(event: ConnectionSelected): void {
    this.selected = event.connectionId;
  }

  #take({ step }: StepTaken, connection: Connection | undefined): void {
    switch (step) {
      case 'connector':
        this.connectorList.add();
        break;
      case 'connection':
        this.connectionList.add();
        break;
      case 'mapping':
        this.details.showMapping();
        break;
      case 'activation':
        if (connection) void this.connectionList.toggle(connection);
    }
  }

  static override styles = [
    base,
    css`
      :host {
        min-height: 100vh;
        padding: var(--so-space-3);
        background: var(--so-page);
      }

      main {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--so-space-3);
        max-width: 1200px;
      }

      @media (max-width: 479px) {
        :host {
          padding: 0;
        }
      }
    `,
  ];
}

define('erpsync-sync-settings', SyncSettings);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-sync-settings': SyncSettings;
  }
}
