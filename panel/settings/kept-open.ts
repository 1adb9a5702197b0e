import { msg } from '@lit/localize';
import { confirmed } from '../ui/confirmed.ts';

/** Esc and ✕ are pressed by accident: with unsaved changes the dialog stays until the user agrees to lose them. */
export async function keptOpen(leaving: Event, changed: boolean): Promise<boolean> {
  if (!changed) return false;
  leaving.preventDefault();
  return !(await confirmed({ question: msg('You have unsaved changes. Do you want to close without saving them?') }));
}
