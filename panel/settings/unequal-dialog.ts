import { consume } from '@lit/context';
import { msg } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Comparison, UnequalPage, UnequalReason } from '../../shared/api/comparisons.ts';
import type { Session } from '../../shared/api/session.ts';
import type { Api } from '../api/client.ts';
import { fetchUnequal } from '../api/comparisons.ts';
import { define } from '../define.ts';
import { apiContext, sessionContext } from '../host/contexts.ts';
import { openEntity } from '../host/open-entity.ts';
import { entityTypeName } from '../locales/actor-type-name.ts';
import { errorText } from '../locales/error-text.ts';
import { formatCount } from '../locales/format.ts';
import '../ui/busy.ts';
import { Closed } from '../ui/closed.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';
import { unequalReasonName } from './unequal-reason-name.ts';

/**
 * The records of a connection that were not found equal, for one reason.
 *
 * @fires {Closed} erpsync-closed
 */
export class UnequalDialog extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;
  @consume({ context: sessionContext }) private session!: Session;

  @property({ attribute: false }) comparison!: Comparison;
  @property() reason!: UnequalReason;

  @state() private more: readonly UnequalPage[] = [];
  @state() private failure: unknown = null;

  #first = new Task(this, {
    args: () => [this.comparison.connectionId, this.reason] as const,
    task: ([connectionId, reason], { signal }) => fetchUnequal(this.api, connectionId, { reason }, signal),
  });

  override render() {
    return html`<erpsync-dialog
      open
      maximisable
      size="large"
      heading="${this.comparison.connectionName}: ${unequalReasonName(this.reason)}"
      @erpsync-dialog-closed=${() => this.dispatchEvent(new Closed())}
    >
      ${this.#first.render({
        pending: () => html`<erpsync-busy></erpsync-busy>`,
        error: (error) => html`<erpsync-notice kind="error">${errorText(error)}</erpsync-notice>`,
        complete: (first) => this.#table([first, ...this.more]),
      })}
      <button slot="footer" class="button" @click=${() => this.dispatchEvent(new Closed())}>${msg('Close')}</button>
    </erpsync-dialog>`;
  }

  #table(pages: readonly UnequalPage[]) {
    const links = pages.flatMap((page) => page.links);
    const next = pages.at(-1)?.next ?? null;
    return html`<div class="scroll" role="group" aria-label=${unequalReasonName(this.reason)} tabindex="0">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">${msg('Record')}</th>
              <th scope="col">${msg('ERP number')}</th>
              <th scope="col">${msg('Now')}</th>
            </tr>
          </thead>
          <tbody>
            ${links.map(
              ({ entity, entityName, actor, settled }) =>
                html`<tr>
                  <td>
                    <button class="link" @click=${() => openEntity(this.session, entity)}>
                      ${entityName ?? `${entityTypeName(entity.type)} ${entity.id}`}
                    </button>
                  </td>
                  <td>${actor.erpKey}</td>
                  <td>${settled ? msg('Equal again') : msg('Still different')}</td>
                </tr>`,
            )}
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
        <span class="count" role="status">${msg('count')} : ${formatCount(links.length)}</span>
      </div>`;
  }

  async #loadMore(after: string): Promise<void> {
    this.failure = null;
    try {
      const { connectionId } = this.comparison;
      this.more = [...this.more, await fetchUnequal(this.api, connectionId, { reason: this.reason, after })];
    } catch (error) {
      this.failure = error;
    }
  }

  static override styles = [
    base,
    table,
    css`
      .scroll {
        overflow: auto;
      }
    `,
  ];
}

define('erpsync-unequal-dialog', UnequalDialog);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-unequal-dialog': UnequalDialog;
  }
}
