import { msg } from '@lit/localize';
import { css, html } from 'lit';
import { define } from '../define.ts';
import { PanelElement } from './panel-element.ts';
import { base } from './styles/base.ts';

/**
 * Says that something is under way: an arc, and words for those who do not see it.
 *
 * @slot - what is awaited; "Loading …" when nothing is given
 */
export class Busy extends PanelElement {
  override render() {
    return html`<div class="busy" role="status"><span class="arc"></span><slot>${msg('Loading …')}</slot></div>`;
  }

  static override styles = [
    base,
    css`
      .busy {
        display: flex;
        align-items: center;
        gap: var(--so-space-3);
        color: var(--so-text-muted);
        font-size: var(--so-size-note);
      }

      .arc {
        flex: none;
        width: 24px;
        height: 24px;
        border: 3px solid var(--so-line);
        border-top-color: var(--so-accent);
        border-radius: 50%;
        animation: turn 1s linear infinite;
      }

      @keyframes turn {
        to {
          rotate: 1turn;
        }
      }

      @media (prefers-reduced-motion: reduce) {
        .arc {
          animation-duration: 6s;
        }
      }
    `,
  ];
}

define('erpsync-busy', Busy);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-busy': Busy;
  }
}
