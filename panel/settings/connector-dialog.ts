import { consume } from '@lit/context';
import { msg } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Connector, ConnectorKind, SaveConnector, TestConnector } from '../../shared/api/connectors.ts';
import { sameOrigin } from '../../shared/rules/same-origin.ts';
import type { ConnectorKindName } from '../../shared/vocabulary.ts';
import { ApiError, type Api } from '../api/client.ts';
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
import {
  draftOf,
  goesWhereItWent,
  secretNames,
  settingsOf,
  signInKindNames,
  signInKinds,
  type SignInDraft,
  type SignInKind,
} from './sign-in-draft.ts';
import './authority-input.ts';
import type { AuthorityGiven } from './authority-input.ts';
import './wsdl-input.ts';
import type { WsdlGiven } from './wsdl-input.ts';

/** One input of a sign-in. */
interface SignInField {
  readonly key: Exclude<keyof SignInDraft, 'kind'>;
  readonly name: string;
  readonly required?: boolean;
  readonly hint?: string;
}

interface Draft {
  readonly name: string;
  readonly kind: ConnectorKindName | null;
  readonly url: string;
  readonly signIn: SignInDraft;
  /** Undefined as long as nobody touched it: what is kept stays. */
  readonly wsdl: string[] | null | undefined;
  readonly authority: string | null | undefined;
}

const kept = { wsdl: undefined, authority: undefined };

/**
 * "Edit Sync Connector": a name, a kind, the URL and the sign-in if the kind has them, and below _More_ who vouches for the
 * connector, and a WSDL.
 *
 * @property connector - null for a new one
 * @fires {SettingsChanged} erpsync-settings-changed
 * @fires {Closed} erpsync-closed
 */
