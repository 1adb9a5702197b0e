import { consume } from '@lit/context';
import { msg } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { RunDetail, RunField, RunStep, RunStepPage, RunStepQuery } from '../../shared/api/runs.ts';
import type { Session } from '../../shared/api/session.ts';
import type { Api } from '../api/client.ts';
import { fetchRunSteps } from '../api/runs.ts';
import { define } from '../define.ts';
import { apiContext, sessionContext } from '../host/contexts.ts';
import { openEntity } from '../host/open-entity.ts';
import { entityTypeName } from '../locales/actor-type-name.ts';
import { errorText } from '../locales/error-text.ts';
import { formatCount } from '../locales/format.ts';
import '../ui/busy.ts';
import '../ui/combobox.ts';
import type { ItemChosen } from '../ui/combobox.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';

/** The values of a run: how many of each field, and each with what stands there and what shall. */
export class RunSteps extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;
  @consume({ context: sessionContext }) private session!: Session;

  @property({ attribute: false }) run!: RunDetail;

  @state() private field: string | null = null;
  @state() private blanksOnly = false;
  @state() private more: readonly RunStepPage[] = [];
  @state() private failure: unknown = null;

  #first = new Task(this, {
    args: () => [this.run.id, this.run.state, this.field, this.blanksOnly] as const,
    task: async ([id], { signal }) => {
      const page = await fetchRunSteps(this.api, id, this.#filter(), signal);
      this.more = [];
      this.failure = null;
      return page;
    },
  });

  override render() {
    const { fields, counts } = this.run;
    return html`<div class="row filters">
        <erpsync-combobox
          class="which"
          label=${msg('Field')}
          noSelection=${msg('All fields')}
          .items=${fields.map((field) => ({ key: keyOf(field), text: nameOf(field) }))}
          .value=${this.field}
          @erpsync-item-chosen=${({ key }: ItemChosen) => (this.field = key)}
        ></erpsync-combobox>
        ${
          counts.blanks > 0
            ? html`<label class="row">
                <input
                  class="check"
                  type="checkbox"
                  .checked=${this.blanksOnly}
                  @change=${(event: Event) => (this.blanksOnly = (event.target as HTMLInputElement).checked)}
                />${msg('Only values that become blank')}
              </label>`
            : null
        }
      </div>
      ${this.#first.render({
        pending: () => html`<erpsync-busy></erpsync-busy>`,
        error: (error) => html`<erpsync-notice kind="error">${errorText(error)}</erpsync-notice>`,
        complete: (first) => this.#table([first, ...this.more]),
      })}`;
  }

  #table(pages: readonly RunStepPage[]) {
    const steps = pages.flatMap((page) => page.steps);
    const next = pages.at(-1)?.next ?? null;
    return html`<div class="scroll" role="group" aria-label=${msg('Differences')} tabindex="0">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">${msg('Record')}</th>
              <th scope="col">${msg('ERP connection')}</th>
              <th scope="col">${msg('Field')}</th>
              <th scope="col">${msg('Direction')}</th>
              <th scope="col">${msg('Old value')}</th>
              <th scope="col">${msg('New value')}</th>
              <th scope="col">${msg('Result')}</th>
            </tr>
          </thead>
          <tbody>
            ${steps.map((step) => this.#row(step))}
          </tbody>
        </table>
      </div>
      ${this.failure ? html`<erpsync-notice kind="error">${errorText(this.failure)}</erpsync-notice>` : null}
      <div class="toolbar">
        ${
          next === null
            ? null
            : html`<button class="button" @click=${() => this.#loadMore(next)}>${msg('Load more')}</button>`
        }
        <span class="count" role="status">${msg('count')} : ${formatCount(steps.length)}</span>
      </div>`;
  }

  #row({ entity, entityName, connectionName, fieldName, target, before, after, outcome }: RunStep) {
    return html`<tr>
      <td>
        <button class="link" @click=${() => openEntity(this.session, entity)}>
          ${entityName ?? `${entityTypeName(entity.type)} ${entity.id}`}
        </button>
      </td>
      <td>${connectionName}</td>
      <td>${fieldName}</td>
      <td>${target === 'crm' ? msg('ERP to SuperOffice') : msg('SuperOffice to ERP')}</td>
      <td title=${before ?? ''}>${before ?? '–'}</td>
      <td title=${after ?? ''}>${after ?? '–'}</td>
      <td>${outcome === null ? '' : outcomeName(outcome)}</td>
    </tr>`;
  }

  #filter(): RunStepQuery {
    const field = this.run.fields.find((field) => keyOf(field) === this.field);
    return {
      ...(field ? { connectionId: field.connectionId, fieldKey: field.fieldKey, target: field.target } : {}),
      ...(this.blanksOnly ? { blanksOnly: 'true' } : {}),
    };
  }

  async #loadMore(after: string): Promise<void> {
    const { field, blanksOnly } = this;
    this.failure = null;
    try {
      const page = await fetchRunSteps(this.api, this.run.id, { ...this.#filter(), after });
      // The user may have asked for something else meanwhile, or twice for the same.
      const isNext = (this.more.at(-1) ?? this.#first.value)?.next === after;
      if (isNext && field === this.field && blanksOnly === this.blanksOnly) this.more = [...this.more, page];
    } catch (error) {
      this.failure = error;
    }
  }

  static override styles = [
    base,
    table,
    css`
      .filters {
        margin-bottom: var(--so-space-3);
      }

      .which {
        flex: 0 1 24em;
      }

      .scroll {
        overflow: auto;
        max-height: max(200px, calc(100dvh - 480px));
      }

      .table :is(th, td) {
        padding-inline: 8px;
      }

      .table td {
        max-width: 14em;
      }

      .toolbar {
        padding-inline: 0;
      }
    `,
  ];
}

function keyOf({ connectionId, target, fieldKey }: RunField): string {
  return `${connectionId} ${target} ${fieldKey}`;
}

function nameOf({ connectionName, fieldName, target, changes }: RunField): string {
  const arrow = target === 'crm' ? '>' : '<';
  return `${connectionName} ${arrow} ${fieldName} (${formatCount(changes)})`;
}

function outcomeName(outcome: NonNullable<RunStep['outcome']>): string {
  switch (outcome) {
    case 'written':
      return msg('Written');
    case 'stale':
      return msg('Edited since');
    case 'failed':
      return msg('Failed');
  }
}

define('erpsync-run-steps', RunSteps);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-run-steps': RunSteps;
  }
}
