import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Connection } from '../../shared/api/connections.ts';
import type { Session } from '../../shared/api/session.ts';
import type { LedgerEntry, LedgerPage, LedgerQuery } from '../../shared/api/sync.ts';
import { causes, type CrmEntity } from '../../shared/vocabulary.ts';
import type { Api } from '../api/client.ts';
import { startRun } from '../api/runs.ts';
import { fetchLedger, ledgerFile, setRetention } from '../api/sync.ts';
import { define } from '../define.ts';
import { apiContext, sessionContext } from '../host/contexts.ts';
import { openEntity } from '../host/open-entity.ts';
import { causeName } from '../locales/cause-name.ts';
import { errorText } from '../locales/error-text.ts';
import { formatCount, formatMoment } from '../locales/format.ts';
import { reasonName } from '../locales/reason-name.ts';
import '../ui/busy.ts';
import '../ui/combobox.ts';
import type { ItemChosen } from '../ui/combobox.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';
import { entityTypeName } from '../locales/actor-type-name.ts';
import './resync-dialog.ts';
import './run-dialog.ts';
import { Closed } from '../ui/closed.ts';

/** What the lines are narrowed down to. */
type Filter = { [Name in keyof Omit<LedgerQuery, 'after'>]?: LedgerQuery[Name] | undefined };

/**
 * Every field the sync has written: when, where, from what to what, and why. Newest first.
 *
 * @fires {Closed} erpsync-closed
 */
