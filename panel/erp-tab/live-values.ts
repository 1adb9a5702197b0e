import { consume } from '@lit/context';
import { msg } from '@lit/localize';
import { initialState, Task } from '@lit/task';
import { css, html } from 'lit';
import { property } from 'lit/decorators.js';
import type { LiveValues as Answer, ShownField } from '../../shared/api/erp-tab.ts';
import type { CrmEntity } from '../../shared/vocabulary.ts';
import type { Api } from '../api/client.ts';
import { fetchLiveValues } from '../api/erp-tab.ts';
import { define } from '../define.ts';
import { apiContext, entityContext } from '../host/contexts.ts';
import { errorText } from '../locales/error-text.ts';
import { formatValue } from '../locales/format.ts';
import '../ui/busy.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';

/**
 * What the ERP says now about the linked actor. It fetches for itself, so that a slow or failing ERP delays only its own block.
 *
 * @property connectionId - the ERP connection
 * @property version - when it changes, the values are read again; the ones before stay until then
 */
export class LiveValues extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;
  @consume({ context: entityContext, subscribe: true }) private entity: CrmEntity | null = null;

  @property({ attribute: false }) connectionId = '';
  @property() version = '';

  #values = new Task(this, {
    args: () => [this.entity, this.connectionId, this.version] as const,
    task: ([entity, connectionId], { signal }) =>
      entity ? fetchLiveValues(this.api, entity, connectionId, signal) : initialState,
  });

  override render() {
    return this.#values.render({
      pending: () =>
        this.#values.value
          ? list(this.#values.value)
          : html`<erpsync-busy>${msg('Reading from the ERP system …')}</erpsync-busy>`,
      error: (error) =>
        html`<erpsync-notice kind="error">
          ${errorText(error)}
          <button slot="action" @click=${() => this.#values.run()}>${msg('Retry')}</button>
        </erpsync-notice>`,
      complete: list,
    });
  }

  static override styles = [
    base,
    css`
      dl {
        display: grid;
        column-gap: var(--so-space-9);
      }

      @media (min-width: 700px) {
        dl {
          grid-template-columns: repeat(2, minmax(0, 1fr));
        }
      }

      dl > div {
        display: grid;
        grid-template-columns: minmax(90px, 130px) minmax(0, 1fr);
        gap: var(--so-space-3);
        min-height: 34px;
        padding-block: 6px;
      }

      dt,
      dd {
        overflow-wrap: anywhere;
      }

      dt {
        color: var(--so-text-muted);
      }
    `,
  ];
}

function list({ fields }: Answer) {
  if (fields.length === 0) return html`<p class="muted">${msg('No fields are chosen to be shown here.')}</p>`;
  return html`<dl>${fields.map(line)}</dl>`;
}

function line({ name, description, kind, value, text }: ShownField) {
  return html`<div>
    <dt title=${description}>${name}:</dt>
    <dd>${formatValue(kind, value, text)}</dd>
  </div>`;
}

define('erpsync-live-values', LiveValues);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-live-values': LiveValues;
  }
}
