import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { CreatedActor, PreparedActor } from '../../shared/api/creations.ts';
import type { ConnectionBlock } from '../../shared/api/erp-tab.ts';
import type { ActorType, CrmEntity } from '../../shared/vocabulary.ts';
import { ApiError, type Api } from '../api/client.ts';
import { createActor, prepareActor } from '../api/creations.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { actorTypeName } from '../locales/actor-type-name.ts';
import { errorText, reasonText } from '../locales/error-text.ts';
import { formatValue } from '../locales/format.ts';
import { Closed } from '../ui/closed.ts';
import '../ui/busy.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';
import './asked-values.ts';
import { firstAnswers, hasAll, type Answers, type AnswersChanged } from './asked-values.ts';
import './found-actors.ts';

/** The ERP was asked for a new actor. */
export class ActorCreated extends Event {
  readonly state: CreatedActor['state'];

  constructor(state: CreatedActor['state']) {
    super('erpsync-actor-created');
    this.state = state;
  }
}

/**
 * Shows what would be created in the ERP and what looks like it already, asks for what is missing, and creates it.
 *
 * @property block - the ERP connection
 * @property actorType - what kind of actor to create
 * @property entity - the record in view
 * @fires {ActorCreated} erpsync-actor-created
 * @fires {Closed} erpsync-closed - left without creating
 */
export class CreateDialog extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) block!: ConnectionBlock;
  @property({ attribute: false }) actorType!: ActorType;
  @property({ attribute: false }) entity!: CrmEntity;

  @state() private answers: Answers = {};
  @state() private pressed = false;
  @state() private working = false;
  @state() private problem: string | null = null;

  #prepared = new Task(this, {
    args: () => [this.block, this.actorType, this.entity] as const,
    task: ([{ connectionId }, actorType, entity], { signal }) =>
      prepareActor(this.api, { connectionId, actorType, entity }, signal),
    // What was typed before somebody changed the record is kept.
    onComplete: ({ asked }) => (this.answers = { ...firstAnswers(asked), ...this.answers }),
  });

  override render() {
    const refusal = this.#refusal;
    return html`<erpsync-dialog
      open
      heading=${msg(str`Create in ERP "${this.block.name}"`)}
      @erpsync-dialog-closed=${this.#leave}
    >
      ${this.problem === null ? nothing : html`<erpsync-notice kind="error">${this.problem}</erpsync-notice>`}
      ${this.#prepared.render({
        pending: () => html`<erpsync-busy>${msg('Searching the ERP system …')}</erpsync-busy>`,
        error: (error) =>
          html`<erpsync-notice kind="error">
            ${errorText(error)}
            <button slot="action" @click=${() => this.#prepared.run()}>${msg('Retry')}</button>
          </erpsync-notice>`,
        complete: (prepared) => this.#content(prepared),
      })}
      <p slot="help" id="refusal" class="muted note">${refusal}</p>
      <button
        slot="footer"
        class="button primary"
        aria-disabled=${this.working || refusal !== ''}
        aria-describedby="refusal"
        title=${refusal}
        @click=${this.#create}
      >
        ${this.working ? msg('Creating …') : msg('Create')}
      </button>
      <button slot="footer" class="button" @click=${this.#leave}>${msg('Cancel')}</button>
    </erpsync-dialog>`;
  }

  get #refusal(): string {
    const prepared = this.#prepared.value;
    if (!prepared) return msg('Please wait.');
    return prepared.refused.length > 0 ? msg('It cannot be created as things are.') : '';
  }

  #content({ fields, asked, refused, twins }: PreparedActor) {
    const alike = twins && twins.actors.length > 0;
    return html`
      ${refused.map((reason) => html`<erpsync-notice kind="error">${reasonText(reason)}</erpsync-notice>`)}
      ${
        twins
          ? nothing
          : html`<erpsync-notice kind="attention">
              ${msg('The ERP system cannot be searched. Make sure that it does not have this record already.')}
            </erpsync-notice>`
      }
      ${
        alike
          ? html`<erpsync-notice kind="attention">
                ${msg(str`${this.block.name} has records that may be the same. If one of them is, cancel and connect to it.`)}
              </erpsync-notice>
              <erpsync-found-actors readOnly .found=${twins}></erpsync-found-actors>`
          : nothing
      }
      ${
        asked.length > 0
          ? html`<h3>${msg('Fill in these values for the new ERP actor.')}</h3>
              <erpsync-asked-values
                .fields=${asked}
                .answers=${this.answers}
                ?pressed=${this.pressed}
                @erpsync-answers-changed=${this.#answer}
              ></erpsync-asked-values>`
          : nothing
      }
      <h3>${msg(str`The new ${actorTypeName(this.actorType)} gets these values`)}</h3>
      <table class="table">
        <tbody>
          ${fields.map(
            ({ name, kind, value, text }) =>
              html`<tr>
                <th scope="row">${name}</th>
                <td class="wrap">${formatValue(kind, value, text)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    `;
  }

  #answer({ answers }: AnswersChanged): void {
    this.answers = answers;
    this.problem = null;
  }

  async #create(): Promise<void> {
    const prepared = this.#prepared.value;
    if (!prepared || this.working || this.#refusal !== '') return;
    this.pressed = true;
    this.problem = hasAll(prepared.asked, this.answers)
      ? null
      : msg('Please add values in all mandatory fields before creating in ERP.');
    if (this.problem !== null) return;
    this.working = true;
    try {
      const { connectionId } = this.block;
      const { entity, actorType, answers } = this;
      const { state } = await createActor(this.api, { connectionId, entity, actorType, answers, seen: prepared.seen });
      this.dispatchEvent(new ActorCreated(state));
    } catch (error) {
      if (!this.isConnected) return;
      this.problem = errorText(error);
      if (error instanceof ApiError && error.body.code === 'link.changed') void this.#prepared.run();
    } finally {
      this.working = false;
    }
  }

  #leave(event: Event): void {
    // What was asked of the ERP cannot be called back.
    if (this.working) event.preventDefault();
    else this.dispatchEvent(new Closed());
  }

  static override styles = [
    base,
    table,
    css`
      erpsync-notice,
      erpsync-busy,
      erpsync-found-actors,
      h3 {
        display: block;
        margin-bottom: var(--so-space-4);
      }

      .note {
        font-size: var(--so-size-note);
      }
    `,
  ];
}

define('erpsync-create-dialog', CreateDialog);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-create-dialog': CreateDialog;
  }
  interface HTMLElementEventMap {
    'erpsync-actor-created': ActorCreated;
  }
}
