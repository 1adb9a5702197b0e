import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { ComparedValues, ConnectionBlock, FoundActors } from '../../shared/api/erp-tab.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import type { ActorType, CrmEntity } from '../../shared/vocabulary.ts';
import { ApiError, type Api } from '../api/client.ts';
import { compareValues, searchActors } from '../api/erp-tab.ts';
import { connectEntity } from '../api/links.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText } from '../locales/error-text.ts';
import { entityTypeName } from '../locales/actor-type-name.ts';
import { Closed } from '../ui/closed.ts';
import '../ui/busy.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import './asked-values.ts';
import { firstAnswers, hasAll, type Answers, type AnswersChanged } from './asked-values.ts';
import './compare-values.ts';
import type { Choices, ChoicesChanged } from './compare-values.ts';
import './found-actors.ts';
import type { ActorChosen } from './found-actors.ts';
import { CreateRequested } from './requests.ts';

/** The record in view is connected. */
export class Connected extends Event {
  constructor() {
    super('erpsync-connected');
  }
}

/**
 * Finds the actor for the record in view, lets the user choose the right values, and connects the two.
 *
 * @property block - the ERP connection
 * @property actorType - what kind of actor to look for
 * @property entity - the record in view
 * @property entityName - its name, which is searched for at once
 * @fires {Connected} erpsync-connected
 * @fires {CreateRequested} erpsync-create-requested - none of them is the right one
 * @fires {Closed} erpsync-closed - left without connecting
 */
