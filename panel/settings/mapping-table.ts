import { msg, str } from '@lit/localize';
import { css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ActorTypeMapping, MappableCrmField, MappedField } from '../../shared/api/mappings.ts';
import { canBePaired } from '../../shared/rules/direction-rules.ts';
import { conflictPolicies, entityTypeOf, type ConflictPolicy } from '../../shared/vocabulary.ts';
import { define } from '../define.ts';
import '../ui/combobox.ts';
import type { ComboboxItem, ItemChosen } from '../ui/combobox.ts';
import './direction-buttons.ts';
import type { DirectionChanged } from './direction-buttons.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';
import { actorTypeName, entityNameOf } from '../locales/actor-type-name.ts';
import { policyNames } from './policy-name.ts';
import { crmFieldName } from './crm-field-name.ts';
import { directionLeft, refusedDirections } from './direction-reason.ts';
import { MappingChanged } from './mapping-changed.ts';

const shows = ['all', 'mapped', 'undirected', 'missing'] as const;
type Show = (typeof shows)[number];

/**
 * The fields of one actor type: which SuperOffice field each is kept equal with, which way, and where it is shown.
 *
 * @property mapping - what to show; replaced by its owner on every change
 * @fires {MappingChanged} erpsync-mapping-changed
 */
export class MappingTable extends PanelElement {
  @property({ attribute: false }) mapping!: ActorTypeMapping;

  @state() private filter = '';
  @state() private show: Show = 'all';

  override render() {
    const { actorType, active, fields } = this.mapping;
    const wanted = this.filter.trim().toLocaleLowerCase();
    const shown = fields.filter(
      (field) =>
        this.#isShown(field) && `${field.name} ${this.#pairedName(field)}`.toLocaleLowerCase().includes(wanted),
    );
    return html`
      <div class="head row">
        <label class="row">
          <input
            class="check"
            type="checkbox"
            .checked=${active}
            @change=${(event: Event) =>
              this.#change({ ...this.mapping, active: (event.target as HTMLInputElement).checked })}
          />${msg(str`Sync ERP "${actorTypeName(actorType)}" to SuperOffice "${entityNameOf(actorType)}"`)}
        </label>
        <span class="filters row">
          <input
            class="input filter"
            type="search"
            aria-label=${msg('Filter fields')}
            placeholder=${msg('Filter fields')}
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
        </span>
      </div>
      ${active ? this.#hints() : null}
      <fieldset ?disabled=${!active}>
        <legend class="visually-hidden">${actorTypeName(actorType)}</legend>
        <div class="scroll" role="group" aria-label=${actorTypeName(actorType)} tabindex="0">
          <table class="table">
            <thead>
              <tr>
                <th scope="col" class="center">${msg('Show in search')}</th>
                <th scope="col">${msg('ERP field')}</th>
                <th scope="col">${msg('Direction')}</th>
                <th scope="col" class="wide">${msg('SuperOffice field')}</th>
                <th scope="col" class="center">${msg('Show in ERP tab')}</th>
                <th scope="col">${msg('Changed on both sides')}</th>
              </tr>
            </thead>
            <tbody>
              ${repeat(
                shown,
                ({ key }) => key,
                (field) => this.#row(field),
              )}
            </tbody>
          </table>
        </div>
      </fieldset>
      ${shown.length === 0 ? html`<p class="empty muted" role="status">${msg('No hits')}</p>` : null}
    `;
  }

