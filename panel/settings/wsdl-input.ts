import { msg, str } from '@lit/localize';
import { css, html } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Connector } from '../../shared/api/connectors.ts';
import { define } from '../define.ts';
import { formatMoment } from '../locales/format.ts';
import '../ui/notice.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';
import { fileInput } from '../ui/styles/file-input.ts';

/** The WSDL that is to be used: its documents, null for the one that the connector serves, undefined for the one that is kept. */
export class WsdlGiven extends Event {
  readonly documents: string[] | null | undefined;

  constructor(documents: string[] | null | undefined) {
    super('erpsync-wsdl-given', { bubbles: true, composed: true });
    this.documents = documents;
  }
}

/** What the backend takes in one request, less what stands around it. */
const MOST = 900_000;

/**
 * The WSDL of a connector that serves none: files, or pasted text.
 *
 * @property kept - the description that is kept of the connector
 * @fires {WsdlGiven} erpsync-wsdl-given
 */
export class WsdlInput extends PanelElement {
  @property({ attribute: false }) kept: Connector['wsdl'] = null;

  @state() private files: readonly File[] = [];
  @state() private pasted = '';
  @state() private back = false;
  @state() private tooLarge = false;

  override render() {
    return html`<p class="muted">${this.#state()}</p>
      ${
        this.kept?.given && !this.back && !this.#typed
          ? html`<button class="link" @click=${this.#goBack}>
              ${msg('Use the one that the sync connector serves')}
            </button>`
          : null
      }
      <div class="field">
        <label for="files">${msg('WSDL file, and its schemas')}:</label>
        <input id="files" type="file" multiple accept=".wsdl,.xsd,.xml,text/xml" @change=${this.#choose} />
      </div>
      <div class="field">
        <label for="text">${msg('or its text')}:</label>
        <textarea
          id="text"
          class="input"
          rows="3"
          spellcheck="false"
          placeholder="&lt;wsdl:definitions …"
          ?disabled=${this.files.length > 0}
          .value=${this.pasted}
          @input=${(event: Event) => this.#paste((event.target as HTMLTextAreaElement).value)}
        ></textarea>
      </div>
      ${
        this.tooLarge
          ? html`<erpsync-notice kind="error"
              >${msg('This is too much: all files together may have 900 kB.')}</erpsync-notice
            >`
          : null
      }`;
  }

  get #typed(): boolean {
    return this.files.length > 0 || this.pasted.trim() !== '';
  }

  #state(): string {
    if (this.kept === null || this.back || this.#typed) {
      return msg('A sync connector describes itself with a WSDL. Give one here only if yours does not show its own.');
    }
    const since = formatMoment(this.kept.since);
    return this.kept.given
      ? msg(str`A WSDL that was given here ${since} is used.`)
      : msg(str`The WSDL that the sync connector showed ${since} is kept, should it not show one any more.`);
  }

  async #choose(event: Event): Promise<void> {
    const files = [...((event.target as HTMLInputElement).files ?? [])];
    const documents = await Promise.all(files.map((file) => file.text()));
    this.files = files;
    this.pasted = '';
    this.#give(documents);
  }

  #paste(text: string): void {
    this.pasted = text;
    this.#give(text.trim() === '' ? [] : [text]);
  }

  #goBack(): void {
    this.back = true;
    this.dispatchEvent(new WsdlGiven(null));
  }

  #give(documents: string[]): void {
    const size = documents.reduce((sum, document) => sum + new Blob([document]).size, 0);
    this.tooLarge = size > MOST;
    this.back = false;
    this.dispatchEvent(new WsdlGiven(size === 0 || this.tooLarge ? undefined : documents));
  }

  static override styles = [
    base,
    fileInput,
    css`
      :host {
        --label-width: 190px;
      }

      p {
        margin-block: var(--so-space-2);
      }
    `,
  ];
}

define('erpsync-wsdl-input', WsdlInput);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-wsdl-input': WsdlInput;
  }
  interface HTMLElementEventMap {
    'erpsync-wsdl-given': WsdlGiven;
  }
}