export class ConnectDialog extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) block!: ConnectionBlock;
  @property({ attribute: false }) actorType!: ActorType;
  @property({ attribute: false }) entity!: CrmEntity;
  @property() entityName = '';

  /** What was last searched for; null until the record's name has been. */
  @state() private wanted: string | null = null;
  @state() private chosen: string | null = null;
  @state() private compared: ComparedValues | null = null;
  @state() private choices: Choices = {};
  @state() private answers: Answers = {};
  /** The user tried to go on: what is missing is marked. */
  @state() private pressed = false;
  /** The user says that the ERP does not have it. */
  @state() private noMatch = false;
  @state() private working = false;
  @state() private problem: string | null = null;

  #found = new Task(this, {
    args: () => [this.wanted ?? this.entityName] as const,
    task: ([text], { signal }) => {
      const { connectionId } = this.block;
      return searchActors(this.api, { connectionId, entity: this.entity, actorType: this.actorType, text }, signal);
    },
  });

  /** An answer for a dialog that was left in the meantime is not waited for. */
  #leaving = new AbortController();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leaving.abort();
  }

  override render() {
    return html`<erpsync-dialog
      open
      size="large"
      heading=${msg(str`Connect "${this.entityName}" to ${this.block.name}`)}
      @erpsync-dialog-closed=${this.#leave}
    >
      ${this.problem === null ? nothing : html`<erpsync-notice kind="error">${this.problem}</erpsync-notice>`}
      ${this.compared ? this.#compare(this.compared) : this.#search()}
      <p slot="help" id="refusal" class="muted note">${this.#refusal}</p>
      <button
        slot="footer"
        class="button primary"
        aria-disabled=${this.working || this.#refusal !== ''}
        aria-describedby="refusal"
        title=${this.#refusal}
        @click=${this.compared ? this.#connect : this.noMatch ? this.#create : this.#choose}
      >
        ${this.working ? msg('Connecting …') : this.noMatch ? msg('Create') : msg('Connect')}
      </button>
      ${
        this.compared
          ? html`<button slot="footer" class="button" @click=${this.#back}>${msg('Back')}</button>`
          : nothing
      }
      <button slot="footer" class="button" @click=${this.#leave}>${msg('Cancel')}</button>
    </erpsync-dialog>`;
  }

  get #refusal(): string {
    if (this.noMatch) return this.block.canCreate ? '' : msg('You do not have the right to create records here.');
    return this.compared || this.chosen !== null ? '' : msg('Select a row first.');
  }

  #search() {
    return html`
      <form class="row" role="search" @submit=${this.#submit}>
        <label for="text" class="label">${msg('Search ERP:')}</label>
        <input
          id="text"
          name="text"
          type="search"
          class="input"
          maxlength="254"
          autocomplete="off"
          autofocus
          .defaultValue=${this.entityName}
        />
        <button class="button">${msg('Search')}</button>
      </form>
      ${this.#found.render({
        pending: () => html`<erpsync-busy>${msg('Searching the ERP system …')}</erpsync-busy>`,
        error: (error) =>
          html`<erpsync-notice kind="error">
            ${errorText(error)}
            <button slot="action" @click=${() => this.#found.run()}>${msg('Retry')}</button>
          </erpsync-notice>`,
        complete: (found) => this.#hits(found),
      })}
      <label class="row">
        <input
          class="check"
          type="checkbox"
          .checked=${this.noMatch}
          @change=${({ target }: Event) => (this.noMatch = (target as HTMLInputElement).checked)}
        />
        ${msg("Can't find match in ERP")}
      </label>
    `;
  }

  #hits(found: FoundActors) {
    if (found.actors.length === 0) {
      return html`<p role="status">
        ${msg(str`No match in ${this.block.name}. Search for another name, or for a number.`)}
      </p>`;
    }
    return html`<erpsync-found-actors
      .found=${found}
      .chosen=${this.chosen}
      ?readOnly=${this.noMatch}
      @erpsync-actor-chosen=${({ erpKey, sure }: ActorChosen) => {
        this.chosen = erpKey;
        if (sure) void this.#choose();
      }}
    ></erpsync-found-actors>`;
  }

  #compare({ fields, asked }: ComparedValues) {
    return html`${fields.every(({ equal }) => equal) ? this.#equal() : this.#differing(fields)} ${this.#asked(asked)}`;
  }

  #equal() {
    return html`<p role="status">${msg('All values are equal. Do you still want to connect?')}</p>`;
  }

  #asked(asked: ComparedValues['asked']) {
    if (asked.length === 0) return nothing;
    return html`
      <h3>${msg(str`Fill in these values for ${this.block.name}`)}</h3>
      <erpsync-asked-values
        .fields=${asked}
        .answers=${this.answers}
        ?pressed=${this.pressed}
        @erpsync-answers-changed=${this.#answer}
      ></erpsync-asked-values>
    `;
  }

  #differing(fields: ComparedValues['fields']) {
    return html`
      <h3>${msg(str`Select correct field values for linked ${entityTypeName(this.entity.type)}`)}</h3>
      <p class="muted">${msg('The correct values will be written to both ERP and SuperOffice.')}</p>
      <erpsync-compare-values
        .fields=${fields}
        .choices=${this.choices}
        connectionName=${this.block.name}
        @erpsync-choices-changed=${(event: ChoicesChanged) => (this.choices = event.choices)}
      ></erpsync-compare-values>
    `;
  }

  #answer({ answers }: AnswersChanged): void {
    this.answers = answers;
    this.problem = null;
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const text = new FormData(event.target as HTMLFormElement).get('text');
    this.problem = null;
    this.chosen = null;
    // The same words may find something else now.
    if (text === (this.wanted ?? this.entityName)) void this.#found.run();
    else this.wanted = typeof text === 'string' ? text : '';
  }

  #create(): void {
    if (this.#refusal === '') this.dispatchEvent(new CreateRequested(this.block, this.actorType));
  }

  /** Compares the chosen actor with the record in view. */
  #choose(): Promise<void> {
    return this.#act(() => this.#fetchCompared());
  }

  #connect(): Promise<void> {
    return this.#act(async () => {
      const { compared, chosen, answers } = this;
      if (!compared || chosen === null) return;
      this.pressed = true;
      if (!hasAll(compared.asked, answers)) {
        this.problem = msg('Please add values in all mandatory fields before connecting to ERP.');
        return;
      }
      await connectEntity(this.api, {
        connectionId: this.block.connectionId,
        entity: this.entity,
        actor: { type: this.actorType, erpKey: chosen },
        choices: this.choices,
        answers,
        seen: compared.seen,
      });
      this.dispatchEvent(new Connected());
    });
  }

  async #fetchCompared(): Promise<void> {
    if (this.chosen === null) return;
    this.compared = await compareValues(
      this.api,
      {
        connectionId: this.block.connectionId,
        entity: this.entity,
        actor: { type: this.actorType, erpKey: this.chosen },
      },
      this.#leaving.signal,
    );
    this.answers = firstAnswers(this.compared.asked);
    this.pressed = false;
    this.choices = Object.fromEntries(
      this.compared.fields
        .filter(({ equal }) => !equal)
        .map(({ key, only, preselected }) => [key, only ?? preselected]),
    );
  }

  async #act(work: () => Promise<void>): Promise<void> {
    if (this.working || this.#refusal !== '') return;
    this.working = true;
    this.problem = null;
    try {
      await work();
    } catch (error) {
      if (!this.isConnected) return;
      this.problem = errorText(error);
      if (error instanceof ApiError) await this.#catchUp(error.body.code).catch(() => this.#back());
    } finally {
      this.working = false;
    }
  }

  /** Somebody was faster: what is on the screen is brought up to date, and the user decides again. */
  async #catchUp(code: ErrorCode): Promise<void> {
    if (code === 'link.changed') await this.#fetchCompared();
    if (code !== 'link.actor_taken' && code !== 'actor.not_found') return;
    this.compared = null;
    this.chosen = null;
    void this.#found.run();
  }

  #back(): void {
    this.compared = null;
  }

  #leave(event: Event): void {
    // What is being written cannot be called back.
    if (this.working && this.compared) event.preventDefault();
    else this.dispatchEvent(new Closed());
  }

  static override styles = [
    base,
    css`
      form,
      erpsync-notice,
      erpsync-busy,
      h3 {
        margin-bottom: var(--so-space-4);
      }

      h3 + p {
        margin: calc(var(--so-space-3) * -1) 0 var(--so-space-4);
      }

      .row .input {
        flex: 1;
        min-width: 160px;
        border-radius: var(--so-radius-pill);
      }

      .note {
        font-size: var(--so-size-note);
      }
    `,
  ];
}

define('erpsync-connect-dialog', ConnectDialog);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-connect-dialog': ConnectDialog;
  }
  interface HTMLElementEventMap {
    'erpsync-connected': Connected;
  }
}
