import { css } from 'lit';

/** Counts side by side, each in a `div` with its `dt` above. */
export const figures = css`
  dl {
    display: flex;
    flex-wrap: wrap;
    gap: var(--so-space-3) var(--so-space-9);
  }

  dt {
    font-size: var(--so-size-note);
  }

  dd {
    font-size: var(--so-size-heading);
    font-variant-numeric: tabular-nums;
  }
`;