  #hints() {
    const undirected = this.mapping.fields.filter(isUndirected).length;
    const missing = this.mapping.fields.filter(isMissing).length;
    return html`
      ${
        missing > 0
          ? html`<erpsync-notice kind="attention">
              ${
                missing === 1
                  ? msg('One field no longer exists and is not synchronized.')
                  : msg(str`${missing} fields no longer exist and are not synchronized.`)
              }
              <button slot="action" @click=${() => (this.show = 'missing')}>${msg('Show')}</button>
            </erpsync-notice>`
          : null
      }
      ${
        undirected > 0
          ? html`<erpsync-notice>
              ${
                undirected === 1
                  ? msg('One field is paired already, but is not synchronized until you choose a direction.')
                  : msg(
                      str`${undirected} fields are paired already, but are not synchronized until you choose a direction.`,
                    )
              }
              <button slot="action" @click=${() => (this.show = 'undirected')}>${msg('Show')}</button>
            </erpsync-notice>`
          : null
      }
    `;
  }

  #row(field: MappedField) {
    const { key, name, description, access, direction, showInSearch, showInTab, crmField, policy } = field;
    const { active, crmFields, fields } = this.mapping;
    const first = field.key === fields[0]?.key;
    const refused = refusedDirections(field, crmFields.find((each) => each.key === crmField) ?? null);
    const resting = active ? null : msg('Tick the box above the table first.');
    return html`<tr class=${isMissing(field) ? 'missing' : ''}>
      <td class="center">
        <input
          class="check"
          type="checkbox"
          aria-label=${msg(str`Show ${name} in search`)}
          title=${first ? msg('The first field is always shown in search.') : nothing}
          .checked=${showInSearch}
          ?disabled=${first}
          @change=${() => this.#set(key, { showInSearch: !showInSearch })}
        />
      </td>
      <th scope="row" title=${description || nothing}>
        ${name}${access === 'mandatory' ? html`<span class="mandatory"> (${msg('mandatory')})</span>` : null}
        ${
          field.missingInErp
            ? html`<p class="problem">
                ${msg('No longer available in ERP. Choose (No selection) to end this mapping.')}
              </p>`
            : null
        }
        ${
          field.missingInCrm
            ? html`<p class="problem">${msg('The SuperOffice field no longer exists. Choose another one.')}</p>`
            : null
        }
      </th>
      <td class="control">
        <erpsync-direction-buttons
          label=${name}
          .direction=${directionLeft(direction, refused)}
          .toErpRefused=${resting ?? refused.toErp}
          .toCrmRefused=${resting ?? refused.toCrm}
          @erpsync-direction-changed=${(event: DirectionChanged) => this.#set(key, { direction: event.direction })}
        ></erpsync-direction-buttons>
      </td>
      <td class="control">
        <erpsync-combobox
          label=${msg(str`SuperOffice field for ${name}`)}
          noSelection=${msg('(No selection)')}
          .items=${this.#choices(field)}
          .value=${crmField}
          ?disabled=${!active}
          ?invalid=${field.missingInCrm}
          @erpsync-item-chosen=${(event: ItemChosen) => this.#pair(key, event.key)}
        ></erpsync-combobox>
      </td>
      <td class="center">
        <input
          class="check"
          type="checkbox"
          aria-label=${msg(str`Show ${name} in ERP tab`)}
          .checked=${showInTab}
          @change=${() => this.#set(key, { showInTab: !showInTab })}
        />
      </td>
      <td class="control">
        <select
          class="input policy"
          aria-label=${msg(str`${name}, changed on both sides`)}
          title=${direction === 'both' ? nothing : msg('Only a field that goes both ways can change on both sides.')}
          ?disabled=${direction !== 'both'}
          @change=${(event: Event) => this.#set(key, { policy: chosenPolicy(event) })}
        >
          <option value="" ?selected=${policy === null}>${msg('As the ERP connection')}</option>
          ${conflictPolicies.map(
            (each) => html`<option value=${each} ?selected=${each === policy}>${policyNames[each]()}</option>`,
          )}
        </select>
      </td>
    </tr>`;
  }

  /** Only what the field can be paired with, and not what another field of this tab has already. */
  #choices(field: MappedField): ComboboxItem[] {
    const taken = new Set(this.mapping.fields.filter((other) => other !== field).map(({ crmField }) => crmField));
    const choices = this.mapping.crmFields
      .filter(
        (crmField) => crmField.key === field.crmField || (!taken.has(crmField.key) && canBePaired(field, crmField)),
      )
      .map((crmField) => ({ key: crmField.key, text: this.#crmName(crmField) }));
    // A field that is gone has no name; its key tells at least which one it was.
    if (field.missingInCrm && field.crmField !== null && !choices.some(({ key }) => key === field.crmField)) {
      return [{ key: field.crmField, text: field.crmField }, ...choices];
    }
    return choices;
  }

  #pairedName({ crmField }: MappedField): string {
    const paired = this.mapping.crmFields.find(({ key }) => key === crmField);
    return paired ? this.#crmName(paired) : (crmField ?? '');
  }

  #crmName(crmField: MappableCrmField): string {
    return crmFieldName(entityTypeOf[this.mapping.actorType], crmField);
  }

  #isShown(field: MappedField): boolean {
    switch (this.show) {
      case 'all':
        return true;
      case 'mapped':
        return field.crmField !== null;
      case 'undirected':
        return isUndirected(field);
      case 'missing':
        return isMissing(field);
    }
  }

  /** Another pair is another decision: its direction is chosen anew. */
  #pair(key: string, crmField: string | null): void {
    this.#set(key, { crmField, direction: 'none', missingInCrm: false, alreadyMappedIn: null });
  }

  #set(key: string, change: Partial<MappedField>): void {
    const fields = this.mapping.fields.map((field) => (field.key === key ? { ...field, ...change } : field));
    this.#change({ ...this.mapping, fields });
  }

  #change(mapping: ActorTypeMapping): void {
    this.dispatchEvent(new MappingChanged(mapping));
  }

  static override styles = [
    base,
    table,
    css`
      .head {
        justify-content: space-between;
        padding-block: var(--so-space-3);
      }

      .head > label {
        flex-wrap: nowrap;
      }

      .filter {
        width: 14em;
        border-radius: var(--so-radius-pill);
      }

      .show {
        width: auto;
      }

      erpsync-notice {
        margin-bottom: var(--so-space-3);
      }

      .scroll {
        overflow: auto;
        max-height: max(240px, calc(100dvh - 330px));
      }

      thead th {
        position: sticky;
        top: 0;
        z-index: 1;
      }

      .wide {
        min-width: 15em;
      }

      .table tbody th {
        min-width: 10em;
        height: var(--so-row-height);
        padding-block: var(--so-space-1);
        border-inline-end: 0;
        border-bottom: 1px solid var(--so-line-row);
        background: var(--so-row);
        color: var(--so-text-cell);
        white-space: normal;
      }

      .table tbody tr:hover th {
        background: var(--so-row-hover);
      }

      .table tbody .missing th {
        color: var(--so-danger);
      }

      .mandatory {
        color: var(--so-text-muted);
      }

      .policy {
        min-width: 13em;
      }

      .empty {
        padding: var(--so-space-6);
        text-align: center;
      }
    `,
  ];
}

function chosenPolicy({ target }: Event): ConflictPolicy | null {
  const { value } = target as HTMLSelectElement;
  return conflictPolicies.find((policy) => policy === value) ?? null;
}

function isUndirected({ crmField, direction, missingInErp, missingInCrm }: MappedField): boolean {
  return crmField !== null && direction === 'none' && !missingInErp && !missingInCrm;
}

/** Gone on one side while it is still mapped; an unmapped field that is gone bothers nobody. */
function isMissing({ crmField, missingInErp, missingInCrm }: MappedField): boolean {
  return crmField !== null && (missingInErp || missingInCrm);
}

function showName(show: Show): string {
  switch (show) {
    case 'all':
      return msg('All fields');
    case 'mapped':
      return msg('Mapped fields');
    case 'undirected':
      return msg('Without direction');
    case 'missing':
      return msg('No longer available');
  }
}

define('erpsync-mapping-table', MappingTable);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-mapping-table': MappingTable;
  }
}
