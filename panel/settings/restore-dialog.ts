import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Restore } from '../../shared/api/restores.ts';
import type { RunDetail, RunField } from '../../shared/api/runs.ts';
import type { Api } from '../api/client.ts';
import { settleRestore } from '../api/restores.ts';
import { fetchRun } from '../api/runs.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText } from '../locales/error-text.ts';
import { formatCount } from '../locales/format.ts';
import '../ui/busy.ts';
import { Closed } from '../ui/closed.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import './run-steps.ts';
import { SettingsChanged } from './settings-changed.ts';

const LOOK_AGAIN_MS = 1_000;

/**
 * What a restored backup has put back, value by value, and the choice which values are right.
 *
 * @fires {Closed} erpsync-closed
 * @fires {SettingsChanged} erpsync-settings-changed
 */
export class RestoreDialog extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) restore!: Restore;

  @state() private run: RunDetail | null = null;
  @state() private take: 'newer' | 'restored' = 'newer';
  @state() private kept: ReadonlySet<RunField> = new Set();
  @state() private acting = false;
  @state() private failure: unknown = null;

  #timer: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.updateComplete.then(() => this.#look());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  override render() {
    const { run } = this;
    const ready = run?.state === 'planned';
    return html`<erpsync-dialog
      open
      maximisable
      size="wide"
      heading=${msg(str`Backup restored: ${this.restore.connectionName ?? 'SuperOffice'}`)}
      @erpsync-dialog-closed=${() => this.dispatchEvent(new Closed())}
    >
      <div class="all">
        ${ready ? this.#choice(run) : this.failure ? null : html`<erpsync-busy></erpsync-busy>`}
        ${this.failure ? html`<erpsync-notice kind="error">${errorText(this.failure)}</erpsync-notice>` : null}
      </div>
      ${
        ready
          ? html`<button
              slot="footer"
              class="button primary"
              aria-disabled=${this.acting}
              @click=${() => this.#settle(run)}
            >
              ${msg('Go on with sync')}
            </button>`
          : null
      }
      <button slot="footer" class="button" @click=${() => this.dispatchEvent(new Closed())}>${msg('Close')}</button>
    </erpsync-dialog>`;
  }

  #choice(run: RunDetail) {
    const { toWrite } = run.counts;
    return html`<p>
        ${
          toWrite === 1
            ? msg(
                'One value is older than the one that was synced last. What has been edited since the restore is not meant and is synced as usual.',
              )
            : msg(
                str`${formatCount(toWrite)} values are older than those that were synced last. What has been edited since the restore is not among them and is synced as usual.`,
              )
        }
      </p>
      <fieldset>
        <legend>${msg('Which values are right?')}</legend>
        ${this.#radio('newer', msg('The newer ones: write them again'))}
        ${this.#radio('restored', msg('The restored ones: they count as edits'))}
      </fieldset>
      ${this.take === 'newer' && run.fields.length > 1 ? this.#fields(run.fields) : null}
      ${
        this.take === 'restored'
          ? html`<erpsync-notice>
              ${msg('Where the field was changed on the other side too, it becomes a conflict, and nothing is overwritten without being asked.')}
            </erpsync-notice>`
          : null
      }
      ${run.counts.toWrite > 0 ? html`<erpsync-run-steps .run=${run}></erpsync-run-steps>` : null}`;
  }

  #radio(take: 'newer' | 'restored', text: string) {
    return html`<label class="row">
      <input
        class="check"
        type="radio"
        name="take"
        .checked=${this.take === take}
        @change=${() => (this.take = take)}
      />${text}
    </label>`;
  }

  #fields(fields: readonly RunField[]) {
    return html`<fieldset>
      <legend>${msg('Keep the restored values of')}</legend>
      ${fields.map(
        (field) =>
          html`<label class="row">
            <input
              class="check"
              type="checkbox"
              .checked=${this.kept.has(field)}
              @change=${() => this.#toggle(field)}
            />${field.fieldName} (${field.connectionName}): ${formatCount(field.changes)}
          </label>`,
      )}
    </fieldset>`;
  }

  #toggle(field: RunField): void {
    const others = [...this.kept].filter((kept) => kept !== field);
    this.kept = new Set(others.length < this.kept.size ? others : [...others, field]);
  }

  async #look(): Promise<void> {
    if (this.restore.runId === null) return;
    try {
      this.run = await fetchRun(this.api, this.restore.runId);
      if (this.isConnected && this.run.state === 'planning') {
        this.#timer = setTimeout(() => void this.#look(), LOOK_AGAIN_MS);
      }
    } catch (error) {
      this.failure = error;
    }
  }

  async #settle(run: RunDetail): Promise<void> {
    if (this.acting) return;
    this.acting = true;
    this.failure = null;
    try {
      const keep = [...this.kept].map(({ connectionId, fieldKey }) => ({ connectionId, fieldKey }));
      await settleRestore(this.api, this.restore.id, { take: this.take, steps: run.counts.toWrite, keep });
      this.dispatchEvent(new SettingsChanged());
      this.dispatchEvent(new Closed());
    } catch (error) {
      this.failure = error;
    } finally {
      this.acting = false;
    }
  }

  static override styles = [
    base,
    css`
      .all,
      fieldset {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--so-space-3);
      }

      fieldset {
        margin: 0;
        padding: 0;
        border: 0;
      }

      label.row {
        flex-wrap: nowrap;
      }

      legend {
        padding: 0;
        font-weight: bold;
      }
    `,
  ];
}

define('erpsync-restore-dialog', RestoreDialog);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-restore-dialog': RestoreDialog;
  }
}
