import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { FieldHistory } from '../../shared/api/erp-tab.ts';
import type { Api } from '../api/client.ts';
import { fetchFieldHistory, undoChange } from '../api/links.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { causeName } from '../locales/cause-name.ts';
import { errorText } from '../locales/error-text.ts';
import { formatMoment, formatValue } from '../locales/format.ts';
import { reasonName } from '../locales/reason-name.ts';
import '../ui/busy.ts';
import { Closed } from '../ui/closed.ts';
import { confirmed } from '../ui/confirmed.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';

type Change = FieldHistory['changes'][number];

/** A value was put back. */
export class ChangeUndone extends Event {
  constructor() {
    super('erpsync-change-undone');
  }
}

/**
 * Why a field holds what it holds: each time the sync wrote it, from what to what, by which rule, and for whom.
 *
 * @property connectionName - the name of the ERP's side
 * @fires {ChangeUndone} erpsync-change-undone
 * @fires {Closed} erpsync-closed
 */
export class WhyThisValue extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) linkId = '';
  @property({ attribute: false }) fieldKey = '';
  @property() connectionName = '';

  @state() private undoing = false;
  @state() private problem: string | null = null;

  #history = new Task(this, {
    args: () => [this.linkId, this.fieldKey] as const,
    task: ([linkId, fieldKey], { signal }) => fetchFieldHistory(this.api, linkId, fieldKey, signal),
  });

  override render() {
    const name = this.#history.value?.name;
    return html`<erpsync-dialog
      open
      size="wide"
      heading=${name === undefined ? msg('Why this value?') : msg(str`Why this value? ${name}`)}
      @erpsync-dialog-closed=${() => this.dispatchEvent(new Closed())}
    >
      ${this.problem === null ? nothing : html`<erpsync-notice kind="error">${this.problem}</erpsync-notice>`}
      ${this.#history.render({
        pending: () => (this.#history.value ? this.#whole(this.#history.value) : html`<erpsync-busy></erpsync-busy>`),
        error: (error) =>
          html`<erpsync-notice kind="error">
            ${errorText(error)}
            <button slot="action" @click=${() => this.#history.run()}>${msg('Try again')}</button>
          </erpsync-notice>`,
        complete: (history) => this.#whole(history),
      })}
      <button slot="footer" class="button" autofocus @click=${() => this.dispatchEvent(new Closed())}>
        ${msg('Close')}
      </button>
    </erpsync-dialog>`;
  }

  #whole(history: FieldHistory) {
    const { kind, agreed, changes, retentionDays } = history;
    const show = (value: string | null) => formatValue(kind, value, value) || '–';
    return html`
      ${
        agreed === null
          ? html`<p>${msg('The two systems have not agreed on a value of this field yet.')}</p>`
          : html`<p>
              ${msg(str`Last agreed: ${show(agreed.crm)} in SuperOffice, ${show(agreed.erp)} in ${this.connectionName}.`)}
            </p>`
      }
      ${
        changes.length === 0
          ? html`<p class="empty" role="status">
              ${msg(str`The sync has not written this field in the last ${retentionDays} days. What stands here was typed, or was there before.`)}
            </p>`
          : html`<div class="scroll" role="group" aria-label=${msg('Changes')} tabindex="0">
              <table class="table">
                <thead>
                  <tr>
                    <th scope="col">${msg('When')}</th>
                    <th scope="col">${msg('Written to')}</th>
                    <th scope="col">${msg('Old value')}</th>
                    <th scope="col">${msg('New value')}</th>
                    <th scope="col">${msg('Rule')}</th>
                    <th scope="col">${msg('Cause')}</th>
                    <th scope="col"><span class="visually-hidden">${msg('Action')}</span></th>
                  </tr>
                </thead>
                <tbody>
                  ${changes.map((change) => this.#row(change, show))}
                </tbody>
              </table>
            </div>`
      }
    `;
  }

  #row(change: Change, show: (value: string | null) => string) {
    const { at, target, before, after, reason, cause, userName, mayUndo } = change;
    return html`<tr>
      <td>${formatMoment(at)}</td>
      <td>${target === 'crm' ? 'SuperOffice' : this.connectionName}</td>
      <td class="wrap">${show(before)}</td>
      <td class="wrap">${show(after)}</td>
      <td>${reasonName(reason, target)}</td>
      <td>${userName === null ? causeName(cause) : `${causeName(cause)}, ${userName}`}</td>
      <td>
        ${
          mayUndo
            ? html`<button
                class="link"
                aria-label=${msg(str`Undo this: put ${show(before)} back`)}
                aria-disabled=${this.undoing}
                @click=${() => this.#undo(change, show)}
              >
                ${msg('Undo this')}
              </button>`
            : nothing
        }
      </td>
    </tr>`;
  }

  async #undo({ id, target, before, after }: Change, show: (value: string | null) => string): Promise<void> {
    if (this.undoing) return;
    const sure = await confirmed({
      heading: msg('Undo this'),
      question: msg(
        str`Put ${show(before)} back in place of ${show(after)} in ${target === 'crm' ? 'SuperOffice' : this.connectionName}? If it has been edited since, nothing is changed.`,
      ),
      action: msg('Put back'),
    });
    if (!sure) return;
    this.undoing = true;
    this.problem = null;
    try {
      await undoChange(this.api, this.linkId, { ledgerId: id });
      this.dispatchEvent(new ChangeUndone());
    } catch (error) {
      this.problem = errorText(error);
    } finally {
      this.undoing = false;
      void this.#history.run();
    }
  }

  static override styles = [
    base,
    table,
    css`
      .empty {
        padding: var(--so-space-6) 0;
        color: var(--so-text-muted);
      }

      .scroll {
        overflow: auto;
        margin-top: var(--so-space-3);
      }

      .wrap {
        min-width: 8em;
        max-width: 18em;
        overflow-wrap: anywhere;
        white-space: normal;
      }
    `,
  ];
}

define('erpsync-why-this-value', WhyThisValue);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-why-this-value': WhyThisValue;
  }

  interface HTMLElementEventMap {
    'erpsync-change-undone': ChangeUndone;
  }
}
