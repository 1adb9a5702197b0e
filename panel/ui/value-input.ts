import { msg } from '@lit/localize';
import { css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { FieldInfo } from '../../shared/api/common.ts';
import type { FieldValue } from '../../shared/vocabulary.ts';
import { define } from '../define.ts';
import './combobox.ts';
import type { ItemChosen } from './combobox.ts';
import { PanelElement } from './panel-element.ts';
import { base } from './styles/base.ts';

/** The user changed a field's value; `value` is in the canonical text of its kind, or as typed when it is not one. */
export class ValueChanged extends Event {
  readonly key: string;
  readonly value: FieldValue;

  constructor(key: string, value: FieldValue) {
    super('erpsync-value-changed', { bubbles: true, composed: true });
    this.key = key;
    this.value = value;
  }
}

/**
 * The right input for a field's kind. The field's name is the accessible name; the visible label is the owner's
 * (`<label for>` works: the element passes the focus on).
 *
 * @property field - what to ask for
 * @property value - canonical text of its kind, or null for blank
 * @property explained - shows the field's description below the input
 * @property secretSet - for a password: one is stored already, shown as dots; what is typed replaces it
 * @property problem - a sentence below the input; it is marked invalid while there is one
 * @property disabled
 * @fires {ValueChanged} erpsync-value-changed - for user input only
 */
export class ValueInput extends PanelElement {
  static formAssociated = true;

  @property({ attribute: false }) field!: FieldInfo;
  @property({ attribute: false }) value: FieldValue = null;
  @property({ type: Boolean }) explained = false;
  @property({ type: Boolean }) secretSet = false;
  @property({ attribute: false }) problem: string | null = null;
  @property({ type: Boolean }) disabled = false;

  @state() private wrong: string | null = null;

  override render() {
    const problem = this.wrong ?? this.problem;
    return html`${this.#input(problem !== null)}
      <p id="problem" class="problem" ?hidden=${problem === null}>${problem}</p>
      ${this.#hinted ? html`<p id="hint" class="muted">${this.field.description}</p>` : null}`;
  }

  #input(invalid: boolean) {
    const { key, name, kind, access, maxLength, items, description } = this.field;
    const disabled = this.disabled || access === 'readOnly';
    const describedBy = this.#hinted ? 'problem hint' : 'problem';
    const required = access === 'mandatory';
    if (kind === 'label') return html`<span class="muted">${this.value ?? description}</span>`;
    if (kind === 'checkbox') {
      return html`<input
        class="check"
        type="checkbox"
        aria-label=${name}
        aria-describedby=${describedBy}
        aria-invalid=${invalid}
        .checked=${this.value === 'true'}
        ?disabled=${disabled}
        @change=${(event: Event) => this.#change(event, ({ checked }) => String(checked))}
      />`;
    }
    if (kind === 'list') {
      return html`<erpsync-combobox
        label=${name}
        .items=${items ?? []}
        .value=${this.value}
        noSelection=${required ? '' : msg('(No selection)')}
        ?disabled=${disabled}
        ?required=${required}
        ?invalid=${invalid}
        @erpsync-item-chosen=${(event: ItemChosen) => {
          event.stopPropagation();
          this.#emit(event.key);
        }}
      ></erpsync-combobox>`;
    }
    const number = kind === 'integer' || kind === 'decimal';
    const type = kind === 'password' || kind === 'date' ? kind : kind === 'datetime' ? 'datetime-local' : 'text';
    // Text is told while it is typed: told on leaving, what it changes on the screen moves the button that is being pressed.
    const typed = kind === 'text' || kind === 'password';
    const suggests = kind === 'text' && (items ?? []).length > 0;
    return html`<input
        class="input ${number ? 'number' : ''}"
        list=${suggests ? 'suggestions' : nothing}
        type=${type}
        name=${key}
        aria-label=${name}
        aria-describedby=${describedBy}
        aria-invalid=${invalid}
        aria-required=${required}
        autocomplete=${kind === 'password' ? 'new-password' : 'off'}
        inputmode=${kind === 'integer' ? 'numeric' : kind === 'decimal' ? 'decimal' : nothing}
        step=${kind === 'datetime' ? 1 : nothing}
        maxlength=${type === 'text' && !number && maxLength > 0 ? maxLength : nothing}
        placeholder=${this.#placeholder(required)}
        .value=${kind === 'decimal' ? (this.value ?? '').replace('.', decimalMark()) : (this.value ?? '')}
        ?disabled=${disabled}
        @input=${(event: Event) => typed && this.#change(event, ({ value }) => this.#canonical(value))}
        @change=${(event: Event) => !typed && this.#change(event, ({ value }) => this.#canonical(value))}
      />${
        suggests
          ? html`<datalist id="suggestions">
              ${items?.map((item) => html`<option value=${item.key}>${item.text === item.key ? null : item.text}</option>`)}
            </datalist>`
          : null
      }`;
  }

  get #hinted(): boolean {
    return this.explained && this.field.description !== '' && this.field.kind !== 'label';
  }

  #placeholder(required: boolean): string {
    if (this.field.kind === 'password' && this.secretSet) return '••••••••';
    return required ? '*' : '';
  }

  #change(event: Event, read: (input: HTMLInputElement) => FieldValue): void {
    event.stopPropagation();
    this.#emit(read(event.target as HTMLInputElement));
  }

  #emit(value: FieldValue): void {
    this.value = value;
    this.dispatchEvent(new ValueChanged(this.field.key, value));
  }

  /** What was typed, in the one form of its kind. What is no number stays as it is, with a word about it. */
  #canonical(typed: string): FieldValue {
    this.wrong = null;
    if (typed === '') return null;
    switch (this.field.kind) {
      case 'integer': {
        const digits = typed.replace(/[\s\u2212]/g, (sign) => (sign === '\u2212' ? '-' : ''));
        if (/^-?\d+$/.test(digits)) return String(BigInt(digits));
        this.wrong = msg('Enter a whole number.');
        return typed;
      }
      case 'decimal': {
        const found = /^(-?)(\d*)[.,]?(\d*)$/.exec(typed.replace(/\s/g, '').replace('\u2212', '-'));
        const [, sign = '', whole = '', fraction = ''] = found ?? [];
        if (whole + fraction === '') {
          this.wrong = msg('Enter a number.');
          return typed;
        }
        const cut = fraction.replace(/0+$/, '');
        const number = `${BigInt(whole || '0')}${cut === '' ? '' : `.${cut}`}`;
        return number === '0' ? number : sign + number;
      }
      case 'datetime':
        return typed.length === 16 ? `${typed}:00` : typed;
      default:
        return typed;
    }
  }

  static override shadowRootOptions = { ...PanelElement.shadowRootOptions, delegatesFocus: true };

  static override styles = [
    base,
    css`
      :host {
        min-width: 0;
      }

      #hint {
        margin: var(--so-space-1) 0 0;
      }

      .number {
        max-width: 12em;
      }

      [type='date'],
      [type='datetime-local'] {
        max-width: 14em;
      }
    `,
  ];
}

function decimalMark(): string {
  return new Intl.NumberFormat(document.documentElement.lang || 'en').format(1.5).charAt(1);
}

define('erpsync-value-input', ValueInput);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-value-input': ValueInput;
  }
  interface HTMLElementEventMap {
    'erpsync-value-changed': ValueChanged;
  }
}
