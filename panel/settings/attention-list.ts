import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Session } from '../../shared/api/session.ts';
import type { AttentionPage, SyncStatus } from '../../shared/api/sync.ts';
import type { Api } from '../api/client.ts';
import { retryLink, settleMerge } from '../api/links.ts';
import { fetchAttention } from '../api/sync.ts';
import { define } from '../define.ts';
import { apiContext, sessionContext } from '../host/contexts.ts';
import { openEntity } from '../host/open-entity.ts';
import { errorText, reasonText } from '../locales/error-text.ts';
import { formatMoment } from '../locales/format.ts';
import '../ui/busy.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';
import { entityTypeName } from '../locales/actor-type-name.ts';
import { SettingsChanged } from './settings-changed.ts';

type AttentionLink = AttentionPage['links'][number];

/**
 * The records that wait for a person, each with the reason in words.
 *
 * @property status - read again whenever it is
 * @fires {SettingsChanged} erpsync-settings-changed
 */
export class AttentionList extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;
  @consume({ context: sessionContext }) private session!: Session;

  @property({ attribute: false }) status!: SyncStatus;

  @state() private acting: string | null = null;
  @state() private failure: unknown = null;

  #links = new Task(this, {
    args: () => [this.status] as const,
    task: async (_, { signal }) => (await fetchAttention(this.api, signal)).links,
  });

  override render() {
    const links = this.#links.value;
    return html`<section aria-labelledby="heading">
      <h2 id="heading">${msg('Needs attention')}</h2>
      ${this.failure ? html`<erpsync-notice kind="error">${errorText(this.failure)}</erpsync-notice>` : null}
      ${this.#links.render({
        pending: () => (links ? null : html`<erpsync-busy></erpsync-busy>`),
        error: (error) => html`<erpsync-notice kind="error">${errorText(error)}</erpsync-notice>`,
      })}
      ${links && links.length > 0 ? this.#table(links) : null}
    </section>`;
  }

  #table(links: readonly AttentionLink[]) {
    return html`<div class="scroll" role="group" aria-labelledby="heading" tabindex="0">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">${msg('Record')}</th>
            <th scope="col">${msg('Reason')}</th>
            <th scope="col">${msg('ERP connection')}</th>
            <th scope="col">${msg('Since')}</th>
            <th scope="col"><span class="visually-hidden">${msg('Action')}</span></th>
          </tr>
        </thead>
        <tbody>
          ${links.map((link) => this.#row(link))}
        </tbody>
      </table>
    </div>`;
  }

  #row(link: AttentionLink) {
    const name = link.entityName ?? `${entityTypeName(link.entity.type)} ${link.entity.id}`;
    return html`<tr>
      <td>
        <button class="link" @click=${() => openEntity(this.session, link.entity)}>${name}</button>
      </td>
      <td class="wrap">${reasonsOf(link).map((reason) => html`<p>${reason}</p>`)}</td>
      <td>${link.connectionName}</td>
      <td>${formatMoment(link.since)}</td>
      <td>
        ${
          link.merge
            ? this.#choices(link.linkId, link.merge)
            : link.parked
              ? html`<button
                  class="link"
                  aria-label=${msg(str`Retry ${name}`)}
                  aria-disabled=${this.acting !== null}
                  @click=${() => this.#act(link.linkId, () => retryLink(this.api, link.linkId))}
                >
                  ${msg('Retry')}
                </button>`
              : null
        }
      </td>
    </tr>`;
  }

  #choices(linkId: string, { actor, otherActor }: NonNullable<AttentionLink['merge']>) {
    const choice = (keep: 'merged' | 'into', erpKey: string) =>
      html`<button
        class="link"
        aria-disabled=${this.acting !== null}
        @click=${() => this.#act(linkId, () => settleMerge(this.api, linkId, { keep }))}
      >
        ${msg(str`Keep ${erpKey}`)}
      </button>`;
    return html`<div class="choices">
      ${choice('merged', actor)} ${otherActor === null ? null : choice('into', otherActor)}
    </div>`;
  }

  async #act(linkId: string, act: () => Promise<unknown>): Promise<void> {
    if (this.acting !== null) return;
    this.acting = linkId;
    this.failure = null;
    try {
      await act();
      this.dispatchEvent(new SettingsChanged());
    } catch (error) {
      this.failure = error;
    } finally {
      this.acting = null;
    }
  }

  static override styles = [
    base,
    table,
    css`
      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--so-space-2);
      }

      .choices {
        display: flex;
        flex-wrap: wrap;
        gap: var(--so-space-3);
      }

      .wrap {
        min-width: 16em;
      }
    `,
  ];
}

function reasonsOf({ parked, conflicts, merge }: AttentionLink): string[] {
  return [
    ...(merge ? [mergeReason(merge)] : []),
    ...(parked && !merge ? [reasonText(parked)] : []),
    ...(conflicts === 1 ? [msg('One field was changed on both sides. Choose a value on the ERP tab.')] : []),
    ...(conflicts > 1
      ? [msg(str`${conflicts} fields were changed on both sides. Choose the values on the ERP tab.`)]
      : []),
  ];
}

function mergeReason({ into, intoName, actor, otherActor }: NonNullable<AttentionLink['merge']>): string {
  const name = intoName ?? `${entityTypeName(into.type)} ${into.id}`;
  return otherActor === null
    ? msg(str`Merged into ${name}. This one was connected to ${actor}.`)
    : msg(
        str`Merged into ${name}, which is connected to ${otherActor}. This one was connected to ${actor}. Choose which of the two stays.`,
      );
}

define('erpsync-attention-list', AttentionList);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-attention-list': AttentionList;
  }
}
