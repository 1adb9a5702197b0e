import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Connection, SaveConnection, Scope } from '../../shared/api/connections.ts';
import type { ConfigField, Connector } from '../../shared/api/connectors.ts';
import { askedFields } from '../../shared/rules/asked-fields.ts';
import { sameOrigin } from '../../shared/rules/same-origin.ts';
import { conflictPolicies, type ConflictPolicy, type FieldValue } from '../../shared/vocabulary.ts';
import type { Api } from '../api/client.ts';
import {
  activateConnection,
  addConnection,
  deactivateConnection,
  saveConnection,
  testSettings,
} from '../api/connections.ts';
import { fetchConfigFields } from '../api/connectors.ts';
import { fetchPeople } from '../api/people.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText } from '../locales/error-text.ts';
import { policyNames } from './policy-name.ts';
import '../ui/busy.ts';
import '../ui/combobox.ts';
import type { ItemChosen } from '../ui/combobox.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import '../ui/value-input.ts';
import type { ValueChanged } from '../ui/value-input.ts';
import { Closed } from '../ui/closed.ts';
import { ConnectionSaved } from './connection-saved.ts';
import { keptOpen } from './kept-open.ts';
import { missingText } from './missing-text.ts';
import { defaultPollInterval, pollIntervalName, pollIntervals } from './poll-interval.ts';
import './scope-dialog.ts';
import type { ScopeChosen } from './scope-dialog.ts';

interface Draft {
  readonly active: boolean;
  readonly name: string;
  readonly description: string;
  readonly connectorId: string | null;
  readonly scope: Scope;
  /** What was typed here, by field key. */
  readonly config: Readonly<Record<string, FieldValue>>;
  readonly pollSeconds: number;
  readonly policy: ConflictPolicy;
  readonly brake: Connection['brake'];
}

/**
 * "Define new ERP connection": OK stays dimmed until everything needed is there and the settings have been tested.
 *
 * @property connection - null for a new one
 * @property connectors - to choose from
 * @fires {ConnectionSaved} erpsync-connection-saved
 * @fires {Closed} erpsync-closed
 */
