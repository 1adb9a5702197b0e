import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Connection } from '../../shared/api/connections.ts';
import type { ActorTypeMapping } from '../../shared/api/mappings.ts';
import type { ActorType } from '../../shared/vocabulary.ts';
import type { Api } from '../api/client.ts';
import { fetchFieldMappings, saveFieldMapping } from '../api/mappings.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText } from '../locales/error-text.ts';
import '../ui/busy.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import '../ui/tabs.ts';
import type { TabSelected } from '../ui/tabs.ts';
import { actorTypeName } from '../locales/actor-type-name.ts';
import { Closed } from '../ui/closed.ts';
import './default-values.ts';
import { keptOpen } from './kept-open.ts';
import type { MappingChanged } from './mapping-changed.ts';
import './mapping-table.ts';
import { SettingsChanged } from './settings-changed.ts';

/**
 * "Mappings": which ERP field is kept equal with which SuperOffice field, a tab per actor type. Done saves the tabs that
 * were changed.
 *
 * @fires {SettingsChanged} erpsync-settings-changed
 * @fires {Closed} erpsync-closed
 */
export class FieldMapping extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) connection!: Connection;

  @state() private drafts: readonly ActorTypeMapping[] = [];
  @state() private selected: ActorType | null = null;
  @state() private saving = false;
  @state() private failure: unknown = null;
  @state() private help = false;
  @state() private defaultsShown = false;
  /** As the backend has them; a draft that is another object was edited. */
  #saved: readonly ActorTypeMapping[] = [];

  #mappings = new Task(this, {
    args: () => [this.connection.id] as const,
    task: async ([id], { signal }) => {
      const { actorTypes } = await fetchFieldMappings(this.api, id, signal);
      this.#saved = actorTypes.map(withFirstInSearch);
      this.drafts = this.#saved;
      this.selected ??= actorTypes[0]?.actorType ?? null;
    },
  });

  override render() {
    const selected = this.#selected;
    return html`<erpsync-dialog
        open
        maximisable
        size="wide"
        heading=${msg(str`Mappings: ${this.connection.name}`)}
        @erpsync-dialog-closed=${this.#leave}
      >
        ${
          this.help
            ? html`<erpsync-notice>
                ${msg('Choose the SuperOffice field for each ERP field, then the direction: < writes from SuperOffice to ERP, > writes from ERP to SuperOffice, both keep the two equal. Fields shown in the ERP tab are read from the ERP when someone looks; they need no SuperOffice field.')}
              </erpsync-notice>`
            : null
        }
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
        <button slot="help" class="button" aria-expanded=${this.help} @click=${() => (this.help = !this.help)}>
          ${msg('Help')}
        </button>
        ${
          selected
            ? html`<button slot="footer" class="button" @click=${() => (this.defaultsShown = true)}>
                ${msg('Defaults')}
              </button>`
            : null
        }
        <button slot="footer" class="button primary" aria-disabled=${this.saving} @click=${this.#done}>
          ${msg('Done')}
        </button>
      </erpsync-dialog>
      ${
        selected && this.defaultsShown
          ? html`<erpsync-default-values
              .connectionId=${this.connection.id}
              .mapping=${selected}
              @erpsync-mapping-changed=${this.#edit}
              @erpsync-closed=${() => (this.defaultsShown = false)}
            ></erpsync-default-values>`
          : null
      }`;
  }

  #tabs() {
    const mapping = this.#selected;
    if (!mapping)
      return html`<p class="muted">
        ${msg('The sync connector has not named any actor types yet. Refresh the ERP fields.')}
      </p>`;
    return html`<erpsync-tabs
      label=${msg('Actor type')}
      .tabs=${this.drafts.map(({ actorType, active }) => ({ key: actorType, text: actorTypeName(actorType), dot: active }))}
      .selected=${mapping.actorType}
      @erpsync-tab-selected=${({ key }: TabSelected) => (this.selected = key as ActorType)}
    >
      <erpsync-mapping-table .mapping=${mapping} @erpsync-mapping-changed=${this.#edit}></erpsync-mapping-table>
    </erpsync-tabs>`;
  }

  get #selected(): ActorTypeMapping | null {
    return this.drafts.find(({ actorType }) => actorType === this.selected) ?? null;
  }

  get #changed(): ActorTypeMapping[] {
    return this.drafts.filter((draft) => !this.#saved.includes(draft));
  }

  #edit({ mapping }: MappingChanged): void {
    this.drafts = this.drafts.map((draft) => (draft.actorType === mapping.actorType ? mapping : draft));
    this.failure = null;
  }

  async #done(): Promise<void> {
    if (this.saving) return;
    this.saving = true;
    this.failure = null;
    try {
      for (const draft of this.#changed) {
        // Should it be refused, the user sees the tab it is about.
        this.selected = draft.actorType;
        await this.#save(draft);
      }
      this.dispatchEvent(new Closed());
    } catch (error) {
      this.failure = error;
    } finally {
      this.saving = false;
    }
  }

  async #save(draft: ActorTypeMapping): Promise<void> {
    await saveFieldMapping(this.api, this.connection.id, draft.actorType, {
      active: draft.active,
      fields: draft.fields.map(({ key, crmField, direction, showInTab, showInSearch, policy, firstValue }) => ({
        key,
        crmField,
        direction,
        showInTab,
        showInSearch,
        policy,
        firstValue,
      })),
    });
    this.#saved = this.#saved.map((saved) => (saved.actorType === draft.actorType ? draft : saved));
    this.dispatchEvent(new SettingsChanged());
  }

  async #leave(event: Event): Promise<void> {
    if (!(await keptOpen(event, this.#changed.length > 0))) this.dispatchEvent(new Closed());
  }

  static override styles = [
    base,
    css`
      erpsync-notice,
      erpsync-busy {
        margin-block: var(--so-space-3);
      }
    `,
  ];
}

/** The first field is always a column of the search, so that there is one. */
function withFirstInSearch(mapping: ActorTypeMapping): ActorTypeMapping {
  const fields = mapping.fields.map((field, index) => (index === 0 ? { ...field, showInSearch: true } : field));
  return { ...mapping, fields };
}

define('erpsync-field-mapping', FieldMapping);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-field-mapping': FieldMapping;
  }
}
