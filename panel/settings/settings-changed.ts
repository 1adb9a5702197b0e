/** A block of the Sync page has changed something: the others read again. */
export class SettingsChanged extends Event {
  constructor() {
    super('erpsync-settings-changed', { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    'erpsync-settings-changed': SettingsChanged;
  }
}
