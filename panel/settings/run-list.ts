import { consume } from '@lit/context';
import { msg } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html } from 'lit';
import { state } from 'lit/decorators.js';
import type { Run } from '../../shared/api/runs.ts';
import type { Api } from '../api/client.ts';
import { fetchRuns } from '../api/runs.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText } from '../locales/error-text.ts';
import { formatCount, formatMoment } from '../locales/format.ts';
import '../ui/busy.ts';
import { Closed } from '../ui/closed.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';
import './run-dialog.ts';
import { runName, runStateName } from './run-name.ts';

/**
 * The sync runs, newest first, and the way to each of them.
 *
 * @fires {Closed} erpsync-closed
 */
export class RunList extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @state() private opened: string | null = null;

  #runs = new Task(this, {
    args: () => [],
    task: (_, { signal }) => fetchRuns(this.api, signal),
  });

  override render() {
    return html`<erpsync-dialog
        open
        maximisable
        size="large"
        heading=${msg('Sync runs')}
        @erpsync-dialog-closed=${() => this.dispatchEvent(new Closed())}
      >
        ${this.#runs.render({
          pending: () => html`<erpsync-busy></erpsync-busy>`,
          error: (error) => html`<erpsync-notice kind="error">${errorText(error)}</erpsync-notice>`,
          complete: ({ runs }) => this.#table(runs),
        })}
        <button slot="footer" class="button" @click=${() => this.dispatchEvent(new Closed())}>${msg('Close')}</button>
      </erpsync-dialog>
      ${
        this.opened === null
          ? null
          : html`<erpsync-run-dialog .runId=${this.opened} @erpsync-closed=${this.#back}></erpsync-run-dialog>`
      }`;
  }

  #table(runs: readonly Run[]) {
    if (runs.length === 0) {
      return html`<p class="empty" role="status">${msg('There have been no sync runs yet.')}</p>`;
    }
    return html`<div class="scroll" role="group" aria-label=${msg('Sync runs')} tabindex="0">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">${msg('When')}</th>
            <th scope="col">${msg('Sync run')}</th>
            <th scope="col">${msg('State')}</th>
            <th scope="col">${msg('Looked at')}</th>
            <th scope="col">${msg('To write')}</th>
            <th scope="col">${msg('Written')}</th>
            <th scope="col">${msg('Unchanged')}</th>
            <th scope="col">${msg('Failed')}</th>
            <th scope="col">${msg('User')}</th>
          </tr>
        </thead>
        <tbody>
          ${runs.map(
            (run) =>
              html`<tr>
                <td>${formatMoment(run.startedAt)}</td>
                <td><button class="link" @click=${() => (this.opened = run.id)}>${runName(run)}</button></td>
                <td>${runStateName(run.state)}</td>
                <td>${formatCount(run.counts.links)}</td>
                <td>${formatCount(run.counts.toWrite)}</td>
                <td>${formatCount(run.counts.written)}</td>
                <td>${formatCount(run.counts.unchanged)}</td>
                <td>${formatCount(run.counts.failed)}</td>
                <td>${run.startedBy ?? ''}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  #back(): void {
    this.opened = null;
    void this.#runs.run();
  }

  static override styles = [
    base,
    table,
    css`
      .empty {
        padding: var(--so-space-9) 0;
        color: var(--so-text-muted);
        text-align: center;
      }

      .scroll {
        overflow: auto;
      }
    `,
  ];
}

define('erpsync-run-list', RunList);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-run-list': RunList;
  }
}
