import { consume } from '@lit/context';
import { msg } from '@lit/localize';
import { Task } from '@lit/task';
import { html } from 'lit';
import { state } from 'lit/decorators.js';
import type { Api } from '../api/client.ts';
import { chooseConsentSource, fetchConsentSource } from '../api/imports.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { errorText } from '../locales/error-text.ts';
import '../ui/busy.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';

/** What new contacts say about where their consents came from, for all imports of the company. */
export class ConsentSourceInput extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @state() private failure: unknown = null;

  #found = new Task(this, {
    args: () => [],
    task: (_, { signal }) => fetchConsentSource(this.api, signal),
  });

  override render() {
    return html`${this.#found.render({
      pending: () => html`<erpsync-busy></erpsync-busy>`,
      error: (error) =>
        html`<erpsync-notice kind="error">
          ${errorText(error)}
          <button slot="action" @click=${() => this.#found.run()}>${msg('Try again')}</button>
        </erpsync-notice>`,
      complete: ({ sources, key }) =>
        html`<div class="field">
          <label for="source">${msg('Source of the consents of new contacts')}</label>
          <select id="source" class="input" @change=${this.#choose}>
            ${sources.map((one) => html`<option value=${one.key} ?selected=${one.key === key}>${one.text}</option>`)}
          </select>
        </div>`,
    })}
    ${this.failure ? html`<erpsync-notice kind="error">${errorText(this.failure)}</erpsync-notice>` : null}`;
  }

  async #choose(event: Event): Promise<void> {
    this.failure = null;
    try {
      await chooseConsentSource(this.api, { key: (event.target as HTMLSelectElement).value });
    } catch (error) {
      this.failure = error;
      // The choice that counts is shown again.
      await this.#found.run();
    }
  }

  static override styles = [base];
}

define('erpsync-consent-source', ConsentSourceInput);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-consent-source': ConsentSourceInput;
  }
}
