import caretRight from '@phosphor-icons/core/regular/caret-right.svg?raw';
import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Connection, ConnectionSummary } from '../../shared/api/connections.ts';
import type { SchemaChanges } from '../../shared/api/mappings.ts';
import type { Api } from '../api/client.ts';
import { fetchConnectionSummary, refreshFields } from '../api/connections.ts';
import { reportRestore } from '../api/restores.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText, reasonText } from '../locales/error-text.ts';
import { formatMoment } from '../locales/format.ts';
import '../ui/busy.ts';
import { confirmed } from '../ui/confirmed.ts';
import { icon } from '../ui/icon.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { actorTypeName } from '../locales/actor-type-name.ts';
import './field-mapping.ts';
import './import-dialog.ts';
import './list-mapping.ts';
import './rank-fields.ts';
import './resync-dialog.ts';
import { schemaChangeText } from './schema-change-name.ts';
import { SettingsChanged } from './settings-changed.ts';

/**
 * The selected ERP connection: how it does, and the way to its mappings.
 *
 * @property connection - its summary is read again whenever it is
 * @fires {SettingsChanged} erpsync-settings-changed
 */
export class ConnectionDetails extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) connection!: Connection;

  @state() private mappingShown = false;
  @state() private listMappingShown = false;
  @state() private ranksShown = false;
  @state() private importShown = false;
  @state() private resyncShown = false;
  @state() private refreshing = false;
  /** What the last refresh found; null before there was one. */
  @state() private changes: SchemaChanges['changes'] | null = null;
  @state() private failure: unknown = null;

  #summary = new Task(this, {
    args: () => [this.connection] as const,
    task: ([{ id }], { signal }) => fetchConnectionSummary(this.api, id, signal),
  });

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    const before = changed.get('connection') as Connection | undefined;
    if (before && before.id !== this.connection.id) this.changes = null;
  }

  showMapping(): void {
    this.mappingShown = true;
  }

  override render() {
    const { name, active, trouble, lastPolledAt } = this.connection;
    const summary = this.#summary.value;
    return html`<section class="card" aria-labelledby="heading">
        <h2 id="heading">${name}</h2>
        ${trouble ? html`<erpsync-notice kind="error">${reasonText(trouble)}</erpsync-notice>` : null}
        ${lastPolledAt ? html`<p class="muted">${msg(str`Last looked at the ERP: ${formatMoment(lastPolledAt)}`)}</p>` : null}
        <div class="details">
          <nav aria-labelledby="heading">
            <button class="link way" @click=${() => this.showMapping()}>${icon(caretRight)}${msg('Mappings')}</button>
            <button class="link way" @click=${() => (this.listMappingShown = true)}>
              ${icon(caretRight)}${msg('List mapping')}
            </button>
            <button class="link way" @click=${() => (this.ranksShown = true)}>
              ${icon(caretRight)}${msg('Rank Fields')}
            </button>
            <button class="link way" aria-disabled=${this.refreshing} @click=${this.#refreshFields}>
              ${icon(caretRight)}${msg('Refresh ERP fields')}
            </button>
            ${
              active
                ? html`<button class="link way" @click=${() => (this.resyncShown = true)}>
                      ${icon(caretRight)}${msg('Resync from this ERP connection')}
                    </button>
                    <button class="link way" @click=${() => (this.importShown = true)}>
                      ${icon(caretRight)}${msg('Import from ERP')}
                    </button>
                    <button class="link way" @click=${this.#reportRestore}>
                      ${icon(caretRight)}${msg('A backup was restored …')}
                    </button>`
                : null
            }
          </nav>
          <div>
            ${this.refreshing ? html`<erpsync-busy>${msg('Reading the fields of the ERP …')}</erpsync-busy>` : null}
            ${this.failure ? html`<erpsync-notice kind="error">${errorText(this.failure)}</erpsync-notice>` : null}
            ${this.changes ? this.#changes(this.changes) : null} ${summary ? this.#lines(summary) : null}
            ${this.#summary.render({
              pending: () => (summary ? null : html`<erpsync-busy></erpsync-busy>`),
              error: (error) => html`<erpsync-notice kind="error">${errorText(error)}</erpsync-notice>`,
            })}
          </div>
        </div>
      </section>
      ${
        this.mappingShown
          ? html`<erpsync-field-mapping
              .connection=${this.connection}
              @erpsync-closed=${() => (this.mappingShown = false)}
            ></erpsync-field-mapping>`
          : null
      }
      ${
        this.listMappingShown
          ? html`<erpsync-list-mapping
              .connection=${this.connection}
              @erpsync-closed=${() => (this.listMappingShown = false)}
            ></erpsync-list-mapping>`
          : null
      }
      ${
        this.ranksShown
          ? html`<erpsync-rank-fields
              .connection=${this.connection}
              @erpsync-closed=${() => (this.ranksShown = false)}
            ></erpsync-rank-fields>`
          : null
      }
      ${
        this.importShown
          ? html`<erpsync-import-dialog
              .connection=${this.connection}
              @erpsync-closed=${() => (this.importShown = false)}
            ></erpsync-import-dialog>`
          : null
      }
      ${
        this.resyncShown
          ? html`<erpsync-resync-dialog
              .connection=${this.connection}
              @erpsync-closed=${() => (this.resyncShown = false)}
            ></erpsync-resync-dialog>`
          : null
      }`;
  }

  #changes(changes: SchemaChanges['changes']) {
    if (changes.length === 0) {
      return html`<erpsync-notice kind="success">${msg('The fields of the ERP are as they were.')}</erpsync-notice>`;
    }
    return html`<erpsync-notice>
      <p>${msg('What has changed in the ERP:')}</p>
      <ul>
        ${changes.map(({ actorType, fieldName, kind }) => {
          const type = actorTypeName(actorType);
          return html`<li>
            <strong>${fieldName === null ? type : `${type}: ${fieldName}`}</strong> ${schemaChangeText(kind)}
          </li>`;
        })}
      </ul>
    </erpsync-notice>`;
  }

  #lines({ actorTypes }: ConnectionSummary) {
    if (actorTypes.length === 0) {
      return html`<p class="muted">
        ${msg('The sync connector has not named any actor types yet. Refresh the ERP fields.')}
      </p>`;
    }
    return html`<dl>
      ${actorTypes.map(
        ({ actorType, active, mapped }) =>
          html`<div>
            <dt>${actorTypeName(actorType)}</dt>
            <dd>
              ${
                active
                  ? mapped.length > 0
                    ? mapped.join(', ')
                    : html`<span class="muted">${msg('No field is mapped.')}</span>`
                  : html`<span class="muted">${msg('Not synchronized')}</span>`
              }
            </dd>
          </div>`,
      )}
    </dl>`;
  }

  async #reportRestore(): Promise<void> {
    const { id, name } = this.connection;
    const sure = await confirmed({
      heading: msg('A backup was restored'),
      question: msg(
        str`Automatic sync stops at once. What the backup of ${name} has put back is looked for, and you decide which values are right.`,
      ),
      action: msg('Stop and compare'),
    });
    if (!sure) return;
    this.failure = null;
    try {
      await reportRestore(this.api, { connectionId: id });
      this.dispatchEvent(new SettingsChanged());
    } catch (error) {
      this.failure = error;
    }
  }

  async #refreshFields(): Promise<void> {
    if (this.refreshing) return;
    this.refreshing = true;
    this.changes = null;
    this.failure = null;
    try {
      ({ changes: this.changes } = await refreshFields(this.api, this.connection.id));
      this.dispatchEvent(new SettingsChanged());
    } catch (error) {
      this.failure = error;
    } finally {
      this.refreshing = false;
    }
  }

  static override styles = [
    base,
    css`
      .card {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--so-space-3);
      }

      h2 {
        overflow-wrap: anywhere;
        font-size: var(--so-size-heading);
        font-weight: var(--so-weight);
      }

      .details {
        display: grid;
        grid-template-columns: minmax(12em, max-content) minmax(0, 1fr);
        gap: var(--so-space-4) var(--so-space-9);
      }

      nav {
        display: grid;
        align-content: start;
        gap: var(--so-space-2);
      }

      .way {
        display: flex;
        align-items: center;
        gap: var(--so-space-2);
        min-height: 24px;
      }

      dl {
        display: grid;
        gap: var(--so-space-2);
      }

      dl > div {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--so-space-2);
      }

      dt {
        font-weight: var(--so-weight-bold);
      }

      dd {
        overflow-wrap: anywhere;
      }

      @media (max-width: 599px) {
        .details {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];
}

define('erpsync-connection-details', ConnectionDetails);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-connection-details': ConnectionDetails;
  }
}
