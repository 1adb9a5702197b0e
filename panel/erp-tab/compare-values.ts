import { msg, str } from '@lit/localize';
import { css, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import type { ComparedValues } from '../../shared/api/erp-tab.ts';
import type { Side } from '../../shared/vocabulary.ts';
import { define } from '../define.ts';
import { formatValue } from '../locales/format.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';

export type Choices = Readonly<Record<string, Side>>;

type ComparedField = ComparedValues['fields'][number];

/** The user chose another value for one field or for all. */
export class ChoicesChanged extends Event {
  readonly choices: Choices;

  constructor(choices: Choices) {
    super('erpsync-choices-changed');
    this.choices = choices;
  }
}

/**
 * Two columns of values, one to be chosen per field that differs.
 *
 * @property fields - what to compare; equal ones are shown for orientation
 * @property choices - the chosen side of each field that differs
 * @property connectionName - the name of the ERP's column
 * @fires {ChoicesChanged} erpsync-choices-changed
 */
export class CompareValues extends PanelElement {
  @property({ attribute: false }) fields: readonly ComparedField[] = [];
  @property({ attribute: false }) choices: Choices = {};
  @property() connectionName = '';

  override render() {
    return html`<div class="scroll">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">${msg('Field')}</th>
            <th scope="col">SuperOffice</th>
            <th scope="col">${this.connectionName}</th>
          </tr>
        </thead>
        <tbody>
          ${this.fields.map((field, index) => this.#row(field, `why-${index}`))}
        </tbody>
        <tfoot>
          <tr>
            <td></td>
            <td>${this.#selectAll('crm', msg('Select all SuperOffice'))}</td>
            <td>${this.#selectAll('erp', msg(str`Select all ${this.connectionName}`))}</td>
          </tr>
        </tfoot>
      </table>
    </div>`;
  }

  #row(field: ComparedField, reason: string) {
    const { name, equal, only } = field;
    return html`<tr class=${equal ? 'equal' : ''}>
      <th scope="row">
        ${name}${only && !equal ? html`<p class="why" id=${reason}>${this.#reason(only)}</p>` : nothing}
      </th>
      ${this.#cell(field, 'crm', reason)} ${this.#cell(field, 'erp', reason)}
    </tr>`;
  }

  #cell({ key, name, kind, equal, only, ...sides }: ComparedField, side: Side, reason: string) {
    const { value, text } = sides[side];
    const shown = formatValue(kind, value, text);
    if (equal) return html`<td class="wrap">${shown}</td>`;
    const column = side === 'crm' ? 'SuperOffice' : this.connectionName;
    return html`<td class="wrap">
      <label>
        <input
          class="check"
          type="radio"
          name=${key}
          aria-label="${name}, ${column}: ${shown === '' ? msg('(empty)') : shown}"
          aria-describedby=${only ? reason : nothing}
          .checked=${this.choices[key] === side}
          ?disabled=${only !== null && only !== side}
          @change=${() => this.#choose({ ...this.choices, [key]: side })}
        />
        <span class=${shown === '' ? 'muted' : ''}>${shown === '' ? msg('(empty)') : shown}</span>
      </label>
    </td>`;
  }

  #reason(only: Side): string {
    return only === 'erp' ? msg('Goes from ERP to SuperOffice only') : msg('Goes from SuperOffice to ERP only');
  }

  #selectAll(side: Side, words: string) {
    const free = this.fields.some(({ equal, only }) => !equal && only === null);
    if (!free) return nothing;
    return html`<button class="link" @click=${() => this.#chooseAll(side)}>${words}</button>`;
  }

  #chooseAll(side: Side): void {
    const free = this.fields.filter(({ equal, only }) => !equal && only === null);
    this.#choose({ ...this.choices, ...Object.fromEntries(free.map(({ key }) => [key, side])) });
  }

  #choose(choices: Choices): void {
    this.choices = choices;
    this.dispatchEvent(new ChoicesChanged(choices));
  }

  static override styles = [
    base,
    table,
    css`
      .why {
        color: var(--so-text-muted);
        font-size: var(--so-size-note);
      }

      .table .equal :is(td, th) {
        color: var(--so-text-disabled);
      }

      .table tfoot td {
        border-bottom: 0;
        background: none;
        white-space: normal;
      }

      label {
        display: flex;
        align-items: flex-start;
        gap: var(--so-space-2);
        cursor: pointer;
      }

      .check {
        margin-top: 2px;
      }

      @media (max-width: 479px) {
        .table :is(th, td) {
          padding-inline: 6px;
        }
      }
    `,
  ];
}

define('erpsync-compare-values', CompareValues);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-compare-values': CompareValues;
  }
  interface HTMLElementEventMap {
    'erpsync-choices-changed': ChoicesChanged;
  }
}
