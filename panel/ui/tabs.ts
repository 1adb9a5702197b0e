import { css, html } from 'lit';
import { property } from 'lit/decorators.js';
import { define } from '../define.ts';
import { PanelElement } from './panel-element.ts';
import { base } from './styles/base.ts';

export interface Tab {
  readonly key: string;
  readonly text: string;
  /** Shows the orange dot that says the tab has content. */
  readonly dot?: boolean;
}

/** The user chose another tab. */
export class TabSelected extends Event {
  readonly key: string;

  constructor(key: string) {
    super('erpsync-tab-selected');
    this.key = key;
  }
}

/**
 * A row of pill tabs above one panel. The owner sets `selected` and puts that tab's content into the slot.
 * One tab stop; arrow keys, Home and End move and select.
 *
 * @property tabs - what to choose from
 * @property selected - the key of the chosen tab
 * @property label - accessible name of the row
 * @slot - the content of the chosen tab
 * @fires {TabSelected} erpsync-tab-selected - for user input only
 */
export class Tabs extends PanelElement {
  @property({ attribute: false }) tabs: readonly Tab[] = [];
  @property() selected = '';
  @property() label = '';

  override render() {
    return html`
      <div class="tabs" role="tablist" aria-label=${this.label} @keydown=${this.#move}>
        ${this.tabs.map(
          ({ key, text, dot }, index) =>
            html`<button
              class="tab ${dot ? 'dot' : ''}"
              role="tab"
              id="tab-${index}"
              aria-controls="panel"
              aria-selected=${key === this.selected}
              tabindex=${key === this.selected ? 0 : -1}
              @click=${() => this.#select(index)}
            >
              ${text}
            </button>`,
        )}
      </div>
      <div id="panel" role="tabpanel" aria-labelledby="tab-${this.tabs.findIndex(({ key }) => key === this.selected)}">
        <slot></slot>
      </div>
    `;
  }

  #select(index: number): void {
    const tab = this.tabs.at(index % this.tabs.length);
    if (!tab) return;
    this.renderRoot.querySelector<HTMLElement>(`#tab-${this.tabs.indexOf(tab)}`)?.focus();
    if (tab.key !== this.selected) this.dispatchEvent(new TabSelected(tab.key));
  }

  #move(event: KeyboardEvent): void {
    const current = this.tabs.findIndex(({ key }) => key === this.selected);
    const target = { ArrowRight: current + 1, ArrowLeft: current - 1, Home: 0, End: -1 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.#select(target);
  }

  static override styles = [
    base,
    css`
      .tabs {
        display: flex;
        flex-wrap: wrap;
        gap: var(--so-space-2);
        padding: var(--so-space-4) 0 var(--so-space-3);
        border-bottom: 1px solid var(--so-line);
      }

      .tab {
        height: var(--so-tab-height);
        padding: 0 var(--so-space-4);
        border: 0;
        border-radius: var(--so-radius-pill);
        background: transparent;
        color: var(--so-text-strong);
        font: inherit;
        font-size: var(--so-size-small);
        cursor: pointer;
      }

      .tab:hover {
        background: var(--so-tint-hover);
      }

      .tab[aria-selected='true'] {
        background: var(--so-tint);
        color: var(--so-accent);
      }

      .dot::after {
        content: '';
        display: inline-block;
        width: 8px;
        height: 8px;
        margin-inline-start: 6px;
        border-radius: 50%;
        background: var(--so-action-icon);
      }

      @media (forced-colors: active) {
        .tab[aria-selected='true'] {
          border: 2px solid Highlight;
        }
      }
    `,
  ];
}

define('erpsync-tabs', Tabs);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-tabs': Tabs;
  }
  interface HTMLElementEventMap {
    'erpsync-tab-selected': TabSelected;
  }
}
