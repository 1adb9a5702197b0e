import refresh from '@phosphor-icons/core/regular/arrow-clockwise.svg?raw';
import check from '@phosphor-icons/core/regular/check.svg?raw';
import plusCircle from '@phosphor-icons/core/regular/plus-circle.svg?raw';
import sortAscending from '@phosphor-icons/core/regular/sort-ascending.svg?raw';
import trash from '@phosphor-icons/core/regular/trash.svg?raw';
import warning from '@phosphor-icons/core/regular/warning.svg?raw';
import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import type { Connection } from '../../shared/api/connections.ts';
import type { Connector } from '../../shared/api/connectors.ts';
import type { Api } from '../api/client.ts';
import {
  activateConnection,
  deactivateConnection,
  deleteConnection,
  restoreConnection,
  testConnection,
} from '../api/connections.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText, reasonText } from '../locales/error-text.ts';
import { formatCount } from '../locales/format.ts';
import '../ui/busy.ts';
import { confirmed } from '../ui/confirmed.ts';
import { icon } from '../ui/icon.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';
import { activationReasonText, type ActivationReason } from './activation-reason.ts';
import './connection-dialog.ts';
import type { ConnectionSaved } from './connection-saved.ts';
import { ConnectionSelected } from './connection-selected.ts';
import { SettingsChanged } from './settings-changed.ts';
import './sync-priority.ts';

/** What came of the last thing done to a connection. */
type Report =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'refused'; readonly reasons: readonly ActivationReason[] };

/**
 * The ERP connections: what there is, how they are, and what can be done to the selected one.
 *
 * @fires {ConnectionSelected} erpsync-connection-selected
 * @fires {SettingsChanged} erpsync-settings-changed
 */
