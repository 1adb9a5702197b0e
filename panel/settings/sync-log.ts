import { consume } from '@lit/context';
import { msg } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Connection } from '../../shared/api/connections.ts';
import type { Session } from '../../shared/api/session.ts';
import type { LedgerEntry, LedgerPage } from '../../shared/api/sync.ts';
import type { Api } from '../api/client.ts';
import { fetchLedger } from '../api/sync.ts';
import { define } from '../define.ts';
import { apiContext, sessionContext } from '../host/contexts.ts';
import { openEntity } from '../host/open-entity.ts';
import { errorText } from '../locales/error-text.ts';
import { formatCount, formatMoment } from '../locales/format.ts';
import '../ui/busy.ts';
import '../ui/combobox.ts';
import type { ItemChosen } from '../ui/combobox.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';
import { entityTypeName } from '../locales/actor-type-name.ts';
import { causeName } from './cause-name.ts';
import { Closed } from '../ui/closed.ts';

/**
 * Every field the sync has written: when, where, from what to what, and why. Newest first.
 *
 * @fires {Closed} erpsync-closed
 */
export class SyncLog extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;
  @consume({ context: sessionContext }) private session!: Session;

  @property({ attribute: false }) connections: readonly Connection[] = [];

  @state() private text = '';
  @state() private connectionId: string | null = null;
  @state() private more: readonly LedgerPage[] = [];
  @state() private loadingMore = false;
  @state() private failure: unknown = null;

  #first = new Task(this, {
    args: () => [this.text, this.connectionId] as const,
    task: async ([text, connectionId], { signal }) => {
      const page = await fetchLedger(this.api, { text, connectionId: connectionId ?? undefined }, signal);
      this.more = [];
      this.failure = null;
      return page;
    },
  });

  override render() {
    return html`<erpsync-dialog
      open
      maximisable
      size="wide"
      heading=${msg('Log')}
      @erpsync-dialog-closed=${() => this.dispatchEvent(new Closed())}
    >
      <form class="row" role="search" @submit=${this.#search}>
        <input
          class="input text"
          type="search"
          name="text"
          autofocus
          aria-label=${msg('Search in the log')}
          placeholder=${msg('Search in the log')}
        />
        <erpsync-combobox
          class="connection"
          label=${msg('ERP connection')}
          noSelection=${msg('All ERP connections')}
          .items=${this.connections.map(({ id, name }) => ({ key: id, text: name }))}
          .value=${this.connectionId}
          @erpsync-item-chosen=${({ key }: ItemChosen) => (this.connectionId = key)}
        ></erpsync-combobox>
        <button class="button">${msg('Search')}</button>
      </form>
      ${this.#first.render({
        pending: () => html`<erpsync-busy></erpsync-busy>`,
        error: (error) => html`<erpsync-notice kind="error">${errorText(error)}</erpsync-notice>`,
        complete: (first) => this.#pages([first, ...this.more]),
      })}
      <button slot="footer" class="button" @click=${() => this.dispatchEvent(new Closed())}>${msg('Close')}</button>
    </erpsync-dialog>`;
  }

  #pages(pages: readonly LedgerPage[]) {
    const entries = pages.flatMap((page) => page.entries);
    const next = pages.at(-1)?.next ?? null;
    if (entries.length === 0) {
      const filtered = this.text !== '' || this.connectionId !== null;
      return html`<p class="empty" role="status">
        ${filtered ? msg('No hits') : msg('Nothing has been written yet. Each field the sync changes will stand here.')}
      </p>`;
    }
    return html`<div class="scroll" role="group" aria-label=${msg('Log')} tabindex="0">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">${msg('When')}</th>
              <th scope="col">${msg('ERP connection')}</th>
              <th scope="col">${msg('Record')}</th>
              <th scope="col">${msg('Field')}</th>
              <th scope="col">${msg('Direction')}</th>
              <th scope="col">${msg('Old value')}</th>
              <th scope="col">${msg('New value')}</th>
              <th scope="col">${msg('Cause')}</th>
              <th scope="col">${msg('User')}</th>
            </tr>
          </thead>
          <tbody>
            ${entries.map((entry) => this.#row(entry))}
          </tbody>
        </table>
      </div>
      ${this.failure ? html`<erpsync-notice kind="error">${errorText(this.failure)}</erpsync-notice>` : null}
      <div class="toolbar">
        ${
          next === null
            ? null
            : html`<button class="button" aria-disabled=${this.loadingMore} @click=${() => this.#loadMore(next)}>
                ${msg('Load more')}
              </button>`
        }
        <span class="count" role="status">${msg('count')} : ${formatCount(entries.length)}</span>
      </div>`;
  }

  #row({
    at,
    connectionName,
    entity,
    entityName,
    event,
    fieldName,
    target,
    before,
    after,
    cause,
    userName,
  }: LedgerEntry) {
    const direction = target === 'crm' ? msg('ERP to SuperOffice') : msg('SuperOffice to ERP');
    return html`<tr>
      <td>${formatMoment(at)}</td>
      <td>${connectionName}</td>
      <td>
        <button class="link" @click=${() => openEntity(this.session, entity)}>
          ${entityName ?? `${entityTypeName(entity.type)} ${entity.id}`}
        </button>
      </td>
      <td>${event === 'merged' ? msg('Merged: the connection moved') : fieldName}</td>
      <td>${event === null ? direction : '–'}</td>
      <td title=${before ?? ''}>${before ?? '–'}</td>
      <td title=${after ?? ''}>${after ?? '–'}</td>
      <td>${causeName(cause)}</td>
      <td>${userName ?? ''}</td>
    </tr>`;
  }

  #search(event: SubmitEvent): void {
    event.preventDefault();
    const typed = new FormData(event.target as HTMLFormElement).get('text');
    this.text = typeof typed === 'string' ? typed.trim() : '';
  }

  async #loadMore(after: string): Promise<void> {
    if (this.loadingMore) return;
    const { text, connectionId } = this;
    this.loadingMore = true;
    this.failure = null;
    try {
      const page = await fetchLedger(this.api, { text, connectionId: connectionId ?? undefined, after });
      // The user may have searched for something else meanwhile.
      if (text === this.text && connectionId === this.connectionId) this.more = [...this.more, page];
    } catch (error) {
      this.failure = error;
    } finally {
      this.loadingMore = false;
    }
  }

  static override styles = [
    base,
    table,
    css`
      form {
        margin-bottom: var(--so-space-4);
      }

      .text {
        flex: 1 1 14em;
        width: auto;
        border-radius: var(--so-radius-pill);
      }

      .connection {
        flex: 0 1 16em;
      }

      .empty {
        padding: var(--so-space-9) 0;
        color: var(--so-text-muted);
        text-align: center;
      }

      .toolbar {
        padding-inline: 0;
      }

      .scroll {
        overflow: auto;
        max-height: max(240px, calc(100dvh - 330px));
      }

      .table th {
        position: sticky;
        top: 0;
        z-index: 1;
      }

      .table :is(th, td) {
        padding-inline: 8px;
      }

      .table td {
        max-width: 14em;
      }
    `,
  ];
}

define('erpsync-sync-log', SyncLog);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-sync-log': SyncLog;
  }
}