export class ConnectorDialog extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) connector: Connector | null = null;

  @state() private draft: Draft = { name: '', kind: null, url: '', signIn: draftOf(null), ...kept };
  @state() private touched = false;
  @state() private testing = false;
  @state() private saving = false;
  @state() private passed = false;
  @state() private failure: unknown = null;
  @state() private help = false;

  #kinds = new Task(this, { args: () => [], task: (_, { signal }) => fetchConnectorKinds(this.api, signal) });

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.connector) return;
    const { name, kind, url, signIn } = this.connector;
    this.draft = { name, kind, url, signIn: draftOf(signIn), ...kept };
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
      ${kind?.signsIn ? this.#signIn() : null}
      ${
        kind?.needsUrl
          ? html`<details ?open=${this.#asksForMore}>
              <summary>${msg('More')}</summary>
              <erpsync-authority-input
                .kept=${this.connector?.authority ?? null}
                ?moved=${!sameOrigin(this.draft.url, this.connector?.url ?? '')}
                @erpsync-authority-given=${({ authority }: AuthorityGiven) => this.#edit({ authority })}
              ></erpsync-authority-input>
              ${
                kind.wsdl
                  ? html`<erpsync-wsdl-input
                      .kept=${this.connector?.wsdl ?? null}
                      @erpsync-wsdl-given=${({ documents }: WsdlGiven) => this.#edit({ wsdl: documents })}
                    ></erpsync-wsdl-input>`
                  : null
              }
            </details>`
          : null
      }
    `;
  }

  #signIn() {
    const { signIn } = this.draft;
    return html`<div class="field">
        <label for="sign-in">${msg('Sign-in')}:</label>
        <select
          id="sign-in"
          class="input"
          @change=${(event: Event) => this.#editSignIn({ kind: (event.target as HTMLSelectElement).value as SignInKind })}
        >
          ${signInKinds.map(
            (each) => html`<option value=${each} ?selected=${each === signIn.kind}>${signInKindNames[each]()}</option>`,
          )}
        </select>
      </div>
      ${this.#signInFields.map(
        ({ key, name, required = true, hint = '' }) =>
          html`<div class="field">
            <label for=${key}>${name}:</label>
            <input
              id=${key}
              class="input"
              type=${key === 'secret' ? 'password' : key === 'tokenUrl' ? 'url' : 'text'}
              autocomplete=${key === 'secret' ? 'new-password' : 'off'}
              maxlength=${key === 'secret' ? 2000 : 1023}
              aria-required=${required && !(key === 'secret' && this.#secretKept)}
              placeholder=${key === 'secret' && this.#secretKept ? '••••••••' : required ? hint || '*' : ''}
              .value=${signIn[key]}
              @input=${(event: Event) => this.#editSignIn({ [key]: (event.target as HTMLInputElement).value })}
            />
          </div>`,
      )}
      ${
        this.#secretLost
          ? html`<p class="muted">
              ${msg('The address has changed: type the secret again. It is sent only where it was typed for.')}
            </p>`
          : null
      }`;
  }

  get #signInFields(): readonly SignInField[] {
    const { kind } = this.draft.signIn;
    if (kind === 'none') return [];
    const secret: SignInField = { key: 'secret', name: secretNames[kind]() };
    switch (kind) {
      case 'header':
        return [{ key: 'headerName', name: msg('Header name'), hint: 'X-Api-Key' }, secret];
      case 'basic':
        return [{ key: 'userName', name: msg('User name') }, secret];
      case 'oauth':
        return [
          { key: 'tokenUrl', name: msg('Token URL'), hint: 'https://' },
          { key: 'clientId', name: msg('Client ID') },
          secret,
          { key: 'scope', name: msg('OAuth scope'), required: false },
        ];
    }
  }

  /** A stored secret that is used again, because it goes where it was typed for. */
  get #secretKept(): boolean {
    return this.#secretStored && this.draft.signIn.secret === '' && this.#goesWhereItWent;
  }

  get #secretLost(): boolean {
    const { kind, secret } = this.draft.signIn;
    return this.#secretStored && kind === this.connector?.signIn?.kind && secret === '' && !this.#goesWhereItWent;
  }

  get #secretStored(): boolean {
    return this.connector?.secretSet ?? false;
  }

  get #goesWhereItWent(): boolean {
    const { url, signIn } = this.draft;
    return this.connector !== null && goesWhereItWent({ url, signIn: settingsOf(signIn) }, this.connector);
  }

  #outcome() {
    return html`
      <p id="missing" class="muted" aria-live="polite">${missingText(this.#missing.map(({ name }) => name))}</p>
      ${this.testing ? html`<erpsync-busy>${msg('Testing …')}</erpsync-busy>` : null}
      ${this.saving ? html`<erpsync-busy>${msg('Saving …')}</erpsync-busy>` : null}
      ${this.passed ? html`<erpsync-notice kind="success">${msg('The sync connector answers.')}</erpsync-notice>` : null}
      ${this.failure ? html`<erpsync-notice kind="error">${errorText(this.failure)}</erpsync-notice>` : null}
    `;
  }

  /** What is wrong, or will be, is mended below _More_. */
  get #asksForMore(): boolean {
    const { failure } = this;
    return failure instanceof ApiError && /certificate|wsdl/.test(failure.body.code);
  }

  /** The chosen kind, the first until another one is chosen. */
  #kind(kinds: readonly ConnectorKind[] = this.#kinds.value ?? []): ConnectorKind | null {
    return kinds.find(({ kind }) => kind === this.draft.kind) ?? kinds[0] ?? null;
  }

  /** What is still to be filled in: the ids of the inputs, and their names. */
  get #missing(): readonly { readonly id: string; readonly name: string }[] {
    const kind = this.#kind();
    const { signIn } = this.draft;
    return [
      ...(this.draft.name.trim() === '' ? [{ id: 'name', name: msg('Sync Connector name') }] : []),
      ...(kind?.needsUrl && this.draft.url === '' ? [{ id: 'url', name: msg('Sync Connector URL') }] : []),
      ...(kind?.signsIn ? this.#signInFields : [])
        .filter(
          ({ key, required = true }) =>
            required && signIn[key].trim() === '' && !(key === 'secret' && this.#secretKept),
        ) // prettier-ignore
        .map(({ key, name }) => ({ id: key, name })),
    ];
  }

  /** How the connector is reached, as it stands in the form. */
  #reached(kind: ConnectorKind): TestConnector {
    const { url, signIn, wsdl, authority } = this.draft;
    const signsIn = kind.signsIn && signIn.kind !== 'none';
    return {
      kind: kind.kind,
      url: kind.needsUrl ? url : '',
      ...(signsIn ? { signIn: settingsOf(signIn) } : {}),
      ...(signsIn && signIn.secret !== '' ? { secret: signIn.secret } : {}),
      ...(kind.wsdl && wsdl !== undefined ? { wsdl } : {}),
      ...(kind.needsUrl && authority !== undefined ? { authority } : {}),
    };
  }

  #editSignIn(change: Partial<SignInDraft>): void {
    this.#edit({ signIn: { ...this.draft.signIn, ...change } });
  }

  #edit(change: Partial<Draft>): void {
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
      await testConnector(this.api, {
        ...this.#reached(kind),
        ...(this.connector ? { id: this.connector.id } : {}),
      });
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
      this.renderRoot.querySelector<HTMLElement>(`#${this.#missing[0]?.id ?? 'name'}`)?.focus();
      return;
    }
    const body: SaveConnector = { ...this.#reached(kind), name: this.draft.name.trim() };
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

      select.input {
        max-width: 20em;
      }

      details {
        margin-block: var(--so-space-3);
      }

      summary {
        cursor: pointer;
        width: fit-content;
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
