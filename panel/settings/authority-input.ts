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

/** Who shall vouch for a connector: a certificate as PEM, null for nobody of the company's own, undefined for whom is kept. */
export class AuthorityGiven extends Event {
  readonly authority: string | null | undefined;

  constructor(authority: string | null | undefined) {
    super('erpsync-authority-given', { bubbles: true, composed: true });
    this.authority = authority;
  }
}

const SOON_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * The certificate of an authority of the company's own: a file, or pasted text.
 *
 * @property kept - the authority that vouches for the connector now
 * @property moved - whether the connector stands at another address than the one it was given for
 * @fires {AuthorityGiven} erpsync-authority-given
 */
export class AuthorityInput extends PanelElement {
  @property({ attribute: false }) kept: Connector['authority'] = null;
  @property({ type: Boolean }) moved = false;

  @state() private text = '';
  @state() private takenBack = false;

  override render() {
    const kept = this.takenBack || this.text !== '' ? null : this.kept;
    return html`${
        kept && !this.moved
          ? this.#state(kept)
          : html`<p class="muted">
              ${
                kept
                  ? msg(
                      'The address has changed: give the certificate again. It is trusted only where it was given for.',
                    )
                  : msg('Needed only if an authority of your own company signed the certificate of the ERP system.')
              }
            </p>`
      }
      <div class="field">
        <label for="file">${msg('Certificate of the authority')}:</label>
        <input id="file" type="file" accept=".pem,.crt,.cer,.der" @change=${this.#choose} />
      </div>
      <div class="field">
        <label for="text">${msg('or its text (PEM)')}:</label>
        <textarea
          id="text"
          class="input"
          rows="3"
          spellcheck="false"
          placeholder="-----BEGIN CERTIFICATE-----"
          .value=${this.text}
          @input=${(event: Event) => this.#give((event.target as HTMLTextAreaElement).value)}
        ></textarea>
      </div>`;
  }

  #state({ name, until }: NonNullable<Connector['authority']>) {
    const left = Date.parse(until) - Date.now();
    const sentence =
      left > 0
        ? msg(str`${name} vouches for this address, until ${formatMoment(until)}.`)
        : msg(str`The certificate of ${name} expired ${formatMoment(until)}.`);
    return html`${
        left > SOON_MS
          ? html`<p class="muted">${sentence}</p>`
          : html`<erpsync-notice kind="warning">${sentence}</erpsync-notice>`
      } <button class="link" @click=${this.#takeBack}>${msg('Do not trust it any more')}</button>`;
  }

  async #choose(event: Event): Promise<void> {
    const [file] = (event.target as HTMLInputElement).files ?? [];
    this.#give(file ? asPem(new Uint8Array(await file.arrayBuffer())) : '');
  }

  #give(text: string): void {
    this.text = text;
    this.takenBack = false;
    this.dispatchEvent(new AuthorityGiven(text.trim() === '' ? undefined : text));
  }

  #takeBack(): void {
    this.takenBack = true;
    this.dispatchEvent(new AuthorityGiven(null));
  }

  static override styles = [
    base,
    fileInput,
    css`
      :host {
        --label-width: 190px;
      }

      p,
      erpsync-notice {
        margin-block: var(--so-space-2);
      }

      .link {
        margin-block-end: var(--so-space-3);
      }
    `,
  ];
}

/** Windows hands certificates out as bare bytes, which begin with the mark of a sequence. */
function asPem(bytes: Uint8Array): string {
  if (bytes[0] !== 0x30) return new TextDecoder().decode(bytes);
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return ['-----BEGIN CERTIFICATE-----', ...(base64.match(/.{1,64}/g) ?? []), '-----END CERTIFICATE-----'].join('\n');
}

define('erpsync-authority-input', AuthorityInput);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-authority-input': AuthorityInput;
  }
  interface HTMLElementEventMap {
    'erpsync-authority-given': AuthorityGiven;
  }
}
