import { msg, str } from '@lit/localize';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ListMapping, MappedItem } from '../../shared/api/list-mappings.ts';
import { ambiguousItems, sharedItems } from '../../shared/rules/list-rules.ts';
import { define } from '../define.ts';
import { formatCount } from '../locales/format.ts';
import '../ui/combobox.ts';
import type { ComboboxItem, ItemChosen } from '../ui/combobox.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';
import { ListItemsChanged } from './list-items-changed.ts';

const shows = ['all', 'undecided', 'problems'] as const;
type Show = (typeof shows)[number];

/** More than one can read at once; the user narrows by typing. */
const SHOWN = 200;
/** What the combobox calls no counterpart: no item has this key. */
const NOTHING = '';

/**
 * The items of one ERP list, each with the SuperOffice item it is.
 *
 * @property list - both sides as they are now
 * @property decided - what each ERP item is; replaced by its owner on every change
 * @property goesBack - of several ERP items that are one SuperOffice item, the one that goes back; replaced likewise
 * @fires {ListItemsChanged} erpsync-list-items-changed
 */
export class ListItems extends PanelElement {
  @property({ attribute: false }) list!: ListMapping;
  @property({ attribute: false }) decided: ReadonlyMap<string, string | null> = new Map();
  @property({ attribute: false }) goesBack: ReadonlySet<string> = new Set();

  @state() private filter = '';
  @state() private show: Show = 'all';

