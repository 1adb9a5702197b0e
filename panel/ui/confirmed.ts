import warning from '@phosphor-icons/core/regular/warning.svg?raw';
import { msg } from '@lit/localize';
import { css, html } from 'lit';
import { property } from 'lit/decorators.js';
import { define } from '../define.ts';
import './dialog.ts';
import { icon } from './icon.ts';
import './notice.ts';
import { PanelElement } from './panel-element.ts';
import { base } from './styles/base.ts';

export interface Question {
  /** The title; "Confirm" when absent. */
  readonly heading?: string;
  readonly question: string;
  /** What it is about, one bold line each. */
  readonly items?: readonly string[];
  /** Said in a red bar: this cannot be undone. */
  readonly irreversible?: string;
  /** The word on the button that does it; "Yes" when absent. */
  readonly action?: string;
}

/** Asks before something is done that is hard to take back: `if (await confirmed({ question: msg('…') })) …`. Esc means no. */
export async function confirmed(question: Question): Promise<boolean> {
  const dialog = document.createElement('erpsync-confirm-dialog');
  dialog.question = question;
  const answer = new Promise<boolean>((resolve) => (dialog.answer = resolve));
  document.body.append(dialog);
  try {
    return await answer;
  } finally {
    dialog.remove();
  }
}

/** The dialog of `confirmed`. */
export class ConfirmDialog extends PanelElement {
  @property({ attribute: false }) question!: Question;
  @property({ attribute: false }) answer!: (yes: boolean) => void;

  override render() {
    const { heading, question, items = [], irreversible, action } = this.question;
    return html`<erpsync-dialog
      size="small"
      open
      heading=${heading ?? msg('Confirm')}
      @erpsync-dialog-closed=${() => this.answer(false)}
    >
      <p class="question">${icon(warning)}<span>${question}</span></p>
      ${
        items.length > 0
          ? html`<ul>
              ${items.map((item) => html`<li>${item}</li>`)}
            </ul>`
          : null
      }
      ${irreversible ? html`<erpsync-notice kind="error">${irreversible}</erpsync-notice>` : null}
      <button slot="footer" class="button primary" autofocus @click=${() => this.answer(true)}>
        ${action ?? msg('Yes')}
      </button>
      <button slot="footer" class="button" @click=${() => this.answer(false)}>${msg('Cancel')}</button>
    </erpsync-dialog>`;
  }

  static override styles = [
    base,
    css`
      .question {
        display: flex;
        align-items: flex-start;
        gap: var(--so-space-3);
        overflow-wrap: anywhere;
      }

      .question svg {
        width: 24px;
        height: 24px;
        color: var(--so-danger);
      }

      ul {
        margin: var(--so-space-3) 0 0 var(--so-space-9);
        font-weight: var(--so-weight-bold);
      }

      erpsync-notice {
        margin-top: var(--so-space-4);
      }
    `,
  ];
}

define('erpsync-confirm-dialog', ConfirmDialog);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-confirm-dialog': ConfirmDialog;
  }
}
