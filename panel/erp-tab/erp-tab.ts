import arrowClockwise from '@phosphor-icons/core/regular/arrow-clockwise.svg?raw';
import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { initialState, Task } from '@lit/task';
import { css, html, nothing, type PropertyValues } from 'lit';
import { state } from 'lit/decorators.js';
import type { ConnectionBlock, ErpTab as Answer } from '../../shared/api/erp-tab.ts';
import type { Session } from '../../shared/api/session.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import type { ActorType, CrmEntity } from '../../shared/vocabulary.ts';
import { ApiError, type Api } from '../api/client.ts';
import { fetchErpTab } from '../api/erp-tab.ts';
import { disconnectEntity, retryLink, syncNow } from '../api/links.ts';
import { define } from '../define.ts';
import { apiContext, entityContext, sessionContext } from '../host/contexts.ts';
import { refreshCrm } from '../host/refresh-crm.ts';
import { errorText } from '../locales/error-text.ts';
import { formatCount } from '../locales/format.ts';
import '../ui/busy.ts';
import { icon } from '../ui/icon.ts';
import type { NoticeKind } from '../ui/notice.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import './connection-card.ts';
import type { ActorCreated } from './create-dialog.ts';
import type { CreationDecided } from './doubt-dialog.ts';
import type {
  ConnectRequested,
  CreateRequested,
  DecideRequested,
  DisconnectRequested,
  ResolveRequested,
  RetryRequested,
  WhyRequested,
} from './requests.ts';

/** How soon we look again while the backend works on a link. */
const LOOK_AGAIN_MS = 2000;

/** After these, what is on the screen is no longer true. */
const outdated: readonly ErrorCode[] = [
  'link.exists',
  'link.actor_taken',
  'link.not_found',
  'link.changed',
  'connection.not_found',
  'connection.inactive',
  'conflict.not_found',
  'creation.open',
  'creation.not_found',
];

type Dialog =
  | { readonly of: 'connect'; readonly block: ConnectionBlock; readonly actorType: ActorType }
  | { readonly of: 'create'; readonly block: ConnectionBlock; readonly actorType: ActorType }
  | { readonly of: 'conflicts' | 'doubt'; readonly connectionId: string }
  | { readonly of: 'why'; readonly connectionId: string; readonly fieldKey: string };

