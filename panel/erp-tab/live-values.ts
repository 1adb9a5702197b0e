import clockCounterClockwise from '@phosphor-icons/core/regular/clock-counter-clockwise.svg?raw';
import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
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
import { icon } from '../ui/icon.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { WhyRequested } from './requests.ts';

/**
 * What the ERP says now about the linked actor. It fetches for itself, so that a slow or failing ERP delays only its own block.
 *
 * @property connectionId - the ERP connection
 * @property version - when it changes, the values are read again; the ones before stay until then
 * @fires {WhyRequested} erpsync-why-requested
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
          ? this.#list(this.#values.value)
          : html`<erpsync-busy>${msg('Reading from the ERP system …')}</erpsync-busy>`,
      error: (error) =>
        html`<erpsync-notice kind="error">
          ${errorText(error)}
          <button slot="action" @click=${() => this.#values.run()}>${msg('Retry')}</button>
        </erpsync-notice>`,
      complete: (answer) => this.#list(answer),
    });
  }

  #list({ fields }: Answer) {
    if (fields.length === 0) return html`<p class="muted">${msg('No fields are chosen to be shown here.')}</p>`;
    return html`<dl>${fields.map((field) => this.#line(field))}</dl>`;
  }

  #line({ key, name, description, kind, value, text }: ShownField) {
    return html`<div>
      <dt title=${description}>${name}:</dt>
      <dd>
        ${formatValue(kind, value, text)}
        <button
          class="why"
          title=${msg('Why this value?')}
          aria-label=${msg(str`Why this value? ${name}`)}
          @click=${() => this.dispatchEvent(new WhyRequested(this.connectionId, key))}
        >
          ${icon(clockCounterClockwise)}
        </button>
      </dd>
    </div>`;
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

      .why {
        display: inline-flex;
        padding: 2px;
        border: 0;
        border-radius: 4px;
        background: none;
        color: var(--so-text-muted);
        cursor: pointer;
        vertical-align: middle;
      }

      .why:hover,
      .why:focus-visible {
        color: var(--so-accent);
      }

      dt {
        color: var(--so-text-muted);
      }
    `,
  ];
}

define('erpsync-live-values', LiveValues);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-live-values': LiveValues;
  }
}
