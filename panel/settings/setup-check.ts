import checkCircle from '@phosphor-icons/core/regular/check-circle.svg?raw';
import question from '@phosphor-icons/core/regular/question.svg?raw';
import warning from '@phosphor-icons/core/regular/warning.svg?raw';
import warningCircle from '@phosphor-icons/core/regular/warning-circle.svg?raw';
import { consume } from '@lit/context';
import { msg, str } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html, nothing } from 'lit';
import { state } from 'lit/decorators.js';
import type { CheckName, SetupCheck as Answer, SetupCheckItem } from '../../shared/api/setup.ts';
import type { Api } from '../api/client.ts';
import { fetchSetupCheck, repairSetup } from '../api/setup.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText, reasonText } from '../locales/error-text.ts';
import { formatCount } from '../locales/format.ts';
import '../ui/busy.ts';
import { icon } from '../ui/icon.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import './seats-dialog.ts';
import { SettingsChanged } from './settings-changed.ts';

type State = SetupCheckItem['state'];

const icons: Record<State, string> = { fine: checkCircle, attention: warningCircle, wrong: warning, unknown: question };

/**
 * Every prerequisite of the app with its state and what to do about it.
 *
 * @fires {SettingsChanged} erpsync-settings-changed - after a repair
 */
export class SetupCheck extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  /** The last answer, kept while it is found out again. */
  @state() private found: Answer | null = null;
  @state() private repairing = false;
  @state() private failure: unknown = null;
  @state() private seatsShown = false;

  #looking = new Task(this, {
    args: () => [],
    task: async (_, { signal }) => {
      this.found = await fetchSetupCheck(this.api, signal);
    },
  });

  override render() {
    const repairable = this.found?.items.some((item) => item.repairable) ?? false;
    return html`
      ${this.#looking.render({
        pending: () => html`<erpsync-busy>${msg('Checking …')}</erpsync-busy>`,
        error: (error) => html`<erpsync-notice kind="error">${errorText(error)}</erpsync-notice>`,
      })}
      ${this.failure ? html`<erpsync-notice kind="error">${errorText(this.failure)}</erpsync-notice>` : nothing}
      ${this.found ? this.#list(this.found) : nothing}
      <div class="row">
        ${
          repairable
            ? html`<button class="button primary" aria-disabled=${this.repairing} @click=${this.#repair}>
                ${this.repairing ? msg('Repairing …') : msg('Repair')}
              </button>`
            : nothing
        }
        <button class="button" @click=${() => this.#looking.run()}>${msg('Check again')}</button>
      </div>
      ${
        this.seatsShown
          ? html`<erpsync-seats-dialog @erpsync-closed=${this.#closeSeats}></erpsync-seats-dialog>`
          : nothing
      }
    `;
  }

  #list({ items, administrators }: Answer) {
    const troubled = items.some(({ state }) => state !== 'fine');
    return html`<ul>
        ${items.map((item) => this.#item(item))}
      </ul>
      ${
        troubled && administrators.length > 0
          ? html`<p class="muted">${msg(str`Administrators of ERP Sync: ${administrators.join(', ')}`)}</p>`
          : nothing
      }`;
  }

  #item(item: SetupCheckItem) {
    return html`<li class=${item.state}>
      ${icon(icons[item.state])}
      <div>
        <strong>${nameOf(item.name)}</strong>
        <span class="state">${stateOf(item.state)}</span>
        ${textOf(item).map((text) => html`<p>${text}</p>`)}
        ${
          item.name === 'seats' && item.of !== null
            ? html`<button class="link" @click=${() => (this.seatsShown = true)}>${msg('Give seats')}</button>`
            : nothing
        }
      </div>
    </li>`;
  }

  #closeSeats(): void {
    this.seatsShown = false;
    void this.#looking.run();
  }

  async #repair(): Promise<void> {
    if (this.repairing) return;
    this.repairing = true;
    this.failure = null;
    try {
      this.found = await repairSetup(this.api);
      this.dispatchEvent(new SettingsChanged());
    } catch (error) {
      this.failure = error;
    } finally {
      this.repairing = false;
    }
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: var(--so-space-3);
      }

      ul {
        display: grid;
        gap: var(--so-space-3);
        margin: 0;
        padding: 0;
        list-style: none;
      }

      li {
        display: grid;
        grid-template-columns: 20px minmax(0, 1fr);
        gap: var(--so-space-3);
      }

      li svg {
        margin-block-start: 3px;
      }

      .fine svg {
        color: var(--so-success);
      }

      .attention svg,
      .unknown svg {
        color: var(--so-warning);
      }

      .wrong svg {
        color: var(--so-danger);
      }

      .state {
        margin-inline-start: var(--so-space-2);
        color: var(--so-text-muted);
        font-size: var(--so-size-note);
      }

      p {
        overflow-wrap: anywhere;
      }
    `,
  ];
}

function nameOf(name: CheckName): string {
  const names: Record<CheckName, () => string> = {
    approval: () => msg('Approval of the app'),
    tenant: () => msg('State of your SuperOffice'),
    systemUser: () => msg('System user'),
    functionRights: () => msg('Your function rights in SuperOffice'),
    clock: () => msg('Clocks'),
    panels: () => msg('Web panels'),
    webhook: () => msg('Webhook'),
    licence: () => msg('Licence of your company'),
    userLicence: () => msg('Your licence'),
    seats: () => msg('Seats'),
    connections: () => msg('ERP connections'),
    backup: () => msg('Backups'),
  };
  return names[name]();
}

function stateOf(state: State): string {
  const states: Record<State, () => string> = {
    fine: () => msg('All right'),
    attention: () => msg('Look at this'),
    wrong: () => msg('Not right'),
    unknown: () => msg('Cannot be checked now'),
  };
  return states[state]();
}

/** SuperOffice's own names of its function rights. */
function rightName(right: string): string {
  const rights: Readonly<Record<string, () => string>> = {
    'admin-all': () => msg('General administrator'),
    'admin-users': () => msg('User administrator'),
    'admin-quote': () => msg('Quote administrator'),
    'admin-lists': () => msg('List administrator'),
  };
  return rights[right]?.() ?? right;
}

/** What is the matter, what to do, and who can do it. */
function textOf(item: SetupCheckItem): string[] {
  const { name, state, reason, names, count, of } = item;
  const told = reason ? [reasonText(reason)] : [];
  if (state === 'unknown') return told;
  if (reason?.code === 'crm.denied') {
    return [
      msg('SuperOffice does not let ERP Sync do this. Ask your supplier to look at the registration of the app.'),
    ];
  }
  if (name === 'functionRights') {
    const rights = names.map(rightName).join(', ');
    if (state === 'wrong') {
      return [
        msg(str`To set up ERP Sync you need one of these: ${rights}.`),
        msg('Whoever manages roles in SuperOffice can add it to yours.'),
      ];
    }
    const approves = names.includes('admin-all') || names.includes('admin-users');
    return [
      msg(str`You have: ${rights}.`),
      ...(approves
        ? []
        : [msg('To approve or install the app, a general administrator or a user administrator is needed.')]),
    ];
  }
  if (name === 'seats') {
    if (of === null) return [msg('Decided by the licences of SuperOffice.')];
    const used = msg(str`In use: ${formatCount(count ?? 0)} of ${formatCount(of)}.`);
    if (state === 'wrong') return [used, msg('The seats have run out. Ask your supplier to renew them.')];
    if (state === 'attention') return [used, msg('Free a seat, or ask your supplier for more.')];
    return [used];
  }
  if (state === 'fine') return [];
  switch (name) {
    case 'panels':
      return [
        msg(str`Missing or changed: ${names.join(', ')}.`),
        msg('Repair puts them back. Users may have to sign in to SuperOffice again to see them.'),
      ];
    case 'webhook':
      return state === 'attention'
        ? [
            msg(
              'It was switched off within the last hour and has been switched on again. What changed meanwhile is found.',
            ),
          ]
        : [msg('SuperOffice does not tell ERP Sync about changes just now. Repair switches it on again.')];
    case 'clock':
      return [
        msg(
          str`The clock of ERP Sync differs from SuperOffice by ${formatCount(count ?? 0)} seconds. Ask your supplier to set it.`,
        ),
      ];
    case 'userLicence':
      return [msg('You have no licence for ERP Sync. Ask your SuperOffice administrator to assign one to you.')];
    case 'systemUser':
      return [
        msg(str`SuperOffice does not list any of these rights for it: ${names.map(rightName).join(', ')}.`),
        msg('As long as the web panels are all right, nothing has to be done. If they are not, ask your supplier.'),
      ];
    case 'connections':
      return names.length > 0
        ? [
            msg(str`Cannot be reached: ${names.join(', ')}.`),
            ...told,
            msg('Test the connection on this page, or ask whoever runs the ERP.'),
          ]
        : [msg('No ERP connection is active yet.')];
    case 'backup':
      return [
        msg(
          'A backup was restored. Nothing is synced until an administrator has decided on the Sync page which values are right.',
        ),
      ];
    case 'tenant':
      return [...told, ...names.map((word) => msg(str`SuperOffice says: ${word}`))];
    case 'licence':
      return [
        msg('Nothing is written until the licence is back. Changes are remembered, and carried out then.'),
        msg('Your company has no licence for ERP Sync. Ask your SuperOffice administrator to order it.'),
      ];
    case 'approval':
      return told;
  }
}

define('erpsync-setup-check', SetupCheck);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-setup-check': SetupCheck;
  }
}
