import { html, svg, type TemplateResult } from 'lit';

/**
 * Draws a Phosphor icon, imported where it is used so that a panel carries only its own:
 * `import trash from '@phosphor-icons/core/regular/trash.svg?raw'` and then `${icon(trash)} Delete`.
 * Pictures say nothing alone: the words stand beside it or in the control's `aria-label`.
 */
export function icon(source: string): TemplateResult {
  const paths = [...source.matchAll(/<path d="([^"]+)"/g)].map(([, d = '']) => svg`<path d=${d}></path>`);
  return html`<svg viewBox="0 0 256 256" aria-hidden="true">${paths}</svg>`;
}
