import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Comparison, ComparisonPage, UnequalReason } from '../../shared/api/comparisons.ts';
import type { SyncStatus } from '../../shared/api/sync.ts';
import type { Api } from '../api/client.ts';
import { beginComparison, fetchComparisons, setNightlyTime } from '../api/comparisons.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText, reasonText } from '../locales/error-text.ts';
import { formatCount, formatMoment } from '../locales/format.ts';
import '../ui/combobox.ts';
import type { ItemChosen } from '../ui/combobox.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';
import './unequal-dialog.ts';
import { unequalReasonName } from './unequal-reason-name.ts';

const LOOK_AGAIN_MS = 1_500;

/**
 * The proof that both sides are equal: how many connected records are, as of when, and why the others are not.
 *
 * @property status - read again whenever it is
 */
export class Verification extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) status!: SyncStatus;

  @state() private page: ComparisonPage | null = null;
  @state() private acting = false;
  @state() private failure: unknown = null;
  @state() private shown: { readonly comparison: Comparison; readonly reason: UnequalReason } | null = null;

  #timer: ReturnType<typeof setTimeout> | undefined;

  #reading = new Task(this, {
    args: () => [this.status] as const,
    task: async (_, { signal }) => this.#show(await fetchComparisons(this.api, signal)),
  });

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  override render() {
    const failure = this.failure ?? this.#reading.error;
    const { page } = this;
    return html`<section aria-labelledby="heading">
      <div class="head">
        <h2 id="heading">${msg('Verification')}</h2>
        <button class="button" aria-disabled=${this.acting || isUnderWay(page)} @click=${this.#begin}>
          ${msg('Verify now')}
        </button>
      </div>
      <p class="muted">
        ${msg('Every night all connected records are read in both systems and compared. What differs is synced.')}
      </p>
      ${failure ? html`<erpsync-notice kind="error">${errorText(failure)}</erpsync-notice>` : null}
      ${page ? [this.#hour(page), ...page.comparisons.map((comparison) => this.#one(comparison))] : null}
      ${
        this.shown
          ? html`<erpsync-unequal-dialog
              .comparison=${this.shown.comparison}
              .reason=${this.shown.reason}
              @erpsync-closed=${() => (this.shown = null)}
            ></erpsync-unequal-dialog>`
          : null
      }
    </section>`;
  }

  #hour({ nightly: { hour, timeZone } }: ComparisonPage) {
    const items = Array.from({ length: 24 }, (_, at) => ({
      key: String(at),
      text: `${String(at).padStart(2, '0')}:00`,
    }));
    return html`<div class="row">
      <span aria-hidden="true">${msg('Begins at')}</span>
      <erpsync-combobox
        class="hour"
        label=${msg('Begins at')}
        .items=${items}
        .value=${String(hour)}
        @erpsync-item-chosen=${({ key }: ItemChosen) => this.#setHour(key)}
      ></erpsync-combobox>
      <span class="muted">${timeZone.replaceAll('_', ' ')}</span>
    </div>`;
  }

  #one(comparison: Comparison) {
    const { connectionName, progress, verified, trouble } = comparison;
    return html`<div class="one">
      <h3>${connectionName}</h3>
      ${
        verified
          ? html`<p>
              ${msg(str`${formatCount(verified.equal)} of ${formatCount(verified.total)} equal, verified ${formatMoment(verified.at)}`)}
            </p>`
          : progress
            ? null
            : html`<p class="muted">${msg('Not verified yet')}</p>`
      }
      ${
        progress
          ? html`<div class="progress">
              <progress
                max=${Math.max(1, progress.total)}
                .value=${progress.compared}
                aria-label=${msg(str`Verification of ${connectionName}`)}
              ></progress>
              <span role="status"
                >${msg(str`${formatCount(progress.compared)} of ${formatCount(progress.total)} compared`)}</span
              >
            </div>`
          : null
      }
      ${trouble && !progress ? html`<erpsync-notice kind="warning">${reasonText(trouble)}</erpsync-notice>` : null}
      ${
        verified && verified.others.length > 0
          ? html`<ul>
              ${verified.others.map(({ reason, count, settled }) => {
                const name = `${unequalReasonName(reason)}: ${formatCount(count)}`;
                return html`<li>
                  <button
                    class="link"
                    aria-label="${connectionName}, ${name}"
                    @click=${() => (this.shown = { comparison, reason })}
                  >
                    ${name}
                  </button>
                  ${
                    settled > 0
                      ? html`<span class="muted">(${msg(str`${formatCount(settled)} equal again since`)})</span>`
                      : null
                  }
                </li>`;
              })}
            </ul>`
          : null
      }
    </div>`;
  }

  #show(page: ComparisonPage): void {
    this.page = page;
    clearTimeout(this.#timer);
    if (this.isConnected && isUnderWay(page)) {
      this.#timer = setTimeout(() => void this.#reading.run(), LOOK_AGAIN_MS);
    }
  }

  async #begin(): Promise<void> {
    if (this.acting || isUnderWay(this.page)) return;
    await this.#act(() => beginComparison(this.api, { connectionId: null }));
    // It begins within seconds; until then there is no progress to be seen.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#reading.run(), LOOK_AGAIN_MS);
  }

  #setHour(key: string | null): Promise<void> {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    return key === null
      ? Promise.resolve()
      : this.#act(() => setNightlyTime(this.api, { hour: Number(key), timeZone }));
  }

  async #act(call: () => Promise<ComparisonPage>): Promise<void> {
    this.acting = true;
    this.failure = null;
    try {
      this.#show(await call());
    } catch (error) {
      this.failure = error;
    } finally {
      this.acting = false;
    }
  }

  static override styles = [
    base,
    table,
    css`
      section,
      .one {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--so-space-2);
      }

      section {
        gap: var(--so-space-4);
      }

      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--so-space-3);
      }

      .hour {
        width: 8em;
      }

      .row {
        align-items: center;
      }

      .progress {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--so-space-3);
      }

      progress {
        flex: 1 1 12em;
        accent-color: var(--so-accent);
      }

      ul {
        display: flex;
        flex-wrap: wrap;
        gap: var(--so-space-2) var(--so-space-6);
        margin: 0;
        padding: 0;
        list-style: none;
      }
    `,
  ];
}

function isUnderWay(page: ComparisonPage | null): boolean {
  return page?.comparisons.some(({ progress }) => progress !== null) ?? false;
}

define('erpsync-verification', Verification);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-verification': Verification;
  }
}
