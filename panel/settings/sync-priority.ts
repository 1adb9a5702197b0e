import { consume } from '@lit/context';
import { msg } from '@lit/localize';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Connection } from '../../shared/api/connections.ts';
import type { Api } from '../api/client.ts';
import { savePriority } from '../api/connections.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText } from '../locales/error-text.ts';
import '../ui/busy.ts';
import { Closed } from '../ui/closed.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import type { OrderChanged } from '../ui/order-changed.ts';
import '../ui/order-list.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { keptOpen } from './kept-open.ts';
import { SettingsChanged } from './settings-changed.ts';

/**
 * "Set Sync Priority": which ERP wins where several change one field of a record at once.
 *
 * @property connections - without deleted ones, by priority
 * @fires {SettingsChanged} erpsync-settings-changed
 * @fires {Closed} erpsync-closed
 */
export class SyncPriority extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) connections: readonly Connection[] = [];

  /** Ids; null as long as nothing was moved. */
  @state() private order: readonly string[] | null = null;
  @state() private saving = false;
  @state() private failure: unknown = null;

  override render() {
    const ordered = (this.order ?? this.connections.map(({ id }) => id)).flatMap((id) =>
      this.connections.filter((connection) => connection.id === id),
    );
    return html`<erpsync-dialog open heading=${msg('Set Sync Priority')} @erpsync-dialog-closed=${this.#leave}>
      <p class="muted">
        ${msg('When several ERP systems change the same field of a record at once, the uppermost wins, and the others take its value over. Between SuperOffice and one ERP it is the rule of that connection or field that decides.')}
      </p>
      <erpsync-order-list
        label=${msg('Set Sync Priority')}
        heading=${msg('ERP connection')}
        detailHeading=${msg('Sync Connector')}
        .items=${ordered.map(({ id, name, connectorName }) => ({ key: id, text: name, detail: connectorName }))}
        @erpsync-order-changed=${this.#reorder}
      ></erpsync-order-list>
      ${this.saving ? html`<erpsync-busy>${msg('Saving …')}</erpsync-busy>` : null}
      ${this.failure ? html`<erpsync-notice kind="error">${errorText(this.failure)}</erpsync-notice>` : null}
      <button slot="footer" class="button primary" aria-disabled=${this.saving} @click=${this.#done}>
        ${msg('Done')}
      </button>
    </erpsync-dialog>`;
  }

  #reorder({ keys }: OrderChanged): void {
    this.order = keys;
    this.failure = null;
  }

  async #done(): Promise<void> {
    if (this.saving) return;
    this.saving = true;
    this.failure = null;
    try {
      if (this.order) {
        await savePriority(this.api, { connectionIds: [...this.order] });
        this.dispatchEvent(new SettingsChanged());
      }
      this.dispatchEvent(new Closed());
    } catch (error) {
      this.failure = error;
    } finally {
      this.saving = false;
    }
  }

  async #leave(event: Event): Promise<void> {
    if (!(await keptOpen(event, this.order !== null))) this.dispatchEvent(new Closed());
  }

  static override styles = [
    base,
    css`
      erpsync-order-list,
      erpsync-notice,
      erpsync-busy {
        margin-top: var(--so-space-3);
      }
    `,
  ];
}

define('erpsync-sync-priority', SyncPriority);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-sync-priority': SyncPriority;
  }
}
