import plusCircle from '@phosphor-icons/core/regular/plus-circle.svg?raw';
import refresh from '@phosphor-icons/core/regular/arrow-clockwise.svg?raw';
import trash from '@phosphor-icons/core/regular/trash.svg?raw';
import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Connector } from '../../shared/api/connectors.ts';
import type { Api } from '../api/client.ts';
import { deleteConnector, restoreConnector } from '../api/connectors.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText } from '../locales/error-text.ts';
import { formatCount } from '../locales/format.ts';
import { confirmed } from '../ui/confirmed.ts';
import { icon } from '../ui/icon.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';
import './connector-dialog.ts';
import { connectorKindName } from './connector-kind-name.ts';
import { SettingsChanged } from './settings-changed.ts';

/**
 * The registered sync connectors.
 *
 * @fires {SettingsChanged} erpsync-settings-changed
 */
export class ConnectorList extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  /** Deleted ones included. */
  @property({ attribute: false }) connectors: readonly Connector[] = [];

  @state() private selected: string | null = null;
  @state() private withDeleted = false;
  /** The connector in the dialog; null for a new one, undefined when there is no dialog. */
  @state() private edited: Connector | null | undefined = undefined;
  @state() private failure: unknown = null;
  @state() private working = false;

  /** Opens the dialog for a new one. */
  add(): void {
    this.edited = null;
  }

  override render() {
    const shown = this.connectors.filter(({ deleted }) => this.withDeleted || !deleted);
    const selected = shown.find(({ id }) => id === this.selected) ?? null;
    return html`<section class="card" aria-labelledby="heading">
        <h2 id="heading">${msg('Sync Connectors')}</h2>
        <div class="scroll" role="group" aria-labelledby="heading" tabindex="0">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">${msg('Name')}</th>
                <th scope="col">${msg('Kind')}</th>
                <th scope="col">${msg('URL of Sync Connector')}</th>
                <th scope="col" class="number">${msg('ERP connections')}</th>
              </tr>
            </thead>
            <tbody>
              ${shown.map((connector) => this.#row(connector, connector === selected))}
            </tbody>
          </table>
        </div>
        ${this.failure ? html`<erpsync-notice kind="error">${errorText(this.failure)}</erpsync-notice>` : null}
        ${selected ? this.#strip(selected) : null}
        <div class="toolbar">
          <button class="tool" @click=${() => this.add()}>${icon(plusCircle)}${msg('Add')}</button>
          <button
            class="tool"
            aria-disabled=${!selected || selected.deleted || this.working}
            title=${selected ? '' : msg('Select a sync connector first.')}
            @click=${() => selected && !selected.deleted && this.#delete(selected)}
          >
            ${icon(trash)}${msg('Delete')}
          </button>
          <span class="count">${msg('count')} : ${formatCount(shown.length)}</span>
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
        </div>
      </section>
      ${
        this.edited === undefined
          ? null
          : html`<erpsync-connector-dialog
              .connector=${this.edited}
              @erpsync-closed=${() => (this.edited = undefined)}
            ></erpsync-connector-dialog>`
      }`;
  }

  #row(connector: Connector, selected: boolean) {
    const { id, name, kind, url, deleted, connections } = connector;
    return html`<tr
      class=${deleted ? 'deleted' : ''}
      aria-selected=${selected}
      @click=${() => (this.selected = id)}
      @dblclick=${() => deleted || (this.edited = connector)}
    >
      <td>
        <button class="link" aria-pressed=${selected}>${name}</button>
        ${deleted ? html`<span class="status muted">${msg('Deleted')}</span>` : null}
      </td>
      <td>${connectorKindName(kind)}</td>
      <td>${url || '–'}</td>
      <td class="number">${formatCount(connections)}</td>
    </tr>`;
  }

  #strip(connector: Connector) {
    return html`<div class="row strip" role="group" aria-label=${connector.name}>
      ${
        connector.deleted
          ? html`<button class="button" aria-disabled=${this.working} @click=${() => this.#restore(connector)}>
              ${msg('Restore')}
            </button>`
          : html`<button class="button" @click=${() => (this.edited = connector)}>
              ${msg('Configure Sync Connector')}
            </button>`
      }
    </div>`;
  }

  async #delete({ id, name, connections }: Connector): Promise<void> {
    const sure = await confirmed({
      question:
        connections > 0
          ? msg(str`Really delete this sync connector? ERP connections that use it: ${connections}.`)
          : msg('Really delete this sync connector?'),
      items: [name],
    });
    if (sure) await this.#change(() => deleteConnector(this.api, id));
  }

  async #restore({ id }: Connector): Promise<void> {
    await this.#change(() => restoreConnector(this.api, id));
  }

  async #change(work: () => Promise<unknown>): Promise<void> {
    if (this.working) return;
    this.working = true;
    this.failure = null;
    try {
      await work();
      this.dispatchEvent(new SettingsChanged());
    } catch (error) {
      this.failure = error;
    } finally {
      this.working = false;
    }
  }

  static override styles = [
    base,
    table,
    css`
      h2 {
        margin-bottom: var(--so-space-3);
      }

      .strip {
        padding: var(--so-space-3) 0;
      }

      .toolbar {
        margin-bottom: -16px;
        padding-inline: 0;
      }
    `,
  ];
}

define('erpsync-connector-list', ConnectorList);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-connector-list': ConnectorList;
  }
}
