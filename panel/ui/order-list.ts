import arrowDown from '@phosphor-icons/core/regular/arrow-down.svg?raw';
import arrowUp from '@phosphor-icons/core/regular/arrow-up.svg?raw';
import { msg, str } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { define } from '../define.ts';
import { icon } from './icon.ts';
import { OrderChanged } from './order-changed.ts';
import { PanelElement } from './panel-element.ts';
import { base } from './styles/base.ts';
import { table } from './styles/table.ts';

export interface OrderItem {
  readonly key: string;
  readonly text: string;
  /** Shown beside it, in a column of its own. */
  readonly detail: string | TemplateResult;
}

/**
 * Items in an order the user chooses: up and down with the buttons of each, or with Alt and an arrow key.
 *
 * @property label - accessible name
 * @property heading - above the items
 * @property detailHeading - above what is shown beside them
 * @property items - in their order; replaced by its owner on every change
 * @fires {OrderChanged} erpsync-order-changed
 */
export class OrderList extends PanelElement {
  @property() label = '';
  @property() heading = '';
  @property() detailHeading = '';
  @property({ attribute: false }) items: readonly OrderItem[] = [];

  /** Said to those who do not see the rows change places. */
  @state() private said = '';
  /** Has the focus again once its row has moved: a button that moves in the page loses it. */
  #moved: { readonly key: string; readonly by: 'up' | 'down' } | null = null;

  override render() {
    return html`
      <div class="scroll" role="group" aria-label=${this.label} tabindex="0">
        <table class="table">
          <thead>
            <tr>
              <th scope="col" class="number">${msg('Rank')}</th>
              <th scope="col"><span class="visually-hidden">${msg('Move')}</span></th>
              <th scope="col">${this.heading}</th>
              <th scope="col">${this.detailHeading}</th>
            </tr>
          </thead>
          <tbody>
            ${repeat(
              this.items,
              ({ key }) => key,
              (item, index) => this.#row(item, index),
            )}
          </tbody>
        </table>
      </div>
      <p class="visually-hidden" role="status">${this.said}</p>
    `;
  }

  #row({ key, text, detail }: OrderItem, index: number) {
    const button = (by: 'up' | 'down', name: string, glyph: string, refused: boolean) =>
      html`<button
        class="icon-button"
        data-key=${key}
        data-by=${by}
        aria-label=${name}
        title=${refused ? nothing : name}
        aria-disabled=${refused}
        @click=${() => this.#move(index, by)}
      >
        ${icon(glyph)}
      </button>`;
    return html`<tr @keydown=${(event: KeyboardEvent) => this.#press(event, index)}>
      <td class="number">${index + 1}</td>
      <td class="control">
        <span class="buttons">
          ${button('up', msg(str`Move up: ${text}`), arrowUp, index === 0)}
          ${button('down', msg(str`Move down: ${text}`), arrowDown, index === this.items.length - 1)}
        </span>
      </td>
      <th scope="row">${text}</th>
      <td class="wrap">${detail}</td>
    </tr>`;
  }

  protected override updated(): void {
    if (!this.#moved) return;
    const { key, by } = this.#moved;
    this.#moved = null;
    const buttons = [...this.renderRoot.querySelectorAll<HTMLElement>('button[data-key]')];
    buttons.find(({ dataset }) => dataset['key'] === key && dataset['by'] === by)?.focus();
  }

  #press(event: KeyboardEvent, index: number): void {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    this.#move(index, event.key === 'ArrowUp' ? 'up' : 'down');
  }

  #move(index: number, by: 'up' | 'down'): void {
    const to = by === 'up' ? index - 1 : index + 1;
    const moved = this.items[index];
    if (!moved || to < 0 || to >= this.items.length) return;
    const keys = this.items.map(({ key }) => key);
    keys.splice(to, 0, ...keys.splice(index, 1));
    this.#moved = { key: moved.key, by };
    this.said = msg(str`${moved.text}: ${to + 1} of ${keys.length}`);
    this.dispatchEvent(new OrderChanged(keys));
  }

  static override styles = [
    base,
    table,
    css`
      .scroll {
        overflow: auto;
        max-height: max(240px, calc(100dvh - 330px));
      }

      thead th {
        position: sticky;
        top: 0;
        z-index: 1;
      }

      .buttons {
        display: flex;
      }

      td:is(.number, .control) {
        width: 1%;
      }
    `,
  ];
}

define('erpsync-order-list', OrderList);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-order-list': OrderList;
  }
}
