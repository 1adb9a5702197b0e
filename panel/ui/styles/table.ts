import { css } from 'lit';

/**
 * SuperOffice's archive list: `.scroll` around it, which fades where more columns follow, `.table`, and below it the `.toolbar` with its `.tool`s and `.count`.
 *
 * Cells: `number` (right-aligned), `wrap` (may break), `control` (holds an input), `deleted`. A chosen row has `aria-selected="true"`.
 */
export const table = css`
  .scroll {
    position: relative;
    overflow-x: auto;
    mask-image: linear-gradient(to left, transparent, black 32px);
    mask-size: calc(100% + 32px) 100%;
    mask-position: 0 0;
    mask-repeat: no-repeat;
    animation: more-to-the-right linear both;
    animation-timeline: scroll(self inline);
  }

  /* Without overflow the timeline rests, and the fade stays outside of the box. */
  @keyframes more-to-the-right {
    from,
    80% {
      mask-position: 100% 0;
    }

    to {
      mask-position: 0 0;
    }
  }

  .table {
    width: 100%;
    border-collapse: collapse;
    font-size: var(--so-size-small);
  }

  .table th {
    height: var(--so-head-height);
    padding: 0 12px;
    border-inline-end: 1px solid var(--so-line-column);
    background: var(--so-surface-head);
    color: var(--so-text);
    font-weight: var(--so-weight);
    text-align: start;
    white-space: nowrap;
  }

  .table th:last-child {
    border-inline-end: 0;
  }

  .table th[aria-sort='ascending'],
  .table th[aria-sort='descending'] {
    font-weight: var(--so-weight-bold);
  }

  .table tbody th {
    height: var(--so-row-height);
    padding-block: 7px;
    border-inline-end: 0;
    border-bottom: 1px solid var(--so-line-row);
    background: var(--so-row);
    color: var(--so-text-cell);
    white-space: normal;
    overflow-wrap: break-word;
  }

  .table td {
    overflow: hidden;
    max-width: 24em;
    height: var(--so-row-height);
    padding: 0 12px;
    border-bottom: 1px solid var(--so-line-row);
    background: var(--so-row);
    color: var(--so-text-cell);
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .table td.wrap {
    padding-block: 7px;
    overflow-wrap: anywhere;
    white-space: normal;
  }

  .table td.control {
    overflow: visible;
    padding-block: 2px;
  }

  .table .number {
    text-align: end;
    font-variant-numeric: tabular-nums;
  }

  .table .center {
    text-align: center;
  }

  .table .check {
    --so-check-size: var(--so-check-size-row);
  }

  .table .check:checked::after {
    width: 7px;
    height: 4px;
    margin: 4px auto;
  }

  .table .check[type='radio']:checked::after {
    width: 6px;
    height: 6px;
    margin: 4px auto;
  }

  .table tbody tr:hover :is(td, th) {
    background: var(--so-row-hover);
  }

  .table tbody tr[aria-selected='true'] :is(td, th) {
    background: var(--so-row-selected);
    color: var(--so-text-strong);
  }

  .table tbody tr[aria-selected='true'] :is(a, .link) {
    color: var(--so-link-on-selected);
  }

  .table tbody tr.deleted td {
    color: var(--so-danger);
  }

  .toolbar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 38px;
    min-height: var(--so-toolbar-height);
    padding: 8px 22px;
    border-top: 1px solid var(--so-line-toolbar);
    color: var(--so-text-tool);
    font-size: var(--so-size-note);
  }

  .toolbar .count {
    margin-inline-start: auto;
    color: var(--so-text-cell);
    font-size: var(--so-size-body);
  }

  .tool {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-height: 24px;
    padding: 0;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    cursor: pointer;
  }

  .tool:hover {
    text-decoration: underline;
  }

  .tool svg {
    color: var(--so-action-icon);
  }

  .tool:is(:disabled, [aria-disabled='true']) {
    color: var(--so-text-muted);
    text-decoration: none;
    cursor: default;
  }

  .tool:is(:disabled, [aria-disabled='true']) svg {
    color: inherit;
  }

  @media (forced-colors: active) {
    .table tbody tr[aria-selected='true'] td {
      forced-color-adjust: none;
      background: Highlight;
      color: HighlightText;
    }
  }
`;
