/** A dialog is done with, whether it saved or not; its owner takes it away. */
export class Closed extends Event {
  constructor() {
    super('erpsync-closed');
  }
}

declare global {
  interface HTMLElementEventMap {
    'erpsync-closed': Closed;
  }
}
