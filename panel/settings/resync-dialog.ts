import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Connection } from '../../shared/api/connections.ts';
import type { Api } from '../api/client.ts';
import { startRun } from '../api/runs.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText } from '../locales/error-text.ts';
import { Closed } from '../ui/closed.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import './run-dialog.ts';
import { runName } from './run-name.ts';

/**
 * Says what a resync does, and compares first: nothing is written before the administrator has seen what would change.
 *
 * @property connection - the ERP that is right; null when SuperOffice is
 * @fires {Closed} erpsync-closed
 */
export class ResyncDialog extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) connection: Connection | null = null;

  @state() private keepNonBlank = false;
  @state() private starting = false;
  @state() private failure: unknown = null;
  @state() private runId: string | null = null;

  override render() {
    if (this.runId !== null) {
      return html`<erpsync-run-dialog
        .runId=${this.runId}
        @erpsync-closed=${() => this.dispatchEvent(new Closed())}
      ></erpsync-run-dialog>`;
    }
    const name = this.connection?.name ?? null;
    return html`<erpsync-dialog
      open
      heading=${runName({ kind: 'resync', from: name === null ? 'crm' : 'erp', connectionName: name })}
      @erpsync-dialog-closed=${() => this.dispatchEvent(new Closed())}
    >
      <div class="words">
        <p>
          ${
            name === null
              ? msg(
                  'Every connected record is compared again, and all ERP systems get the values of SuperOffice, whatever was changed last.',
                )
              : msg(
                  str`Every record connected in ${name} is compared again. SuperOffice gets the values of ${name}, and from there all other ERP systems, whatever was changed last.`,
                )
          }
        </p>
        <p>
          ${msg('Only mapped fields whose direction allows it are written. Nothing is created or deleted, and everything written can be undone.')}
        </p>
        <label class="row">
          <input
            class="check"
            type="checkbox"
            .checked=${this.keepNonBlank}
            @change=${(event: Event) => (this.keepNonBlank = (event.target as HTMLInputElement).checked)}
          />${msg('Blank values overwrite nothing')}
        </label>
        <erpsync-notice>${msg('First you see what would change. Nothing is written until you say so.')}</erpsync-notice>
        ${this.failure ? html`<erpsync-notice kind="error">${errorText(this.failure)}</erpsync-notice>` : null}
      </div>
      <button slot="footer" class="button primary" autofocus aria-disabled=${this.starting} @click=${this.#start}>
        ${msg('Compare')}
      </button>
      <button slot="footer" class="button" @click=${() => this.dispatchEvent(new Closed())}>${msg('Cancel')}</button>
    </erpsync-dialog>`;
  }

  async #start(): Promise<void> {
    if (this.starting) return;
    this.starting = true;
    this.failure = null;
    try {
      const { id } = await startRun(this.api, {
        kind: 'resync',
        dryRun: true,
        from: this.connection ? 'erp' : 'crm',
        connectionId: this.connection?.id ?? null,
        keepNonBlank: this.keepNonBlank,
        records: { kind: 'all' },
      });
      this.runId = id;
    } catch (error) {
      this.failure = error;
    } finally {
      this.starting = false;
    }
  }

  static override styles = [
    base,
    css`
      .words {
        display: grid;
        gap: var(--so-space-4);
      }
    `,
  ];
}

define('erpsync-resync-dialog', ResyncDialog);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-resync-dialog': ResyncDialog;
  }
}
