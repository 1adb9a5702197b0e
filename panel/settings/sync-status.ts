import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Connection } from '../../shared/api/connections.ts';
import type { Restore } from '../../shared/api/restores.ts';
import type { SyncStatus } from '../../shared/api/sync.ts';
import type { Api } from '../api/client.ts';
import { compareAgain, setAutomaticSync } from '../api/sync.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText } from '../locales/error-text.ts';
import { formatCount, formatMoment } from '../locales/format.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { figures } from '../ui/styles/figures.ts';
import '../ui/switch.ts';
import type { SwitchToggled } from '../ui/switch.ts';
import './attention-list.ts';
import './restore-dialog.ts';
import './schema-tasks.ts';
import './resync-dialog.ts';
import './run-dialog.ts';
import './run-list.ts';
import './setup-check.ts';
import { SettingsChanged } from './settings-changed.ts';
import './sync-log.ts';
import './verification.ts';

/**
 * Whether the sync runs, how much it has to do, and what waits for a person.
 *
 * @fires {SettingsChanged} erpsync-settings-changed
 */
export class SyncStatusBlock extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) status!: SyncStatus;
  @property({ attribute: false }) connections: readonly Connection[] = [];

  @state() private restore: Restore | null = null;
  @state() private saving = false;
  @state() private failure: unknown = null;
  @state() private shown: 'log' | 'runs' | 'run' | 'resync' | 'sync' | 'check' | null = null;
  @state() private runId = '';

  override render() {
    const { automatic, links, waiting, conflicts, parked, lastRunAt, braked } = this.status;
    return html`<section class="card" aria-labelledby="heading">
        <div class="head">
          <h1 id="heading">${msg('Sync')}</h1>
          <div class="row">
            <button class="button" @click=${() => (this.shown = 'check')}>${msg('Setup check')}</button>
            <button class="button" @click=${() => (this.shown = 'resync')}>${msg('Resync from SuperOffice')}</button>
            <button class="button" @click=${() => (this.shown = 'sync')}>${msg('Dry run')}</button>
            <button class="button" @click=${() => (this.shown = 'runs')}>${msg('Sync runs')}</button>
            <button class="button" @click=${() => (this.shown = 'log')}>${msg('Show log')}</button>
          </div>
        </div>
        <p class="muted">
          ${msg('Keeps companies, contacts, and projects in SuperOffice equal to their counterparts in your ERP systems.')}
        </p>
        <div class="row">
          <erpsync-switch
            label=${msg('Automatic sync')}
            ?checked=${automatic}
            ?disabled=${this.saving}
            @erpsync-switch-toggled=${this.#toggle}
          ></erpsync-switch>
          <span class="muted" role="status">${automatic ? msg('Turned on') : msg('Turned off')}</span>
        </div>
        ${this.failure ? html`<erpsync-notice kind="error">${errorText(this.failure)}</erpsync-notice>` : null}
        ${
          automatic
            ? null
            : html`<erpsync-notice kind="warning">
                ${msg('Automatic sync is turned off. Changes wait until it is turned on again; Sync now on the ERP tab works all the same.')}
              </erpsync-notice>`
        }
        ${braked.map((each) => this.#braked(each))}
        ${this.status.restores.map(
          (restore) =>
            html`<erpsync-notice kind="attention">
              ${msg(str`A backup of ${restore.connectionName ?? 'SuperOffice'} was restored (${formatMoment(restore.at)}). Automatic sync has stopped, and nothing is written until you have decided which values are right.`)}
              <button slot="action" aria-disabled=${restore.runId === null} @click=${() => this.#decide(restore)}>
                ${msg('Look at the plan')}
              </button>
            </erpsync-notice>`,
        )}
        <dl>
          ${this.#count(msg('Connected records'), links)} ${this.#count(msg('Waiting'), waiting)}
          ${this.#count(msg('Conflicts'), conflicts)} ${this.#count(msg('Need attention'), parked)}
        </dl>
        ${lastRunAt ? html`<p class="muted">${msg(str`Last sync: ${formatMoment(lastRunAt)}`)}</p>` : null}
        ${
          conflicts + parked > 0 ? html`<erpsync-attention-list .status=${this.status}></erpsync-attention-list>` : null
        }
        <erpsync-schema-tasks .when=${this.status}></erpsync-schema-tasks>
        ${links > 0 ? html`<erpsync-verification .status=${this.status}></erpsync-verification>` : null}
      </section>
      ${this.#dialog()}
      ${
        this.restore
          ? html`<erpsync-restore-dialog
              .restore=${this.restore}
              @erpsync-closed=${() => (this.restore = null)}
            ></erpsync-restore-dialog>`
          : null
      }`;
  }

  /** Ordinary syncing of a connection has stopped, and someone has to decide. */
  #braked({ connectionId, connectionName, since, runId, runState }: SyncStatus['braked'][number]) {
    const over = runState === 'cancelled' || runState === 'failed';
    return html`<erpsync-notice kind="attention">
      ${
        runState === 'needsApproval'
          ? msg(
              str`Automatic sync of ${connectionName} stopped on ${formatMoment(since)}: more records would change than may without anyone being asked.`,
            )
          : over
            ? msg(
                str`Automatic sync of ${connectionName} has stood still since ${formatMoment(since)}: what it would have written was not approved.`,
              )
            : msg(
                str`Automatic sync of ${connectionName} is looking at what it would write, because that is a lot at once.`,
              )
      }
      ${
        over
          ? html`<button slot="action" @click=${() => this.#compareAgain(connectionId)}>
              ${msg('Compare again')}
            </button>`
          : runId === null
            ? null
            : html`<button slot="action" @click=${() => this.#open(runId)}>${msg('Look and decide')}</button>`
      }
    </erpsync-notice>`;
  }

  #open(runId: string): void {
    this.runId = runId;
    this.shown = 'run';
  }

  async #compareAgain(connectionId: string): Promise<void> {
    this.failure = null;
    try {
      this.status = await compareAgain(this.api, connectionId);
      const runId = this.status.braked.find((each) => each.connectionId === connectionId)?.runId;
      if (runId) this.#open(runId);
    } catch (error) {
      this.failure = error;
    }
  }

  #dialog() {
    const close = () => (this.shown = null);
    switch (this.shown) {
      case 'run':
        return html`<erpsync-run-dialog
          .runId=${this.runId}
          @erpsync-closed=${() => {
            close();
            this.dispatchEvent(new SettingsChanged());
          }}
        ></erpsync-run-dialog>`;
      case 'sync':
        return html`<erpsync-resync-dialog .kind=${'sync'} @erpsync-closed=${close}></erpsync-resync-dialog>`;
      case 'log':
        return html`<erpsync-sync-log .connections=${this.connections} @erpsync-closed=${close}></erpsync-sync-log>`;
      case 'runs':
        return html`<erpsync-run-list @erpsync-closed=${close}></erpsync-run-list>`;
      case 'check':
        return html`<erpsync-dialog open heading=${msg('Setup check')} @erpsync-dialog-closed=${close}>
          <erpsync-setup-check></erpsync-setup-check>
          <button slot="footer" class="button primary" @click=${close}>${msg('Close')}</button>
        </erpsync-dialog>`;
      case 'resync':
        return html`<erpsync-resync-dialog @erpsync-closed=${close}></erpsync-resync-dialog>`;
      case null:
        return null;
    }
  }

  #count(name: string, count: number) {
    return html`<div>
      <dt class="muted">${name}</dt>
      <dd>${formatCount(count)}</dd>
    </div>`;
  }

  #decide(restore: Restore): void {
    if (restore.runId === null) this.dispatchEvent(new SettingsChanged());
    else this.restore = restore;
  }

  async #toggle({ checked }: SwitchToggled): Promise<void> {
    this.saving = true;
    this.failure = null;
    try {
      await setAutomaticSync(this.api, { automatic: checked });
      this.status = { ...this.status, automatic: checked };
      this.dispatchEvent(new SettingsChanged());
    } catch (error) {
      this.failure = error;
    } finally {
      this.saving = false;
    }
  }

  static override styles = [
    base,
    figures,
    css`
      .card {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--so-space-4);
      }

      .head {
        display: flex;
        align-items: center;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: var(--so-space-3);
      }
    `,
  ];
}

define('erpsync-sync-status', SyncStatusBlock);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-sync-status': SyncStatusBlock;
  }
}
