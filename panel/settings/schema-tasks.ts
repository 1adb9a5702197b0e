import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { SchemaTasks as Found } from '../../shared/api/mappings.ts';
import type { Api } from '../api/client.ts';
import { fetchSchemaTasks, finishSchemaTask } from '../api/mappings.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { actorTypeName } from '../locales/actor-type-name.ts';
import { errorText } from '../locales/error-text.ts';
import { formatMoment } from '../locales/format.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';
import { schemaChangeText } from './schema-change-name.ts';

type SchemaTask = Found['tasks'][number];

/**
 * What ERPs and SuperOffice changed under mappings, until the administrator has seen to it; nothing when there is nothing.
 *
 * @property when - read again whenever it is another one
 */
export class SchemaTasks extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) when: unknown = null;

  @state() private finishing = false;
  @state() private failure: unknown = null;

  #tasks = new Task(this, {
    args: () => [this.when] as const,
    task: async (_, { signal }) => (await fetchSchemaTasks(this.api, signal)).tasks,
  });

  override render() {
    const tasks = this.#tasks.value ?? [];
    const failure = this.failure ?? this.#tasks.error;
    if (tasks.length === 0 && !failure) return null;
    return html`<section aria-labelledby="heading">
      <h2 id="heading">${msg('Mapped fields that have changed')}</h2>
      ${failure ? html`<erpsync-notice kind="error">${errorText(failure)}</erpsync-notice>` : null}
      ${tasks.length > 0 ? this.#table(tasks) : null}
    </section>`;
  }

  #table(tasks: readonly SchemaTask[]) {
    return html`<div class="scroll" role="group" aria-labelledby="heading" tabindex="0">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">${msg('ERP field')}</th>
            <th scope="col">${msg('Reason')}</th>
            <th scope="col">${msg('ERP connection')}</th>
            <th scope="col">${msg('Since')}</th>
            <th scope="col"><span class="visually-hidden">${msg('Action')}</span></th>
          </tr>
        </thead>
        <tbody>
          ${tasks.map((task, index) => this.#row(task, isLastOfType(tasks, index)))}
        </tbody>
      </table>
    </div>`;
  }

  #row({ connectionId, connectionName, actorType, fieldName, kind, since }: SchemaTask, isLast: boolean) {
    const type = actorTypeName(actorType);
    return html`<tr>
      <td>${fieldName === null ? type : `${type}: ${fieldName}`}</td>
      <td class="wrap">${schemaChangeText(kind)}</td>
      <td>${connectionName}</td>
      <td>${formatMoment(since)}</td>
      <td>
        ${
          isLast
            ? html`<button
                class="link"
                aria-label=${msg(str`Done with ${type} of ${connectionName}`)}
                aria-disabled=${this.finishing}
                @click=${() => this.#finish(connectionId, actorType)}
              >
                ${msg('Done')}
              </button>`
            : null
        }
      </td>
    </tr>`;
  }

  async #finish(connectionId: string, actorType: SchemaTask['actorType']): Promise<void> {
    if (this.finishing) return;
    this.finishing = true;
    this.failure = null;
    try {
      await finishSchemaTask(this.api, connectionId, actorType);
      await this.#tasks.run();
    } catch (error) {
      this.failure = error;
    } finally {
      this.finishing = false;
    }
  }

  static override styles = [
    base,
    table,
    css`
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--so-space-2);
      }

      .wrap {
        min-width: 16em;
      }
    `,
  ];
}

/** One button for what is finished together. */
function isLastOfType(tasks: readonly SchemaTask[], index: number): boolean {
  const same = (a: SchemaTask | undefined, b: SchemaTask | undefined) =>
    a?.connectionId === b?.connectionId && a?.actorType === b?.actorType;
  return !tasks.slice(index + 1).some((later) => same(later, tasks[index]));
}

define('erpsync-schema-tasks', SchemaTasks);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-schema-tasks': SchemaTasks;
  }
}
