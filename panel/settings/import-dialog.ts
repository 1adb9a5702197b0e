import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Connection, ConnectionSummary } from '../../shared/api/connections.ts';
import type { Import, ImportSource } from '../../shared/api/imports.ts';
import type { ActorType } from '../../shared/vocabulary.ts';
import type { Api } from '../api/client.ts';
import { fetchConnectionSummary } from '../api/connections.ts';
import { fetchImports, startImport } from '../api/imports.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { actorTypeName, entityNameOf } from '../locales/actor-type-name.ts';
import { errorText } from '../locales/error-text.ts';
import { formatMoment } from '../locales/format.ts';
import '../ui/busy.ts';
import { Closed } from '../ui/closed.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import './consent-source.ts';
import './import-run.ts';
import { runStateName } from './run-name.ts';

/** As many as one looks back at. */
const SHOWN = 5;

/**
 * "Import from ERP": which actors, then what would become of each of them. One that is under way is shown at once.
 *
 * @fires {Closed} erpsync-closed
 */
export class ImportDialog extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) connection!: Connection;

  @state() private actorType: ActorType | null = null;
  @state() private which: ImportSource['kind'] = 'all';
  @state() private text = '';
  @state() private keys = '';
  @state() private starting = false;
  @state() private failure: unknown = null;
  @state() private importId: string | null = null;

  #about = new Task(this, {
    args: () => [this.connection.id] as const,
    task: async ([id], { signal }) => {
      const [{ actorTypes }, { imports }] = await Promise.all([
        fetchConnectionSummary(this.api, id, signal),
        fetchImports(this.api, id, signal),
      ]);
      const offered = actorTypes.filter(({ active }) => active);
      this.actorType = offered[0]?.actorType ?? null;
      this.importId = imports.find(({ endedAt }) => endedAt === null)?.id ?? null;
      return { offered, imports };
    },
  });

  override render() {
    if (this.importId !== null) {
      return html`<erpsync-import-run
        .importId=${this.importId}
        @erpsync-closed=${() => this.dispatchEvent(new Closed())}
      ></erpsync-import-run>`;
    }
    return html`<erpsync-dialog
      open
      heading=${msg(str`Import from ERP: ${this.connection.name}`)}
      @erpsync-dialog-closed=${() => this.dispatchEvent(new Closed())}
    >
      <div class="words">
        ${this.#about.render({
          pending: () => html`<erpsync-busy></erpsync-busy>`,
          error: (error) =>
            html`<erpsync-notice kind="error">
              ${errorText(error)}
              <button slot="action" @click=${() => this.#about.run()}>${msg('Try again')}</button>
            </erpsync-notice>`,
          complete: ({ offered, imports }) => this.#form(offered, imports),
        })}
        ${this.failure ? html`<erpsync-notice kind="error">${errorText(this.failure)}</erpsync-notice>` : null}
      </div>
      ${
        this.actorType === null
          ? null
          : html`<button slot="footer" class="button primary" aria-disabled=${this.starting} @click=${this.#start}>
              ${msg('Look first')}
            </button>`
      }
      <button slot="footer" class="button" @click=${() => this.dispatchEvent(new Closed())}>${msg('Cancel')}</button>
    </erpsync-dialog>`;
  }

  #form(offered: ConnectionSummary['actorTypes'], imports: readonly Import[]) {
    if (this.actorType === null) {
      return html`<p class="muted">
        ${msg('No actor type of this ERP connection is synchronized. Tick one under Mappings first.')}
      </p>`;
    }
    const which = (kind: ImportSource['kind'], text: string) =>
      html`<label class="row">
        <input
          class="check"
          type="radio"
          name="which"
          .checked=${this.which === kind}
          @change=${() => (this.which = kind)}
        />${text}
      </label>`;
    return html`
      <p>
        ${msg(str`Records of the ERP that are not connected yet become records in SuperOffice. One that SuperOffice has already is connected to it, and where it could be several, you choose.`)}
      </p>
      <div class="field">
        <label for="type">${msg('Actor type')}</label>
        <select
          id="type"
          class="input"
          @change=${(event: Event) => (this.actorType = (event.target as HTMLSelectElement).value as ActorType)}
        >
          ${offered.map(
            ({ actorType }) =>
              html`<option value=${actorType} ?selected=${actorType === this.actorType}>
                ${actorTypeName(actorType)} → ${entityNameOf(actorType)}
              </option>`,
          )}
        </select>
      </div>
      ${this.actorType === 'Person' ? html`<erpsync-consent-source></erpsync-consent-source>` : null}
      <fieldset>
        <legend>${msg('Which records')}</legend>
        ${which('all', msg('All'))} ${which('search', msg('Those a search finds'))}
        ${
          this.which === 'search'
            ? html`<input
                class="input"
                aria-label=${msg('Search ERP')}
                .value=${this.text}
                @input=${(event: Event) => (this.text = (event.target as HTMLInputElement).value)}
              />`
            : null
        }
        ${which('keys', msg('These ERP keys'))}
        ${
          this.which === 'keys'
            ? html`<textarea
                class="input"
                aria-label=${msg('ERP keys, one per line')}
                .value=${this.keys}
                @input=${(event: Event) => (this.keys = (event.target as HTMLTextAreaElement).value)}
              ></textarea>`
            : null
        }
      </fieldset>
      <erpsync-notice>${msg('First you see what would change. Nothing is written until you say so.')}</erpsync-notice>
      ${imports.length > 0 ? this.#earlier(imports) : null}
    `;
  }

  #earlier(imports: readonly Import[]) {
    return html`<section aria-labelledby="earlier">
      <h3 id="earlier">${msg('Earlier imports')}</h3>
      <ul>
        ${imports.slice(0, SHOWN).map(
          ({ id, startedAt, actorType, state }) =>
            html`<li>
              <button class="link" @click=${() => (this.importId = id)}>
                ${formatMoment(startedAt)}, ${actorTypeName(actorType)}
              </button>
              <span class="muted">${runStateName(state)}</span>
            </li>`,
        )}
      </ul>
    </section>`;
  }

  get #source(): ImportSource | null {
    const erpKeys = [...new Set(this.keys.split('\n').filter((key) => key.trim() !== ''))];
    switch (this.which) {
      case 'all':
        return { kind: 'all' };
      case 'search':
        return this.text.trim() === '' ? null : { kind: 'search', text: this.text.trim() };
      case 'keys':
        return erpKeys.length === 0 ? null : { kind: 'keys', erpKeys };
    }
  }

  async #start(): Promise<void> {
    const source = this.#source;
    if (this.starting || this.actorType === null) return;
    if (!source) {
      this.renderRoot.querySelector<HTMLElement>('fieldset .input')?.focus();
      return;
    }
    this.starting = true;
    this.failure = null;
    try {
      const { id } = await startImport(this.api, {
        connectionId: this.connection.id,
        actorType: this.actorType,
        source,
      });
      this.importId = id;
    } catch (error) {
      this.failure = error;
    } finally {
      this.starting = false;
    }
  }

  static override styles = [
    base,
    css`
      .words,
      fieldset {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--so-space-3);
      }

      legend,
      h3 {
        margin-bottom: var(--so-space-2);
        font-weight: var(--so-weight-bold);
      }

      li {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--so-space-3);
        min-height: 24px;
      }
    `,
  ];
}

define('erpsync-import-dialog', ImportDialog);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-import-dialog': ImportDialog;
  }
}
