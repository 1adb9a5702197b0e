import { consume } from '@lit/context';
import { msg } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Connector, ConnectorKind, SaveConnector } from '../../shared/api/connectors.ts';
import type { ConnectorKindName } from '../../shared/vocabulary.ts';
import type { Api } from '../api/client.ts';
import { addConnector, fetchConnectorKinds, saveConnector, testConnector } from '../api/connectors.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText } from '../locales/error-text.ts';
import '../ui/busy.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { Closed } from '../ui/closed.ts';
import { connectorKindName } from './connector-kind-name.ts';
import { keptOpen } from './kept-open.ts';
import { missingText } from './missing-text.ts';
import { SettingsChanged } from './settings-changed.ts';

/**
 * "Edit Sync Connector": a name, a kind, and the URL if the kind needs one.
 *
 * @property connector - null for a new one
 * @fires {SettingsChanged} erpsync-settings-changed
 * @fires {Closed} erpsync-closed
 */
export class ConnectorDialog extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) connector: Connector | null = null;

  @state() private draft: { name: string; kind: ConnectorKindName | null; url: string } = {
    name: '',
    kind: null,
    url: '',
  };
  @state() private touched = false;
  @state() private testing = false;
  @state() private saving = false;
  @state() private passed = false;
  @state() private failure: unknown = null;
  @state() private help = false;

  #kinds = new Task(this, { args: () => [], task: (_, { signal }) => fetchConnectorKinds(this.api, signal) });

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.connector) this.draft = { ...this.connector };
  }

  override render() {
    return html`<erpsync-dialog
      open
      heading=${this.connector ? msg('Edit Sync Connector') : msg('Add Sync Connector')}
      @erpsync-dialog-closed=${this.#leave}
    >
      ${
        this.help
          ? html`<erpsync-notice>
              ${msg('A sync connector is the software that speaks to one kind of ERP system. Add it once; then add an ERP connection for each ERP client you want to reach with it.')}
            </erpsync-notice>`
          : null
      }
      <div class="field">
        <label for="name">${msg('Sync Connector name')}:</label>
        <input
          id="name"
          class="input"
          autofocus
          maxlength="254"
          aria-required="true"
          placeholder="*"
          .value=${this.draft.name}
          @input=${(event: Event) => this.#edit({ name: (event.target as HTMLInputElement).value })}
        />
      </div>
      ${this.#kinds.render({
        pending: () => html`<erpsync-busy></erpsync-busy>`,
        error: (error) =>
          html`<erpsync-notice kind="error">
            ${errorText(error)}
            <button slot="action" @click=${() => this.#kinds.run()}>${msg('Try again')}</button>
          </erpsync-notice>`,
        complete: (kinds) => this.#address(kinds),
      })}
      ${this.#outcome()}
      <button slot="help" class="button" aria-expanded=${this.help} @click=${() => (this.help = !this.help)}>
        ${msg('Help')}
      </button>
      <button slot="footer" class="button" aria-disabled=${this.testing} @click=${this.#test}>
        ${msg('Test Sync Connector')}
      </button>
      <button
        slot="footer"
        class="button primary"
        aria-disabled=${this.#missing.length > 0 || this.saving}
        aria-describedby="missing"
        @click=${this.#save}
      >
        ${msg('OK')}
      </button>
      <button slot="footer" class="button" @click=${() => this.dispatchEvent(new Closed())}>${msg('Cancel')}</button>
    </erpsync-dialog>`;
  }

  #address(kinds: readonly ConnectorKind[]) {
    const kind = this.#kind(kinds);
    return html`
      ${
        this.connector || kinds.length === 1
          ? html`<div class="field">
              <span class="label">${msg('Kind')}:</span><span>${kind && connectorKindName(kind.kind)}</span>
            </div>`
          : html`<div class="field kinds" role="radiogroup" aria-label=${msg('Kind')}>
              <span class="label">${msg('Kind')}:</span>
              <div>
                ${kinds.map(
                  (choice) =>
                    html`<label class="row">
                      <input
                        class="check"
                        type="radio"
                        name="kind"
                        .checked=${choice === kind}
                        @change=${() => this.#edit({ kind: choice.kind })}
                      />${connectorKindName(choice.kind)}
                    </label>`,
                )}
              </div>
            </div>`
      }
      ${
        kind?.needsUrl
          ? html`<div class="field">
              <label for="url">${msg('Sync Connector URL')}:</label>
              <input
                id="url"
                class="input"
                type="url"
                maxlength="1023"
                aria-required="true"
                placeholder="https://"
                .value=${this.draft.url}
                @input=${(event: Event) => this.#edit({ url: (event.target as HTMLInputElement).value.trim() })}
              />
            </div>`
          : null
      }
    `;
  }

  #outcome() {
    return html`
      <p id="missing" class="muted" aria-live="polite">${missingText(this.#missing)}</p>
      ${this.testing ? html`<erpsync-busy>${msg('Testing …')}</erpsync-busy>` : null}
      ${this.saving ? html`<erpsync-busy>${msg('Saving …')}</erpsync-busy>` : null}
      ${this.passed ? html`<erpsync-notice kind="success">${msg('The sync connector answers.')}</erpsync-notice>` : null}
      ${this.failure ? html`<erpsync-notice kind="error">${errorText(this.failure)}</erpsync-notice>` : null}
    `;
  }

  /** The chosen kind, the first until another one is chosen. */
  #kind(kinds: readonly ConnectorKind[] = this.#kinds.value ?? []): ConnectorKind | null {
    return kinds.find(({ kind }) => kind === this.draft.kind) ?? kinds[0] ?? null;
  }

  get #missing(): string[] {
    const kind = this.#kind();
    return [
      ...(this.draft.name.trim() === '' ? [msg('Sync Connector name')] : []),
      ...(kind?.needsUrl && this.draft.url === '' ? [msg('Sync Connector URL')] : []),
    ];
  }

  #edit(change: Partial<typeof this.draft>): void {
    this.draft = { ...this.draft, ...change };
    this.touched = true;
    this.passed = false;
    this.failure = null;
  }

  async #test(): Promise<void> {
    const kind = this.#kind();
    if (this.testing || !kind) return;
    const { draft } = this;
    this.testing = true;
    this.passed = false;
    this.failure = null;
    try {
      await testConnector(this.api, { kind: kind.kind, url: kind.needsUrl ? draft.url : '' });
      this.passed = draft === this.draft;
    } catch (error) {
      this.failure = error;
    } finally {
      this.testing = false;
    }
  }

  async #save(): Promise<void> {
    const kind = this.#kind();
    if (this.saving || !kind || this.#missing.length > 0) {
      this.renderRoot.querySelector<HTMLElement>(this.draft.name.trim() === '' ? '#name' : '#url')?.focus();
      return;
    }
    const body: SaveConnector = {
      kind: kind.kind,
      name: this.draft.name.trim(),
      url: kind.needsUrl ? this.draft.url : '',
    };
    this.saving = true;
    this.failure = null;
    try {
      await (this.connector ? saveConnector(this.api, this.connector.id, body) : addConnector(this.api, body));
      this.dispatchEvent(new SettingsChanged());
      this.dispatchEvent(new Closed());
    } catch (error) {
      this.failure = error;
    } finally {
      this.saving = false;
    }
  }

  async #leave(event: Event): Promise<void> {
    if (!(await keptOpen(event, this.touched))) this.dispatchEvent(new Closed());
  }

  static override styles = [
    base,
    css`
      :host {
        --label-width: 190px;
      }

      .kinds {
        align-items: start;
      }

      .kinds > div {
        display: grid;
        justify-items: start;
        gap: var(--so-space-2);
      }

      #missing:empty {
        display: none;
      }

      erpsync-notice,
      erpsync-busy {
        margin-block: var(--so-space-3);
      }
    `,
  ];
}

define('erpsync-connector-dialog', ConnectorDialog);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-connector-dialog': ConnectorDialog;
  }
}