export class ConnectionList extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  /** Deleted ones included, as among the connectors. */
  @property({ attribute: false }) connections: readonly Connection[] = [];
  @property({ attribute: false }) connectors: readonly Connector[] = [];
  @property({ attribute: false }) selected: string | null = null;

  @state() private withDeleted = false;
  /** The connection in the dialog; null for a new one, undefined when there is no dialog. */
  @state() private edited: Connection | null | undefined = undefined;
  @state() private priorityShown = false;
  @state() private working: string | null = null;
  @state() private about: string | null = null;
  @state() private report: Report | null = null;

  /** Opens the dialog for a new one. */
  add(): void {
    if (this.#liveConnectors.length > 0) this.edited = null;
  }

  /** Activates it, or tells what stands in the way; deactivates one that is active. */
  async toggle(connection: Connection): Promise<void> {
    const { id, active } = connection;
    this.dispatchEvent(new ConnectionSelected(id));
    await this.#do(connection, active ? msg('Deactivating …') : msg('Activating …'), async () => {
      if (active) {
        await deactivateConnection(this.api, id);
        return null;
      }
      const { reasons } = await activateConnection(this.api, id);
      return reasons.length > 0 ? { kind: 'refused', reasons } : null;
    });
  }

  get #liveConnections(): Connection[] {
    return this.connections.filter(({ deleted }) => !deleted);
  }

  get #liveConnectors(): Connector[] {
    return this.connectors.filter(({ deleted }) => !deleted);
  }

  override render() {
    const shown = this.connections.filter(({ deleted }) => this.withDeleted || !deleted);
    const selected = shown.find(({ id }) => id === this.selected) ?? null;
    const reported = this.connections.find(({ id }) => id === this.about);
    return html`<section class="card" aria-labelledby="heading">
        <h2 id="heading">${msg('ERP connections')}</h2>
        <div class="scroll" role="group" aria-labelledby="heading" tabindex="0">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">${msg('Active')}</th>
                <th scope="col">${msg('Name')}</th>
                <th scope="col">${msg('Sync Connector')}</th>
                <th scope="col">${msg('Description')}</th>
                <th scope="col">${msg('Status')}</th>
                <th scope="col" class="number">${msg('Connected records')}</th>
              </tr>
            </thead>
            <tbody>
              ${shown.map((connection) => this.#row(connection, connection === selected))}
            </tbody>
          </table>
        </div>
        ${this.working ? html`<erpsync-busy>${this.working}</erpsync-busy>` : null}
        ${this.report && reported ? this.#reported(reported, this.report) : null}
        ${selected ? this.#strip(selected) : null} ${this.#toolbar(selected, shown.length)}
      </section>
      ${
        this.edited === undefined
          ? null
          : html`<erpsync-connection-dialog
              .connection=${this.edited}
              .connectors=${this.#liveConnectors}
              @erpsync-connection-saved=${this.#saved}
              @erpsync-closed=${() => (this.edited = undefined)}
            ></erpsync-connection-dialog>`
      }
      ${
        this.priorityShown
          ? html`<erpsync-sync-priority
              .connections=${this.#liveConnections}
              @erpsync-closed=${() => (this.priorityShown = false)}
            ></erpsync-sync-priority>`
          : null
      }`;
  }

  #row(connection: Connection, selected: boolean) {
    const { id, name, connectorName, description, active, deleted, links } = connection;
    return html`<tr
      class=${deleted ? 'deleted' : ''}
      aria-selected=${selected}
      @click=${() => this.dispatchEvent(new ConnectionSelected(id))}
      @dblclick=${() => deleted || (this.edited = connection)}
    >
      <td class="center">
        <input
          class="check"
          type="checkbox"
          aria-label=${msg(str`Active: ${name}`)}
          .checked=${live(active)}
          ?disabled=${deleted}
          @click=${(event: Event) => event.stopPropagation()}
          @dblclick=${(event: Event) => event.stopPropagation()}
          @change=${() => this.toggle(connection)}
        />
      </td>
      <td><button class="link" aria-pressed=${selected}>${name}</button></td>
      <td>${connectorName}</td>
      <td title=${description || nothing}>${description}</td>
      <td>${statusOf(connection)}</td>
      <td class="number">${formatCount(links)}</td>
    </tr>`;
  }

  #strip(connection: Connection) {
    const busy = this.working !== null;
    if (connection.deleted) {
      return html`<div class="row strip" role="group" aria-label=${connection.name}>
        <button class="button" aria-disabled=${busy} @click=${() => this.#restore(connection)}>
          ${msg('Restore')}
        </button>
      </div>`;
    }
    return html`<div class="row strip" role="group" aria-label=${connection.name}>
      <button class="button" aria-disabled=${busy} @click=${() => this.toggle(connection)}>
        ${connection.active ? msg('Deactivate') : msg('Activate')}
      </button>
      <button class="button" @click=${() => (this.edited = connection)}>${msg('Configure ERP connection')}</button>
      <button class="button" aria-disabled=${busy} @click=${() => this.#test(connection)}>
        ${msg('Test ERP connection')}
      </button>
    </div>`;
  }

  #toolbar(selected: Connection | null, count: number) {
    const none = this.#liveConnectors.length === 0;
    const fixed = !selected || selected.deleted;
    return html`<div class="toolbar">
      <button
        class="tool"
        aria-disabled=${none}
        title=${none ? msg('Add a sync connector first.') : nothing}
        @click=${() => this.add()}
      >
        ${icon(plusCircle)}${msg('Add')}
      </button>
      <button
        class="tool"
        aria-disabled=${fixed || this.working !== null}
        title=${fixed ? msg('Select an ERP connection first.') : nothing}
        @click=${() => selected && !selected.deleted && this.#delete(selected)}
      >
        ${icon(trash)}${msg('Delete')}
      </button>
      ${
        this.#liveConnections.length > 1
          ? html`<button class="tool" @click=${() => (this.priorityShown = true)}>
              ${icon(sortAscending)}${msg('Set Sync Priority')}
            </button>`
          : null
      }
      <span class="count">${msg('count')} : ${formatCount(count)}</span>
      <label class="row">
        <input
          class="check"
          type="checkbox"
          .checked=${this.withDeleted}
          @change=${(event: Event) => (this.withDeleted = (event.target as HTMLInputElement).checked)}
        />${msg('Deleted')}
      </label>
      <button class="tool" @click=${() => this.dispatchEvent(new SettingsChanged())}>
        ${icon(refresh)}${msg('Refresh')}
      </button>
    </div>`;
  }

  #reported({ name }: Connection, report: Report) {
    switch (report.kind) {
      case 'passed':
        return html`<erpsync-notice kind="success">${msg(str`${name}: the test succeeded.`)}</erpsync-notice>`;
      case 'failed':
        return html`<erpsync-notice kind="error">${name}: ${errorText(report.error)}</erpsync-notice>`;
      case 'refused':
        return html`<erpsync-notice kind="attention">
          <p>${msg(str`${name} was not activated.`)}</p>
          <p><strong>${msg('Fields that need attention')}</strong></p>
          <ul class="reasons">
            ${report.reasons.map((reason) => html`<li>${activationReasonText(reason)}</li>`)}
          </ul>
        </erpsync-notice>`;
    }
  }

  #saved({ connectionId, reasons }: ConnectionSaved): void {
    this.about = connectionId;
    this.report = reasons.length > 0 ? { kind: 'refused', reasons } : null;
    this.dispatchEvent(new ConnectionSelected(connectionId));
    this.dispatchEvent(new SettingsChanged());
  }

  async #test(connection: Connection): Promise<void> {
    await this.#do(connection, msg('Testing …'), async () => {
      await testConnection(this.api, connection.id);
      return { kind: 'passed' };
    });
  }

  async #delete(connection: Connection): Promise<void> {
    const { id, name, links } = connection;
    const sure = await confirmed({
      question: msg('Are you sure you want to delete this ERP connection?'),
      items: [
        name,
        ...(links > 0
          ? [msg(str`Connected records: ${formatCount(links)}. They are paused, and Restore brings them back.`)]
          : []),
      ],
    });
    if (!sure) return;
    await this.#do(connection, msg('Deleting …'), async () => {
      await deleteConnection(this.api, id);
      return null;
    });
  }

  async #restore(connection: Connection): Promise<void> {
    await this.#do(connection, msg('Restoring …'), async () => {
      await restoreConnection(this.api, connection.id);
      return null;
    });
  }

  /** One thing at a time; what came of it is told below the list, and the page is read again. */
  async #do({ id }: Connection, words: string, work: () => Promise<Report | null>): Promise<void> {
    if (this.working !== null) {
      this.requestUpdate();
      return;
    }
    this.working = words;
    this.about = id;
    this.report = null;
    try {
      this.report = await work();
    } catch (error) {
      this.report = { kind: 'failed', error };
    } finally {
      this.working = null;
      this.dispatchEvent(new SettingsChanged());
    }
  }

  static override styles = [
    base,
    table,
    css`
      h2 {
        margin-bottom: var(--so-space-3);
      }

      erpsync-busy,
      erpsync-notice {
        margin-top: var(--so-space-3);
      }

      .strip {
        padding: var(--so-space-3) 0;
      }

      .toolbar {
        margin-bottom: -16px;
        padding-inline: 0;
      }

      .reasons {
        margin: 4px 0 0;
        padding-inline-start: 18px;
        list-style: disc;
      }
    `,
  ];
}

function statusOf({ active, deleted, trouble }: Connection) {
  if (deleted) return html`<span class="status muted">${msg('Deleted')}</span>`;
  if (!active) return html`<span class="status muted">${msg('Not active')}</span>`;
  if (trouble) {
    return html`<span class="status failed" title=${reasonText(trouble)}>${icon(warning)}${msg('Failed')}</span>`;
  }
  return html`<span class="status">${icon(check)}${msg('Active')}</span>`;
}

define('erpsync-connection-list', ConnectionList);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-connection-list': ConnectionList;
  }
}
