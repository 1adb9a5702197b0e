import check from '@phosphor-icons/core/regular/check.svg?raw';
import linkBreak from '@phosphor-icons/core/regular/link-break.svg?raw';
import warningCircle from '@phosphor-icons/core/regular/warning-circle.svg?raw';
import { msg, str } from '@lit/localize';
import { css, html, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import type { ConnectionBlock } from '../../shared/api/erp-tab.ts';
import type { ActorType } from '../../shared/vocabulary.ts';
import { define } from '../define.ts';
import { reasonText } from '../locales/error-text.ts';
import { formatCount, formatMoment } from '../locales/format.ts';
import { actorTypeName } from '../locales/actor-type-name.ts';
import { icon } from '../ui/icon.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import './live-values.ts';
import {
  ConnectRequested,
  CreateRequested,
  DecideRequested,
  DisconnectRequested,
  ResolveRequested,
  RetryRequested,
} from './requests.ts';

type Link = NonNullable<ConnectionBlock['link']>;
type Creation = NonNullable<ConnectionBlock['creation']>;

/**
 * One ERP connection on the ERP tab: the linked actor with its values, or the offer to connect one.
 *
 * @property block - what to show
 * @property version - when it changes, the ERP's values are read again
 * @fires {ConnectRequested} erpsync-connect-requested
 * @fires {CreateRequested} erpsync-create-requested
 * @fires {DecideRequested} erpsync-decide-requested
 * @fires {DisconnectRequested} erpsync-disconnect-requested
 * @fires {ResolveRequested} erpsync-resolve-requested
 * @fires {RetryRequested} erpsync-retry-requested
 */
export class ConnectionCard extends PanelElement {
  @property({ attribute: false }) block!: ConnectionBlock;
  @property({ type: Number }) version = 0;

  override render() {
    const { name, link } = this.block;
    return html`<section aria-labelledby="name">
      <div class="row head">
        <h2 id="name">${name}</h2>
        ${link ? this.#status(link) : html`<span class="status muted">${icon(linkBreak)}${msg('Not connected')}</span>`}
      </div>
      ${link ? this.#linked(link) : this.#offer()}
    </section>`;
  }

  #status({ parked, conflicts }: Link) {
    const failed = parked && html`<span class="status failed">${icon(warningCircle)}${msg('Failed')}</span>`;
    return html`${failed ?? html`<span class="status">${icon(check)}${msg('Connected')}</span>`}
    ${
      conflicts.length > 0
        ? html`<button
            class="status attention"
            @click=${() => this.dispatchEvent(new ResolveRequested(this.block.connectionId))}
          >
            ${icon(warningCircle)}${msg(str`Conflicts: ${formatCount(conflicts.length)}`)}
          </button>`
        : nothing
    }`;
  }

  #linked(link: Link) {
    const { connectionId, name, canConnect } = this.block;
    return html`
      ${
        link.parked
          ? html`<erpsync-notice kind="attention">
              ${reasonText(link.parked)}
              <button slot="action" @click=${() => this.dispatchEvent(new RetryRequested(link.id))}>
                ${msg('Retry')}
              </button>
            </erpsync-notice>`
          : nothing
      }
      <p class="muted actor">${actorTypeName(link.actor.type)} ${link.actor.erpKey}</p>
      <erpsync-live-values
        .connectionId=${connectionId}
        .version="${this.version} ${link.syncedAt}"
      ></erpsync-live-values>
      <div class="row">
        <p class="muted note">${synced(link)}</p>
        ${
          canConnect
            ? html`<button
                class="button destructive"
                aria-label="${msg('Disconnect')}, ${name}"
                @click=${() => this.dispatchEvent(new DisconnectRequested(link.id, name))}
              >
                ${msg('Disconnect')}
              </button>`
            : nothing
        }
      </div>
    `;
  }

  #offer() {
    const { creation, canConnect, canCreate } = this.block;
    if (creation && creation.state !== 'notCreated') return this.#creating(creation);
    if (!canConnect && !canCreate) {
      return html`<p class="muted">
        ${msg('You do not have the right to connect records here. Ask your administrator.')}
      </p>`;
    }
    return html`${creation ? this.#notCreated(creation) : nothing}
      <div class="row">${this.block.actorTypes.map((type) => this.#button(type))}</div>`;
  }

  /** Creating begins with a search, unless she may only create. */
  #button(type: ActorType) {
    const { name, canConnect } = this.block;
    const words = canConnect ? msg(str`Connect to ${actorTypeName(type)}`) : msg(str`Create ${actorTypeName(type)}`);
    const ask = canConnect ? ConnectRequested : CreateRequested;
    return html`<button
      class="button"
      aria-label="${words}, ${name}"
      @click=${() => this.dispatchEvent(new ask(this.block, type))}
    >
      ${words}
    </button>`;
  }

  #creating({ actorType, state, userName, since }: Creation) {
    const { connectionId, canCreate } = this.block;
    const type = actorTypeName(actorType);
    if (state === 'open') {
      return html`<p role="status" class="muted">
        ${msg(str`A new ${type} is being created (${userName}, ${formatMoment(since)}).`)}
      </p>`;
    }
    return html`<erpsync-notice kind="attention">
      ${msg(str`It is not known whether the new ${type} was created (${userName}, ${formatMoment(since)}).`)}
      ${
        canCreate
          ? html`<button slot="action" @click=${() => this.dispatchEvent(new DecideRequested(connectionId))}>
              ${msg('Decide …')}
            </button>`
          : nothing
      }
    </erpsync-notice>`;
  }

  #notCreated({ actorType, reason }: Creation) {
    return html`<erpsync-notice kind="attention">
      ${msg(str`The new ${actorTypeName(actorType)} was not created.`)} ${reason ? reasonText(reason) : nothing}
    </erpsync-notice>`;
  }

  static override styles = [
    base,
    css`
      section {
        display: grid;
        gap: var(--so-space-3);
        margin-inline: var(--so-space-6);
        padding-block: var(--so-space-6);
        border-bottom: 1px solid var(--so-line);
      }

      :host(:last-child) section {
        border-bottom: 0;
      }

      h2 {
        overflow-wrap: anywhere;
      }

      button.status {
        border: 0;
        font-family: inherit;
        cursor: pointer;
      }

      button.status:hover {
        text-decoration: underline;
      }

      .actor {
        overflow-wrap: anywhere;
      }

      .note {
        margin-inline-end: auto;
        font-size: var(--so-size-note);
      }

      @media (max-width: 479px) {
        section {
          margin-inline: var(--so-space-4);
        }
      }
    `,
  ];
}

function synced({ busy, syncedAt }: Link): string {
  if (busy) return msg('Synchronizing …');
  return syncedAt ? msg(str`Last synced: ${formatMoment(syncedAt)}`) : msg('Not synced yet');
}

define('erpsync-connection-card', ConnectionCard);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-connection-card': ConnectionCard;
  }
}