export class ConnectionDialog extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) connection: Connection | null = null;
  @property({ attribute: false }) connectors: readonly Connector[] = [];

  @state() private draft!: Draft;
  /** The settings that passed the test, as they were sent. */
  @state() private tested: string | null = null;
  @state() private working: 'testing' | 'saving' | null = null;
  @state() private failure: unknown = null;
  @state() private scopeShown = false;
  @state() private help = false;
  #opened!: Draft;

  #fields = new Task(this, {
    args: () => [this.draft.connectorId] as const,
    task: async ([connectorId], { signal }) =>
      connectorId === null ? [] : (await fetchConfigFields(this.api, connectorId, signal)).fields,
  });

  #people = new Task(this, { args: () => [], task: (_, { signal }) => fetchPeople(this.api, signal) });

  override connectedCallback(): void {
    super.connectedCallback();
    const only = this.connectors.length === 1 ? this.connectors[0] : undefined;
    this.draft = this.connection
      ? { ...this.connection, config: {} }
      : {
          active: false,
          name: '',
          description: '',
          connectorId: only?.id ?? null,
          scope: { everyone: true, members: [] },
          config: {},
          pollSeconds: defaultPollInterval,
          policy: 'ask',
          brake: { percent: 5, links: 200 },
        };
    this.#opened = this.draft;
  }

  override render() {
    return html`<erpsync-dialog
        open
        heading=${this.connection ? msg('Edit ERP connection') : msg('Define new ERP connection')}
        @erpsync-dialog-closed=${this.#leave}
      >
        ${this.help ? this.#helpText() : null} ${this.#general()} ${this.#configuration()} ${this.#description()}
        ${this.#outcome()}
        <button slot="help" class="button" aria-expanded=${this.help} @click=${() => (this.help = !this.help)}>
          ${msg('Help')}
        </button>
        <button slot="footer" class="button" aria-disabled=${!this.#testable} @click=${this.#test}>
          ${msg('Test ERP connection')}
        </button>
        <button
          slot="footer"
          class="button primary"
          aria-disabled=${!this.#savable}
          aria-describedby="missing"
          @click=${this.#save}
        >
          ${msg('OK')}
        </button>
        <button slot="footer" class="button" @click=${() => this.dispatchEvent(new Closed())}>${msg('Cancel')}</button>
      </erpsync-dialog>
      ${
        this.scopeShown
          ? html`<erpsync-scope-dialog
              .scope=${this.draft.scope}
              @erpsync-scope-chosen=${({ scope }: ScopeChosen) => this.#edit({ scope })}
              @erpsync-closed=${() => (this.scopeShown = false)}
            ></erpsync-scope-dialog>`
          : null
      }`;
  }

  #helpText() {
    return html`<erpsync-notice>
      ${msg('An ERP connection is one client or company in your ERP system. Fill in what the sync connector asks for and test it; then choose under Mappings which fields are kept equal. Only active ERP connections synchronize and show on the ERP tab.')}
    </erpsync-notice>`;
  }

  #general() {
    const { active, name, connectorId, scope, pollSeconds, policy } = this.draft;
    return html`
      <div class="field">
        <label for="active">${msg('Active')}:</label>
        <input
          id="active"
          class="check"
          type="checkbox"
          .checked=${active}
          @change=${(event: Event) => this.#edit({ active: (event.target as HTMLInputElement).checked })}
        />
      </div>
      <div class="field">
        <label for="name">${msg('Name')}:</label>
        <input
          id="name"
          class="input"
          autofocus
          maxlength="254"
          placeholder="*"
          aria-required="true"
          .value=${name}
          @input=${(event: Event) => this.#edit({ name: (event.target as HTMLInputElement).value })}
        />
      </div>
      <div class="field">
        <span class="label">${msg('ERP Sync Connector')}:</span>
        ${
          this.connection
            ? html`<span>${this.connection.connectorName}</span>`
            : html`<erpsync-combobox
                id="connector"
                required
                label=${msg('ERP Sync Connector')}
                placeholder="*"
                .items=${this.connectors.map((connector) => ({ key: connector.id, text: connector.name }))}
                .value=${connectorId}
                @erpsync-item-chosen=${({ key }: ItemChosen) => this.#edit({ connectorId: key, config: {} })}
              ></erpsync-combobox>`
        }
      </div>
      <div class="field scope" role="radiogroup" aria-label=${msg('Scope')}>
        <span class="label">${msg('Scope')}:</span>
        <div class="choices">
          <label class="row">
            <input
              class="check"
              type="radio"
              name="scope"
              .checked=${scope.everyone}
              @change=${() => this.#edit({ scope: { ...scope, everyone: true } })}
            />${msg('Everyone')}
          </label>
          <label class="row">
            <input
              class="check"
              type="radio"
              name="scope"
              .checked=${!scope.everyone}
              @change=${() => this.#edit({ scope: { ...scope, everyone: false } })}
            />${msg('Specific users + groups')}
          </label>
          ${
            scope.everyone
              ? null
              : html`<button id="scope" class="link names" @click=${() => (this.scopeShown = true)}>
                  ${this.#scopeNames(scope)}
                </button>`
          }
        </div>
      </div>
      <div class="field">
        <label for="interval">${msg('Look for changes in ERP')}:</label>
        <select
          id="interval"
          class="input"
          @change=${(event: Event) => this.#edit({ pollSeconds: Number((event.target as HTMLSelectElement).value) })}
        >
          ${[...new Set([...pollIntervals, this.#opened.pollSeconds])]
            .sort((a, b) => a - b)
            .map(
              (seconds) =>
                html`<option value=${seconds} ?selected=${seconds === pollSeconds}>
                  ${pollIntervalName(seconds)}
                </option>`,
            )}
        </select>
      </div>
      <div class="field">
        <label for="policy">${msg('Changed on both sides')}:</label>
        <select
          id="policy"
          class="input"
          @change=${(event: Event) => this.#edit({ policy: (event.target as HTMLSelectElement).value as ConflictPolicy })}
        >
          ${conflictPolicies.map(
            (each) => html`<option value=${each} ?selected=${each === policy}>${policyNames[each]()}</option>`,
          )}
        </select>
      </div>
      <div class="field" role="group" aria-labelledby="brake">
        <span id="brake" class="label">${msg('Ask when more change than')}:</span>
        <div class="row">
          ${this.#limit('percent', 100, msg('Percent of the connected records'))} %, ${msg('at most')}
          ${this.#limit('links', 1_000_000, msg('Records at most'))} ${msg('records')}
        </div>
      </div>
    `;
  }

  #limit(of: 'percent' | 'links', max: number, label: string) {
    return html`<input
      class="input limit"
      type="number"
      min="1"
      max=${max}
      aria-label=${label}
      .value=${String(this.draft.brake[of])}
      @change=${(event: Event) => {
        const typed = Math.round(Number((event.target as HTMLInputElement).value));
        const value = Math.min(max, Math.max(1, typed || 1));
        (event.target as HTMLInputElement).value = String(value);
        this.#edit({ brake: { ...this.draft.brake, [of]: value } });
      }}
    />`;
  }

  #scopeNames({ members }: Scope): string {
    if (members.length === 0) return msg('No users or groups are selected');
    const { users = [], groups = [] } = this.#people.value ?? {};
    const names = members.map(
      ({ kind, id }) => (kind === 'user' ? users : groups).find((each) => each.id === id)?.name ?? String(id),
    );
    return names.length > 5 ? msg(str`${names.slice(0, 4).join(', ')} and ${names.length - 4} more`) : names.join(', ');
  }

  #configuration() {
    if (this.draft.connectorId === null) return null;
    return html`<fieldset class="config">
      <legend>${msg('Configuration fields')}</legend>
      ${
        this.#locked
          ? html`<erpsync-notice>
              ${msg('These fields can be changed while the ERP connection is not active. Untick Active first.')}
            </erpsync-notice>`
          : null
      }
      ${this.#fields.render({
        pending: () => html`<erpsync-busy></erpsync-busy>`,
        error: (error) =>
          html`<erpsync-notice kind="error">
            ${errorText(error)}
            <button slot="action" @click=${() => this.#fields.run()}>${msg('Try again')}</button>
          </erpsync-notice>`,
        complete: () =>
          this.#asked.length === 0
            ? html`<p class="muted">${msg('This sync connector asks for nothing.')}</p>`
            : [...Map.groupBy(this.#asked, ({ section }) => section ?? '')].map(([name, fields]) =>
                this.#section(name, fields),
              ),
      })}
    </fieldset>`;
  }

  #section(name: string, fields: readonly ConfigField[]) {
    const inputs = repeat(
      fields,
      ({ key }) => key,
      (field) => this.#configField(field),
    );
    return name === ''
      ? inputs
      : html`<fieldset class="section">
          <legend>${name}</legend>
          ${inputs}
        </fieldset>`;
  }

  #configField(field: ConfigField) {
    const id = `config-${field.key}`;
    return html`<div class="field config-field">
      <label for=${id}>${field.name}:</label>
      <erpsync-value-input
        id=${id}
        explained
        .field=${field}
        .value=${this.#valueOf(field)}
        ?secretSet=${this.#secretKept(field)}
        ?disabled=${this.#locked}
        @erpsync-value-changed=${({ key, value }: ValueChanged) =>
          this.#edit({ config: { ...this.draft.config, [key]: value } })}
      ></erpsync-value-input>
    </div>`;
  }

  #description() {
    return html`<div class="field">
      <label for="description">${msg('Description')}:</label>
      <textarea
        id="description"
        class="input"
        rows="2"
        maxlength="254"
        .value=${this.draft.description}
        @input=${(event: Event) => this.#edit({ description: (event.target as HTMLTextAreaElement).value })}
      ></textarea>
    </div>`;
  }

  #outcome() {
    return html`<div id="outcome">
      <p id="missing" class="muted" aria-live="polite">${this.#missingText()}</p>
      ${this.working === 'testing' ? html`<erpsync-busy>${msg('Testing …')}</erpsync-busy>` : null}
      ${this.working === 'saving' ? html`<erpsync-busy>${msg('Saving …')}</erpsync-busy>` : null}
      ${
        this.tested !== null && this.#isTested
          ? html`<erpsync-notice kind="success">${msg('The test succeeded.')}</erpsync-notice>`
          : null
      }
      ${this.failure ? html`<erpsync-notice kind="error">${errorText(this.failure)}</erpsync-notice>` : null}
    </div>`;
  }

  /** What an active connection works with does not change under its feet. */
  get #locked(): boolean {
    return (this.connection?.active ?? false) && this.draft.active;
  }

  /** Typed here, or stored, or for a new connection what the connector suggests. A stored secret is not known here. */
  #valueOf(field: ConfigField): FieldValue {
    if (field.key in this.draft.config) return this.draft.config[field.key] ?? null;
    return this.connection ? (this.connection.config[field.key] ?? null) : field.defaultValue;
  }

  /** A secret is not sent to another address than the one it was typed for. */
  #secretKept({ key, sentTo }: ConfigField): boolean {
    const stored = (this.connection?.secretsSet.includes(key) ?? false) && (this.draft.config[key] ?? null) === null;
    if (!stored || sentTo === undefined || !(sentTo in this.draft.config)) return stored;
    return sameOrigin(this.draft.config[sentTo] ?? null, this.connection?.config[sentTo] ?? null);
  }

  /** What the connector asks for, given the values. */
  get #asked(): readonly ConfigField[] {
    return askedFields(this.#fields.value ?? [], (field) => this.#valueOf(field));
  }

  /** What the connector gets. A stored secret that was not typed again is left out, which keeps it. */
  get #config(): Record<string, FieldValue> {
    const fields = this.#asked.filter((field) => field.kind !== 'label' && !this.#secretKept(field));
    return Object.fromEntries(fields.map((field) => [field.key, this.#valueOf(field)]));
  }

  get #settings(): string {
    return JSON.stringify([this.draft.connectorId, this.#config]);
  }

  /** A saved connection was tested when it was saved; only other settings need another test. */
  get #isTested(): boolean {
    if (this.tested !== null) return this.tested === this.#settings;
    return this.connection !== null && Object.keys(this.draft.config).every((key) => this.#unchanged(key));
  }

  #unchanged(key: string): boolean {
    const typed = this.draft.config[key] ?? null;
    return !this.connection?.secretsSet.includes(key) && typed === (this.connection?.config[key] ?? null)
      ? true
      : typed === null && (this.connection?.secretsSet.includes(key) ?? false);
  }

  get #emptySettings(): readonly ConfigField[] {
    return this.#asked.filter(
      (field) => field.access === 'mandatory' && this.#valueOf(field) === null && !this.#secretKept(field),
    );
  }

  get #missingSettings(): string[] {
    const empty = this.#emptySettings;
    return [...(this.draft.connectorId === null ? [msg('ERP Sync Connector')] : []), ...empty.map(({ name }) => name)];
  }

  get #missing(): string[] {
    const { name, scope } = this.draft;
    return [
      ...(name.trim() === '' ? [msg('Name')] : []),
      ...(!scope.everyone && scope.members.length === 0 ? [msg('Scope')] : []),
      ...this.#missingSettings,
    ];
  }

  #missingText(): string {
    const fill = missingText(this.#missing);
    return this.#isTested
      ? fill
      : [fill, msg('Test the ERP connection before you press OK.')].filter(Boolean).join(' ');
  }

  get #testable(): boolean {
    return this.working === null && this.#fields.value !== undefined && this.#missingSettings.length === 0;
  }

  get #savable(): boolean {
    return this.#testable && this.#missing.length === 0 && this.#isTested;
  }

  #edit(change: Partial<Draft>): void {
    this.draft = { ...this.draft, ...change };
    this.failure = null;
  }

  async #test(): Promise<void> {
    const { connectorId } = this.draft;
    if (!this.#testable || connectorId === null) return;
    const settings = this.#settings;
    await this.#do('testing', async () => {
      await testSettings(this.api, {
        connectorId,
        config: this.#config,
        ...(this.connection ? { connectionId: this.connection.id } : {}),
      });
      this.tested = settings;
    });
  }

  async #save(): Promise<void> {
    const { name, description, connectorId, scope, pollSeconds, policy, brake } = this.draft;
    if (!this.#savable || connectorId === null) {
      this.#focusMissing();
      return;
    }
    const body: SaveConnection = {
      connectorId,
      name: name.trim(),
      description: description.trim(),
      scope,
      config: this.#config,
      pollSeconds,
      policy,
      brake,
    };
    await this.#do('saving', async () => {
      if (this.connection?.active && !this.draft.active) await deactivateConnection(this.api, this.connection.id);
      const saved = this.connection
        ? await saveConnection(this.api, this.connection.id, body)
        : await addConnection(this.api, body);
      // From here on it is this connection that is edited, should the activation fail.
      this.connection = saved;
      const wanted = this.draft.active && !saved.active;
      const reasons = wanted ? (await activateConnection(this.api, saved.id)).reasons : [];
      this.dispatchEvent(new ConnectionSaved(saved.id, reasons));
      this.dispatchEvent(new Closed());
    });
  }

  async #do(what: 'testing' | 'saving', work: () => Promise<void>): Promise<void> {
    this.working = what;
    this.failure = null;
    try {
      await work();
    } catch (error) {
      this.failure = error;
    } finally {
      this.working = null;
      await this.updateComplete;
      this.renderRoot.querySelector('#outcome')?.scrollIntoView({ block: 'nearest' });
    }
  }

  #focusMissing(): void {
    const { name, scope, connectorId } = this.draft;
    const place =
      name.trim() === ''
        ? '#name'
        : connectorId === null
          ? '#connector'
          : !scope.everyone && scope.members.length === 0
            ? '#scope'
            : `#config-${CSS.escape(this.#emptySettings[0]?.key ?? '')}`;
    this.renderRoot.querySelector<HTMLElement>(place)?.focus();
  }

  async #leave(event: Event): Promise<void> {
    if (!(await keptOpen(event, this.draft !== this.#opened))) this.dispatchEvent(new Closed());
  }

  static override styles = [
    base,
    css`
      :host {
        --label-width: 190px;
      }

      .limit {
        width: 7em;
      }

      .scope {
        align-items: start;
      }

      .choices {
        display: grid;
        justify-items: start;
        gap: var(--so-space-2);
      }

      .names {
        margin-inline-start: 28px;
      }

      .config {
        margin-block: var(--so-space-4);
        padding-block: var(--so-space-3) var(--so-space-2);
        border-block: 1px solid var(--so-line);
      }

      legend {
        padding-inline-end: var(--so-space-3);
      }

      .section {
        margin-block: var(--so-space-4) 0;
        padding: 0;
        border: 0;
      }

      .section legend {
        margin-block-end: var(--so-space-2);
        padding: 0;
        font-weight: 700;
      }

      .config-field {
        align-items: start;
      }

      .config-field > label {
        padding-block-start: var(--so-space-1);
      }

      select.input {
        max-width: 16em;
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

define('erpsync-connection-dialog', ConnectionDialog);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-connection-dialog': ConnectionDialog;
  }
}