export class SyncLog extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;
  @consume({ context: sessionContext }) private session!: Session;

  @property({ attribute: false }) connections: readonly Connection[] = [];

  @state() private filter: Filter = {};
  @state() private more: readonly LedgerPage[] = [];
  @state() private loadingMore = false;
  @state() private failure: unknown = null;
  @state() private chosen: ReadonlySet<string> = new Set();
  @state() private runId: string | null = null;
  @state() private resynced: readonly CrmEntity[] = [];
  @state() private retention: number | null = null;

  #first = new Task(this, {
    args: () => [this.filter] as const,
    task: async ([filter], { signal }) => {
      const page = await fetchLedger(this.api, filter, signal);
      this.more = [];
      this.chosen = new Set();
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
        ${this.#search()}
        ${this.#first.render({
          pending: () => html`<erpsync-busy></erpsync-busy>`,
          error: (error) => html`<erpsync-notice kind="error">${errorText(error)}</erpsync-notice>`,
          complete: (first) => this.#pages([first, ...this.more]),
        })}
        <a slot="help" class="button" href=${ledgerFile(this.filter)} download="erp-sync-log.csv">${msg('Export')}</a>
        <button slot="footer" class="button" @click=${() => this.dispatchEvent(new Closed())}>${msg('Close')}</button>
      </erpsync-dialog>
      ${
        this.runId === null
          ? null
          : html`<erpsync-run-dialog .runId=${this.runId} @erpsync-closed=${this.#back}></erpsync-run-dialog>`
      }
      ${
        this.resynced.length === 0
          ? null
          : html`<erpsync-resync-dialog
              .entities=${this.resynced}
              @erpsync-closed=${this.#back}
            ></erpsync-resync-dialog>`
      }`;
  }

  #search() {
    const { connectionId = null, cause = null, userId, from, to, entityId, fieldKey } = this.filter;
    const users = this.#first.value?.users ?? [];
    return html`<form class="row" role="search" @submit=${this.#find}>
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
          .value=${connectionId}
          @erpsync-item-chosen=${({ key }: ItemChosen) => this.#narrow({ connectionId: key ?? undefined })}
        ></erpsync-combobox>
        <button class="button">${msg('Search')}</button>
      </form>
      <div class="row filters">
        <erpsync-combobox
          class="narrow"
          label=${msg('Cause')}
          noSelection=${msg('All causes')}
          .items=${causes.map((each) => ({ key: each, text: causeName(each) }))}
          .value=${cause}
          @erpsync-item-chosen=${({ key }: ItemChosen) => this.#narrow({ cause: causes.find((each) => each === key) })}
        ></erpsync-combobox>
        <erpsync-combobox
          class="narrow"
          label=${msg('User')}
          noSelection=${msg('All users')}
          .items=${users.map(({ id, name }) => ({ key: String(id), text: name }))}
          .value=${userId === undefined ? null : String(userId)}
          @erpsync-item-chosen=${({ key }: ItemChosen) =>
            this.#narrow({ userId: key === null ? undefined : Number(key) })}
        ></erpsync-combobox>
        <label class="row">
          ${msg('From')}
          <input
            class="input date"
            type="date"
            .value=${from ? dayOf(from, 0) : ''}
            @change=${(event: Event) => this.#narrow({ from: momentOf(event, 0) })}
          />
        </label>
        <label class="row">
          ${msg('To')}
          <input
            class="input date"
            type="date"
            .value=${to ? dayOf(to, -1) : ''}
            @change=${(event: Event) => this.#narrow({ to: momentOf(event, 1) })}
          />
        </label>
        ${
          entityId === undefined
            ? null
            : html`<button class="button" @click=${() => this.#narrow({ entityType: undefined, entityId: undefined })}>
                ${msg('All records')}
              </button>`
        }
        ${
          fieldKey === undefined
            ? null
            : html`<button class="button" @click=${() => this.#narrow({ fieldKey: undefined })}>
                ${msg('All fields')}
              </button>`
        }
      </div>`;
  }

  #pages(pages: readonly LedgerPage[]) {
    const entries = pages.flatMap((page) => page.entries);
    const next = pages.at(-1)?.next ?? null;
    if (entries.length === 0) {
      const filtered = Object.values(this.filter).some((value) => value !== undefined && value !== '');
      return html`<p class="empty" role="status">
        ${filtered ? msg('No hits') : msg('Nothing has been written yet. Each field the sync changes will stand here.')}
      </p>`;
    }
    return html`<div class="scroll" role="group" aria-label=${msg('Log')} tabindex="0">
        <table class="table">
          <thead>
            <tr>
              <th scope="col"><span class="visually-hidden">${msg('Choose')}</span></th>
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
      ${this.#actions(entries)}
      <div class="toolbar">
        ${
          next === null
            ? null
            : html`<button class="button" aria-disabled=${this.loadingMore} @click=${() => this.#loadMore(next)}>
                ${msg('Load more')}
              </button>`
        }
        ${this.#kept(pages[0])}
        <span class="count" role="status">${msg('count')} : ${formatCount(entries.length)}</span>
      </div>`;
  }

  /** What can be done with the lines that are ticked. */
  #actions(entries: readonly LedgerEntry[]) {
    const chosen = entries.filter(({ id }) => this.chosen.has(id));
    const [one] = chosen;
    const single = chosen.length === 1 && one !== undefined && one.event === null ? one : null;
    const records = [...new Map(chosen.map(({ entity }) => [`${entity.type} ${entity.id}`, entity])).values()];
    const button = (text: string, enabled: boolean, why: string, work: () => void) =>
      html`<button
        class="button"
        aria-disabled=${!enabled}
        title=${enabled ? nothing : why}
        @click=${() => enabled && work()}
      >
        ${text}
      </button>`;
    const oneOnly = msg('Tick one line with a value first.');
    return html`<div class="row actions">
      ${button(msg('Undo this …'), single !== null, oneOnly, () => single && void this.#undo(single, false))}
      ${button(msg('Undo the record from here …'), single !== null, oneOnly, () => single && void this.#undo(single, true))}
      ${button(msg('Only this record'), single !== null, oneOnly, () => {
        if (single) this.#narrow({ entityType: single.entity.type, entityId: single.entity.id });
      })}
      ${button(msg('Only this field'), single !== null, oneOnly, () => {
        if (single) this.#narrow({ fieldKey: single.fieldKey });
      })}
      ${button(msg('Resync these records …'), records.length > 0, msg('Tick lines of the records first.'), () => {
        this.resynced = records;
      })}
    </div>`;
  }

  /** Long enough to notice a mistake, short enough for personal data. */
  #kept(page: LedgerPage | undefined) {
    const days = this.retention ?? page?.retentionDays ?? 90;
    return html`<label class="row kept" title=${msg('What is older is removed, and can no longer be undone.')}>
      ${msg('Days to keep')}
      <input class="input days" type="number" min="7" max="3650" .value=${String(days)} @change=${this.#keep} />
    </label>`;
  }

  #row(entry: LedgerEntry) {
    const { id, at, connectionName, entity, entityName, fieldName, event, target, before, after } = entry;
    const { reason, cause, userName } = entry;
    const name = entityName ?? `${entityTypeName(entity.type)} ${entity.id}`;
    return html`<tr>
      <td>
        <input
          class="check"
          type="checkbox"
          aria-label=${msg(str`Choose ${name}, ${fieldName || reasonName(reason, target)}, ${formatMoment(at)}`)}
          .checked=${this.chosen.has(id)}
          @change=${(event: Event) => this.#choose(id, (event.target as HTMLInputElement).checked)}
        />
      </td>
      <td>${formatMoment(at)}</td>
      <td>${connectionName}</td>
      <td>
        <button class="link" @click=${() => openEntity(this.session, entity)}>${name}</button>
      </td>
      <td>${event === null ? fieldName : reasonName(reason, target)}</td>
      <td>${event === null ? (target === 'crm' ? msg('ERP to SuperOffice') : msg('SuperOffice to ERP')) : ''}</td>
      <td title=${before ?? ''}>${before ?? (event === null ? '–' : '')}</td>
      <td title=${after ?? ''}>${after ?? (event === null ? '–' : '')}</td>
      <td>
        ${event === null ? html`${reasonName(reason, target)}<br />` : null}<span class="muted"
          >${causeName(cause)}</span
        >
      </td>
      <td>${userName ?? ''}</td>
    </tr>`;
  }

  #choose(id: string, yes: boolean): void {
    const chosen = new Set(this.chosen);
    if (yes) chosen.add(id);
    else chosen.delete(id);
    this.chosen = chosen;
  }

  #narrow(change: Filter): void {
    this.filter = { ...this.filter, ...change };
  }

  #find(event: SubmitEvent): void {
    event.preventDefault();
    const typed = new FormData(event.target as HTMLFormElement).get('text');
    this.#narrow({ text: typeof typed === 'string' ? typed.trim() : '' });
  }

  /** Plans it, and shows the plan before anything is put back. */
  async #undo({ id }: LedgerEntry, wholeRecord: boolean): Promise<void> {
    this.failure = null;
    try {
      const run = await startRun(this.api, { kind: 'undo', runId: null, ledgerId: id, entity: null, wholeRecord });
      this.runId = run.id;
    } catch (error) {
      this.failure = error;
    }
  }

  async #keep(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const days = Math.min(3650, Math.max(7, Math.round(Number(input.value)) || 90));
    input.value = String(days);
    this.failure = null;
    try {
      await setRetention(this.api, { days });
      this.retention = days;
    } catch (error) {
      this.failure = error;
    }
  }

  #back(): void {
    this.runId = null;
    this.resynced = [];
    void this.#first.run();
  }

  async #loadMore(after: string): Promise<void> {
    if (this.loadingMore) return;
    const { filter } = this;
    this.loadingMore = true;
    this.failure = null;
    try {
      const page = await fetchLedger(this.api, { ...filter, after });
      // The user may have searched for something else meanwhile.
      if (filter === this.filter) this.more = [...this.more, page];
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
        margin-bottom: var(--so-space-2);
      }

      .text {
        flex: 1 1 14em;
        width: auto;
        border-radius: var(--so-radius-pill);
      }

      .connection {
        flex: 0 1 16em;
      }

      .filters {
        margin-bottom: var(--so-space-4);
      }

      .actions {
        gap: var(--so-space-2);
        margin-top: var(--so-space-3);
      }

      a.button {
        text-decoration: none;
      }

      .narrow {
        flex: 0 1 13em;
      }

      .date,
      .days {
        width: auto;
      }

      .kept {
        margin-inline-start: auto;
        color: var(--so-text-muted);
      }

      .days {
        width: 6em;
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

/** The beginning of a day of the user's, so many days on. */
function momentOf({ target }: Event, daysOn: number): string | undefined {
  const [year, month, day] = (target as HTMLInputElement).value.split('-').map(Number);
  if (!year || !month || !day) return undefined;
  return new Date(year, month - 1, day + daysOn).toISOString();
}

function dayOf(moment: string, daysOn: number): string {
  const at = new Date(moment);
  const day = new Date(at.getFullYear(), at.getMonth(), at.getDate() + daysOn);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

define('erpsync-sync-log', SyncLog);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-sync-log': SyncLog;
  }
}
