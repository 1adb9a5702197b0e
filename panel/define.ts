/** SuperOffice may load two of our panels on one page, so a tag can arrive twice. The first definition stays. */
export function define(tag: `erpsync-${string}`, element: CustomElementConstructor): void {
  if (!customElements.get(tag)) customElements.define(tag, element);
}
