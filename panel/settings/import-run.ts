import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Import, ImportedActor } from '../../shared/api/imports.ts';
import type { Session } from '../../shared/api/session.ts';
import type { Api } from '../api/client.ts';
import { executeImport, fetchImport, fetchImportedActors, steerImport } from '../api/imports.ts';
import { define } from '../define.ts';
import { apiContext, sessionContext } from '../host/contexts.ts';
import { openEntity } from '../host/open-entity.ts';
import { actorTypeName, entityTypeName } from '../locales/actor-type-name.ts';
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
import { table } from '../ui/styles/table.ts';
import './resync-dialog.ts';
import { importOutcomeName, verdictName } from './import-name.ts';
import { runStateName } from './run-name.ts';
import { actionButton, figure, nameToType, progress, runView, RunWatch } from './run-view.ts';

const verdicts = ['create', 'connect', 'duplicate', 'blocked', 'linked'] as const;
type Verdict = (typeof verdicts)[number];

/**
 * One import: what would become of each actor, how far it is, and what can be done with it.
 *
 * @fires {Closed} erpsync-closed
 * @fires {SettingsChanged} erpsync-settings-changed - it has come to its end
 */
export class ImportRun extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;
  @consume({ context: sessionContext }) private session!: Session;

  @property({ attribute: false }) importId!: string;

  @state() private verdict: Verdict | null = null;
  @state() private actors: readonly ImportedActor[] = [];
  @state() private next: string | null = null;
  @state() private typed = '';
  @state() private resyncing = false;

  readonly #watch = new RunWatch<Import>(
    this,
    () => fetchImport(this.api, this.importId),
    async (run, before) => {
      if (run.state !== 'planning' && run.state !== before?.state) await this.#readActors();
    },
  );

  override render() {
    const { run, failure } = this.#watch;
    if (run && this.resyncing) {
      return html`<erpsync-resync-dialog
        .connection=${{ id: run.connectionId, name: run.connectionName }}
        .imported=${run}
        @erpsync-closed=${() => (this.resyncing = false)}
      ></erpsync-resync-dialog>`;
    }
    return html`<erpsync-dialog
      open
      maximisable
      size="wide"
      heading=${run ? msg(str`Import from ERP: ${run.connectionName}`) : msg('Import from ERP')}
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

  #whole(run: Import) {
    const { counts, startedAt, startedBy, actorType, warning, failure } = run;
    return html`<p class="muted">
        ${msg(str`Started by ${startedBy}, ${formatMoment(startedAt)}`)}<br />${actorTypeName(actorType)}
      </p>
      ${failure ? html`<erpsync-notice kind="error">${reasonText(failure)}</erpsync-notice>` : null}
      ${
        warning
          ? html`<erpsync-notice kind="attention">
              ${msg('The ERP system says that these may not be all.')} ${warning}
            </erpsync-notice>`
          : null
      }
      ${this.#notice(run)} ${progress(run, counts.left, counts.actors)}
      <dl>
        ${figure(msg('Found in the ERP system'), counts.actors)} ${figure(msg('To create'), counts.create)}
        ${figure(msg('To connect'), counts.connect)} ${figure(msg('Connected already'), counts.linked)}
        ${figure(msg('Possible duplicates'), counts.duplicate)} ${figure(msg('Not possible yet'), counts.blocked)}
        ${figure(msg('Failed'), counts.failed)}
      </dl>
      ${run.nameToType !== null && run.may.includes('execute') ? nameToType(run.nameToType, this.typed, (typed) => (this.typed = typed)) : null}
      ${counts.actors > 0 && run.state !== 'planning' ? this.#table() : null}`;
  }

  #notice({ state, counts, may }: Import) {
    switch (state) {
      case 'planned':
        return html`<erpsync-notice>
          ${msg(str`${formatCount(counts.create)} records would be created in SuperOffice and ${formatCount(counts.connect)} connected. Nothing has been written yet.`)}
          ${msg('What was created is not deleted by taking the import back.')}
        </erpsync-notice>`;
      case 'done':
      case 'cancelled':
        return html`<erpsync-notice kind=${state === 'done' ? 'success' : 'info'}>
          ${
            counts.create + counts.connect === 0
              ? msg('There was nothing to import.')
              : msg(
                  str`${formatCount(counts.created)} records were created in SuperOffice and ${formatCount(counts.connected)} connected.`,
                )
          }
          ${
            may.includes('disconnect')
              ? msg('The connections can be taken back; records that were created stay in SuperOffice.')
              : null
          }
          ${
            counts.connected > 0
              ? html`${msg('Where a connected record has other values than the ERP, your rule for conflicts applies.')}
                  <button slot="action" @click=${() => (this.resyncing = true)}>
                    ${msg('Take over the values of the ERP …')}
                  </button>`
              : null
          }
        </erpsync-notice>`;
      default:
        return html`<p role="status">${runStateName(state)}</p>`;
    }
  }

  #table() {
    return html`<div class="row filters">
        <select
          class="input show"
          aria-label=${msg('Show')}
          @change=${(event: Event) => {
            this.verdict = ((event.target as HTMLSelectElement).value || null) as Verdict | null;
            void this.#readActors();
          }}
        >
          <option value="" ?selected=${this.verdict === null}>${msg('All records')}</option>
          ${verdicts.map(
            (each) => html`<option value=${each} ?selected=${each === this.verdict}>${verdictName(each)}</option>`,
          )}
        </select>
      </div>
      <div class="scroll" role="group" aria-label=${msg('Records of the ERP system')} tabindex="0">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">${msg('ERP record')}</th>
              <th scope="col">${msg('ERP key')}</th>
              <th scope="col">${msg('What happens')}</th>
              <th scope="col">${msg('SuperOffice record')}</th>
            </tr>
          </thead>
          <tbody>
            ${this.actors.map((actor) => this.#row(actor))}
          </tbody>
        </table>
      </div>
      ${this.actors.length === 0 ? html`<p class="empty muted" role="status">${msg('No hits')}</p>` : null}
      ${
        this.next
          ? html`<button class="button" @click=${() => this.#readActors(this.next)}>${msg('Show more')}</button>`
          : null
      }`;
  }

  #row({ name, erpKey, verdict, entity, entityName, outcome, reason }: ImportedActor) {
    const words = outcome ? importOutcomeName(outcome) : verdict ? verdictName(verdict) : '';
    return html`<tr>
      <th scope="row">${name}</th>
      <td>${erpKey}</td>
      <td class="wrap">
        ${words}${reason ? html`<p class=${outcome === 'failed' ? 'problem' : 'muted'}>${reasonText(reason)}</p>` : null}
      </td>
      <td>
        ${
          entity && (verdict !== 'create' || outcome === 'created')
            ? html`<button class="link" @click=${() => openEntity(this.session, entity)}>
                ${entityName ?? `${entityTypeName(entity.type)} ${entity.id}`}
              </button>`
            : null
        }
      </td>
    </tr>`;
  }

  #actions(run: Import) {
    const may = (action: Import['may'][number]) => run.may.includes(action);
    const button = (text: string, work: () => Promise<void>, primary = false, refused = false) =>
      actionButton(text, work, { primary, refused: this.#watch.acting || refused });
    const steer = (action: 'pause' | 'resume' | 'cancel') => () =>
      this.#watch.act(() => steerImport(this.api, run.id, action));
    return html`
      ${may('cancel') ? button(msg('Cancel the import'), steer('cancel')) : null}
      ${may('pause') ? button(msg('Pause'), steer('pause')) : null}
      ${may('resume') ? button(msg('Resume'), steer('resume'), true) : null}
      ${may('disconnect') ? button(msg('Disconnect …'), () => this.#disconnect(run)) : null}
      ${
        may('execute')
          ? button(
              msg('Import'),
              () => this.#execute(run),
              true,
              run.nameToType !== null && this.typed.trim() !== run.nameToType,
            )
          : null
      }
    `;
  }

  async #execute({ id, counts: { create, connect }, nameToType }: Import): Promise<void> {
    const name = nameToType === null ? {} : { name: this.typed.trim() };
    await this.#watch.act(() => executeImport(this.api, id, { create, connect, ...name }));
  }

  async #disconnect({ id, counts }: Import): Promise<void> {
    const sure = await confirmed({
      heading: msg('Take the import back'),
      question: msg(
        str`Disconnect ${formatCount(counts.created + counts.connected)} records that this import connected? Their values stay as they are.`,
      ),
      irreversible: msg('Records that were created stay in SuperOffice. Delete them there if nobody needs them.'),
      action: msg('Disconnect'),
    });
    if (sure) await this.#watch.act(() => steerImport(this.api, id, 'disconnect'));
  }

  async #readActors(after: string | null = null): Promise<void> {
    try {
      const filter = { ...(this.verdict ? { verdict: this.verdict } : {}), ...(after ? { after } : {}) };
      const page = await fetchImportedActors(this.api, this.importId, filter);
      this.actors = after ? [...this.actors, ...page.actors] : page.actors;
      this.next = page.next;
    } catch (error) {
      this.#watch.fail(error);
    }
  }

  static override styles = [
    base,
    table,
    figures,
    runView,
    css`
      .filters {
        justify-content: flex-end;
      }

      .show {
        width: auto;
      }

      .wrap {
        min-width: 14em;
      }

      .empty {
        padding: var(--so-space-3);
        text-align: center;
      }
    `,
  ];
}

define('erpsync-import-run', ImportRun);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-import-run': ImportRun;
  }
}
