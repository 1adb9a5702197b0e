import checkCircle from '@phosphor-icons/core/regular/check-circle.svg?raw';
import info from '@phosphor-icons/core/regular/info.svg?raw';
import warning from '@phosphor-icons/core/regular/warning.svg?raw';
import warningCircle from '@phosphor-icons/core/regular/warning-circle.svg?raw';
import { css, html } from 'lit';
import { property } from 'lit/decorators.js';
import { define } from '../define.ts';
import { icon } from './icon.ts';
import { PanelElement } from './panel-element.ts';
import { base } from './styles/base.ts';

export type NoticeKind = 'info' | 'success' | 'warning' | 'attention' | 'error';

const icons: Record<NoticeKind, string> = {
  info,
  success: checkCircle,
  warning,
  attention: warningCircle,
  error: warning,
};

/**
 * A sentence the user must not miss. An `error` is announced at once (role alert), every other kind when there is time (status).
 *
 * @slot - the sentence
 * @slot action - one button or link, such as *Retry*; it takes the colour of the notice
 */
export class Notice extends PanelElement {
  @property() kind: NoticeKind = 'info';

  override render() {
    return html`<div class="notice ${this.kind}" role=${this.kind === 'error' ? 'alert' : 'status'}>
      ${icon(icons[this.kind])}
      <div class="words"><slot></slot></div>
      <slot name="action"></slot>
    </div>`;
  }

  static override styles = [
    base,
    css`
      .notice {
        display: flex;
        flex-wrap: wrap;
        align-items: flex-start;
        gap: 6px;
        padding: 9px 13px;
        border-radius: var(--so-radius-control);
        background: var(--so-info-soft);
        color: var(--so-on-info-soft);
        font-size: var(--so-size-note);
        line-height: 18px;
      }

      .words {
        flex: 1 1 14em;
        min-width: 0;
        overflow-wrap: anywhere;
      }

      svg {
        width: 18px;
        height: 18px;
      }

      .success {
        background: var(--so-success-soft);
        color: var(--so-on-success-soft);
      }

      .warning {
        background: var(--so-warning-soft);
        color: var(--so-on-warning-soft);
      }

      .attention {
        background: var(--so-attention-soft);
        color: var(--so-on-attention-soft);
      }

      .error {
        background: var(--so-danger-fill);
        color: var(--so-on-danger-fill);
      }

      ::slotted([slot='action']) {
        flex: none;
        min-height: 24px;
        margin: -3px 0 -3px auto;
        padding: 0;
        border: 0;
        background: none;
        color: inherit;
        font: inherit;
        text-decoration: underline;
        cursor: pointer;
      }
    `,
  ];
}

define('erpsync-notice', Notice);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-notice': Notice;
  }
}
