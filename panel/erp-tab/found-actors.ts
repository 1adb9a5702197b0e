import linkIcon from '@phosphor-icons/core/regular/link.svg?raw';
import { msg, str } from '@lit/localize';
import { css, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import type { FoundActors as Found } from '../../shared/api/erp-tab.ts';
import { define } from '../define.ts';
import { formatCount, formatValue } from '../locales/format.ts';
import { icon } from '../ui/icon.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';

/** The user chose an actor; `sure` when she also said to go on with it, by double click or Enter. */
export class ActorChosen extends Event {
  readonly erpKey: string;
  readonly sure: boolean;

  constructor(erpKey: string, sure: boolean) {
    super('erpsync-actor-chosen');
    this.erpKey = erpKey;
    this.sure = sure;
  }
}

/**
 * Actors of the ERP, one to be chosen. Those that are connected say to whom, and cannot be.
 *
 * @property found - what to show
 * @property chosen - the chosen actor's key
 * @property readOnly - only to be looked at
 * @fires {ActorChosen} erpsync-actor-chosen
 */
export class FoundActors extends PanelElement {
  @property({ attribute: false }) found!: Found;
  @property({ attribute: false }) chosen: string | null = null;
  @property({ type: Boolean }) readOnly = false;

  override render() {
    const { columns, actors, truncated, warning } = this.found;
    return html`
      ${warning ? html`<erpsync-notice kind="warning">${warning}</erpsync-notice>` : nothing}
      <div class="scroll" tabindex="0" role="region" aria-label=${msg('Matches')}>
        <table class="table">
          <thead>
            <tr>
              ${this.readOnly ? nothing : html`<th><span class="visually-hidden">${msg('Select')}</span></th>`}
              ${columns.map(({ name, kind }) => html`<th scope="col" class=${align(kind)}>${name}</th>`)}
              <th scope="col">${msg('Connected')}</th>
            </tr>
          </thead>
          <tbody>
            ${actors.map((actor) => this.#row(columns, actor))}
          </tbody>
        </table>
      </div>
      <div class="toolbar" role="status">
        ${truncated ? html`<span>${msg('There are more matches than are shown. Narrow your search.')}</span>` : nothing}
        <span class="count">${msg(str`count : ${formatCount(actors.length)}`)}</span>
      </div>
    `;
  }

  #row(columns: Found['columns'], { erpKey, cells, linkedTo }: Found['actors'][number]) {
    const shown = cells.map(({ value, text }, index) => formatValue(columns[index]?.kind ?? 'text', value, text));
    const selected = erpKey === this.chosen;
    const free = linkedTo === null && !this.readOnly;
    return html`<tr
      aria-selected=${this.readOnly ? nothing : selected}
      class=${free ? 'free' : linkedTo === null ? '' : 'taken'}
      @click=${() => free && this.#choose(erpKey)}
      @dblclick=${() => free && this.#choose(erpKey, true)}
    >
      ${
        this.readOnly
          ? nothing
          : html`<td class="center">
              ${
                free
                  ? html`<input
                      class="check"
                      type="radio"
                      name="actor"
                      aria-label=${shown.filter(Boolean).join(', ') || erpKey}
                      .checked=${selected}
                      @change=${() => this.#choose(erpKey)}
                      @keydown=${({ key }: KeyboardEvent) => key === 'Enter' && this.#choose(erpKey, true)}
                    />`
                  : nothing
              }
            </td>`
      }
      ${shown.map((text, index) => html`<td class=${align(columns[index]?.kind)} title=${text}>${text}</td>`)}
      <td>
        ${linkedTo === null ? nothing : html`<span class="linked">${icon(linkIcon)}${connectedTo(linkedTo)}</span>`}
      </td>
    </tr>`;
  }

  #choose(erpKey: string, sure = false): void {
    this.dispatchEvent(new ActorChosen(erpKey, sure));
  }

  static override styles = [
    base,
    table,
    css`
      .scroll,
      erpsync-notice {
        margin-bottom: var(--so-space-4);
      }

      .free {
        cursor: pointer;
      }

      .taken td {
        color: var(--so-text-muted);
      }

      .linked {
        display: flex;
        align-items: center;
        gap: 6px;
      }

      .toolbar {
        padding-inline: 0;
      }
    `,
  ];
}

function align(kind: string | undefined): string {
  return kind === 'integer' || kind === 'decimal' ? 'number' : '';
}

function connectedTo(name: string): string {
  return name === '' ? msg('Connected to a record you may not see') : msg(str`Connected to ${name}`);
}

define('erpsync-found-actors', FoundActors);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-found-actors': FoundActors;
  }
  interface HTMLElementEventMap {
    'erpsync-actor-chosen': ActorChosen;
  }
}
