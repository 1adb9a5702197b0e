import { updateWhenLocaleChanges } from '@lit/localize';
import { LitElement } from 'lit';

/** The element all of ours extend: it is drawn again when the language changes. */
export class PanelElement extends LitElement {
  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }
}
