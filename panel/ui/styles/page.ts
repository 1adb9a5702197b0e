import { css } from 'lit';

/** The document itself, which is ours alone: a panel lives in its own frame. */
export const page = css`
  body {
    margin: 0;
    background: var(--so-surface);
    color: var(--so-text);
    font: var(--so-weight) var(--so-size-body) / var(--so-line-height) var(--so-font);
  }
`;
