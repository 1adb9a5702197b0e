import { provide } from '@lit/context';
import { msg, str } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Session } from '../../shared/api/session.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import type { CrmEntity } from '../../shared/vocabulary.ts';
import { ApiError, isSessionEnd, withRenewal, type Api } from '../api/client.ts';
import { fetchSession, signOut } from '../api/session.ts';
import { define } from '../define.ts';
import { errorText, reasonText } from '../locales/error-text.ts';
import '../ui/busy.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { apiContext, entityContext, sessionContext } from './contexts.ts';
import type { PanelUrl } from './panel-url.ts';
import type { SignedIn } from './sign-in.ts';

type State =
  | { readonly at: 'checking' }
  | { readonly at: 'failed'; readonly error: unknown }
  | { readonly at: 'signedOut'; readonly because: unknown; readonly byHerself?: boolean }
  | { readonly at: 'signedIn'; readonly session: Session };

/**
 * Stands before a screen: nothing of it is drawn until the user of SuperOffice is signed in and has what it takes.
 * When the session ends later, it asks for a new one in a dialog above the screen, which loses nothing.
 *
 * @property api - the backend
 * @property url - what SuperOffice told us
 * @property screen - draws what lies behind the gate
 * @property administrator - the screen is for administrators only
 * @property withoutLicence - what an administrator sees who has no licence: she may have to give herself one
 */
