import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Connection } from '../../shared/api/connections.ts';
import type { ActorTypeMapping, MappedField } from '../../shared/api/mappings.ts';
import type { ActorType } from '../../shared/vocabulary.ts';
import type { Api } from '../api/client.ts';
import { fetchFieldMappings, saveFieldRanks } from '../api/mappings.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { actorTypeName } from '../locales/actor-type-name.ts';
import { errorText } from '../locales/error-text.ts';
import '../ui/busy.ts';
import { Closed } from '../ui/closed.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import type { OrderChanged } from '../ui/order-changed.ts';
import '../ui/order-list.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import '../ui/tabs.ts';
import type { TabSelected } from '../ui/tabs.ts';
import { keptOpen } from './kept-open.ts';
import { SettingsChanged } from './settings-changed.ts';

/**
 * "Rank fields": the order in which fields stand on the ERP tab, in searches and where values are compared, a tab per
 * actor type, and which of them the ERP tab shows.
 *
 * @fires {SettingsChanged} erpsync-settings-changed
 * @fires {Closed} erpsync-closed
 */
export class RankFields extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) connection!: Connection;

  @state() private drafts: readonly ActorTypeMapping[] = [];
  @state() private selected: ActorType | null = null;
  @state() private all = false;
  @state() private saving = false;
  @state() private failure: unknown = null;
  /** What the list shows when it is narrowed: a field that is just being hidden stays until the tab is left. */
  @state() private kept: ReadonlySet<string> = new Set();
  #saved: readonly ActorTypeMapping[] = [];

  #mappings = new Task(this, {
    args: () => [this.connection.id] as const,
    task: async ([id], { signal }) => {
      const { actorTypes } = await fetchFieldMappings(this.api, id, signal);
      this.#saved = actorTypes;
      this.drafts = actorTypes;
      this.#select(actorTypes[0]?.actorType ?? null);
    },
  });

  override render() {
    return html`<erpsync-dialog
      open
      maximisable
      size="large"
      heading=${msg(str`Rank fields shown in the ERP tab: ${this.connection.name}`)}
      @erpsync-dialog-closed=${this.#leave}
    >
      ${this.#mappings.render({
        pending: () => html`<erpsync-busy></erpsync-busy>`,
        error: (error) =>
          html`<erpsync-notice kind="error">
            ${errorText(error)}
            <button slot="action" @click=${() => this.#mappings.run()}>${msg('Try again')}</button>
          </erpsync-notice>`,
        complete: () => this.#tabs(),
      })}
      ${this.saving ? html`<erpsync-busy>${msg('Saving …')}</erpsync-busy>` : null}
      ${this.failure ? html`<erpsync-notice kind="error">${errorText(this.failure)}</erpsync-notice>` : null}
      <button slot="footer" class="button primary" aria-disabled=${this.saving} @click=${this.#done}>
        ${msg('Done')}
      </button>
    </erpsync-dialog>`;
  }

  #tabs() {
    const mapping = this.drafts.find(({ actorType }) => actorType === this.selected);
    if (!mapping)
      return html`<p class="muted">
        ${msg('The sync connector has not named any actor types yet. Refresh the ERP fields.')}
      </p>`;
    const listed = this.#listed(mapping);
    return html`<erpsync-tabs
      label=${msg('Actor type')}
      .tabs=${this.drafts.map(({ actorType, active }) => ({ key: actorType, text: actorTypeName(actorType), dot: active }))}
      .selected=${mapping.actorType}
      @erpsync-tab-selected=${({ key }: TabSelected) => this.#select(key as ActorType)}
    >
      <label class="row all">
        <input
          class="check"
          type="checkbox"
          .checked=${this.all}
          @change=${(event: Event) => (this.all = (event.target as HTMLInputElement).checked)}
        />${msg('Show fields that are not in the ERP tab as well')}
      </label>
      ${
        listed.length === 0
          ? html`<p class="muted">${msg('The ERP tab shows none of these fields yet.')}</p>`
          : html`<erpsync-order-list
              label=${actorTypeName(mapping.actorType)}
              heading=${msg('ERP field')}
              detailHeading=${msg('Show in ERP tab')}
              .items=${listed.map((field) => ({ key: field.key, text: field.name, detail: this.#shown(field) }))}
              @erpsync-order-changed=${this.#reorder}
            ></erpsync-order-list>`
      }
    </erpsync-tabs>`;
  }

  #shown({ key, name, showInTab }: MappedField) {
    return html`<input
      class="check"
      type="checkbox"
      aria-label=${msg(str`Show ${name} in ERP tab`)}
      .checked=${showInTab}
      @change=${() => this.#change((fields) => fields.map((field) => (field.key === key ? { ...field, showInTab: !showInTab } : field)))}
    />`;
  }

  #listed({ fields }: ActorTypeMapping): readonly MappedField[] {
    return fields.filter(({ key, missingInErp }) => !missingInErp && (this.all || this.kept.has(key)));
  }

  #select(actorType: ActorType | null): void {
    this.selected = actorType;
    const fields = this.drafts.find((draft) => draft.actorType === actorType)?.fields ?? [];
    this.kept = new Set(fields.filter(({ showInTab }) => showInTab).map(({ key }) => key));
  }

  /** What is not listed stays where it is, between those that are. */
  #reorder({ keys }: OrderChanged): void {
    const places = new Set(keys);
    const order = [...keys];
    this.#change((fields) => {
      const byKey = new Map(fields.map((field) => [field.key, field]));
      return fields.map((field) => (places.has(field.key) ? (byKey.get(order.shift() ?? '') ?? field) : field));
    });
  }

  #change(change: (fields: readonly MappedField[]) => MappedField[]): void {
    this.drafts = this.drafts.map((draft) =>
      draft.actorType === this.selected ? { ...draft, fields: change(draft.fields) } : draft,
    );
    this.failure = null;
  }

  get #changed(): ActorTypeMapping[] {
    return this.drafts.filter((draft) => !this.#saved.includes(draft));
  }

  async #done(): Promise<void> {
    if (this.saving) return;
    this.saving = true;
    this.failure = null;
    try {
      for (const draft of this.#changed) {
        const fields = draft.fields.map(({ key, showInTab }) => ({ key, showInTab }));
        await saveFieldRanks(this.api, this.connection.id, draft.actorType, { fields });
        this.#saved = this.#saved.map((saved) => (saved.actorType === draft.actorType ? draft : saved));
        this.dispatchEvent(new SettingsChanged());
      }
      this.dispatchEvent(new Closed());
    } catch (error) {
      this.failure = error;
    } finally {
      this.saving = false;
    }
  }

  async #leave(event: Event): Promise<void> {
    if (!(await keptOpen(event, this.#changed.length > 0))) this.dispatchEvent(new Closed());
  }

  static override styles = [
    base,
    css`
      .all {
        flex-wrap: nowrap;
        padding-block: var(--so-space-3);
      }

      erpsync-notice,
      erpsync-busy {
        margin-block: var(--so-space-3);
      }
    `,
  ];
}

define('erpsync-rank-fields', RankFields);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-rank-fields': RankFields;
  }
}
