import { msg } from '@lit/localize';
import type { Side } from '../../shared/vocabulary.ts';

/** Which rule chose a value, for the log and for "why this value?". */
export function reasonName(reason: string, target: Side): string {
  if (reason === 'created' && target === 'crm') return msg('Created in SuperOffice');
  return names[reason]?.() ?? reason;
}

const names: Readonly<Record<string, (() => string) | undefined>> = {
  changed: () => msg('Changed on one side'),
  filled: () => msg('Filled a blank'),
  oneWay: () => msg('One-way field'),
  policy: () => msg('Conflict rule'),
  priority: () => msg('Priority'),
  chosen: () => msg('Chosen by a user'),
  resync: () => msg('Resync'),
  undo: () => msg('Undo'),
  overruled: () => msg('Overruled by priority'),
  connected: () => msg('Connected'),
  created: () => msg('Created in ERP'),
  disconnected: () => msg('Disconnected'),
  merged: () => msg('Merged: the connection moved'),
};
