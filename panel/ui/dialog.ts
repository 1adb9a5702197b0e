import arrowsOut from '@phosphor-icons/core/regular/arrows-out-simple.svg?raw';
import x from '@phosphor-icons/core/regular/x.svg?raw';
import { msg } from '@lit/localize';
import { css, html, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { define } from '../define.ts';
import { icon } from './icon.ts';
import { PanelElement } from './panel-element.ts';
import { base } from './styles/base.ts';

/** The user wants to leave the dialog by Esc or ✕. Prevent it to ask first; otherwise the dialog is closed. */
export class DialogClosed extends Event {
  constructor() {
    super('erpsync-dialog-closed', { cancelable: true });
  }
}

/**
 * A modal dialog on the native element: the page behind is inert, Esc leaves, the focus goes back to where it came from.
 * Put `autofocus` on the element that shall have the focus first. It may also be shown by rendering it only while needed, with `open`.
 *
 * @property heading - the title, also its accessible name
 * @property open - shown
 * @property size - small 480, medium 680, large 900, wide 1040 px; on a narrow page always the full width
 * @property maximisable - offers to fill the page
 * @slot - the content
 * @slot help - the Help button, at the left of the footer
 * @slot footer - the actions at its right: extra ones, the primary one, Cancel last
 * @fires {DialogClosed} erpsync-dialog-closed - by Esc or ✕, not when `open` is set
 */
export class Dialog extends PanelElement {
  @property() heading = '';
  @property({ type: Boolean, reflect: true }) open = false;
  @property() size: 'small' | 'medium' | 'large' | 'wide' = 'medium';
  @property({ type: Boolean }) maximisable = false;

  @state() private maximised = false;
  @query('dialog') private dialog!: HTMLDialogElement;
  #opener: HTMLElement | null = null;

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('open')) return;
    if (this.open && !this.dialog.open) this.#show();
    else if (!this.open && this.dialog.open) this.#hide();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated && this.open) this.#show();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#hide();
  }

  override render() {
    return html`<dialog
      class="${this.size} ${this.maximised ? 'maximised' : ''}"
      aria-labelledby="heading"
      @cancel=${this.#leave}
      @close=${this.#closed}
      @keydown=${this.#press}
    >
      <header>
        <h2 id="heading" tabindex="-1">${this.heading}</h2>
        ${
          this.maximisable
            ? html`<button
                class="icon-button maximise"
                aria-label=${msg('Maximize')}
                aria-pressed=${this.maximised}
                @click=${() => (this.maximised = !this.maximised)}
              >
                ${icon(arrowsOut)}
              </button>`
            : null
        }
        <button class="icon-button" aria-label=${msg('Close')} @click=${this.#leave}>${icon(x)}</button>
      </header>
      <section><slot></slot></section>
      <footer>
        <slot name="help"></slot>
        <span class="actions"><slot name="footer"></slot></span>
      </footer>
    </dialog>`;
  }

  #show(): void {
    this.#opener = focused();
    this.dialog.showModal();
    const first =
      this.querySelector<HTMLElement>('[autofocus]') ?? this.renderRoot.querySelector<HTMLElement>('#heading');
    first?.focus();
  }

  #hide(): void {
    this.dialog.close();
    if (this.#opener?.isConnected) this.#opener.focus();
    this.#opener = null;
  }

  // The browser lets a dialog refuse to close only once in a row; a key that is taken never gets that far.
  #press(event: KeyboardEvent): void {
    if (event.key === 'Escape' && !event.defaultPrevented) this.#leave(event);
  }

  #leave(event: Event): void {
    event.preventDefault();
    if (this.dispatchEvent(new DialogClosed())) this.open = false;
  }

  /** Closed by the browser without asking, as by the back gesture of a phone. */
  #closed(): void {
    if (!this.open || !this.isConnected) return;
    if (this.dispatchEvent(new DialogClosed())) this.open = false;
    else this.dialog.showModal();
  }

  static override styles = [
    base,
    css`
      dialog {
        display: none;
        grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr);
        width: 680px;
        max-width: calc(100vw - 32px);
        max-height: calc(100dvh - 32px);
        padding: 0;
        border: 0;
        border-radius: var(--so-radius-card);
        background: var(--so-surface);
        color: var(--so-text);
      }

      dialog[open] {
        display: grid;
      }

      dialog::backdrop {
        background: var(--so-overlay);
      }

      .small {
        width: 480px;
      }

      .large {
        width: 900px;
      }

      .wide {
        width: 1040px;
      }

      header {
        display: flex;
        align-items: center;
        gap: var(--so-space-2);
        min-height: 64px;
        padding: 0 calc(var(--so-space-9) - 9px) 0 var(--so-space-9);
      }

      h2 {
        flex: 1;
        min-width: 0;
        padding-block: var(--so-space-3);
        overflow-wrap: anywhere;
        font-weight: var(--so-weight);
      }

      h2:focus {
        outline: none;
      }

      section {
        overflow: auto;
        padding: 2px var(--so-space-9);
      }

      footer {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--so-space-3);
        padding: var(--so-space-6) var(--so-space-9);
      }

      .actions {
        display: flex;
        flex-wrap: wrap;
        justify-content: end;
        gap: var(--so-space-3);
        margin-inline-start: auto;
      }

      .maximised {
        width: calc(100vw - 24px);
        height: calc(100dvh - 24px);
        max-width: none;
        max-height: none;
      }

      @media (max-width: 479px) {
        dialog[open] {
          width: 100vw;
          max-width: none;
          max-height: 100dvh;
          margin: auto 0 0;
          border-end-start-radius: 0;
          border-end-end-radius: 0;
        }

        header,
        section,
        footer {
          padding-inline: var(--so-space-4);
        }

        footer {
          padding-block: var(--so-space-4);
        }

        .maximise {
          display: none;
        }
      }
    `,
  ];
}

/** The element with the focus, through all shadow roots. */
function focused(): HTMLElement | null {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active instanceof HTMLElement ? active : null;
}

define('erpsync-dialog', Dialog);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-dialog': Dialog;
  }
  interface HTMLElementEventMap {
    'erpsync-dialog-closed': DialogClosed;
  }
}
