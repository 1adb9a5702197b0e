import { msg } from '@lit/localize';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Session } from '../../shared/api/session.ts';
import { isSessionEnd, type Api } from '../api/client.ts';
import { define } from '../define.ts';
import { errorText } from '../locales/error-text.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { signInWithPopUp, type HandOver } from './hand-over.ts';

/** The user has signed in. */
export class SignedIn extends Event {
  readonly session: Session;

  constructor(session: Session) {
    super('erpsync-signed-in');
    this.session = session;
  }
}

/**
 * The button that signs in, and what may go wrong on the way.
 *
 * @property api - the backend
 * @property tenantHint - the company SuperOffice names, which saves the user a choice
 * @fires {SignedIn} erpsync-signed-in
 */
export class SignIn extends PanelElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) tenantHint: string | null = null;

  @state() private handOver: HandOver | null = null;
  @state() private problem: string | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.handOver?.cancel();
  }

  override render() {
    return html`
      ${this.problem === null ? null : html`<erpsync-notice kind="error">${this.problem}</erpsync-notice>`}
      <button class="button primary" autofocus @click=${this.#open}>${msg('Sign in with SuperOffice')}</button>
      ${this.handOver === null ? null : this.#waiting()}
    `;
  }

  #waiting() {
    return html`<p role="status">${msg('Finish signing in in the window that has opened.')}</p>
      <form class="row" @submit=${this.#redeem}>
        <label for="code" class="label">${msg('If it shows you a code, enter it here:')}</label>
        <input id="code" name="code" class="input" autocomplete="off" spellcheck="false" minlength="6" required />
        <button class="button">${msg('Continue')}</button>
      </form>`;
  }

  #open(): void {
    this.handOver?.cancel();
    this.problem = null;
    this.handOver = signInWithPopUp(this.api, this.tenantHint);
    if (this.handOver) void this.#finish(this.handOver.done);
    else
      this.problem = msg('The browser did not let the sign-in window open. Allow pop-ups for this page and try again.');
  }

  #redeem(event: SubmitEvent): void {
    event.preventDefault();
    const code = new FormData(event.target as HTMLFormElement).get('code');
    if (this.handOver && typeof code === 'string') void this.#finish(this.handOver.redeem(code.trim()));
  }

  async #finish(done: Promise<Session>): Promise<void> {
    this.problem = null;
    try {
      const session = await done;
      this.handOver = null;
      this.dispatchEvent(new SignedIn(session));
    } catch (error) {
      this.problem = isSessionEnd(error)
        ? msg(
            'You have signed in, but the browser does not keep the cookie of ERP Sync. Allow cookies for this page and try again.',
          )
        : errorText(error);
    }
  }

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        justify-items: start;
        gap: var(--so-space-4);
      }

      #code {
        width: 12em;
      }
    `,
  ];
}

define('erpsync-sign-in', SignIn);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-sign-in': SignIn;
  }
  interface HTMLElementEventMap {
    'erpsync-signed-in': SignedIn;
  }
}
