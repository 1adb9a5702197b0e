/** The user moved an item. */
export class OrderChanged extends Event {
  /** The keys of the items shown, first one first. */
  readonly keys: readonly string[];

  constructor(keys: readonly string[]) {
    super('erpsync-order-changed');
    this.keys = keys;
  }
}

declare global {
  interface HTMLElementEventMap {
    'erpsync-order-changed': OrderChanged;
  }
}
