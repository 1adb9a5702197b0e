import { msg } from '@lit/localize';
import { css, html } from 'lit';
import { property } from 'lit/decorators.js';
import type { FieldInfo } from '../../shared/api/common.ts';
import type { FieldValue } from '../../shared/vocabulary.ts';
import { define } from '../define.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import '../ui/value-input.ts';
import type { ValueChanged } from '../ui/value-input.ts';

export type Answers = Readonly<Record<string, FieldValue>>;

/** The user filled in a value. */
export class AnswersChanged extends Event {
  readonly answers: Answers;

  constructor(answers: Answers) {
    super('erpsync-answers-changed');
    this.answers = answers;
  }
}

/**
 * Fields of the ERP that a person fills in, because nothing else brings a value.
 *
 * @property fields - what is asked
 * @property answers - their values
 * @property pressed - the user wanted to go on: what is missing is marked
 * @fires {AnswersChanged} erpsync-answers-changed
 */
export class AskedValues extends PanelElement {
  @property({ attribute: false }) fields: readonly FieldInfo[] = [];
  @property({ attribute: false }) answers: Answers = {};
  @property({ type: Boolean }) pressed = false;

  override render() {
    return this.fields.map((field) => {
      const value = this.answers[field.key] ?? null;
      const missing = this.pressed && isMissing(field, value);
      return html`<div class="field">
        <label for=${field.key}>${field.name}:</label>
        <erpsync-value-input
          id=${field.key}
          explained
          .field=${field}
          .value=${value}
          .problem=${missing ? msg('Fill in a value.') : null}
          @erpsync-value-changed=${({ key, value }: ValueChanged) =>
            this.dispatchEvent(new AnswersChanged({ ...this.answers, [key]: value }))}
        ></erpsync-value-input>
      </div>`;
    });
  }

  static override styles = [
    base,
    css`
      .field {
        margin-bottom: var(--so-space-4);
      }
    `,
  ];
}

/** The values that the fields begin with. */
export function firstAnswers(fields: readonly FieldInfo[]): Answers {
  return Object.fromEntries(fields.map(({ key, defaultValue }) => [key, defaultValue]));
}

export function hasAll(fields: readonly FieldInfo[], answers: Answers): boolean {
  return fields.every((field) => !isMissing(field, answers[field.key] ?? null));
}

function isMissing({ access, kind }: FieldInfo, value: FieldValue): boolean {
  return access === 'mandatory' && kind !== 'checkbox' && (value === null || value.trim() === '');
}

define('erpsync-asked-values', AskedValues);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-asked-values': AskedValues;
  }
  interface HTMLElementEventMap {
    'erpsync-answers-changed': AnswersChanged;
  }
}
