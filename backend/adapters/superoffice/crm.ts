import type { Clock } from '../../ports/clock.ts';
import type { Crm } from '../../ports/crm.ts';
import type { Call } from './caller.ts';
import { createCatalogue } from './catalogue.ts';
import { createDirectory } from './directory.ts';
import { createLookups } from './lookups.ts';
import type { Remember } from './memory.ts';
import { createNewRecords } from './new-record.ts';
import { createPanels } from './panels.ts';
import { createRecords } from './records.ts';
import { createSelections } from './selections.ts';
import { createTraces } from './traces.ts';
import { createWebhooks } from './webhooks.ts';

export interface CrmOptions {
  readonly call: Call;
  readonly remember: Remember;
  readonly clock: Clock;
}

/** One tenant through one credential. */
export function createCrm({ call, remember, clock }: CrmOptions): Crm {
  const catalogue = createCatalogue(call, remember);
  const { list, principal, users, groups, userPersonIds } = createDirectory(call, remember);
  const { read, write, isLive } = createRecords(call, catalogue, userPersonIds, remember);

  return {
    principal,
    async fields(type, language) {
      const found = await catalogue.all(type, language);
      return found.map(({ key, name, kind, listName, maxLength, access }) => ({
        key,
        name,
        kind,
        listName,
        maxLength,
        access,
      }));
    },
    list,
    users,
    groups,
    read,
    write,
    ...createNewRecords(call, catalogue),
    ...createLookups(call),
    ...createTraces(call, isLive, clock),
    ...createSelections(call),
    ...createPanels(call, groups),
    ...createWebhooks(call),
  };
}
