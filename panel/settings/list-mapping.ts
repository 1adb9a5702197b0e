import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Connection } from '../../shared/api/connections.ts';
import type { ListMapping as MappedList } from '../../shared/api/list-mappings.ts';
import { entityTypeOf } from '../../shared/vocabulary.ts';
import type { Api } from '../api/client.ts';
import { fetchListMappings, saveListMapping } from '../api/list-mappings.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { actorTypeName } from '../locales/actor-type-name.ts';
import { errorText, reasonText } from '../locales/error-text.ts';
import { formatCount } from '../locales/format.ts';
import '../ui/busy.ts';
import { Closed } from '../ui/closed.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';
import { crmFieldName } from './crm-field-name.ts';
import { keptOpen } from './kept-open.ts';
import type { ListItemsChanged } from './list-items-changed.ts';
import './list-items.ts';
import { SettingsChanged } from './settings-changed.ts';

/** A list and what the user wants of it. */
interface Draft {
  readonly list: MappedList;
  readonly decided: ReadonlyMap<string, string | null>;
  readonly goesBack: ReadonlySet<string>;
  /** The user decided something herself; what was only suggested may be left without a question. */
  readonly edited: boolean;
}

/**
 * "List mapping": which SuperOffice item each item of an ERP list is, list by list. What can be paired by its text is
 * suggested. Done saves the lists that differ from what is stored.
 *
 * @fires {SettingsChanged} erpsync-settings-changed
 * @fires {Closed} erpsync-closed
 */
