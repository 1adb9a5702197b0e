import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Connection } from '../../shared/api/connections.ts';
import type { Import } from '../../shared/api/imports.ts';
import type { RunRecords } from '../../shared/api/runs.ts';
import { actorTypes, type ActorType, type CrmEntity } from '../../shared/vocabulary.ts';
import type { Api } from '../api/client.ts';
import { startRun } from '../api/runs.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { actorTypeName } from '../locales/actor-type-name.ts';
import { errorText } from '../locales/error-text.ts';
import { formatCount } from '../locales/format.ts';
import { Closed } from '../ui/closed.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import './run-dialog.ts';
import { runName } from './run-name.ts';

type Which = 'all' | 'selection' | 'actors';

/**
 * Says what a resync does, and compares first: nothing is written before the administrator has seen what would change.
 *
 * @property connection - the ERP that is right; null when SuperOffice is
 * @property kind - `sync` shows what ordinary syncing would do, with no side taken as right
 * @property entities - these records only; empty lets the administrator choose which
 * @property imported - the import whose connected records it is about; null lets the administrator choose which
 * @fires {Closed} erpsync-closed
 */
export class ResyncDialog extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) connection: Pick<Connection, 'id' | 'name'> | null = null;
  @property({ attribute: false }) kind: 'resync' | 'sync' = 'resync';
  @property({ attribute: false }) entities: readonly CrmEntity[] = [];
  @property({ attribute: false }) imported: Import | null = null;

  @state() private keepNonBlank = false;
  @state() private which: Which = 'all';
  @state() private selection = '';
  @state() private actorType: ActorType = 'Customer';
  @state() private keys = '';
  @state() private starting = false;
  @state() private failure: unknown = null;
  @state() private runId: string | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    // What the ERP lacks is no reason to empty a record that was there before.
    if (this.imported) this.keepNonBlank = true;
  }

  override render() {
    if (this.runId !== null) {
      return html`<erpsync-run-dialog
        .runId=${this.runId}
        @erpsync-closed=${() => this.dispatchEvent(new Closed())}
      ></erpsync-run-dialog>`;
    }
    return html`<erpsync-dialog
      open
      heading=${this.#heading()}
      @erpsync-dialog-closed=${() => this.dispatchEvent(new Closed())}
    >
      <div class="words">
        <p>${this.#meaning()}</p>
        <p>
          ${msg('Only mapped fields whose direction allows it are written. Nothing is created or deleted, and everything written can be undone.')}
        </p>
        ${this.#chosen() ?? this.#which()}
        ${
          this.kind === 'sync'
            ? null
            : html`<label class="row">
                <input
                  class="check"
                  type="checkbox"
                  .checked=${this.keepNonBlank}
                  @change=${(event: Event) => (this.keepNonBlank = (event.target as HTMLInputElement).checked)}
                />${msg('Blank values overwrite nothing')}
              </label>`
        }
        <erpsync-notice>${msg('First you see what would change. Nothing is written until you say so.')}</erpsync-notice>
        ${this.failure ? html`<erpsync-notice kind="error">${errorText(this.failure)}</erpsync-notice>` : null}
      </div>
      <button slot="footer" class="button primary" autofocus aria-disabled=${this.starting} @click=${this.#start}>
        ${msg('Compare')}
      </button>
      <button slot="footer" class="button" @click=${() => this.dispatchEvent(new Closed())}>${msg('Cancel')}</button>
    </erpsync-dialog>`;
  }

  #heading(): string {
    const name = this.connection?.name ?? null;
    return runName({ kind: this.kind, from: name === null ? 'crm' : 'erp', connectionName: name });
  }

  #meaning(): string {
    const name = this.connection?.name ?? null;
    if (this.kind === 'sync') {
      return msg(
        'Shows what automatic sync would write now, without writing it: what was changed on either side, and what waits.',
      );
    }
    return name === null
      ? msg(
          'Every connected record is compared again, and all ERP systems get the values of SuperOffice, whatever was changed last.',
        )
      : msg(
          str`Every record connected in ${name} is compared again. SuperOffice gets the values of ${name}, and from there all other ERP systems, whatever was changed last.`,
        );
  }

  #chosen() {
    if (this.imported) {
      return html`<p>
        ${msg(str`Records that the import connected: ${formatCount(this.imported.counts.connected)}`)}
      </p>`;
    }
    if (this.entities.length === 0) return null;
    return html`<p>${msg(str`Chosen records: ${formatCount(this.entities.length)}`)}</p>`;
  }

  #which() {
    return html`<fieldset>
      <legend>${msg('Records')}</legend>
      ${this.#choice('all', msg('All connected records'))}
      <div class="row">
        ${this.#choice('selection', msg('A selection in SuperOffice, by its number'))}
        <input
          class="input short"
          type="number"
          min="1"
          aria-label=${msg('Number of the selection')}
          ?disabled=${this.which !== 'selection'}
          .value=${this.selection}
          @input=${(event: Event) => (this.selection = (event.target as HTMLInputElement).value)}
        />
      </div>
      ${
        this.connection === null
          ? null
          : html`<div class="row">
                ${this.#choice('actors', msg('ERP records of one type'))}
                <select
                  class="input short"
                  aria-label=${msg('Type of ERP record')}
                  ?disabled=${this.which !== 'actors'}
                  @change=${(event: Event) => (this.actorType = (event.target as HTMLSelectElement).value as ActorType)}
                >
                  ${actorTypes.map(
                    (type) =>
                      html`<option value=${type} ?selected=${type === this.actorType}>${actorTypeName(type)}</option>`,
                  )}
                </select>
              </div>
              ${
                this.which === 'actors'
                  ? html`<label class="keys">
                      ${msg('ERP keys, one a line. Without any, all of the type.')}
                      <textarea
                        class="input"
                        rows="3"
                        .value=${this.keys}
                        @input=${(event: Event) => (this.keys = (event.target as HTMLTextAreaElement).value)}
                      ></textarea>
                    </label>`
                  : null
              }`
      }
    </fieldset>`;
  }

  #choice(which: Which, text: string) {
    return html`<label class="row">
      <input
        class="check"
        type="radio"
        name="which"
        .checked=${this.which === which}
        @change=${() => (this.which = which)}
      />${text}
    </label>`;
  }

  get #records(): RunRecords {
    if (this.imported) return { kind: 'import', importId: this.imported.id };
    if (this.entities.length > 0) return { kind: 'these', entities: [...this.entities] };
    if (this.which === 'selection') return { kind: 'selection', selectionId: Number(this.selection) };
    if (this.which === 'actors') {
      const erpKeys = this.keys.split('\n').filter((key) => key !== '');
      return { kind: 'actors', actorType: this.actorType, erpKeys };
    }
    return { kind: 'all' };
  }

  async #start(): Promise<void> {
    if (this.starting) return;
    this.starting = true;
    this.failure = null;
    try {
      const { id } = await startRun(this.api, {
        kind: this.kind,
        dryRun: true,
        from: this.connection && this.kind === 'resync' ? 'erp' : 'crm',
        connectionId: this.connection?.id ?? null,
        keepNonBlank: this.keepNonBlank,
        records: this.#records,
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

      .short {
        width: 10em;
      }

      .keys {
        display: grid;
        gap: var(--so-space-1);
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
