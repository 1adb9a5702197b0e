import trash from '@phosphor-icons/core/regular/trash.svg?raw';
import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { repeat } from 'lit/directives/repeat.js';
import type { FieldInfo } from '../../shared/api/common.ts';
import type { ActorTypeMapping, ErpList, FirstValue, MappedField } from '../../shared/api/mappings.ts';
import { takesFirstValue } from '../../shared/rules/takes-first-value.ts';
import type { Api } from '../api/client.ts';
import { fetchErpList } from '../api/mappings.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { actorTypeName } from '../locales/actor-type-name.ts';
import { errorText } from '../locales/error-text.ts';
import '../ui/busy.ts';
import { Closed } from '../ui/closed.ts';
import '../ui/combobox.ts';
import type { ItemChosen } from '../ui/combobox.ts';
import '../ui/dialog.ts';
import { icon } from '../ui/icon.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';
import '../ui/value-input.ts';
import type { ValueChanged } from '../ui/value-input.ts';
import { MappingChanged } from './mapping-changed.ts';

const nothingFirst: FirstValue = { value: null, ask: false, mandatory: false };

type Items = ErpList['items'];

/**
 * "Defaults": what an actor gets in a field when it is created or connected, where the mapping brings nothing. Each edit
 * goes into the draft of the mapping.
 *
 * @property connectionId
 * @property mapping - the draft; replaced by its owner on every change
 * @fires {MappingChanged} erpsync-mapping-changed
 * @fires {Closed} erpsync-closed
 */
