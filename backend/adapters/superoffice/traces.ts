import type { CrmEntity, CrmEntityType } from '../../../shared/vocabulary.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Whereabouts } from '../../ports/crm.ts';
import { askArchive, cell, cellNumber, keyColumns, literal } from './archive.ts';
import type { Call } from './caller.ts';
import { moment } from './encoding.ts';

const PAGE = 1_000;
const SECOND = 1_000;
/** From SuperOffice's database reference: docs.superoffice.com, "contact Table (5)", "person Table (6)", "project Table (11)". */
const tableNumbers: Readonly<Record<CrmEntityType, number>> = { contact: 5, person: 6, project: 11 };

/** What SuperOffice remembers of records that changed, moved or went. */
export function createTraces(call: Call, isLive: (entity: CrmEntity) => Promise<boolean>, clock: Clock) {
  async function mergedInto({ type, id }: CrmEntity): Promise<number> {
    const tableNumber = tableNumbers[type];
    const { rows } = await askArchive(call, 'v1/Archive/dynamic', {
      select: ['mergemovelog.mergemovelog_id', 'mergemovelog.sourceRecord', 'mergemovelog.destinationRecord'],
      filter: `mergemovelog.tablenumber eq ${tableNumber} and mergemovelog.sourceRecord eq ${id}`,
      orderBy: 'mergemovelog.mergemovelog_id desc',
      top: 1,
    });
    return rows[0] ? cellNumber(rows[0], 'mergemovelog.destinationRecord') : 0;
  }

  async function isInRecycleBin({ type, id }: CrmEntity): Promise<boolean> {
    const bin = {
      contact: { path: 'v1/Archive/RecycleContact', key: 'contactId', deleted: 'deletedDate', entity: 'contact' },
      person: { path: 'v1/Archive/RecyclePerson', key: 'personId', deleted: 'personDeletedDate', entity: 'person' },
      // Projects are deleted for good.
      project: null,
    }[type];
    if (!bin) return false;
    const { rows } = await askArchive(call, bin.path, {
      select: [bin.key, bin.deleted],
      filter: `${bin.key} eq ${id}`,
      entities: `${bin.entity},forAllUsers`,
      top: 1,
    });
    return rows.length > 0;
  }

  /**
   * The log tells moves as well, of a contact to the number of a company: what leads to no record, or round in a circle, is
   * no merge.
   */
  async function whereabouts(entity: CrmEntity, before: readonly number[]): Promise<Whereabouts> {
    if (await isLive(entity)) return { kind: 'live' };
    const into = { type: entity.type, id: await mergedInto(entity) };
    const passed = [...before, entity.id];
    if (into.id > 0 && !passed.includes(into.id) && (await whereabouts(into, passed)).kind !== 'gone') {
      return { kind: 'merged', into };
    }
    return (await isInRecycleBin(entity)) ? { kind: 'softDeleted' } : { kind: 'gone' };
  }

  return {
    whereabouts: (entity: CrmEntity) => whereabouts(entity, []),

    async changedSince(type: CrmEntityType, since: Date) {
      const key = keyColumns[type];
      const updated = `${type}.updated`;
      // The documentation does not say whether the operator includes the second it is given.
      const from = literal(new Date(since.getTime() - SECOND));
      const ids: number[] = [];
      let asOf: Date | null = null;

      for (let last = 0; ;) {
        const { rows, asOf: answeredAt } = await askArchive(call, 'v1/Archive/dynamic', {
          select: [key, updated],
          filter: `${updated} afterTime ${from} and ${key} gt ${last}`,
          orderBy: key,
          top: PAGE,
        });
        asOf ??= answeredAt;
        const fresh = rows.filter((row) => cellNumber(row, key) > last);
        ids.push(
          ...fresh.filter((row) => isSince(moment(cell(row, updated)), since)).map((row) => cellNumber(row, key)),
        );
        const end = fresh.at(-1);
        if (!end || rows.length < PAGE) break;
        last = cellNumber(end, key);
      }
      return { ids, asOf: asOf ?? clock.now() };
    },
  };
}

/** Times of change are whole seconds: a row of the same second may have changed after. */
function isSince(changed: Date | null, since: Date): boolean {
  return changed === null || changed.getTime() >= Math.floor(since.getTime() / SECOND) * SECOND;
}
