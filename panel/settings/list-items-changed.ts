/** The user decided about an item of a list. */
export class ListItemsChanged extends Event {
  /** What each ERP item is in SuperOffice, or null for nothing; an item that is not decided is not there. */
  readonly decided: ReadonlyMap<string, string | null>;
  /** Of several ERP items that are one SuperOffice item, the one that goes back to the ERP. */
  readonly goesBack: ReadonlySet<string>;

  constructor(decided: ReadonlyMap<string, string | null>, goesBack: ReadonlySet<string>) {
    super('erpsync-list-items-changed');
    this.decided = decided;
    this.goesBack = goesBack;
  }
}

declare global {
  interface HTMLElementEventMap {
    'erpsync-list-items-changed': ListItemsChanged;
  }
}
