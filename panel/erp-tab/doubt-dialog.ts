import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { DoubtfulCreation } from '../../shared/api/creations.ts';
import type { Api } from '../api/client.ts';
import { decideCreation, fetchCreation } from '../api/creations.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText } from '../locales/error-text.ts';
import { formatValue } from '../locales/format.ts';
import { Closed } from '../ui/closed.ts';
import '../ui/busy.ts';
import { confirmed } from '../ui/confirmed.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';
import './found-actors.ts';
import type { ActorChosen } from './found-actors.ts';

/** A person said what became of a creation: connected to that actor, or nothing. */
export class CreationDecided extends Event {
  readonly connected: boolean;

  constructor(connected: boolean) {
    super('erpsync-creation-decided');
    this.connected = connected;
  }
}

/**
 * The ERP did not say whether it has created an actor, and a person who can look there decides.
 *
 * @property creationId
 * @property connectionName
 * @fires {CreationDecided} erpsync-creation-decided
 * @fires {Closed} erpsync-closed - left undecided
 */
export class DoubtDialog extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property() creationId = '';
  @property() connectionName = '';

  @state() private chosen: string | null = null;
  @state() private working = false;
  @state() private problem: string | null = null;

  #creation = new Task(this, {
    args: () => [this.creationId] as const,
    task: ([id], { signal }) => fetchCreation(this.api, id, signal),
  });

  override render() {
    const refusal = this.chosen === null ? msg('Select a row first.') : '';
    return html`<erpsync-dialog
      open
      size="large"
      heading=${msg(str`Was it created in "${this.connectionName}"?`)}
      @erpsync-dialog-closed=${this.#leave}
    >
      ${this.problem === null ? nothing : html`<erpsync-notice kind="error">${this.problem}</erpsync-notice>`}
      ${this.#creation.render({
        pending: () => html`<erpsync-busy>${msg('Searching the ERP system …')}</erpsync-busy>`,
        error: (error) =>
          html`<erpsync-notice kind="error">
            ${errorText(error)}
            <button slot="action" @click=${() => this.#creation.run()}>${msg('Retry')}</button>
          </erpsync-notice>`,
        complete: (creation) => this.#content(creation),
      })}
      <p slot="help" id="refusal" class="muted note">${refusal}</p>
      <button
        slot="footer"
        class="button primary"
        aria-disabled=${this.working || refusal !== ''}
        aria-describedby="refusal"
        title=${refusal}
        @click=${() => this.#adopt()}
      >
        ${this.working ? msg('Connecting …') : msg('Connect')}
      </button>
      <button slot="footer" class="button destructive" aria-disabled=${this.working} @click=${() => this.#giveUp()}>
        ${msg('It was not created')}
      </button>
      <button slot="footer" class="button" @click=${this.#leave}>${msg('Cancel')}</button>
    </erpsync-dialog>`;
  }

  #content({ sent, candidates }: DoubtfulCreation) {
    return html`
      <p>
        ${msg('The ERP system was asked to create this record, and its answer was lost. Look there whether it exists. Until you decide, nothing is created again.')}
      </p>
      <h3>${msg('What was sent')}</h3>
      <table class="table sent">
        <tbody>
          ${sent.map(
            ({ name, kind, value, text }) =>
              html`<tr>
                <th scope="row">${name}</th>
                <td class="wrap">${formatValue(kind, value, text)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      <h3>${msg('Records that may have come of it')}</h3>
      ${
        candidates.actors.length === 0
          ? html`<p role="status">${msg('None was found.')}</p>`
          : html`<erpsync-found-actors
              .found=${candidates}
              .chosen=${this.chosen}
              @erpsync-actor-chosen=${({ erpKey, sure }: ActorChosen) => {
                this.chosen = erpKey;
                if (sure) void this.#adopt();
              }}
            ></erpsync-found-actors>`
      }
    `;
  }

  #adopt(): Promise<void> {
    return this.chosen === null ? Promise.resolve() : this.#decide(this.chosen);
  }

  async #giveUp(): Promise<void> {
    if (this.working) return;
    const sure = await confirmed({
      heading: msg('It was not created'),
      question: msg(
        'Are you sure that the ERP system does not have this record? If it has, creating it again makes a duplicate.',
      ),
      action: msg('It was not created'),
    });
    if (sure) await this.#decide(null);
  }

  async #decide(erpKey: string | null): Promise<void> {
    if (this.working) return;
    this.working = true;
    this.problem = null;
    try {
      await decideCreation(this.api, this.creationId, { erpKey });
      this.dispatchEvent(new CreationDecided(erpKey !== null));
    } catch (error) {
      this.problem = errorText(error);
    } finally {
      this.working = false;
    }
  }

  #leave(event: Event): void {
    if (this.working) event.preventDefault();
    else this.dispatchEvent(new Closed());
  }

  static override styles = [
    base,
    table,
    css`
      p,
      h3,
      .sent,
      erpsync-notice,
      erpsync-busy {
        margin-bottom: var(--so-space-4);
      }

      .note {
        font-size: var(--so-size-note);
      }
    `,
  ];
}

define('erpsync-doubt-dialog', DoubtDialog);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-doubt-dialog': DoubtDialog;
  }
  interface HTMLElementEventMap {
    'erpsync-creation-decided': CreationDecided;
  }
}
