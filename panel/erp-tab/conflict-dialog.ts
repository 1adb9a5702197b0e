import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { ConnectionBlock } from '../../shared/api/erp-tab.ts';
import type { Side } from '../../shared/vocabulary.ts';
import { ApiError, type Api } from '../api/client.ts';
import { resolveConflict } from '../api/links.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText } from '../locales/error-text.ts';
import { formatMoment, formatValue } from '../locales/format.ts';
import { Closed } from '../ui/closed.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';

type Link = NonNullable<ConnectionBlock['link']>;
type Conflict = Link['conflicts'][number];

/** What is shown is no longer true; the owner fetches it again. */
export class ConflictsChanged extends Event {
  constructor() {
    super('erpsync-conflicts-changed');
  }
}

/** Every chosen value is written. */
export class ConflictsResolved extends Event {
  constructor() {
    super('erpsync-conflicts-resolved');
  }
}

/**
 * Settles fields that were changed on both sides: both values, what both had before, and since when they differ.
 *
 * @property connectionName - the name of the ERP's column
 * @property link - with its conflicts
 * @fires {ConflictsResolved} erpsync-conflicts-resolved
 * @fires {ConflictsChanged} erpsync-conflicts-changed
 * @fires {Closed} erpsync-closed - left without resolving
 */
export class ConflictDialog extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property() connectionName = '';
  @property({ attribute: false }) link!: Link;

  @state() private kept: Readonly<Record<string, Side>> = {};
  @state() private working = false;
  @state() private problem: string | null = null;

  override render() {
    const refusal = this.#chosen.length > 0 ? '' : msg('Select the value to keep first.');
    return html`<erpsync-dialog
      open
      size="large"
      heading=${msg(str`Conflicts with ${this.connectionName}`)}
      @erpsync-dialog-closed=${this.#leave}
    >
      ${this.problem === null ? nothing : html`<erpsync-notice kind="error">${this.problem}</erpsync-notice>`}
      <p class="muted">
        ${msg('These fields were changed in both systems. Select the value to keep; it will be written to the other side.')}
      </p>
      <div class="scroll">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">${msg('Field')}</th>
              <th scope="col">SuperOffice</th>
              <th scope="col">${this.connectionName}</th>
              <th scope="col">${msg('Before')}</th>
              <th scope="col">${msg('Since')}</th>
            </tr>
          </thead>
          <tbody>
            ${this.link.conflicts.map((conflict) => this.#row(conflict))}
          </tbody>
        </table>
      </div>
      <p slot="help" id="refusal" class="muted note">${refusal}</p>
      <button
        slot="footer"
        class="button primary"
        aria-disabled=${this.working || refusal !== ''}
        aria-describedby="refusal"
        title=${refusal}
        @click=${this.#resolve}
      >
        ${this.working ? msg('Saving …') : msg('Save')}
      </button>
      <button slot="footer" class="button" @click=${this.#leave}>${msg('Cancel')}</button>
    </erpsync-dialog>`;
  }

  #row(conflict: Conflict) {
    const { name, kind, agreed, since } = conflict;
    return html`<tr>
      <th scope="row">${name}</th>
      ${this.#choice(conflict, 'crm', 'SuperOffice')} ${this.#choice(conflict, 'erp', this.connectionName)}
      <td class="wrap">${words(formatValue(kind, agreed, agreed))}</td>
      <td>${formatMoment(since)}</td>
    </tr>`;
  }

  #choice({ key, name, kind, ...values }: Conflict, side: Side, column: string) {
    const shown = words(formatValue(kind, values[side], values[side]));
    return html`<td class="wrap">
      <label>
        <input
          class="check"
          type="radio"
          name=${key}
          aria-label="${name}, ${column}: ${shown}"
          .checked=${this.kept[key] === side}
          @change=${() => (this.kept = { ...this.kept, [key]: side })}
        />
        <span>${shown}</span>
      </label>
    </td>`;
  }

  get #chosen(): Conflict[] {
    return this.link.conflicts.filter(({ key }) => this.kept[key] !== undefined);
  }

  async #resolve(): Promise<void> {
    if (this.working || this.#chosen.length === 0) return;
    this.working = true;
    this.problem = null;
    try {
      for (const { key, crm, erp } of this.#chosen) {
        const keep = this.kept[key];
        if (keep) await resolveConflict(this.api, this.link.id, key, { keep, crm, erp });
      }
      this.dispatchEvent(new ConflictsResolved());
    } catch (error) {
      this.problem = errorText(error);
      if (error instanceof ApiError) {
        // Some may have been written before this one: the user looks at what is left and chooses again.
        this.kept = {};
        this.dispatchEvent(new ConflictsChanged());
      }
    } finally {
      this.working = false;
    }
  }

  #leave(event: Event): void {
    if (this.working) event.preventDefault();
    else this.dispatchEvent(new Closed());
  }

  static override styles = [
    base,
    table,
    css`
      erpsync-notice,
      .scroll,
      p {
        margin-bottom: var(--so-space-4);
      }

      .table :is(th, td) {
        min-width: 8em;
      }

      label {
        display: flex;
        align-items: flex-start;
        gap: var(--so-space-2);
        cursor: pointer;
      }

      .check {
        margin-top: 2px;
      }

      /* Both values stay in view; what was before is reached by scrolling. */
      @media (max-width: 479px) {
        .table :is(th, td) {
          padding-inline: 6px;
        }

        .table :is(th, td):first-child {
          min-width: 4.5em;
        }
      }

      .note {
        margin: 0;
        font-size: var(--so-size-note);
      }
    `,
  ];
}

function words(value: string): string {
  return value === '' ? msg('(empty)') : value;
}

define('erpsync-conflict-dialog', ConflictDialog);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-conflict-dialog': ConflictDialog;
  }
  interface HTMLElementEventMap {
    'erpsync-conflicts-changed': ConflictsChanged;
    'erpsync-conflicts-resolved': ConflictsResolved;
  }
}
