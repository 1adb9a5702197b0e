import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Import, ImportedActor, ImportedActorQuery, LeaveOut } from '../../shared/api/imports.ts';
import type { Session } from '../../shared/api/session.ts';
import type { Api } from '../api/client.ts';
import {
  chooseRecord,
  executeImport,
  fetchImport,
  fetchImportedActors,
  leaveOutActors,
  steerImport,
} from '../api/imports.ts';
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

type Verdict = NonNullable<ImportedActor['verdict']>;
const verdicts = ['create', 'connect', 'duplicate', 'blocked', 'linked'] as const satisfies readonly Verdict[];

type Outcome = NonNullable<ImportedActor['outcome']>;
/** Those that a person looks for. */
const outcomes = ['disconnected', 'leftOut', 'stale', 'failed'] as const satisfies readonly Outcome[];

/** Which records are shown. */
type Filter = Pick<ImportedActorQuery, 'verdict' | 'outcome'>;

/**
 * One import: what would become of each actor, how far it is, and what can be done with it.
 *
 * @fires {Closed} erpsync-closed
 * @fires {SettingsChanged} erpsync-settings-changed - it is at work, or no longer
 */
export class ImportRun extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;
  @consume({ context: sessionContext }) private session!: Session;

  @property({ attribute: false }) importId!: string;

  @state() private filter: Filter = {};
  @state() private actors: readonly ImportedActor[] = [];
  @state() private next: string | null = null;
  @state() private typed = '';
  @state() private resyncing = false;

  /** The last choice that is being told to the backend; what is read before that is old. */
  #leaving: Promise<void> = Promise.resolve();

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
        ${figure(msg('Found in the ERP system'), counts.actors)} ${some(msg('To create'), counts.create)}
        ${some(msg('To connect'), counts.connect)} ${some(msg('Connected already'), counts.linked)}
        ${some(msg('Possible duplicates'), counts.duplicate)} ${some(msg('Not possible yet'), counts.blocked)}
        ${some(msg('Left out'), counts.leftOut)} ${some(msg('Failed'), counts.failed)}
      </dl>
      ${run.nameToType !== null && run.may.includes('execute') ? nameToType(run.nameToType, this.typed, (typed) => (this.typed = typed)) : null}
      ${counts.actors > 0 && run.state !== 'planning' ? this.#table(run) : null}`;
  }

  #notice({ state, counts, may }: Import) {
    switch (state) {
      case 'planned':
        return html`<erpsync-notice>
          ${
            counts.create + counts.connect === 0
              ? counts.leftOut > 0
                ? msg('All records are left out.')
                : msg('There are only possible duplicates. Choose what they are in SuperOffice, or cancel the import.')
              : [toCreate(counts.create), toConnect(counts.connect)].join(' ')
          }
          ${msg('Nothing has been written yet.')}
          ${counts.create > 0 ? msg('What was created is not deleted by taking the import back.') : null}
        </erpsync-notice>`;
      case 'done':
      case 'cancelled':
        return html`<erpsync-notice kind=${state === 'done' ? 'success' : 'info'}>
          ${
            counts.created + counts.connected + counts.disconnected === 0
              ? msg('Nothing was imported.')
              : [created(counts.created), connected(counts.connected), disconnected(counts.disconnected)].join(' ')
          }
          ${counts.leftOut > 0 ? msg('What was left out is offered again by the next import.') : null}
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

  #table(run: Import) {
    const { counts } = run;
    const mayChoose = run.may.includes('choose');
    return html`<div class="row filters">
        ${mayChoose ? this.#allShown(counts) : null}
        <select class="input show" aria-label=${msg('Show')} @change=${this.#narrow}>
          <option value="">${msg('All records')}</option>
          ${verdicts.map((each) => html`<option value="verdict ${each}">${verdictName(each)}</option>`)}
          ${outcomes
            .filter((each) => counts[each] > 0 || each === this.filter.outcome)
            .map((each) => html`<option value="outcome ${each}">${importOutcomeName(each)}</option>`)}
        </select>
      </div>
      <div class="scroll" role="group" aria-label=${msg('Records of the ERP system')} tabindex="0">
        <table class="table">
          <thead>
            <tr>
              ${mayChoose ? html`<th scope="col" class="center">${msg('Import')}</th>` : null}
              <th scope="col">${msg('ERP record')}</th>
              <th scope="col">${msg('ERP key')}</th>
              <th scope="col">${msg('What happens')}</th>
              <th scope="col">${msg('SuperOffice record')}</th>
            </tr>
          </thead>
          <tbody>
            ${this.actors.map((actor) => this.#row(actor, mayChoose))}
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

  /** Leaves out or includes all that the filter shows, also those that are not on the screen yet. */
  #allShown(counts: Import['counts']) {
    const { verdict, outcome } = this.filter;
    if (outcome ? outcome !== 'leftOut' : verdict && verdict !== 'create' && verdict !== 'connect') return null;
    const kind = verdict === 'create' || verdict === 'connect' ? verdict : null;
    const included = outcome ? 0 : kind ? counts[kind] : counts.create + counts.connect;
    const button = (text: string, leftOut: boolean) =>
      html`<button class="link" @click=${() => this.#leaveOut({ kind: 'all', verdict: kind }, leftOut)}>
        ${text}
      </button>`;
    return html`${included > 0 ? button(msg('Leave out all'), true) : null}
    ${counts.leftOut > 0 ? button(msg('Include all'), false) : null}`;
  }

  #row(actor: ImportedActor, mayChoose: boolean) {
    const { name, erpKey, verdict, outcome, reason } = actor;
    const words = outcome ? importOutcomeName(outcome) : verdict ? verdictName(verdict) : '';
    return html`<tr>
      ${
        mayChoose
          ? html`<td class="center">
              ${
                isOpen(actor)
                  ? html`<input
                      class="check"
                      type="checkbox"
                      aria-label=${msg(str`Import ${name}`)}
                      .checked=${outcome === null}
                      @change=${() => this.#leaveOut({ kind: 'these', ids: [actor.id] }, outcome === null)}
                    />`
                  : null
              }
            </td>`
          : null
      }
      <th scope="row">${name}</th>
      <td>${erpKey}</td>
      <td class="wrap">
        ${words}${reason ? html`<p class=${outcome === 'failed' ? 'problem' : 'muted'}>${reasonText(reason)}</p>` : null}
      </td>
      <td class="wrap">
        ${recordsOf(actor).map((record) => this.#record(record))}
        ${mayChoose && isQuestion(actor) ? this.#question(actor) : null}
      </td>
    </tr>`;
  }

  /** Which of the records that it could be it is, if any. */
  #question({ id, name, lookalikes, chosen }: ImportedActor) {
    const option = (value: string, text: string) =>
      html`<option value=${value} .selected=${value === String(chosen ?? '')}>${text}</option>`;
    return html`<select
      class="input"
      aria-label=${msg(str`${name} in SuperOffice`)}
      @change=${(event: Event) => this.#choose(id, (event.target as HTMLSelectElement).value)}
    >
      ${option('', msg('Not decided'))}
      ${lookalikes.map((record) => option(String(record.entity.id), recordName(record)))}
      ${option('0', msg('A new record'))}
    </select>`;
  }

  #record(record: ImportedActor['lookalikes'][number]) {
    return html`<button class="link" @click=${() => openEntity(this.session, record.entity)}>
      ${recordName(record)}
    </button>`;
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
    const count = counts.created + counts.connected;
    const sure = await confirmed({
      heading: msg('Take the import back'),
      question:
        count === 1
          ? msg('Disconnect the record that this import connected? Its values stay as they are.')
          : msg(
              str`Disconnect the ${formatCount(count)} records that this import connected? Their values stay as they are.`,
            ),
      irreversible: msg('Records that were created stay in SuperOffice. Delete them there if nobody needs them.'),
      action: msg('Disconnect'),
    });
    if (sure) await this.#watch.act(() => steerImport(this.api, id, 'disconnect'));
  }

  #narrow(event: Event): void {
    const [by, value] = (event.target as HTMLSelectElement).value.split(' ');
    this.filter = by ? { [by]: value } : {};
    void this.#readActors();
  }

  async #leaveOut(which: LeaveOut['actors'], leftOut: boolean): Promise<void> {
    const isMeant = (actor: ImportedActor) =>
      isOpen(actor) &&
      (which.kind === 'these' ? which.ids.includes(actor.id) : (which.verdict ?? actor.verdict) === actor.verdict);
    this.actors = this.actors.map((actor) =>
      isMeant(actor) ? { ...actor, outcome: leftOut ? 'leftOut' : null } : actor,
    );
    // One after the other: the last answer has the counts of all of them.
    this.#leaving = this.#leaving.then(() =>
      this.#watch.act(() => leaveOutActors(this.api, this.importId, { leftOut, actors: which })),
    );
    await this.#leaving;
    // Where it has begun already, something may have become of it meanwhile.
    if (this.#watch.failure || this.#watch.run?.state !== 'planned') await this.#readActors();
  }

  async #choose(actorId: string, value: string): Promise<void> {
    await this.#watch.act(() =>
      chooseRecord(this.api, this.importId, { actorId, recordId: value === '' ? null : Number(value) }),
    );
    if (this.#watch.failure) return this.#readActors();
    try {
      const before = String(Number(actorId) - 1);
      const { actors } = await fetchImportedActors(this.api, this.importId, { after: before });
      this.actors = this.actors.map((actor) => actors.find(({ id }) => id === actor.id) ?? actor);
    } catch (error) {
      this.#watch.fail(error);
    }
  }

  async #readActors(after: string | null = null): Promise<void> {
    await this.#leaving;
    try {
      const filter = { ...this.filter, ...(after ? { after } : {}) };
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

      td .input {
        max-width: 100%;
        margin-block: var(--so-space-1);
      }

      .empty {
        padding: var(--so-space-3);
        text-align: center;
      }
    `,
  ];
}

function some(name: string, count: number) {
  return count > 0 ? figure(name, count) : null;
}

function toCreate(count: number): string {
  if (count === 0) return '';
  return count === 1
    ? msg('One record would be created in SuperOffice.')
    : msg(str`${formatCount(count)} records would be created in SuperOffice.`);
}

function toConnect(count: number): string {
  if (count === 0) return '';
  return count === 1
    ? msg('One record would be connected.')
    : msg(str`${formatCount(count)} records would be connected.`);
}

function created(count: number): string {
  if (count === 0) return '';
  return count === 1
    ? msg('One record was created in SuperOffice.')
    : msg(str`${formatCount(count)} records were created in SuperOffice.`);
}

function connected(count: number): string {
  if (count === 0) return '';
  return count === 1 ? msg('One record was connected.') : msg(str`${formatCount(count)} records were connected.`);
}

function disconnected(count: number): string {
  if (count === 0) return '';
  return count === 1
    ? msg('One record was disconnected again.')
    : msg(str`${formatCount(count)} records were disconnected again.`);
}

/** Something would become of it, or would if it were not left out. */
function isOpen({ verdict, outcome }: ImportedActor): boolean {
  return (verdict === 'create' || verdict === 'connect') && (outcome === null || outcome === 'leftOut');
}

/** Somebody may say which record it is, or has. */
function isQuestion({ verdict, chosen, outcome }: ImportedActor): boolean {
  return (verdict === 'duplicate' || chosen !== null) && (outcome === null || outcome === 'leftOut');
}

function recordName({ entity, entityName }: ImportedActor['lookalikes'][number]): string {
  return entityName ?? `${entityTypeName(entity.type)} ${entity.id}`;
}

/** What it is, became, or may be in SuperOffice. */
function recordsOf(actor: ImportedActor): ImportedActor['lookalikes'] {
  const { verdict, entity, entityName, lookalikes, outcome } = actor;
  if (!entity || isQuestion(actor)) return lookalikes;
  return verdict !== 'create' || outcome === 'created' || outcome === 'disconnected' ? [{ entity, entityName }] : [];
}

define('erpsync-import-run', ImportRun);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-import-run': ImportRun;
  }
}
