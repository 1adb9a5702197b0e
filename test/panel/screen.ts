import { fixtureCleanup, waitUntil } from '@open-wc/testing';
import 'axe-core/axe.min.js';

/** Finds elements as people and their tools do: by role and accessible name, through every shadow root. */
export function allByRole(role: string, name?: string | RegExp): HTMLElement[] {
  // axe computes roles and names as a browser does; it reads the page once per set-up.
  const { axe } = window as unknown as { axe: Axe };
  const { aria, text } = axe.commons;
  axe.setup(document.body);
  try {
    const elements = everyElement(document.body);
    const modal = elements.findLast((element) => element.matches('dialog:modal')) ?? null;
    return elements.filter(
      (element) =>
        isReachable(element, modal) && aria.getRole(element) === role && fits(text.accessibleText(element), name),
    );
  } finally {
    axe.teardown();
  }
}

export function queryByRole(role: string, name?: string | RegExp): HTMLElement | null {
  return allByRole(role, name)[0] ?? null;
}

/** Waits until there is one. */
export async function byRole<Element extends HTMLElement = HTMLElement>(
  role: string,
  name?: string | RegExp,
): Promise<Element> {
  await waitUntil(() => queryByRole(role, name) !== null, `no ${role} called ${String(name)} in: ${words()}`, {
    timeout: 4000,
  });
  return queryByRole(role, name) as Element;
}

/** Waits until the words stand on the screen. */
export async function shown(wanted: string): Promise<void> {
  await waitUntil(() => words().includes(wanted), `"${wanted}" is not in: ${words()}`, { timeout: 4000 });
}

/** All that can be read on the screen, or in a part of it, as one line. */
export function words(part: HTMLElement = document.body): string {
  return read(part).replaceAll(/\s+/g, ' ').trim();
}

/** The element with the focus, through all shadow roots. */
export function focused(): Element | null {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
}

/** Ends a test: no screen, no dialog is left for the next one. */
export function clearScreen(): void {
  fixtureCleanup();
  for (const dialog of document.querySelectorAll('erpsync-confirm-dialog')) dialog.remove();
}

interface Axe {
  setup(root: Element): void;
  teardown(): void;
  readonly commons: {
    readonly aria: { getRole(element: Element): string | null };
    readonly text: { accessibleText(element: Element): string };
  };
}

/** Seen, and not behind a modal dialog: there the page is inert. */
function isReachable(element: HTMLElement, modal: HTMLElement | null): boolean {
  if (!element.checkVisibility()) return false;
  let node: Node | null = element;
  while (modal && node && node !== modal) node = outer(node);
  return node !== null;
}

/** The node around it on the screen, out of slots and shadow roots. */
function outer(node: Node): Node | null {
  if (node instanceof ShadowRoot) return node.host;
  return (node instanceof Element ? node.assignedSlot : null) ?? node.parentNode;
}

function fits(actual: string, wanted: string | RegExp | undefined): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === 'string' ? actual.trim() === wanted : wanted.test(actual);
}

export function everyElement(root: HTMLElement | ShadowRoot): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>('*')].flatMap((element) =>
    element.shadowRoot ? [element, ...everyElement(element.shadowRoot)] : [element],
  );
}

function read(node: Node): string {
  if (node instanceof Text) return node.data;
  // A slot has no box of its own, so the browser calls it invisible.
  if (node instanceof HTMLSlotElement) {
    const assigned = node.assignedNodes();
    return (assigned.length > 0 ? assigned : [...node.childNodes]).map(read).join('');
  }
  if (!(node instanceof HTMLElement) || !node.checkVisibility()) return '';
  if (node instanceof HTMLInputElement) return ` ${node.value} `;
  return ` ${[...(node.shadowRoot ?? node).childNodes].map(read).join('')} `;
}
