import { msg, str } from '@lit/localize';
import type { Run } from '../../shared/api/runs.ts';
import { actorTypeName } from '../locales/actor-type-name.ts';

/** What a run is called: what it does, and from where. */
export function runName({ kind, from, connectionName }: Pick<Run, 'kind' | 'from' | 'connectionName'>): string {
  if (kind === 'undo') return msg('Undo');
  if (kind === 'restore') return msg('Backup restored');
  if (kind === 'sync') {
    return connectionName === null ? msg('Sync of all records') : msg(str`Sync of ${connectionName}`);
  }
  if (from === 'erp') return msg(str`Resync from ${connectionName ?? msg('ERP connection')}`);
  return connectionName === null
    ? msg('Resync from SuperOffice')
    : msg(str`Resync from SuperOffice to ${connectionName}`);
}

/** Which records it looks at; null when that goes without saying. */
export function recordsName({ records }: Pick<Run, 'records'>): string | null {
  switch (records.kind) {
    case 'all':
      return null;
    case 'these':
      return msg('Chosen records');
    case 'selection':
      return msg(str`Selection ${records.name ?? ''}`);
    case 'actors':
      return records.actorType === null ? null : actorTypeName(records.actorType);
    case 'import':
      return msg('Records that an import connected');
    case 'marked':
      return msg('Records that automatic sync would have written');
  }
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
