/** The administrator wants to see this connection's mappings. */
export class ConnectionSelected extends Event {
  readonly connectionId: string;

  constructor(connectionId: string) {
    super('erpsync-connection-selected', { bubbles: true, composed: true });
    this.connectionId = connectionId;
  }
}

declare global {
  interface HTMLElementEventMap {
    'erpsync-connection-selected': ConnectionSelected;
  }
}
