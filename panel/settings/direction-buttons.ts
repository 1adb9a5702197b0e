import { msg } from '@lit/localize';
import { css, html } from 'lit';
import { property } from 'lit/decorators.js';
import type { Direction } from '../../shared/vocabulary.ts';
import { define } from '../define.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';

/** The user pressed one of the two. */
export class DirectionChanged extends Event {
  readonly direction: Direction;

  constructor(direction: Direction) {
    super('erpsync-direction-changed', { bubbles: true, composed: true });
    this.direction = direction;
  }
}

/**
 * The pair `<` `>` between an ERP field at the left and a SuperOffice field at the right. Both pressed is two-way.
 * One that cannot be used stays focusable and says why.
 *
 * @property label - the ERP field's name, part of each button's name
 * @property direction - what is pressed
 * @property toErpRefused - why `<` cannot be used; null when it can
 * @property toCrmRefused - why `>` cannot be used; null when it can
 * @fires {DirectionChanged} erpsync-direction-changed
 */
export class DirectionButtons extends PanelElement {
  @property() label = '';
  @property() direction: Direction = 'none';
  @property({ attribute: false }) toErpRefused: string | null = null;
  @property({ attribute: false }) toCrmRefused: string | null = null;

  override render() {
    const toErp = this.direction === 'toErp' || this.direction === 'both';
    const toCrm = this.direction === 'toCrm' || this.direction === 'both';
    return html`<div class="pair" role="group" aria-label=${this.label}>
      ${this.#button('toErp', '<', msg('From SuperOffice to ERP'), toErp, this.toErpRefused, () => directionOf(!toErp, toCrm))}
      ${this.#button('toCrm', '>', msg('From ERP to SuperOffice'), toCrm, this.toCrmRefused, () => directionOf(toErp, !toCrm))}
    </div>`;
  }

  #button(id: string, glyph: string, name: string, pressed: boolean, refused: string | null, next: () => Direction) {
    return html`<button
        class="direction"
        title=${refused ?? name}
        aria-label=${name}
        aria-pressed=${pressed && refused === null}
        aria-disabled=${refused !== null}
        aria-describedby="${id}-reason"
        @click=${() => refused === null && this.dispatchEvent(new DirectionChanged(next()))}
      >
        ${glyph}
      </button>
      <span id="${id}-reason" hidden>${refused ?? ''}</span>`;
  }

  static override styles = [
    base,
    css`
      :host {
        display: inline-block;
      }

      .pair {
        display: flex;
        gap: 4px;
      }

      .direction {
        width: 24px;
        height: 25px;
        padding: 0;
        border: 1px solid var(--so-direction-off-edge);
        background: var(--so-direction-off);
        color: var(--so-direction-off-glyph);
        font: bold 13px/1 var(--so-font);
        cursor: pointer;
      }

      .direction[aria-pressed='true'] {
        border-color: var(--so-direction-on-edge);
        background: var(--so-direction-on);
        color: var(--so-direction-on-glyph);
      }

      .direction[aria-disabled='true'] {
        border-color: var(--so-direction-disabled-edge);
        background: var(--so-direction-disabled);
        color: var(--so-direction-disabled-glyph);
        cursor: default;
      }

      @media (forced-colors: active) {
        .direction[aria-pressed='true'] {
          border: 2px solid Highlight;
        }
      }
    `,
  ];
}

function directionOf(toErp: boolean, toCrm: boolean): Direction {
  if (toErp && toCrm) return 'both';
  if (toErp) return 'toErp';
  return toCrm ? 'toCrm' : 'none';
}

define('erpsync-direction-buttons', DirectionButtons);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-direction-buttons': DirectionButtons;
  }
  interface HTMLElementEventMap {
    'erpsync-direction-changed': DirectionChanged;
  }
}
