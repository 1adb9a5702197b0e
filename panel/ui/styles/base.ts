import { css } from 'lit';

/**
 * What every element of ours begins with: type, focus, buttons, fields, links, pills.
 *
 * Classes: `button` (`primary`, `destructive`), `link`, `icon-button`, `field`, `label`, `input`, `check`, `status`
 * (`failed`, `muted`, `attention`), `card`, `row` (things side by side), `muted`, `problem` (the sentence below a wrong
 * field), `visually-hidden`.
 */
export const base = css`
  :host {
    display: block;
    color: var(--so-text);
    font: var(--so-weight) var(--so-size-body) / var(--so-line-height) var(--so-font);
  }

  :host([hidden]),
  [hidden] {
    display: none !important;
  }

  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  :focus-visible {
    outline: var(--so-focus-ring);
    outline-offset: var(--so-focus-offset);
  }

  h1,
  h2,
  h3,
  p,
  dl,
  dd,
  ul,
  ol,
  fieldset {
    margin: 0;
    padding: 0;
  }

  ul,
  ol {
    list-style: none;
  }

  fieldset {
    min-width: 0;
    border: 0;
  }

  legend {
    padding: 0;
  }

  h1 {
    font-size: var(--so-size-heading);
    font-weight: var(--so-weight-bold);
  }

  h2,
  h3,
  legend {
    font-size: var(--so-size-body);
    font-weight: var(--so-weight-bold);
  }

  svg {
    display: block;
    flex: none;
    width: var(--so-icon);
    height: var(--so-icon);
    fill: currentColor;
  }

  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--so-space-2);
    min-width: 65px;
    height: var(--so-control-height);
    padding: 0 22px;
    border: 1px solid var(--so-accent);
    border-radius: var(--so-radius-pill);
    background: transparent;
    color: var(--so-accent);
    font: inherit;
    font-size: var(--so-size-small);
    white-space: nowrap;
    cursor: pointer;
  }

  .button:hover {
    background: var(--so-tint-hover);
  }

  .button.primary {
    border-color: transparent;
    background: var(--so-accent-fill);
    color: var(--so-on-accent-fill);
    font-weight: var(--so-weight-bold);
  }

  .button.primary:hover {
    background: var(--so-accent-fill-hover);
  }

  .button.primary:active {
    background: var(--so-accent-fill-active);
  }

  .button.destructive {
    border-color: var(--so-danger);
    color: var(--so-danger);
  }

  .button.destructive:hover {
    background: var(--so-danger-soft);
  }

  .button:is(:disabled, [aria-disabled='true']) {
    border-color: var(--so-text-on-disabled);
    background: var(--so-disabled);
    color: var(--so-text-on-disabled);
    cursor: default;
  }

  .button.primary:is(:disabled, [aria-disabled='true']) {
    border-color: transparent;
    font-weight: var(--so-weight);
  }

  .link {
    padding: 0;
    border: 0;
    background: none;
    color: var(--so-link);
    font: inherit;
    text-align: start;
    text-decoration: none;
    cursor: pointer;
  }

  .link:hover {
    text-decoration: underline;
  }

  .link[aria-disabled='true'] {
    color: var(--so-text-disabled);
    text-decoration: none;
    cursor: default;
  }

  .icon-button {
    display: inline-grid;
    place-items: center;
    width: var(--so-control-height);
    height: var(--so-control-height);
    padding: 0;
    border: 0;
    border-radius: var(--so-radius-pill);
    background: none;
    color: var(--so-accent);
    cursor: pointer;
  }

  .icon-button:hover {
    background: var(--so-tint-hover);
  }

  .icon-button:is(:disabled, [aria-disabled='true']) {
    background: none;
    color: var(--so-text-disabled);
    cursor: default;
  }

  .field {
    display: grid;
    grid-template-columns: var(--label-width, 118px) minmax(0, 1fr);
    align-items: center;
    gap: 0 var(--so-space-3);
    margin-bottom: var(--so-space-2);
  }

  .field > label,
  .label {
    color: var(--so-text-muted);
  }

  @media (max-width: 479px) {
    .field {
      grid-template-columns: minmax(0, 1fr);
    }
  }

  .input {
    width: 100%;
    min-width: 0;
    height: var(--so-control-height);
    padding: 0 12px;
    border: 1px solid var(--so-line);
    border-bottom-color: var(--so-control-edge);
    border-radius: var(--so-radius-control);
    background: var(--so-field);
    color: var(--so-text);
    font: inherit;
  }

  textarea.input {
    height: auto;
    min-height: calc(var(--so-control-height) * 2);
    padding-block: 5px;
    resize: vertical;
  }

  .input.number {
    text-align: end;
  }

  .input::placeholder {
    color: var(--so-text-placeholder);
    opacity: 1;
  }

  .input:hover:enabled {
    background: var(--so-item-hover);
  }

  .input:hover:enabled::placeholder {
    color: var(--so-text-muted);
  }

  .input:disabled {
    border-bottom-color: var(--so-line);
    color: var(--so-text-disabled);
  }

  .input[aria-invalid='true'] {
    border-color: var(--so-danger);
  }

  .problem {
    color: var(--so-danger);
    font-size: var(--so-size-note);
  }

  .check {
    flex: none;
    appearance: none;
    width: var(--so-check-size);
    height: var(--so-check-size);
    margin: 0;
    border: 1px solid var(--so-check);
    border-radius: 4px;
    background: var(--so-field);
    vertical-align: middle;
    cursor: pointer;
  }

  .check[type='radio'] {
    border-radius: 50%;
  }

  .check:checked {
    background: var(--so-check);
  }

  .check:checked::after {
    content: '';
    display: block;
    width: 9px;
    height: 5px;
    margin: 5px auto;
    border: solid var(--so-on-check);
    border-width: 0 0 1.5px 1.5px;
    rotate: -45deg;
  }

  .check[type='radio']:checked::after {
    width: 8px;
    height: 8px;
    border: 0;
    border-radius: 50%;
    background: var(--so-on-check);
    rotate: none;
  }

  .check:hover:enabled:not(:checked) {
    background: var(--so-item-hover);
  }

  .check:disabled {
    border-color: var(--so-control-edge);
    background: var(--so-disabled);
    cursor: default;
  }

  .check:disabled:checked::after {
    border-color: var(--so-text-on-disabled);
  }

  .status {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    padding: 0 10px 0 8px;
    border-radius: var(--so-radius-pill);
    background: var(--so-success-soft);
    color: var(--so-on-success-soft);
    font-size: var(--so-size-note);
    line-height: 28px;
    white-space: nowrap;
  }

  .status svg {
    color: var(--so-success);
  }

  .status.muted {
    background: var(--so-surface-head);
    color: var(--so-text);
  }

  .status.attention {
    background: var(--so-attention-soft);
    color: var(--so-on-attention-soft);
  }

  .status.failed {
    background: var(--so-danger-soft);
    color: var(--so-on-danger-soft);
  }

  .status:is(.muted, .attention, .failed) svg {
    color: inherit;
  }

  .card {
    padding: var(--so-space-6);
    border-radius: var(--so-radius-card);
    background: var(--so-surface);
    box-shadow: var(--so-shadow);
  }

  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--so-space-2) var(--so-space-3);
  }

  .muted {
    color: var(--so-text-muted);
  }

  .visually-hidden {
    position: absolute;
    overflow: hidden;
    width: 1px;
    height: 1px;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  @media (forced-colors: active) {
    .check:checked {
      forced-color-adjust: none;
      background: Highlight;
    }
  }
`;
