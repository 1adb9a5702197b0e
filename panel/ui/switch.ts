import { css, html } from 'lit';
import { property } from 'lit/decorators.js';
import { define } from '../define.ts';
import { PanelElement } from './panel-element.ts';
import { base } from './styles/base.ts';

/** The user turned it on or off. The owner sets `checked` when it has happened. */
export class SwitchToggled extends Event {
  readonly checked: boolean;

  constructor(checked: boolean) {
    super('erpsync-switch-toggled');
    this.checked = checked;
  }
}

/**
 * A switch with its words at the right.
 *
 * @property label - the words
 * @property checked - on
 * @property disabled - cannot be used now, for instance while it is being saved
 * @fires {SwitchToggled} erpsync-switch-toggled
 */
export class Switch extends PanelElement {
  @property() label = '';
  @property({ type: Boolean }) checked = false;
  @property({ type: Boolean }) disabled = false;

  override render() {
    return html`<button
      role="switch"
      aria-checked=${this.checked}
      aria-disabled=${this.disabled}
      @click=${() => this.disabled || this.dispatchEvent(new SwitchToggled(!this.checked))}
    >
      <span class="track"></span>${this.label}
    </button>`;
  }

  static override shadowRootOptions = { ...PanelElement.shadowRootOptions, delegatesFocus: true };

  static override styles = [
    base,
    css`
      :host {
        display: inline-block;
      }

      button {
        display: flex;
        align-items: center;
        gap: var(--so-space-2);
        min-height: 24px;
        padding: 0;
        border: 0;
        border-radius: var(--so-radius-control);
        background: none;
        color: var(--so-text-strong);
        font: inherit;
        text-align: start;
        cursor: pointer;
      }

      .track {
        flex: none;
        width: 36px;
        height: 20px;
        padding: 3px;
        border: 1px solid transparent;
        border-radius: var(--so-radius-pill);
        background: var(--so-switch-off);
      }

      .track::after {
        content: '';
        display: block;
        width: 12px;
        height: 12px;
        border-radius: 50%;
        background: var(--so-on-check);
        transition: translate 0.12s;
      }

      [aria-checked='true'] .track {
        background: var(--so-check);
      }

      [aria-checked='true'] .track::after {
        translate: 16px;
      }

      [aria-disabled='true'] {
        color: var(--so-text-disabled);
        cursor: default;
      }

      @media (forced-colors: active) {
        .track {
          border-color: ButtonText;
        }

        .track::after {
          forced-color-adjust: none;
          background: ButtonText;
        }

        [aria-checked='true'] .track {
          forced-color-adjust: none;
          background: Highlight;
        }
      }
    `,
  ];
}

define('erpsync-switch', Switch);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-switch': Switch;
  }
  interface HTMLElementEventMap {
    'erpsync-switch-toggled': SwitchToggled;
  }
}
