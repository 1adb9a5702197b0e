import { css } from 'lit';

/**
 * The look of SuperOffice CRM as custom properties. Three kinds of value: measured on SuperOffice's screens; "AA" = the
 * measured value failed WCAG AA and was moved just far enough; "ours" = derived from its neighbours.
 *
 * Light is the default and needs no attribute. SuperOffice's web client has no dark mode, so a panel that followed the
 * operating system there would be a dark hole in a light page: dark is opt-in by `data-theme` on the root element.
 */
export const tokens = css`
  :root,
  [data-theme='light'] {
    color-scheme: light;

    /* surfaces */
    --so-page: #eff0f0;
    --so-surface: #ffffff;
    --so-surface-sunken: #fafafa;
    --so-surface-head: #f2f2f2;
    --so-surface-raised: #ffffff;
    --so-row: #fcfcfd;
    --so-row-hover: #ecf6f8; /* ours: no capture of a hovered row */
    --so-row-selected: #d7ecf0;
    --so-item-hover: #d5ebef;
    --so-tint: #d2e4e3;
    --so-tint-hover: #e9f2f1; /* ours */
    --so-field: #ffffff;
    --so-field-criterion: #ebf9f6;
    --so-chip: #fafafa;
    --so-disabled: #e6e6e6;
    --so-overlay: rgb(0 0 0 / 30%);

    /* lines */
    --so-line: #e6e6e6;
    --so-line-row: #f2f2f2;
    --so-line-column: #dfdfdf;
    --so-line-toolbar: #ebebeb;
    --so-line-strong: #cccccc;
    --so-control-edge: #8c928f; /* AA: was #e6e6e6 */

    /* text */
    --so-text: #222222;
    --so-text-strong: #000000;
    --so-text-cell: #3d3d3d;
    --so-text-tool: #4d4d4d;
    --so-text-muted: #666666;
    --so-text-placeholder: #707672; /* AA: was #b6bcb8 */
    --so-text-disabled: #707070; /* AA: was #8b8b8b and #b3b3b3 */
    --so-text-on-disabled: #666666;
    --so-link: #2f71bc;
    --so-link-on-selected: #2564a8; /* AA: was #2f71bc */

    /* actions */
    --so-accent: #0a5e58;
    --so-accent-fill: #0a5e58;
    --so-accent-fill-hover: #084f4a; /* ours */
    --so-accent-fill-active: #06423e; /* SuperOffice's brand green */
    --so-on-accent-fill: #ffffff;
    --so-check: #2ca084;
    --so-on-check: #ffffff;
    --so-switch-off: #808080;
    --so-action-icon: #f56920;
    --so-focus: #666666;

    /* direction buttons: the user guide calls them grey, white and blue */
    --so-direction-off: #ffffff;
    --so-direction-off-edge: #222222;
    --so-direction-off-glyph: #222222;
    --so-direction-on: #2a76b5; /* AA: was #378ccf */
    --so-direction-on-edge: #222222;
    --so-direction-on-glyph: #ffffff;
    --so-direction-disabled: #f6f6f6;
    --so-direction-disabled-edge: #949494; /* AA: was #a0a0a0 */
    --so-direction-disabled-glyph: #707070; /* AA: was #e1e0e1 */

    /* meaning */
    --so-danger: #ca130f;
    --so-danger-fill: #ca130f;
    --so-on-danger-fill: #ffffff;
    --so-danger-soft: #f7eeed;
    --so-on-danger-soft: #8d2816;
    --so-warning: #7a5b00; /* ours, for text and icons; SuperOffice prints warnings in #222222 */
    --so-warning-soft: #fff9e0;
    --so-on-warning-soft: #222222;
    --so-attention-soft: #feefe7;
    --so-on-attention-soft: #222222;
    --so-info-soft: #ecf6f8;
    --so-on-info-soft: #222222;
    --so-success: #1f715d; /* AA: their chart green #217863 */
    --so-success-soft: #ebf9f6;
    --so-on-success-soft: #222222;
    --so-highlight: #ffffe0;
    --so-on-highlight: #222222;
    --so-badge: #de170d;
    --so-on-badge: #ffffff;

    /* depth */
    --so-shadow: 0 12px 24px rgb(0 0 0 / 5%);
  }

  [data-theme='dark'] {
    color-scheme: dark;

    --so-page: #0d0d0d;
    --so-surface: #262626;
    --so-surface-sunken: #1b1d1c;
    --so-surface-head: #323635;
    --so-surface-raised: #2f3231;
    --so-row: #282a29;
    --so-row-hover: #2f3c3a;
    --so-row-selected: #0c413d;
    --so-item-hover: #14403b;
    --so-tint: #0c413d;
    --so-tint-hover: #1a3532;
    --so-field: #1f2120;
    --so-field-criterion: #16302b;
    --so-chip: #323635;
    --so-disabled: #3a3f3e;
    --so-overlay: rgb(0 0 0 / 60%);

    --so-line: #414645;
    --so-line-row: #343837;
    --so-line-column: #454b4a;
    --so-line-toolbar: #3c4140;
    --so-line-strong: #5a6260;
    --so-control-edge: #84938f;

    --so-text: #d3e4e4;
    --so-text-strong: #edf5f5;
    --so-text-cell: #c6d6d5;
    --so-text-tool: #c0cecd;
    --so-text-muted: #a9b8b7;
    --so-text-placeholder: #97a5a3;
    --so-text-disabled: #929f9e;
    --so-text-on-disabled: #a9b8b7;
    --so-link: #b2c7eb;
    --so-link-on-selected: #b2c7eb;

    --so-accent: #8fcfc4;
    --so-accent-fill: #d3e4e4;
    --so-accent-fill-hover: #edf5f5;
    --so-accent-fill-active: #b7cfce;
    --so-on-accent-fill: #0a2422;
    --so-check: #3bc1a0;
    --so-on-check: #06231f;
    --so-switch-off: #84938f;
    --so-action-icon: #f86921;
    --so-focus: #b2c7eb;

    --so-direction-off: #1f2120;
    --so-direction-off-edge: #84938f;
    --so-direction-off-glyph: #d3e4e4;
    --so-direction-on: #2a76b5;
    --so-direction-on-edge: #b2c7eb;
    --so-direction-on-glyph: #ffffff;
    --so-direction-disabled: #3a3f3e;
    --so-direction-disabled-edge: #84938f;
    --so-direction-disabled-glyph: #a9b8b7;

    --so-danger: #ff9a92;
    --so-danger-fill: #ca130f;
    --so-on-danger-fill: #ffffff;
    --so-danger-soft: #4a1a18;
    --so-on-danger-soft: #ffc9c4;
    --so-warning: #ffd98a;
    --so-warning-soft: #3a3115;
    --so-on-warning-soft: #ffe7ae;
    --so-attention-soft: #43271a;
    --so-on-attention-soft: #ffd0bc;
    --so-info-soft: #17343b;
    --so-on-info-soft: #cfeaf1;
    --so-success: #8fdcc6;
    --so-success-soft: #12382f;
    --so-on-success-soft: #bdefe0;
    --so-highlight: #3d3d14;
    --so-on-highlight: #fff9c4;
    --so-badge: #de170d;
    --so-on-badge: #ffffff;

    --so-shadow: 0 12px 24px rgb(0 0 0 / 50%);
  }

  /* sizes do not change with the theme */
  :root {
    --so-font: Lato, 'Segoe UI', system-ui, sans-serif;
    --so-size-body: 1rem; /* 16px: labels, values, inputs, dialog titles, menus, classic tabs */
    --so-size-small: 0.9rem; /* 14.4px: tabs, table heads and cells, buttons */
    --so-size-note: 0.875rem; /* 14px: toolbar, notices, tooltips, side panel */
    --so-size-tiny: 0.625rem; /* 10px: eyebrow above a panel, always with letter spacing */
    --so-size-name: 1.625rem; /* 26px: name of the record, heading of a screen */
    --so-size-heading: 1.25rem; /* 20px bold: heading of an admin page; 20px regular: of a section */
    --so-line-height: 1.375;
    --so-weight: 400;
    --so-weight-bold: 700;

    --so-space-1: 4px;
    --so-space-2: 8px;
    --so-space-3: 12px;
    --so-space-4: 16px;
    --so-space-6: 24px;
    --so-space-9: 36px;

    --so-control-height: 32px;
    --so-tab-height: 29px;
    --so-tab-bar-height: 57px;
    --so-head-height: 35px;
    --so-row-height: 36px;
    --so-toolbar-height: 52px;
    --so-item-height: 31px;
    --so-check-size: 20px;
    --so-check-size-row: 16px;
    --so-icon: 16px;

    --so-radius-control: 4px;
    --so-radius-menu: 6px;
    --so-radius-card: 16px;
    --so-radius-pill: 999px;

    --so-focus-ring: 2px solid var(--so-focus);
    --so-focus-offset: 1px;
  }
`;