export class ListMapping extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) connection!: Connection;

  @state() private drafts: readonly Draft[] = [];
  @state() private selected = 0;
  @state() private saving = false;
  @state() private failure: unknown = null;
  @state() private help = false;

  #lists = new Task(this, {
    args: () => [this.connection.id] as const,
    task: async ([id], { signal }) => {
      const { lists } = await fetchListMappings(this.api, id, signal);
      this.drafts = lists.map((list) => ({ list, decided: proposed(list), goesBack: goingBack(list), edited: false }));
      // The first that has something to do.
      this.selected = Math.max(
        0,
        this.drafts.findIndex((draft) => undecided(draft) > 0 || suggested(draft) > 0),
      );
    },
  });

  override render() {
    return html`<erpsync-dialog
      open
      maximisable
      size="large"
      heading=${msg(str`List mapping: ${this.connection.name}`)}
      @erpsync-dialog-closed=${this.#leave}
    >
      ${
        this.help
          ? html`<erpsync-notice>
              ${msg('Choose for each item of the ERP list which item it is in SuperOffice. Records with an item that is not mapped yet wait for it and go on by themselves. Choose (No selection) for an item that has no counterpart: then the field stays as it is. Several ERP items may be one SuperOffice item; where the field also goes back to the ERP, choose which of them goes back.')}
            </erpsync-notice>`
          : null
      }
      ${this.#lists.render({
        pending: () => html`<erpsync-busy>${msg('Reading the lists …')}</erpsync-busy>`,
        error: (error) =>
          html`<erpsync-notice kind="error">
            ${errorText(error)}
            <button slot="action" @click=${() => this.#lists.run()}>${msg('Try again')}</button>
          </erpsync-notice>`,
        complete: () => this.#overview(),
      })}
      ${this.saving ? html`<erpsync-busy>${msg('Saving …')}</erpsync-busy>` : null}
      ${this.failure ? html`<erpsync-notice kind="error">${errorText(this.failure)}</erpsync-notice>` : null}
      <button slot="help" class="button" aria-expanded=${this.help} @click=${() => (this.help = !this.help)}>
        ${msg('Help')}
      </button>
      <button slot="footer" class="button primary" aria-disabled=${this.saving} @click=${this.#done}>
        ${msg('Done')}
      </button>
    </erpsync-dialog>`;
  }

  #overview() {
    const draft = this.drafts[this.selected];
    if (!draft) {
      return html`<p class="muted">
        ${msg('No ERP list is mapped to a SuperOffice list. Pair a list field under Mappings first.')}
      </p>`;
    }
    return html`<div class="scroll" role="group" aria-label=${msg('Mapped lists')} tabindex="0">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">${msg('Actor type')}</th>
              <th scope="col">${msg('ERP field')}</th>
              <th scope="col">${msg('SuperOffice field')}</th>
              <th scope="col" class="number">${msg('Not mapped yet')}</th>
            </tr>
          </thead>
          <tbody>
            ${this.drafts.map((each, index) => this.#list(each, index))}
          </tbody>
        </table>
      </div>
      ${this.#items(draft)}`;
  }

  #list(draft: Draft, index: number) {
    const { actorType, fieldName, failure } = draft.list;
    const chosen = index === this.selected;
    return html`<tr aria-selected=${chosen} @click=${() => (this.selected = index)}>
      <td>${actorTypeName(actorType)}</td>
      <td><button class="link" aria-pressed=${chosen}>${fieldName}</button></td>
      <td>${crmName(draft.list)}</td>
      <td class="number">${failure ? '–' : formatCount(undecided(draft))}</td>
    </tr>`;
  }

  #items(draft: Draft) {
    const { list, decided, goesBack } = draft;
    if (list.failure) {
      return html`<erpsync-notice kind="error">
        ${reasonText(list.failure)}
        <button slot="action" @click=${() => this.#lists.run()}>${msg('Try again')}</button>
      </erpsync-notice>`;
    }
    const found = suggested(draft);
    return html`
      ${
        found > 0
          ? html`<erpsync-notice>
              ${msg(str`Paired by their texts: ${formatCount(found)}. Look through them; Done keeps them.`)}
            </erpsync-notice>`
          : null
      }
      ${
        list.direction === 'none'
          ? html`<erpsync-notice kind="attention">
              ${msg('This field has no direction yet, so nothing of it is synchronized.')}
            </erpsync-notice>`
          : null
      }
      <erpsync-list-items
        .list=${list}
        .decided=${decided}
        .goesBack=${goesBack}
        @erpsync-list-items-changed=${this.#edit}
      ></erpsync-list-items>
    `;
  }

  #edit({ decided, goesBack }: ListItemsChanged): void {
    this.drafts = this.drafts.map((draft, index) =>
      index === this.selected ? { ...draft, decided, goesBack, edited: true } : draft,
    );
    this.failure = null;
  }

  async #done(): Promise<void> {
    if (this.saving) return;
    this.saving = true;
    this.failure = null;
    try {
      for (const [index, draft] of this.drafts.entries()) {
        if (!isChanged(draft)) continue;
        // Should it be refused, the user sees the list it is about.
        this.selected = index;
        await this.#save(draft);
      }
      this.dispatchEvent(new Closed());
    } catch (error) {
      this.failure = error;
    } finally {
      this.saving = false;
    }
  }

  async #save(draft: Draft): Promise<void> {
    const { actorType, fieldKey, crmField, items } = draft.list;
    await saveListMapping(this.api, this.connection.id, actorType, {
      fieldKey,
      crmField,
      items: [...draft.decided].map(([key, crmItem]) => ({ key, crmItem, goesBack: draft.goesBack.has(key) })),
    });
    const kept = items.map((item) => ({
      ...item,
      decided: draft.decided.has(item.key),
      crmItem: draft.decided.get(item.key) ?? null,
      goesBack: draft.goesBack.has(item.key),
    }));
    const saved = { ...draft, list: { ...draft.list, items: kept }, edited: false };
    this.drafts = this.drafts.map((each) => (each === draft ? saved : each));
    this.dispatchEvent(new SettingsChanged());
  }

  async #leave(event: Event): Promise<void> {
    const changed = this.drafts.some((draft) => draft.edited && isChanged(draft));
    if (!(await keptOpen(event, changed))) this.dispatchEvent(new Closed());
  }

  static override styles = [
    base,
    table,
    css`
      .scroll {
        max-height: 9.5em;
        overflow: auto;
      }

      erpsync-notice,
      erpsync-busy {
        margin-block: var(--so-space-3);
      }
    `,
  ];
}

function crmName({ actorType, crmField, crmFieldName: name }: MappedList): string {
  return crmFieldName(entityTypeOf[actorType], { key: crmField, name });
}

/** What is stored, and beside it what is suggested. */
function proposed({ items }: MappedList): ReadonlyMap<string, string | null> {
  return new Map(
    items.flatMap(({ key, decided, crmItem, suggestion }) =>
      decided ? [[key, crmItem] as const] : suggestion === null ? [] : [[key, suggestion] as const],
    ),
  );
}

function goingBack({ items }: MappedList): ReadonlySet<string> {
  return new Set(items.filter(({ goesBack }) => goesBack).map(({ key }) => key));
}

function undecided({ list, decided }: Draft): number {
  return list.items.filter(({ key, missingInErp }) => !missingInErp && !decided.has(key)).length;
}

function suggested({ list, decided }: Draft): number {
  return list.items.filter(
    (item) => !item.decided && item.suggestion !== null && decided.get(item.key) === item.suggestion,
  ).length;
}

function isChanged({ list, decided, goesBack }: Draft): boolean {
  return list.items.some(
    (item) =>
      item.decided !== decided.has(item.key) ||
      item.crmItem !== (decided.get(item.key) ?? null) ||
      item.goesBack !== goesBack.has(item.key),
  );
}

define('erpsync-list-mapping', ListMapping);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-list-mapping': ListMapping;
  }
}
