import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { People, Scope } from '../../shared/api/connections.ts';
import type { Api } from '../api/client.ts';
import { fetchPeople } from '../api/people.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText } from '../locales/error-text.ts';
import '../ui/busy.ts';
import '../ui/dialog.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { table } from '../ui/styles/table.ts';
import '../ui/tabs.ts';
import type { TabSelected } from '../ui/tabs.ts';
import { Closed } from '../ui/closed.ts';
import { keptOpen } from './kept-open.ts';

type Member = Scope['members'][number];
type Kind = Member['kind'];
interface Person {
  readonly id: number;
  readonly name: string;
}

/** The administrator chose who may use the connection. */
export class ScopeChosen extends Event {
  readonly scope: Scope;

  constructor(scope: Scope) {
    super('erpsync-scope-chosen');
    this.scope = scope;
  }
}

/**
 * "Configure scope": the users and groups who may use a connection, and which of them may connect records and create
 * new ones in the ERP.
 *
 * @property membersOnly - asks who, and nothing about rights
 * @fires {ScopeChosen} erpsync-scope-chosen
 * @fires {Closed} erpsync-closed
 */
export class ScopeDialog extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) scope!: Scope;
  @property({ type: Boolean }) membersOnly = false;

  @state() private members: readonly Member[] = [];
  @state() private kind: Kind = 'group';
  @state() private search = '';

  #people = new Task(this, { args: () => [], task: (_, { signal }) => fetchPeople(this.api, signal) });

  override connectedCallback(): void {
    super.connectedCallback();
    this.members = this.scope.members;
    if (this.members.length > 0 && this.members.every(({ kind }) => kind === 'user')) this.kind = 'user';
  }

  override render() {
    return html`<erpsync-dialog
      open
      heading=${this.membersOnly ? msg('Who may take a seat') : msg('Configure scope')}
      @erpsync-dialog-closed=${this.#leave}
    >
      ${this.#people.render({
        pending: () => html`<erpsync-busy></erpsync-busy>`,
        error: (error) =>
          html`<erpsync-notice kind="error">
            ${errorText(error)}
            <button slot="action" @click=${() => this.#people.run()}>${msg('Try again')}</button>
          </erpsync-notice>`,
        complete: (people) => this.#choice(people),
      })}
      <button slot="footer" class="button primary" @click=${this.#choose}>${msg('OK')}</button>
      <button slot="footer" class="button" @click=${() => this.dispatchEvent(new Closed())}>${msg('Cancel')}</button>
    </erpsync-dialog>`;
  }

  #choice({ users, groups }: People) {
    const all: readonly Person[] = this.kind === 'user' ? users : groups;
    const wanted = this.search.trim().toLocaleLowerCase();
    const shown = all.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
    return html`<erpsync-tabs
      label=${msg('Users and groups')}
      .tabs=${[
        { key: 'group', text: msg('User groups'), dot: this.#count('group') > 0 },
        { key: 'user', text: msg('Associates'), dot: this.#count('user') > 0 },
      ]}
      .selected=${this.kind}
      @erpsync-tab-selected=${({ key }: TabSelected) => (this.kind = key as Kind)}
    >
      <input
        class="input search"
        type="search"
        autofocus
        aria-label=${msg('Search')}
        placeholder=${msg('Search')}
        .value=${this.search}
        @input=${(event: Event) => (this.search = (event.target as HTMLInputElement).value)}
      />
      <div class="scroll list" role="group" aria-label=${msg('Users and groups')} tabindex="0">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">${this.kind === 'user' ? msg('Associate') : msg('User group')}</th>
              ${
                this.membersOnly
                  ? nothing
                  : html`<th scope="col" class="center">${msg('May connect')}</th>
                      <th scope="col" class="center">${msg('May create in ERP')}</th>`
              }
            </tr>
          </thead>
          <tbody>
            ${shown.map((person) => this.#row(person))}
          </tbody>
        </table>
        ${shown.length === 0 ? html`<p class="empty muted" role="status">${msg('No hits')}</p>` : null}
      </div>
      <div class="toolbar">
        <button class="tool" @click=${() => this.#addAll(shown)}>${msg('Select all')}</button>
        <button class="tool" @click=${() => this.#removeAll(shown)}>${msg('Unselect all')}</button>
        <span class="count" role="status">
          ${msg('User groups')} : ${this.#count('group')} · ${msg('Associates')} : ${this.#count('user')}
        </span>
      </div>
    </erpsync-tabs>`;
  }

  #row({ id, name }: Person) {
    const member = this.#member(id);
    return html`<tr aria-selected=${member !== undefined}>
      <td>
        <label class="name">
          <input
            class="check"
            type="checkbox"
            .checked=${member !== undefined}
            @change=${() => (member ? this.#removeAll([{ id }]) : this.#addAll([{ id }]))}
          />${name}
        </label>
      </td>
      ${
        this.membersOnly
          ? nothing
          : html`${this.#right(msg(str`${name} may connect`), member, 'canConnect')}
            ${this.#right(msg(str`${name} may create in ERP`), member, 'canCreate')}`
      }
    </tr>`;
  }

  #right(label: string, member: Member | undefined, right: 'canConnect' | 'canCreate') {
    return html`<td class="center">
      ${
        member
          ? html`<input
              class="check"
              type="checkbox"
              aria-label=${label}
              .checked=${member[right]}
              @change=${() => this.#replace(member, { ...member, [right]: !member[right] })}
            />`
          : html`<span aria-hidden="true">–</span>`
      }
    </td>`;
  }

  #member(id: number): Member | undefined {
    return this.members.find((member) => member.kind === this.kind && member.id === id);
  }

  #count(kind: Kind): number {
    return this.members.filter((member) => member.kind === kind).length;
  }

  #addAll(people: readonly { readonly id: number }[]): void {
    const added = people
      .filter(({ id }) => !this.#member(id))
      .map(({ id }) => ({ kind: this.kind, id, canConnect: true, canCreate: true }));
    this.members = [...this.members, ...added];
  }

  #removeAll(people: readonly { readonly id: number }[]): void {
    const gone = new Set(people.map(({ id }) => id));
    this.members = this.members.filter((member) => member.kind !== this.kind || !gone.has(member.id));
  }

  #replace(member: Member, changed: Member): void {
    this.members = this.members.map((each) => (each === member ? changed : each));
  }

  #choose(): void {
    this.dispatchEvent(new ScopeChosen({ everyone: false, members: [...this.members] }));
    this.dispatchEvent(new Closed());
  }

  async #leave(event: Event): Promise<void> {
    if (!(await keptOpen(event, this.members !== this.scope.members))) this.dispatchEvent(new Closed());
  }

  static override styles = [
    base,
    table,
    css`
      .search {
        margin-block: var(--so-space-3);
        border-radius: var(--so-radius-pill);
      }

      .list {
        overflow-y: auto;
        height: 300px;
      }

      thead th {
        position: sticky;
        top: 0;
        z-index: 1;
      }

      .name {
        display: flex;
        align-items: center;
        gap: var(--so-space-2);
        min-height: var(--so-row-height);
        cursor: pointer;
      }

      .empty {
        padding: var(--so-space-6);
        text-align: center;
      }

      .toolbar {
        padding-inline: 0;
      }

      .toolbar .count {
        font-size: var(--so-size-note);
      }
    `,
  ];
}

define('erpsync-scope-dialog', ScopeDialog);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-scope-dialog': ScopeDialog;
  }
  interface HTMLElementEventMap {
    'erpsync-scope-chosen': ScopeChosen;
  }
}
