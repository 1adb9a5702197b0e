import caretDown from '@phosphor-icons/core/regular/caret-down.svg?raw';
import { msg, str } from '@lit/localize';
import { css, html, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { define } from '../define.ts';
import { icon } from './icon.ts';
import { PanelElement } from './panel-element.ts';
import { base } from './styles/base.ts';

/** More than one can read at once; the user narrows by typing. */
const SHOWN = 100;

export interface ComboboxItem {
  readonly key: string;
  readonly text: string;
}

/** The user chose an item, or null for no selection. */
export class ItemChosen extends Event {
  readonly key: string | null;

  constructor(key: string | null) {
    super('erpsync-item-chosen', { bubbles: true, composed: true });
    this.key = key;
  }
}

/**
 * A list to choose from by typing a part of a text. Arrow keys move, Enter chooses, Esc takes back what was typed.
 *
 * @property label - accessible name
 * @property items - what to choose from, in the order shown
 * @property value - the key of the chosen item, or null
 * @property noSelection - the words for choosing nothing; without them something must be chosen
 * @property placeholder - shown while nothing is chosen
 * @property disabled, required, invalid
 * @fires {ItemChosen} erpsync-item-chosen - for user input only; `value` has changed by then
 */
export class Combobox extends PanelElement {
  static formAssociated = true;

  @property() label = '';
  @property({ attribute: false }) items: readonly ComboboxItem[] = [];
  @property({ attribute: false }) value: string | null = null;
  @property() noSelection = '';
  @property() placeholder = '';
  @property({ type: Boolean }) disabled = false;
  @property({ type: Boolean }) required = false;
  @property({ type: Boolean }) invalid = false;

  /** What is typed to narrow the list; null when nothing is. */
  @state() private typed: string | null = null;
  @state() private open = false;
  @state() private active = 0;
  @query('input') private input!: HTMLInputElement;
  @query('#list') private list!: HTMLElement;

  get #choices(): { key: string | null; text: string }[] {
    const wanted = this.typed?.trim().toLocaleLowerCase() ?? '';
    const found = this.items.filter(({ text }) => text.toLocaleLowerCase().includes(wanted));
    return this.noSelection && wanted === '' ? [{ key: null, text: this.noSelection }, ...found] : found;
  }

  override render() {
    const chosen = this.items.find(({ key }) => key === this.value);
    const choices = this.open ? this.#choices : [];
    return html`
      <div class="box">
        <input
          class="input"
          role="combobox"
          autocomplete="off"
          spellcheck="false"
          aria-label=${this.label}
          aria-autocomplete="list"
          aria-controls="list"
          aria-expanded=${this.open}
          aria-activedescendant=${this.open && choices.length > 0 ? `item-${this.active}` : nothing}
          aria-required=${this.required}
          aria-invalid=${this.invalid}
          placeholder=${this.placeholder || this.noSelection}
          .value=${this.typed ?? chosen?.text ?? ''}
          ?disabled=${this.disabled}
          @click=${this.#openAll}
          @input=${this.#type}
          @keydown=${this.#press}
          @blur=${this.#hide}
        />
        ${icon(caretDown)}
      </div>
      <ul id="list" role="listbox" aria-label=${this.label} popover="manual" @mousedown=${keepFocus}>
        ${choices
          .slice(0, SHOWN)
          .map(
            ({ key, text }, index) =>
              html`<li
                id="item-${index}"
                role="option"
                class=${index === this.active ? 'active' : ''}
                aria-selected=${key === this.value}
                @click=${() => this.#choose(key)}
              >
                ${text}
              </li>`,
          )}
        ${this.open && choices.length === 0 ? html`<li class="more" role="option" aria-disabled="true" aria-selected="false">${msg('No hits')}</li>` : null}
        ${
          choices.length > SHOWN
            ? html`<li class="more" role="option" aria-disabled="true" aria-selected="false">
                ${msg(str`${choices.length - SHOWN} more. Type to narrow the list.`)}
              </li>`
            : null
        }
      </ul>
    `;
  }

  protected override updated(): void {
    if (!this.open) return;
    this.renderRoot.querySelector('.active')?.scrollIntoView({ block: 'nearest' });
  }

  /** Marks the text as well, so that typing replaces it. */
  #openAll(): void {
    this.input.select();
    this.#show();
  }

  #show(): void {
    if (this.open || this.disabled) return;
    this.open = true;
    this.active = Math.max(
      0,
      this.#choices.findIndex(({ key }) => key === this.value),
    );
    this.#place();
    this.list.showPopover();
  }

  // In the top layer, so that no scrolling dialog or table cuts it off.
  #place(): void {
    const box = this.input.getBoundingClientRect();
    const below = window.innerHeight - box.bottom;
    const above = below < 200 && box.top > below;
    this.list.style.insetInlineStart = `${box.left}px`;
    this.list.style.minWidth = `${box.width}px`;
    this.list.style.maxHeight = `${Math.min(320, (above ? box.top : below) - 8)}px`;
    this.list.style.top = above ? 'auto' : `${box.bottom + 2}px`;
    this.list.style.bottom = above ? `${window.innerHeight - box.top + 2}px` : 'auto';
  }

  #hide = (): void => {
    if (this.open) this.list.hidePopover();
    this.open = false;
    this.typed = null;
    this.input.value = this.items.find(({ key }) => key === this.value)?.text ?? '';
  };

  #type(): void {
    this.#show();
    this.typed = this.input.value;
    this.active = 0;
  }

  #choose(key: string | null): void {
    const changed = key !== this.value;
    this.value = key;
    this.#hide();
    if (changed) this.dispatchEvent(new ItemChosen(key));
  }

  #press(event: KeyboardEvent): void {
    const last = Math.min(this.#choices.length, SHOWN) - 1;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!this.open) this.#openAll();
      else if (event.key === 'ArrowDown') this.active = this.active >= last ? 0 : this.active + 1;
      else this.active = this.active <= 0 ? Math.max(last, 0) : this.active - 1;
    } else if (event.key === 'Enter' && this.open) {
      event.preventDefault();
      const choice = this.#choices[this.active];
      if (choice) this.#choose(choice.key);
    } else if (event.key === 'Escape' && this.open) {
      // The list closes, not the dialog around it.
      event.preventDefault();
      event.stopPropagation();
      this.#hide();
    }
  }

  static override shadowRootOptions = { ...PanelElement.shadowRootOptions, delegatesFocus: true };

  static override styles = [
    base,
    css`
      .box {
        position: relative;
      }

      .input {
        padding-inline-end: 32px;
        text-overflow: ellipsis;
      }

      svg {
        position: absolute;
        inset-block-start: 10px;
        inset-inline-end: 12px;
        width: 12px;
        height: 12px;
        color: var(--so-accent);
        pointer-events: none;
      }

      .input:disabled + svg {
        color: var(--so-text-disabled);
      }

      ul {
        position: fixed;
        inset: auto;
        overflow: auto;
        max-width: calc(100vw - 16px);
        padding: var(--so-space-1);
        border: 1px solid var(--so-line);
        border-radius: var(--so-radius-menu);
        background: var(--so-surface-raised);
        box-shadow: var(--so-shadow);
        color: var(--so-text);
      }

      li {
        overflow: hidden;
        min-height: 32px;
        padding: 5px var(--so-space-2);
        border-radius: 4px;
        text-overflow: ellipsis;
        white-space: nowrap;
        cursor: pointer;
      }

      li:not(.more):hover,
      .active {
        background: var(--so-item-hover);
      }

      [aria-selected='true'] {
        font-weight: var(--so-weight-bold);
      }

      .more {
        color: var(--so-text-muted);
        cursor: default;
      }

      @media (forced-colors: active) {
        .active {
          outline: 2px solid Highlight;
          outline-offset: -2px;
        }
      }
    `,
  ];
}

function keepFocus(event: Event): void {
  event.preventDefault();
}

define('erpsync-combobox', Combobox);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-combobox': Combobox;
  }
  interface HTMLElementEventMap {
    'erpsync-item-chosen': ItemChosen;
  }
}
