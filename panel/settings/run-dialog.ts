import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { ConfirmRun, Run, RunDetail } from '../../shared/api/runs.ts';
import type { Api } from '../api/client.ts';
import { executeRun, fetchRun, steerRun, undoRun } from '../api/runs.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText, reasonText } from '../locales/error-text.ts';
import { formatCount, formatMoment } from '../locales/format.ts';
import '../ui/busy.ts';
import { Closed } from '../ui/closed.ts';
import { confirmed } from '../ui/confirmed.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { recordsName, runName, runStateName } from './run-name.ts';
import './run-steps.ts';
import { SettingsChanged } from './settings-changed.ts';

const LOOK_AGAIN_MS = 1_000;

/**
 * One sync run: how far it is, what it would change or has changed, and what can be done with it.
 *
 * @fires {Closed} erpsync-closed
 * @fires {SettingsChanged} erpsync-settings-changed - it has come to its end
 */
export class RunDialog extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) runId!: string;

  @state() private run: RunDetail | null = null;
  @state() private acting = false;
  @state() private failure: unknown = null;
  @state() private typed = '';

  #timer: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.updateComplete.then(() => this.#act(() => fetchRun(this.api, this.runId)));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  override render() {
    const { run } = this;
    return html`<erpsync-dialog
      open
      maximisable
      size="wide"
      heading=${run ? runName(run) : msg('Sync run')}
      @erpsync-dialog-closed=${() => this.dispatchEvent(new Closed())}
    >
      <div class="all">
        ${run ? this.#whole(run) : this.failure ? null : html`<erpsync-busy></erpsync-busy>`}
        ${
          this.failure
            ? html`<erpsync-notice kind="error">
                ${errorText(this.failure)}
                <button slot="action" @click=${() => this.#act(() => fetchRun(this.api, this.runId))}>
                  ${msg('Try again')}
                </button>
              </erpsync-notice>`
            : null
        }
      </div>
      ${run ? this.#actions(run) : null}
      <button slot="footer" class="button" @click=${() => this.dispatchEvent(new Closed())}>${msg('Close')}</button>
    </erpsync-dialog>`;
  }

  #whole(run: RunDetail) {
    const { state, startedAt, startedBy, counts, keepNonBlank } = run;
    const records = recordsName(run);
    return html`<p class="muted">
        ${
          startedBy === null
            ? msg(str`Started by the brake of automatic sync, ${formatMoment(startedAt)}`)
            : msg(str`Started by ${startedBy}, ${formatMoment(startedAt)}`)
        }
        ${records === null ? nothing : html`<br />${records}`}
        ${keepNonBlank ? html`<br />${msg('Blank values overwrite nothing')}` : nothing}
      </p>
      ${this.#notice(run)} ${this.#afterwards(run)} ${isAtWork(run) || state === 'paused' ? this.#progress(run) : null}
      <dl>
        ${this.#count(msg('Looked at'), counts.links)} ${this.#count(msg('To write'), counts.toWrite)}
        ${this.#count(msg('Thereof blanked'), counts.blanks)} ${this.#count(msg('Written'), counts.written)}
        ${this.#count(msg('Edited since'), counts.stale)} ${this.#count(msg('Unchanged'), counts.unchanged)}
        ${this.#count(msg('Conflicts'), counts.conflicts)} ${this.#count(msg('Need attention'), counts.parked)}
        ${this.#count(msg('Failed'), counts.failed)}
      </dl>
      ${this.#failures(run)} ${this.#nameToType(run)}
      ${state !== 'planning' && counts.toWrite > 0 ? html`<erpsync-run-steps .run=${run}></erpsync-run-steps>` : null}`;
  }

  #notice({ kind, state, counts, reach }: RunDetail) {
    const values = formatCount(counts.toWrite);
    if (state === 'needsApproval') {
      return reach
        .filter(({ changedLinks, changedBefore, limit }) => changedLinks + changedBefore > limit)
        .map(
          ({ connectionName, changedLinks, changedBefore, limit }) =>
            html`<erpsync-notice kind="attention">
              ${msg(str`Stopped before the first write: ${formatCount(changedLinks)} records connected in ${connectionName} would change, and up to ${formatCount(limit)} may without anyone being asked.`)}
              ${
                changedBefore > 0
                  ? msg(str`${formatCount(changedBefore)} have changed by automatic sync already.`)
                  : null
              }
            </erpsync-notice>`,
        );
    }
    if (state === 'planned') {
      return html`<erpsync-notice>
        ${
          kind === 'undo'
            ? msg(str`${values} values would be put back. What was edited since is left as it is.`)
            : msg(str`${values} values would be written. Nothing has been written yet.`)
        }
      </erpsync-notice>`;
    }
    if (state === 'done') {
      return html`<erpsync-notice kind="success">
        ${
          counts.toWrite === 0
            ? msg('Everything is equal already. Nothing had to be written.')
            : msg(str`${formatCount(counts.written)} of ${values} values were written.`)
        }
      </erpsync-notice>`;
    }
    return html`<p role="status">${runStateName(state)}</p>`;
  }

  /** How long it can be taken back, or why it no longer can. */
  #afterwards({ state, counts, may, undoUntil }: RunDetail) {
    if (counts.written === 0 || !runEnded(state)) return null;
    return html`<p class="muted">
      ${
        may.includes('undo')
          ? msg(str`Can be undone until ${formatMoment(undoUntil)}.`)
          : msg(str`Could be undone until ${formatMoment(undoUntil)}. What is older is no longer remembered.`)
      }
    </p>`;
  }

  #failures({ failures }: RunDetail) {
    if (failures.length === 0) return null;
    return html`<erpsync-notice kind="error">
      ${msg('Some records failed.')} ${[...new Set(failures.map(reasonText))].join(' ')}
    </erpsync-notice>`;
  }

  /** So many records are not changed by a slip of the hand. */
  #nameToType({ nameToType, may }: RunDetail) {
    if (nameToType === null || !(may.includes('execute') || may.includes('approve'))) return null;
    return html`<div class="ask">
      <label for="name">${msg(str`More than 1,000 records would change. Type ${nameToType} to go on`)}:</label>
      <input
        id="name"
        class="input"
        autocomplete="off"
        .value=${this.typed}
        @input=${(event: Event) => (this.typed = (event.target as HTMLInputElement).value)}
      />
    </div>`;
  }

  #progress({ state, counts: { records, recordsLeft } }: RunDetail) {
    return html`<div class="row">
      <progress max=${records} .value=${records - recordsLeft} aria-label=${runStateName(state)}></progress>
      <span class="muted">${msg(str`${formatCount(records - recordsLeft)} of ${formatCount(records)} records`)}</span>
    </div>`;
  }

  #count(name: string, count: number) {
    return html`<div>
      <dt class="muted">${name}</dt>
      <dd>${formatCount(count)}</dd>
    </div>`;
  }

  #actions(run: RunDetail) {
    const may = (action: Run['may'][number]) => run.may.includes(action);
    const button = (text: string, work: () => Promise<void>, primary = false, refused = false) =>
      html`<button
        slot="footer"
        class="button ${primary ? 'primary' : ''}"
        aria-disabled=${this.acting || refused}
        @click=${() => this.acting || refused || void work()}
      >
        ${text}
      </button>`;
    const steer = (action: 'pause' | 'resume' | 'cancel') => () => this.#act(() => steerRun(this.api, run.id, action));
    return html`
      ${may('cancel') ? button(msg('Cancel the run'), steer('cancel')) : null}
      ${may('pause') ? button(msg('Pause'), steer('pause')) : null}
      ${may('resume') ? button(msg('Resume'), steer('resume'), true) : null}
      ${may('undo') ? button(msg('Undo …'), () => this.#act(() => undoRun(this.api, run.id))) : null}
      ${
        may('execute') || may('approve')
          ? button(
              run.kind === 'undo' ? msg('Put these values back') : msg('Run exactly this plan'),
              () => this.#execute(run),
              true,
              run.nameToType !== null && this.typed.trim() !== run.nameToType,
            )
          : null
      }
    `;
  }

  async #execute(run: RunDetail): Promise<void> {
    const { toWrite, changedLinks, blanks } = run.counts;
    const sure = await confirmed({
      heading: runName(run),
      question: msg(str`Write ${formatCount(toWrite)} values of ${formatCount(changedLinks)} connected records?`),
      items: blanks > 0 ? [msg(str`${formatCount(blanks)} values become blank.`)] : [],
    });
    if (!sure) return;
    const action = run.may.includes('approve') ? 'approve' : 'execute';
    await this.#act(() => executeRun(this.api, run.id, action, this.#saidYes(run)));
  }

  #saidYes({ counts, nameToType }: RunDetail): ConfirmRun {
    return { steps: counts.toWrite, ...(nameToType === null ? {} : { name: this.typed.trim() }) };
  }

  /** Shows the run that the call answers, and looks again as long as it is at work. */
  async #act(call: () => Promise<RunDetail>): Promise<void> {
    clearTimeout(this.#timer);
    const before = this.run;
    this.acting = true;
    this.failure = null;
    try {
      const run = await call();
      if (!this.isConnected) return;
      this.run = run;
      this.runId = run.id;
      if (isAtWork(run))
        this.#timer = setTimeout(() => void this.#act(() => fetchRun(this.api, run.id)), LOOK_AGAIN_MS);
      else if (before && isAtWork(before)) this.dispatchEvent(new SettingsChanged());
    } catch (error) {
      this.failure = error;
    } finally {
      this.acting = false;
    }
  }

  static override styles = [
    base,
    css`
      .all {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--so-space-4);
      }

      dl {
        display: flex;
        flex-wrap: wrap;
        gap: var(--so-space-3) var(--so-space-9);
      }

      dt {
        font-size: var(--so-size-note);
      }

      dd {
        font-size: var(--so-size-heading);
        font-variant-numeric: tabular-nums;
      }

      .ask {
        display: grid;
        gap: var(--so-space-1);
      }

      progress {
        flex: 1 1 12em;
        accent-color: var(--so-accent);
      }
    `,
  ];
}

function runEnded(state: Run['state']): boolean {
  return state === 'done' || state === 'cancelled' || state === 'failed';
}

function isAtWork({ state }: Run): boolean {
  return state === 'planning' || state === 'running';
}

define('erpsync-run-dialog', RunDialog);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-run-dialog': RunDialog;
  }
}
