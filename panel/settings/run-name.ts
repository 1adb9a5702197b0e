import { msg, str } from '@lit/localize';
import type { Run } from '../../shared/api/runs.ts';

/** What a run is called: what it does, and from where. */
export function runName({ kind, from, connectionName }: Pick<Run, 'kind' | 'from' | 'connectionName'>): string {
  if (kind === 'undo') return msg('Undo');
  if (kind === 'sync') {
    return connectionName === null ? msg('Sync of all records') : msg(str`Sync of ${connectionName}`);
  }
  if (from === 'erp') return msg(str`Resync from ${connectionName ?? msg('ERP connection')}`);
  return connectionName === null
    ? msg('Resync from SuperOffice')
    : msg(str`Resync from SuperOffice to ${connectionName}`);
}

/** How far it has come. */
export function runStateName(state: Run['state']): string {
  return states[state]();
}

const states: Record<Run['state'], () => string> = {
  planning: () => msg('Comparing'),
  planned: () => msg('Ready to run'),
  needsApproval: () => msg('Needs approval'),
  running: () => msg('Writing'),
  paused: () => msg('Paused'),
  done: () => msg('Done'),
  cancelled: () => msg('Cancelled'),
  failed: () => msg('Failed'),
};
