import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html, nothing } from 'lit';
import { state } from 'lit/decorators.js';
import type { Seats } from '../../shared/api/setup.ts';
import type { Api } from '../api/client.ts';
import { fetchSeats, freeSeat, giveSeats } from '../api/setup.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText } from '../locales/error-text.ts';
import { formatCount, formatMoment } from '../locales/format.ts';
import '../ui/busy.ts';
import { Closed } from '../ui/closed.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';
import './scope-dialog.ts';
import type { ScopeChosen } from './scope-dialog.ts';

/**
 * Who may take one of the seats the company has bought, and who has one. Every change holds at once.
 *
 * @fires {Closed} erpsync-closed
 */
export class SeatsDialog extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @state() private seats: Seats | null = null;
  @state() private failure: unknown = null;
  @state() private choosing = false;

  #reading = new Task(this, {
    args: () => [],
    task: async (_, { signal }) => {
      this.seats = await fetchSeats(this.api, signal);
    },
  });

  override render() {
    return html`<erpsync-dialog open heading=${msg('Seats')} @erpsync-dialog-closed=${() => this.#close()}>
        <div class="stack">
          ${this.#reading.render({
            pending: () => html`<erpsync-busy></erpsync-busy>`,
            error: (error) => html`<erpsync-notice kind="error">${errorText(error)}</erpsync-notice>`,
          })}
          ${this.failure ? html`<erpsync-notice kind="error">${errorText(this.failure)}</erpsync-notice>` : nothing}
          ${this.seats ? this.#content(this.seats) : nothing}
        </div>
        <button slot="footer" class="button primary" @click=${() => this.#close()}>${msg('Close')}</button>
      </erpsync-dialog>
      ${
        this.choosing && this.seats
          ? html`<erpsync-scope-dialog
              membersOnly
              .scope=${this.#scope(this.seats)}
              @erpsync-scope-chosen=${({ scope }: ScopeChosen) =>
                this.#do(() =>
                  giveSeats(this.api, {
                    everyone: false,
                    members: scope.members.map(({ kind, id }) => ({ kind, id })),
                  }),
                )}
              @erpsync-closed=${() => (this.choosing = false)}
            ></erpsync-scope-dialog>`
          : nothing
      }`;
  }

  #content({ licensed, until, everyone, members, holders }: Seats) {
    return html`
      <p>
        ${msg(str`In use: ${formatCount(holders.length)} of ${formatCount(licensed ?? 0)}.`)}
        ${until ? msg(str`They are valid until ${formatMoment(until)}.`) : nothing}
      </p>
      <div class="choices" role="radiogroup" aria-label=${msg('Who may take a seat')}>
        <label class="row">
          <input
            class="check"
            type="radio"
            name="who"
            .checked=${everyone}
            @change=${() => this.#do(() => giveSeats(this.api, { everyone: true, members: [] }))}
          />${msg('Everyone')}
        </label>
        <label class="row">
          <input
            class="check"
            type="radio"
            name="who"
            .checked=${!everyone}
            @change=${() => (this.choosing = true)}
          />${msg('Specific users + groups')}
        </label>
        ${
          everyone
            ? nothing
            : html`<button class="link" @click=${() => (this.choosing = true)}>
                ${msg(str`Change the selection (${formatCount(members.length)})`)}
              </button>`
        }
      </div>
      <p class="muted">
        ${msg('A seat is taken when somebody opens ERP Sync for the first time, and kept until you free it or take it away here.')}
      </p>
      ${
        holders.length === 0
          ? html`<p class="muted">${msg('Nobody has taken a seat yet.')}</p>`
          : html`<div class="scroll" tabindex="0" role="group" aria-label=${msg('Seats in use')}>
              <table class="table">
                <thead>
                  <tr>
                    <th scope="col">${msg('Associate')}</th>
                    <th scope="col">${msg('Since')}</th>
                    <th scope="col"><span class="visually-hidden">${msg('Free')}</span></th>
                  </tr>
                </thead>
                <tbody>
                  ${holders.map(
                    ({ userId, name, takenAt }) =>
                      html`<tr>
                        <td>${name}</td>
                        <td>${formatMoment(takenAt)}</td>
                        <td>
                          <button
                            class="link"
                            aria-label=${msg(str`Free the seat of ${name}`)}
                            @click=${() => this.#do(() => freeSeat(this.api, userId))}
                          >
                            ${msg('Free')}
                          </button>
                        </td>
                      </tr>`,
                  )}
                </tbody>
              </table>
            </div>`
      }
    `;
  }

  #scope({ members }: Seats) {
    return { everyone: false, members: members.map((member) => ({ ...member, canConnect: true, canCreate: true })) };
  }

  async #do(change: () => Promise<Seats>): Promise<void> {
    this.failure = null;
    try {
      this.seats = await change();
    } catch (error) {
      this.failure = error;
      // The choice on the screen is the one that holds.
      this.requestUpdate();
    }
  }

  #close(): void {
    this.dispatchEvent(new Closed());
  }

  static override styles = [
    base,
    table,
    css`
      .stack,
      .choices {
        display: grid;
        justify-items: start;
        gap: var(--so-space-3);
      }

      .scroll {
        width: 100%;
        max-height: 300px;
        overflow: auto;
      }
    `,
  ];
}

define('erpsync-seats-dialog', SeatsDialog);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-seats-dialog': SeatsDialog;
  }
}
