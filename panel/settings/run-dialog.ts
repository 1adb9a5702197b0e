import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
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
import { figures } from '../ui/styles/figures.ts';
import { recordsName, runName, runStateName } from './run-name.ts';
import './run-steps.ts';
import { actionButton, figure, nameToType, progress, runView, RunWatch } from './run-view.ts';

/**
 * One sync run: how far it is, what it would change or has changed, and what can be done with it.
 *
 * @fires {Closed} erpsync-closed
 * @fires {SettingsChanged} erpsync-settings-changed - it is at work, or no longer
 */
export class RunDialog extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) runId!: string;

  @state() private typed = '';

  readonly #watch = new RunWatch<RunDetail>(
    this,
    () => fetchRun(this.api, this.runId),
    (run) => {
      this.runId = run.id;
    },
  );

  override render() {
    const { run, failure } = this.#watch;
    return html`<erpsync-dialog
      open
      maximisable
      size="wide"
      heading=${run ? runName(run) : msg('Sync run')}
      @erpsync-dialog-closed=${() => this.dispatchEvent(new Closed())}
    >
      <div class="all">
        ${run ? this.#whole(run) : failure ? null : html`<erpsync-busy></erpsync-busy>`}
        ${
          failure
            ? html`<erpsync-notice kind="error">
                ${errorText(failure)}
                <button slot="action" @click=${() => this.#watch.look()}>${msg('Try again')}</button>
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
      ${this.#notice(run)} ${this.#afterwards(run)} ${progress(run, counts.recordsLeft, counts.records)}
      <dl>
        ${figure(msg('Looked at'), counts.links)} ${figure(msg('To write'), counts.toWrite)}
        ${figure(msg('Thereof blanked'), counts.blanks)} ${figure(msg('Written'), counts.written)}
        ${figure(msg('Edited since'), counts.stale)} ${figure(msg('Unchanged'), counts.unchanged)}
        ${figure(msg('Conflicts'), counts.conflicts)} ${figure(msg('Need attention'), counts.parked)}
        ${figure(msg('Failed'), counts.failed)}
      </dl>
      ${this.#failures(run)}
      ${
        run.nameToType !== null && (run.may.includes('execute') || run.may.includes('approve'))
          ? nameToType(run.nameToType, this.typed, (typed) => (this.typed = typed))
          : null
      }
      ${state !== 'planning' && counts.toWrite > 0 ? html`<erpsync-run-steps .run=${run}></erpsync-run-steps>` : null}`;
  }

  #notice({ kind, state, counts, reach }: RunDetail) {
    const { toWrite, written } = counts;
    if (state === 'needsApproval') {
      return reach
        .filter(({ changedLinks, changedBefore, limit }) => changedLinks + changedBefore > limit)
        .map(
          ({ connectionName, changedLinks, changedBefore, limit }) =>
            html`<erpsync-notice kind="attention">
              ${
                changedLinks === 1
                  ? msg(
                      str`Stopped before the first write: one record connected in ${connectionName} would change, and up to ${formatCount(limit)} may without anyone being asked.`,
                    )
                  : msg(
                      str`Stopped before the first write: ${formatCount(changedLinks)} records connected in ${connectionName} would change, and up to ${formatCount(limit)} may without anyone being asked.`,
                    )
              }
              ${changedBefore > 0 ? changedAlready(changedBefore) : null}
            </erpsync-notice>`,
        );
    }
    if (state === 'planned') {
      return html`<erpsync-notice> ${kind === 'undo' ? toPutBack(toWrite) : toBeWritten(toWrite)} </erpsync-notice>`;
    }
    if (state === 'done') {
      return html`<erpsync-notice kind="success">
        ${
          toWrite === 0
            ? msg('Everything is equal already. Nothing had to be written.')
            : toWrite === 1
              ? msg(str`${formatCount(written)} of 1 value was written.`)
              : msg(str`${formatCount(written)} of ${formatCount(toWrite)} values were written.`)
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

  #actions(run: RunDetail) {
    const may = (action: Run['may'][number]) => run.may.includes(action);
    const button = (text: string, work: () => Promise<void>, primary = false, refused = false) =>
      actionButton(text, work, { primary, refused: this.#watch.acting || refused });
    const steer = (action: 'pause' | 'resume' | 'cancel') => () =>
      this.#watch.act(() => steerRun(this.api, run.id, action));
    return html`
      ${may('cancel') ? button(msg('Cancel the run'), steer('cancel')) : null}
      ${may('pause') ? button(msg('Pause'), steer('pause')) : null}
      ${may('resume') ? button(msg('Resume'), steer('resume'), true) : null}
      ${may('undo') ? button(msg('Undo …'), () => this.#watch.act(() => undoRun(this.api, run.id))) : null}
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
    const { blanks } = run.counts;
    const sure = await confirmed({
      heading: runName(run),
      question: writeThem(run.counts),
      items: blanks > 0 ? [becomingBlank(blanks)] : [],
    });
    if (!sure) return;
    const action = run.may.includes('approve') ? 'approve' : 'execute';
    await this.#watch.act(() => executeRun(this.api, run.id, action, this.#saidYes(run)));
  }

  #saidYes({ counts, nameToType }: RunDetail): ConfirmRun {
    return { steps: counts.toWrite, ...(nameToType === null ? {} : { name: this.typed.trim() }) };
  }

  static override styles = [base, figures, runView];
}

function changedAlready(count: number): string {
  return count === 1
    ? msg('One has changed by automatic sync already.')
    : msg(str`${formatCount(count)} have changed by automatic sync already.`);
}

function toPutBack(count: number): string {
  return count === 1
    ? msg('One value would be put back. What was edited since is left as it is.')
    : msg(str`${formatCount(count)} values would be put back. What was edited since is left as it is.`);
}

function toBeWritten(count: number): string {
  return count === 1
    ? msg('One value would be written. Nothing has been written yet.')
    : msg(str`${formatCount(count)} values would be written. Nothing has been written yet.`);
}

function writeThem({ toWrite, changedLinks }: RunDetail['counts']): string {
  if (toWrite === 1) return msg('Write one value of one connected record?');
  return changedLinks === 1
    ? msg(str`Write ${formatCount(toWrite)} values of one connected record?`)
    : msg(str`Write ${formatCount(toWrite)} values of ${formatCount(changedLinks)} connected records?`);
}

function becomingBlank(count: number): string {
  return count === 1 ? msg('One value becomes blank.') : msg(str`${formatCount(count)} values become blank.`);
}

function runEnded(state: Run['state']): boolean {
  return state === 'done' || state === 'cancelled' || state === 'failed';
}

define('erpsync-run-dialog', RunDialog);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-run-dialog': RunDialog;
  }
}