/** The ERP tab of the company, contact or project in view. */
export class ErpTab extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;
  @consume({ context: entityContext, subscribe: true }) private entity: CrmEntity | null = null;
  @consume({ context: sessionContext, subscribe: true }) private session!: Session;

  @state() private message: { readonly kind: NoticeKind; readonly text: string } | null = null;
  @state() private dialog: Dialog | null = null;
  @state() private syncing = false;
  /** Counts what makes the ERP's values worth reading again. */
  @state() private version = 0;
  /** The last answer, kept on the screen while the next one is fetched. */
  @state() private shown: Answer | null = null;

  // Runs again when the user moves to another record; the request for the one before is aborted.
  #tab = new Task(this, {
    args: () => [this.entity] as const,
    task: ([entity], { signal }) => (entity ? fetchErpTab(this.api, entity, signal) : initialState),
    onComplete: (answer) => {
      this.shown = answer;
      if (answer.connections.some(({ link, creation }) => link?.busy || creation?.state === 'open')) this.#lookAgain();
    },
  });
  #timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('entity')) return;
    this.shown = null;
    this.message = null;
    this.dialog = null;
  }

  override render() {
    if (!this.entity) {
      return html`<div class="inset">
        <p>${msg('Select a company, contact or project to see its ERP data.')}</p>
      </div>`;
    }
    const message = this.message;
    return html`
      ${message ? html`<div class="inset"><erpsync-notice kind=${message.kind}>${message.text}</erpsync-notice></div>` : nothing}
      ${this.#tab.render({
        pending: () => this.#content() ?? html`<div class="inset"><erpsync-busy></erpsync-busy></div>`,
        error: (error) =>
          html`<div class="inset">
            <erpsync-notice kind="error">
              ${errorText(error)}
              <button slot="action" @click=${() => this.#reload()}>${msg('Retry')}</button>
            </erpsync-notice>
          </div>`,
        complete: () => this.#content() ?? nothing,
      })}
      ${this.shown ? this.#openDialog(this.shown) : nothing}
    `;
  }

  #content() {
    if (!this.shown) return null;
    const { name, connections } = this.shown;
    if (connections.length === 0) return this.#noConnection();
    return html`
      <header class="row">
        <h1 class="visually-hidden">${msg(str`ERP data of ${name}`)}</h1>
        ${
          connections.some(({ link }) => link)
            ? html`<button class="button" aria-disabled=${this.syncing} @click=${this.#syncNow}>
                ${this.syncing ? msg('Synchronizing …') : msg('Sync now')}
              </button>`
            : nothing
        }
        <button class="icon-button" aria-label=${msg('Refresh')} title=${msg('Refresh')} @click=${() => this.#reload()}>
          ${icon(arrowClockwise)}
        </button>
      </header>
      <div
        @erpsync-connect-requested=${({ block, actorType }: ConnectRequested) =>
          this.#open({ of: 'connect', block, actorType })}
        @erpsync-create-requested=${this.#create}
        @erpsync-decide-requested=${({ connectionId }: DecideRequested) => this.#open({ of: 'doubt', connectionId })}
        @erpsync-disconnect-requested=${this.#disconnect}
        @erpsync-retry-requested=${this.#retry}
        @erpsync-resolve-requested=${({ connectionId }: ResolveRequested) => this.#open({ of: 'conflicts', connectionId })}
        @erpsync-why-requested=${({ connectionId, fieldKey }: WhyRequested) =>
          this.#open({ of: 'why', connectionId, fieldKey })}
      >
        ${connections.map(
          (block) => html`<erpsync-connection-card .block=${block} .version=${this.version}></erpsync-connection-card>`,
        )}
      </div>
    `;
  }

  #noConnection() {
    return html`<div class="inset">
      <p>
        ${
          this.session.administrator
            ? msg(
                'No active ERP connection includes you and this kind of record. Set one up in Settings and maintenance, on the Sync page.',
              )
            : msg(
                'No ERP connection is available to you for this kind of record. Ask your SuperOffice administrator to set one up or to add you to its scope.',
              )
        }
      </p>
    </div>`;
  }

  #openDialog({ entity, name, connections }: Answer) {
    const { dialog } = this;
    if (dialog?.of === 'connect') {
      return html`<erpsync-connect-dialog
        .block=${dialog.block}
        .actorType=${dialog.actorType}
        .entity=${entity}
        .entityName=${name}
        @erpsync-closed=${this.#closeDialog}
        @erpsync-create-requested=${this.#create}
        @erpsync-connected=${() => this.#written(msg(str`Connected to ${dialog.block.name}.`))}
      ></erpsync-connect-dialog>`;
    }
    if (dialog?.of === 'create') {
      return html`<erpsync-create-dialog
        .block=${dialog.block}
        .actorType=${dialog.actorType}
        .entity=${entity}
        @erpsync-closed=${this.#closeDialog}
        @erpsync-actor-created=${({ state }: ActorCreated) => this.#created(dialog.block.name, state)}
      ></erpsync-create-dialog>`;
    }
    const block = connections.find(({ connectionId }) => connectionId === dialog?.connectionId);
    if (dialog?.of === 'doubt' && block?.creation) {
      return html`<erpsync-doubt-dialog
        creationId=${block.creation.id}
        connectionName=${block.name}
        @erpsync-closed=${this.#closeDialog}
        @erpsync-creation-decided=${({ connected }: CreationDecided) =>
          this.#written(connected ? msg(str`Connected to ${block.name}.`) : msg('It can be created again.'))}
      ></erpsync-doubt-dialog>`;
    }
    if (dialog?.of === 'why' && block?.link) {
      return html`<erpsync-why-this-value
        .linkId=${block.link.id}
        .fieldKey=${dialog.fieldKey}
        .connectionName=${block.name}
        @erpsync-closed=${this.#closeDialog}
        @erpsync-change-undone=${() => this.#written(msg('The value has been put back.'))}
      ></erpsync-why-this-value>`;
    }
    if (dialog?.of !== 'conflicts' || !block?.link || block.link.conflicts.length === 0) return nothing;
    return html`<erpsync-conflict-dialog
      .connectionName=${block.name}
      .link=${block.link}
      @erpsync-closed=${this.#closeDialog}
      @erpsync-conflicts-changed=${() => this.#reload()}
      @erpsync-conflicts-resolved=${() => this.#written(msg('The conflicts are resolved.'))}
    ></erpsync-conflict-dialog>`;
  }

  async #create({ block, actorType }: CreateRequested): Promise<void> {
    await this.#open({ of: 'create', block, actorType });
  }

  async #open(dialog: Dialog): Promise<void> {
    await import('./dialogs.ts');
    this.message = null;
    this.dialog = dialog;
  }

  async #disconnect({ linkId, connectionName }: DisconnectRequested): Promise<void> {
    const { confirmed } = await import('./dialogs.ts');
    const sure = await confirmed({
      heading: msg(str`Disconnect from "${connectionName}"?`),
      question: msg('Disconnect from ERP Sync? Changes will no longer be automatically copied.'),
      action: msg('Disconnect'),
    });
    if (sure) {
      await this.#act(async () => {
        await disconnectEntity(this.api, linkId);
        this.#written(msg(str`Disconnected from ${connectionName}.`));
      });
    }
  }

  #retry({ linkId }: RetryRequested): Promise<void> {
    return this.#act(async () => {
      await retryLink(this.api, linkId);
      await this.#reload();
    });
  }

  async #syncNow(): Promise<void> {
    const { entity } = this;
    if (!entity || this.syncing) return;
    this.syncing = true;
    await this.#act(async () => {
      const { links } = await syncNow(this.api, entity);
      const written = links.reduce((sum, link) => sum + link.written, 0);
      const open = links.filter((link) => link.conflicts > 0 || link.parked).length;
      const text = written === 0 ? msg('Nothing had changed.') : msg(str`Values copied: ${formatCount(written)}.`);
      if (open === 0) this.#written(text);
      else this.#written(`${text} ${msg('Something needs your attention below.')}`, 'attention');
    });
    this.syncing = false;
  }

  #created(name: string, state: ActorCreated['state']): void {
    if (state === 'created') this.#written(msg(str`Created in ${name}, and connected.`));
    else {
      const text = msg(str`${name} has not answered. It is asked in a few minutes whether it has the new record.`);
      this.#written(text, 'attention');
    }
  }

  #closeDialog(): void {
    this.dialog = null;
  }

  #written(text: string, kind: NoticeKind = 'success'): void {
    this.dialog = null;
    this.message = { kind, text };
    refreshCrm(this.session);
    void this.#reload();
  }

  async #act(work: () => Promise<void>): Promise<void> {
    this.message = null;
    try {
      await work();
    } catch (error) {
      this.message = { kind: 'error', text: errorText(error) };
      if (error instanceof ApiError && outdated.includes(error.body.code)) void this.#reload();
    }
  }

  async #reload(): Promise<void> {
    clearTimeout(this.#timer);
    this.version += 1;
    await this.#tab.run();
  }

  #lookAgain(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tab.run(), LOOK_AGAIN_MS);
  }

  static override styles = [
    base,
    css`
      :host {
        background: var(--so-surface);
      }

      .inset {
        padding: var(--so-space-4) var(--so-space-6);
      }

      header {
        justify-content: flex-end;
        padding: var(--so-space-3) var(--so-space-6) 0;
      }

      @media (max-width: 479px) {
        .inset,
        header {
          padding-inline: var(--so-space-4);
        }
      }
    `,
  ];
}

define('erpsync-erp-tab', ErpTab);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-erp-tab': ErpTab;
  }
}
