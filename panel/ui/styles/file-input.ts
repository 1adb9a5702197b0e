import { css } from 'lit';

/** A file to choose, or its text to paste. */
export const fileInput = css`
  .field {
    align-items: start;
  }

  ::file-selector-button {
    margin-inline-end: var(--so-space-2);
    padding: var(--so-space-1) var(--so-space-3);
    border: 1px solid currentcolor;
    border-radius: 999px;
    background: none;
    color: inherit;
    font: inherit;
    cursor: pointer;
  }

  textarea {
    font-family: monospace;
  }

  [type='file'] {
    max-width: 100%;
    font: inherit;
    color: inherit;
  }
`;