  override render() {
    const { fieldName, crmItems, direction } = this.list;
    const wanted = this.filter.trim().toLocaleLowerCase();
    const textOf = new Map(crmItems.map(({ key, text }) => [key, text]));
    const mapped = this.#present.map(({ key }) => [key, this.decided.get(key) ?? null] as const);
    const shared = sharedItems(direction, mapped);
    const ambiguous = ambiguousItems(direction, mapped, this.goesBack);
    const found = this.#present.filter((item) => {
      const crmItem = this.decided.get(item.key) ?? null;
      const words = `${item.text} ${item.key} ${crmItem === null ? '' : (textOf.get(crmItem) ?? crmItem)}`;
      return this.#isShown(item, ambiguous) && words.toLocaleLowerCase().includes(wanted);
    });
    const choices = [
      { key: NOTHING, text: msg('(No selection)') },
      ...crmItems.map(({ key, text }) => ({ key, text })),
    ];
    return html`
      <div class="filters row">
        <input
          class="input filter"
          type="search"
          aria-label=${msg('Filter items')}
          placeholder=${msg('Filter items')}
          .value=${this.filter}
          @input=${(event: Event) => (this.filter = (event.target as HTMLInputElement).value)}
        />
        <select
          class="input show"
          aria-label=${msg('Show')}
          @change=${(event: Event) => (this.show = (event.target as HTMLSelectElement).value as Show)}
        >
          ${shows.map((each) => html`<option value=${each} ?selected=${each === this.show}>${showName(each)}</option>`)}
        </select>
      </div>
      <div class="scroll" role="group" aria-label=${fieldName} tabindex="0">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">${msg('ERP item')}</th>
              <th scope="col" class="wide">${msg('SuperOffice item')}</th>
            </tr>
          </thead>
          <tbody>
            ${repeat(
              found.slice(0, SHOWN),
              ({ key }) => key,
              (item) => this.#row(item, choices, textOf, shared, ambiguous),
            )}
          </tbody>
        </table>
      </div>
      ${found.length === 0 ? html`<p class="empty muted" role="status">${msg('No hits')}</p>` : null}
      ${
        found.length > SHOWN
          ? html`<p class="empty muted">${msg(str`${found.length - SHOWN} more. Type to narrow the list.`)}</p>`
          : null
      }
      ${this.#wayBack()}
    `;
  }

  #row(
    item: MappedItem,
    choices: readonly ComboboxItem[],
    textOf: ReadonlyMap<string, string>,
    shared: ReadonlySet<string>,
    ambiguous: ReadonlySet<string>,
  ) {
    const { key, text } = item;
    const crmItem = this.decided.get(key) ?? null;
    const gone = crmItem !== null && !textOf.has(crmItem);
    const unclear = crmItem !== null && ambiguous.has(crmItem);
    const wrong = gone || unclear;
    return html`<tr class=${item.missingInErp || wrong ? 'missing' : ''}>
      <th scope="row" title=${key}>${text} ${this.#note(item, crmItem, gone)}</th>
      <td class="control">
        <div class="row">
          <erpsync-combobox
            label=${msg(str`SuperOffice item for ${text}`)}
            placeholder=${msg('Not mapped yet')}
            .items=${gone ? [...choices, { key: crmItem, text: crmItem }] : choices}
            .value=${this.decided.has(key) ? (crmItem ?? NOTHING) : null}
            ?invalid=${wrong}
            @erpsync-item-chosen=${(event: ItemChosen) => this.#decide(key, event.key)}
          ></erpsync-combobox>
          ${crmItem !== null && shared.has(crmItem) ? this.#back(item, crmItem, textOf.get(crmItem) ?? crmItem) : null}
        </div>
        ${unclear ? html`<p class="problem">${msg('Choose which of these ERP items goes back to the ERP.')}</p>` : null}
      </td>
    </tr>`;
  }

  /** One of the ERP items that are this SuperOffice item. */
  #back({ key, text }: MappedItem, crmItem: string, crmText: string) {
    return html`<label class="row">
      <input
        class="check"
        type="radio"
        name="back to ${crmItem}"
        aria-label=${msg(str`Goes back: ${text} for ${crmText}`)}
        .checked=${this.goesBack.has(key)}
        @change=${() => this.#chooseBack(key, crmItem)}
      />${msg('Goes back')}
    </label>`;
  }

  #note(item: MappedItem, crmItem: string | null, gone: boolean) {
    if (item.missingInErp) {
      return html`<p class="problem">
        ${msg('No longer available in ERP.')}
        <button class="link" aria-label=${msg(str`Remove ${item.text}`)} @click=${() => this.#forget(item.key)}>
          ${msg('Remove')}
        </button>
      </p>`;
    }
    if (gone) return html`<p class="problem">${msg('No longer available in SuperOffice.')}</p>`;
    return !item.decided && item.suggestion !== null && item.suggestion === crmItem
      ? html`<span class="suggested">(${msg('suggested')})</span>`
      : null;
  }

  /** What SuperOffice can hold and the ERP cannot be told. */
  #wayBack() {
    const { direction, crmItems } = this.list;
    if (direction !== 'toErp' && direction !== 'both') return null;
    const reached = new Set(this.decided.values());
    const left = crmItems.filter(({ key }) => !reached.has(key));
    if (left.length === 0 || this.list.items.length === 0) return null;
    const names = left.slice(0, 20).map(({ text }) => text);
    return html`<details>
      <summary>${msg(str`SuperOffice items without an ERP item: ${formatCount(left.length)}`)}</summary>
      <p class="muted">${msg('A record with one of these waits, and is listed under Needs attention.')}</p>
      <p>${names.join(', ')}${left.length > names.length ? ' …' : ''}</p>
    </details>`;
  }

  /** One that is gone from the ERP and removed here is nothing any more. */
  get #present(): readonly MappedItem[] {
    return this.list.items.filter(({ key, missingInErp }) => !missingInErp || this.decided.has(key));
  }

  #isShown(item: MappedItem, ambiguous: ReadonlySet<string>): boolean {
    switch (this.show) {
      case 'all':
        return true;
      case 'undecided':
        return !this.decided.has(item.key);
      case 'problems': {
        const crmItem = this.decided.get(item.key) ?? null;
        const known = crmItem === null || this.list.crmItems.some(({ key }) => key === crmItem);
        return item.missingInErp || !known || (crmItem !== null && ambiguous.has(crmItem));
      }
    }
  }

  #decide(key: string, chosen: string | null): void {
    const decided = new Map([...this.decided, [key, chosen === NOTHING ? null : chosen]]);
    this.dispatchEvent(new ListItemsChanged(decided, this.#without(key)));
  }

  #forget(key: string): void {
    const decided = new Map([...this.decided].filter(([each]) => each !== key));
    this.dispatchEvent(new ListItemsChanged(decided, this.#without(key)));
  }

  #chooseBack(key: string, crmItem: string): void {
    const others = [...this.goesBack].filter((each) => this.decided.get(each) !== crmItem);
    this.dispatchEvent(new ListItemsChanged(this.decided, new Set([...others, key])));
  }

  /** What was chosen for the way back from one SuperOffice item is no choice for another. */
  #without(key: string): ReadonlySet<string> {
    return new Set([...this.goesBack].filter((each) => each !== key));
  }

  static override styles = [
    base,
    table,
    css`
      .filters {
        justify-content: flex-end;
        padding-block: var(--so-space-3);
      }

      .filter {
        width: 14em;
        border-radius: var(--so-radius-pill);
      }

      .show {
        width: auto;
      }

      .scroll {
        overflow: auto;
        max-height: max(240px, calc(100dvh - 430px));
      }

      thead th {
        position: sticky;
        top: 0;
        z-index: 1;
      }

      .wide {
        width: 50%;
      }

      .table tbody .missing th {
        color: var(--so-danger);
      }

      erpsync-combobox {
        flex: 1 1 8em;
        max-width: 16em;
      }

      .control .problem {
        white-space: normal;
      }

      .suggested {
        color: var(--so-text-muted);
      }

      .empty {
        padding: var(--so-space-3);
        text-align: center;
      }

      details {
        margin-top: var(--so-space-3);
      }

      summary {
        cursor: pointer;
      }
    `,
  ];
}

function showName(show: Show): string {
  switch (show) {
    case 'all':
      return msg('All items');
    case 'undecided':
      return msg('Not mapped yet');
    case 'problems':
      return msg('With problems');
  }
}

define('erpsync-list-items', ListItems);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-list-items': ListItems;
  }
}