export class SignInGate extends PanelElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) url!: PanelUrl;
  @property({ attribute: false }) screen!: () => TemplateResult;
  @property({ type: Boolean }) administrator = false;
  @property({ attribute: false }) withoutLicence: (() => TemplateResult) | null = null;

  @provide({ context: apiContext }) @state() protected screenApi!: Api;
  @provide({ context: sessionContext }) @state() protected session!: Session;
  @provide({ context: entityContext }) @state() protected entity: CrmEntity | null = null;

  @state() private state: State = { at: 'checking' };
  @state() private renewal: Renewal | null = null;

  protected override willUpdate(): void {
    if (this.hasUpdated) return;
    this.screenApi = withRenewal(this.api, (ended) => this.#renew(ended));
    this.entity = this.url.entity;
    void this.#check();
  }

  override render() {
    const { state } = this;
    switch (state.at) {
      case 'checking':
        return html`<div class="inset"><erpsync-busy></erpsync-busy></div>`;
      case 'failed':
        return html`<div class="inset">
          <erpsync-notice kind="error">
            ${errorText(state.error)}
            <button slot="action" @click=${() => this.#check()}>${msg('Retry')}</button>
          </erpsync-notice>
        </div>`;
      case 'signedOut':
        return html`<div class="inset">
          <h1>${msg('ERP Sync')}</h1>
          ${state.byHerself ? html`<p role="status">${msg('You are signed out of ERP Sync.')}</p>` : nothing}
          ${this.#endedBecause(state.because)}
          <p>${msg('Sign in once with your SuperOffice user to see the ERP data here.')}</p>
          ${this.#signIn()}
        </div>`;
      case 'signedIn':
        return this.#behindTheGate(state.session);
    }
  }

  #behindTheGate(session: Session) {
    if (!this.#isUserInView(session)) {
      return html`<div class="inset">
        <erpsync-notice kind="warning">
          ${msg(str`You are signed in to ERP Sync as ${session.user.name}, but to SuperOffice as another user.`)}
        </erpsync-notice>
        ${this.#signIn()}
      </div>`;
    }
    const missing = this.#missing(session);
    if (missing.length > 0) {
      return html`<div class="inset">
          <h1>${msg('ERP Sync')}</h1>
          ${missing.map((words) => html`<erpsync-notice kind="attention">${words}</erpsync-notice>`)}
          ${
            session.administrators.length > 0
              ? html`<p>${msg(str`You can ask: ${session.administrators.join(', ')}`)}</p>`
              : nothing
          }
          ${
            this.withoutLicence && session.administrator
              ? this.withoutLicence()
              : html`<button class="button" @click=${() => this.#check()}>${msg('Check again')}</button>`
          }
        </div>
        ${this.#whoIsIn(session)}`;
    }
    return html`${this.screen()}${this.#whoIsIn(session)}${this.renewal ? this.#renewalDialog(this.renewal) : nothing}`;
  }

  #whoIsIn({ user }: Session) {
    return html`<footer class="row">
      <span class="muted">${msg(str`Signed in to ERP Sync as ${user.name}`)}</span>
      <button class="link" @click=${this.#signOut}>${msg('Sign out')}</button>
    </footer>`;
  }

  /** Everybody was signed out, which a plain end of a session is not. */
  #endedBecause(ended: unknown) {
    const reason = ended instanceof ApiError ? endings[String(ended.body.detail.reason)] : undefined;
    return reason === undefined
      ? nothing
      : html`<erpsync-notice kind="attention">${reasonText({ code: reason, detail: {} })}</erpsync-notice>`;
  }

  #renewalDialog({ because }: Renewal) {
    void import('../ui/dialog.ts');
    return html`<erpsync-dialog
      size="small"
      open
      heading=${msg('Sign in again')}
      @erpsync-dialog-closed=${() => this.#endRenewal(new ApiError({ code: 'session.expired', detail: {} }))}
    >
      <div class="stack">
        <p>${msg('You have been signed out. What you have entered is still here.')}</p>
        ${this.#endedBecause(because)} ${this.#signIn()}
      </div>
    </erpsync-dialog>`;
  }

  // Loaded when it is needed, which is once a day at most.
  #signIn() {
    void import('./sign-in.ts');
    return html`<erpsync-sign-in
      .api=${this.api}
      .tenantHint=${this.url.tenant}
      @erpsync-signed-in=${(event: SignedIn) => this.#enter(event.session)}
    ></erpsync-sign-in>`;
  }

  /** What keeps the user out, each with whom to ask. */
  #missing({ missing, administrator }: Session): string[] {
    const words: string[] = [];
    if (missing.includes('tenantLicence')) {
      words.push(msg('Your company has no licence for ERP Sync. Ask your SuperOffice administrator to order it.'));
    }
    if (missing.includes('userLicence')) {
      words.push(msg('You have no licence for ERP Sync. Ask your SuperOffice administrator to assign one to you.'));
    }
    if (missing.includes('seat')) {
      words.push(msg('No seat of ERP Sync is meant for you. Ask an administrator to give you one.'));
    }
    if (missing.includes('freeSeat')) {
      words.push(msg('All seats of ERP Sync are taken. Ask an administrator to free one or to order more.'));
    }
    if (this.administrator && !administrator) {
      words.push(msg('Only administrators can set up ERP Sync. Ask your SuperOffice administrator for the right.'));
    }
    return words;
  }

  /** The address is only a hint, but data of another user must not appear under this one's name. */
  #isUserInView({ tenant, user }: Session): boolean {
    return (
      (this.url.tenant === null || this.url.tenant.toLowerCase() === tenant.toLowerCase()) &&
      (this.url.user === null || this.url.user === user.id)
    );
  }

  async #check(): Promise<void> {
    this.state = { at: 'checking' };
    try {
      this.#enter(await fetchSession(this.api));
    } catch (error) {
      this.state = isSessionEnd(error) ? { at: 'signedOut', because: error } : { at: 'failed', error };
    }
  }

  #enter(session: Session): void {
    const before = this.state.at === 'signedIn' ? this.state.session : session;
    const sameUser = before.tenant === session.tenant && before.user.id === session.user.id;
    this.session = session;
    this.state = { at: 'signedIn', session };
    // What one user has begun must not be sent as another.
    this.#endRenewal(sameUser ? null : new ApiError({ code: 'sign_in.wrong_user', detail: {} }));
  }

  async #signOut(): Promise<void> {
    try {
      await signOut(this.api);
      this.state = { at: 'signedOut', because: null, byHerself: true };
    } catch (error) {
      this.state = isSessionEnd(error) ? { at: 'signedOut', because: error } : { at: 'failed', error };
    }
  }

  /** Whoever finds the session ended waits for the same sign-in. */
  #renew(because: unknown): Promise<void> {
    this.renewal ??= startRenewal(because);
    return this.renewal.done;
  }

  #endRenewal(error: ApiError | null): void {
    const renewal = this.renewal;
    this.renewal = null;
    if (error) renewal?.reject(error);
    else renewal?.resolve();
  }

  static override styles = [
    base,
    css`
      .inset,
      .stack {
        display: grid;
        justify-items: start;
        gap: var(--so-space-4);
      }

      .inset {
        max-width: 680px;
        padding: var(--so-space-6);
      }

      footer {
        padding: var(--so-space-3) var(--so-space-6);
        font-size: var(--so-size-note);
      }
    `,
  ];
}

/** What the backend gives as the reason when it has signed everybody out, as a code with a sentence. */
const endings: Readonly<Record<string, ErrorCode>> = {
  revoked: 'tenant.revoked',
  paused: 'tenant.unavailable',
  deleted: 'tenant.not_installed',
};

interface Renewal {
  readonly because: unknown;
  readonly done: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: ApiError) => void;
}

function startRenewal(because: unknown): Renewal {
  let resolve!: Renewal['resolve'];
  let reject!: Renewal['reject'];
  const done = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { because, done, resolve, reject };
}

define('erpsync-sign-in-gate', SignInGate);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-sign-in-gate': SignInGate;
  }
}
