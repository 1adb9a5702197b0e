/** The user decided about an item of a list. */
export class ListItemsChanged extends Event {
  /** What each ERP item is in SuperOffice, or null for nothing; an item that is not decided is not there. */
  readonly decided: ReadonlyMap<string, string | null>;

  constructor(decided: ReadonlyMap<string, string | null>) {
    super('erpsync-list-items-changed');
    this.decided = decided;
  }
}

declare global {
  interface HTMLElementEventMap {
    'erpsync-list-items-changed': ListItemsChanged;
  }
}