export class DefaultValues extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) connectionId!: string;
  @property({ attribute: false }) mapping!: ActorTypeMapping;

  /** Fields that were added or edited here and may have nothing set: a row stays until it is removed. */
  @state() private added: ReadonlySet<string> = new Set();
  /** The row that gets the focus once it stands there. */
  #entered: string | null = null;
  #removed = false;
  readonly #lists = new Map<string, Items>();

  #reading = new Task(this, {
    args: () => this.#rows.filter(({ kind }) => kind === 'list').map(({ key }) => key),
    task: async (keys, { signal }) => {
      const unread = keys.filter((key) => !this.#lists.has(key));
      await Promise.all(
        unread.map(async (key) => {
          const { items } = await fetchErpList(this.api, this.connectionId, this.mapping.actorType, key, signal);
          this.#lists.set(key, items);
        }),
      );
    },
  });

  override render() {
    const rows = this.#rows;
    return html`<erpsync-dialog
      open
      size="large"
      heading=${msg(str`Defaults: ${actorTypeName(this.mapping.actorType)}`)}
      @erpsync-dialog-closed=${() => this.dispatchEvent(new Closed())}
    >
      <p class="muted">
        ${msg('What a record gets in the ERP when it is created or connected, where the field mapping brings nothing.')}
      </p>
      ${rows.length > 0 ? this.#table(rows) : null}
      ${this.#reading.render({
        pending: () => html`<erpsync-busy>${msg('Reading the lists of the ERP …')}</erpsync-busy>`,
        error: (error) =>
          html`<erpsync-notice kind="error">
            ${errorText(error)}
            <button slot="action" @click=${() => this.#reading.run()}>${msg('Try again')}</button>
          </erpsync-notice>`,
      })}
      ${this.#adding(rows)}
      <button slot="footer" class="button primary" @click=${() => this.dispatchEvent(new Closed())}>
        ${msg('Done')}
      </button>
    </erpsync-dialog>`;
  }

  #table(rows: readonly MappedField[]) {
    return html`<div class="scroll" role="group" aria-label=${msg('Defaults')} tabindex="0">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">${msg('ERP field')}</th>
            <th scope="col" class="wide">${msg('Default value')}</th>
            <th scope="col" class="center">${msg('Ask user')}</th>
            <th scope="col" class="center">${msg('Mandatory')}</th>
            <th scope="col"><span class="visually-hidden">${msg('Remove')}</span></th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            rows,
            ({ key }) => key,
            (field) => this.#row(field),
          )}
        </tbody>
      </table>
    </div>`;
  }

  #row(field: MappedField) {
    const { key, name, description, access, firstValue } = field;
    const { ask, mandatory } = firstValue;
    const possible = takesFirstValue(field);
    const demanded = access === 'mandatory';
    return html`<tr>
      <th scope="row">
        ${name}${description ? html`<p class="muted">${description}</p>` : null}
        ${possible ? null : html`<p class="problem">${msg('The ERP no longer takes a value here.')}</p>`}
      </th>
      <td class="control">
        ${
          field.kind === 'password'
            ? html`<span class="muted">–</span>`
            : html`<erpsync-value-input
                .field=${this.#input(field)}
                .value=${firstValue.value}
                ?disabled=${!possible || (field.kind === 'list' && !this.#lists.has(key))}
                @erpsync-value-changed=${({ value }: ValueChanged) => this.#set(field, { value })}
              ></erpsync-value-input>`
        }
      </td>
      <td class="center">
        ${this.#box(msg(str`Ask user for ${name}`), ask, possible, (ask) =>
          // A value that must be there has to come from somewhere.
          this.#set(field, { ask, mandatory: mandatory && (ask || firstValue.value !== null) }),
        )}
      </td>
      <td class="center">
        ${
          demanded
            ? html`<input
                class="check"
                type="checkbox"
                aria-label=${msg(str`${name} is mandatory`)}
                title=${msg('The ERP demands a value here.')}
                checked
                disabled
              />`
            : this.#box(msg(str`${name} is mandatory`), mandatory, possible, (mandatory) =>
                this.#set(field, { mandatory, ask: ask || (mandatory && firstValue.value === null) }),
              )
        }
      </td>
      <td class="center">
        ${
          this.#isDemanded(field) && isNothing(firstValue)
            ? null
            : html`<button
                class="icon-button"
                aria-label=${msg(str`Remove the default of ${name}`)}
                title=${msg('Remove')}
                @click=${() => this.#remove(field)}
              >
                ${icon(trash)}
              </button>`
        }
      </td>
    </tr>`;
  }

  #box(label: string, checked: boolean, possible: boolean, change: (checked: boolean) => void) {
    return html`<input
      class="check"
      type="checkbox"
      aria-label=${label}
      .checked=${checked}
      ?disabled=${!possible}
      @change=${(event: Event) => change((event.target as HTMLInputElement).checked)}
    />`;
  }

  #adding(rows: readonly MappedField[]) {
    const others = this.mapping.fields.filter((field) => takesFirstValue(field) && !rows.includes(field));
    if (others.length === 0) return null;
    const items = others.map(({ key, name }) => ({ key, text: name }));
    // A box of its own each time, so that the last choice does not stand in it.
    return keyed(
      rows.length,
      html`<erpsync-combobox
        class="add"
        label=${msg('Add sync default value')}
        placeholder=${msg('Add sync default value')}
        .items=${items}
        autofocus=${rows.length === 0 ? '' : nothing}
        @erpsync-item-chosen=${({ key }: ItemChosen) => this.#add(key)}
      ></erpsync-combobox>`,
    );
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (this.#entered !== null) {
      const inputs = [...this.renderRoot.querySelectorAll('erpsync-value-input')];
      void focusOnceDrawn(inputs.find(({ field }) => field.key === this.#entered));
      this.#entered = null;
    }
    // Once the row is gone, with the box for adding drawn anew.
    if (this.#removed && changed.has('mapping')) {
      this.#removed = false;
      void focusOnceDrawn(this.renderRoot.querySelector('erpsync-combobox'));
    }
  }

  /** What has something set, was added just now, or has to be filled by something. */
  get #rows(): readonly MappedField[] {
    return this.mapping.fields.filter(
      (field) => !isNothing(field.firstValue) || this.added.has(field.key) || this.#isDemanded(field),
    );
  }

  #isDemanded(field: MappedField): boolean {
    const reachesErp = field.direction === 'toErp' || field.direction === 'both';
    return field.access === 'mandatory' && !reachesErp && takesFirstValue(field);
  }

  /** A box has two states, and a default value a third: none. */
  #input({ key, name, description, kind, maxLength, firstValue: { value } }: MappedField): FieldInfo {
    const box = kind === 'checkbox';
    const yesNo = [
      { key: 'true', text: msg('Yes') },
      { key: 'false', text: msg('No') },
    ];
    // Until the list is read, the key has to do.
    const items = box ? yesNo : (this.#lists.get(key) ?? (value === null ? [] : [{ key: value, text: value }]));
    return {
      key,
      name: msg(str`Default value for ${name}`),
      description,
      kind: box ? 'list' : kind,
      access: 'normal',
      maxLength,
      items: kind === 'list' || box ? items : null,
      defaultValue: null,
    };
  }

  #add(key: string | null): void {
    if (key === null) return;
    this.added = new Set([...this.added, key]);
    this.#entered = key;
  }

  #remove(field: MappedField): void {
    this.#removed = true;
    this.added = new Set([...this.added].filter((key) => key !== field.key));
    this.#set(field, nothingFirst);
  }

  #set({ key, access, firstValue }: MappedField, change: Partial<FirstValue>): void {
    const next = { ...firstValue, ...change };
    if (next.value === null && next.mandatory && access !== 'mandatory') next.ask = true;
    if (change !== nothingFirst) this.added = new Set([...this.added, key]);
    const fields = this.mapping.fields.map((field) => (field.key === key ? { ...field, firstValue: next } : field));
    this.dispatchEvent(new MappingChanged({ ...this.mapping, fields }));
  }

  static override styles = [
    base,
    table,
    css`
      .scroll {
        margin-block: var(--so-space-3);
      }

      .wide {
        min-width: 15em;
      }

      .table tbody th {
        min-width: 8em;
      }

      .table td {
        overflow: visible;
      }

      .add {
        display: block;
        max-width: 20em;
        margin-block: var(--so-space-4) 0;
      }
    `,
  ];
}

async function focusOnceDrawn(element: PanelElement | null | undefined): Promise<void> {
  await element?.updateComplete;
  element?.focus();
}

function isNothing({ value, ask, mandatory }: FirstValue): boolean {
  return value === null && !ask && !mandatory;
}

define('erpsync-default-values', DefaultValues);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-default-values': DefaultValues;
  }
}
