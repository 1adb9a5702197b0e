import { AppError } from '../../errors.ts';
import { errand } from '../../lane.ts';
import type { Crm, CrmRecord } from '../../ports/crm.ts';
import { createGate } from '../calls/gate.ts';
import { createGather } from '../calls/gather.ts';

interface Wish {
  readonly crm: Crm;
  readonly entity: Parameters<Crm['read']>[0][number];
  readonly keys: readonly string[];
}

/** Answers one record of the many that are read together; undefined where it was left out. */
export type ReadGathered = (wish: Wish) => Promise<CrmRecord | undefined>;

/** As many as SuperOffice's lists are asked for at a time. */
const TOGETHER = 100;
const READS = { all: 2, background: 2 };

/** Single reads that the engine makes at the same time go together: a tenant's calls are counted. */
export function gatherReads(): ReadGathered {
  const gate = createGate({ atOnce: READS });
  const gather = createGather<Wish, readonly CrmRecord[]>({
    most: TOGETHER,
    place: (leave) => gate({ lane: errand().lane }, leave),
    mayBeOne: (error) =>
      error instanceof AppError && (error.code === 'crm.rejected' || error.code === 'crm.answer_invalid'),
    async send(wishes) {
      const [first] = wishes;
      const read = first
        ? await first.crm.read(
            wishes.map(({ entity }) => entity),
            first.keys,
          )
        : [];
      const recordOf = new Map(read.map((record) => [record.entity.id, record]));
      return wishes.map(({ entity }) => {
        const record = recordOf.get(entity.id);
        return record ? [record] : [];
      });
    },
  });
  return async (wish) => {
    const [record] = await gather(JSON.stringify([errand().lane, wish.entity.type, wish.keys.toSorted()]), wish);
    return record;
  };
}

/** What a person at the screen asks for goes by itself: it is read whole and fresh. */
export function withGatheredReads(crm: Crm, read: ReadGathered): Crm {
  return {
    ...crm,
    async read(entities, keys) {
      const [entity, ...others] = entities;
      if (!entity || others.length > 0 || errand().lane === 'interactive') return crm.read(entities, keys);
      const record = await read({ crm, entity, keys });
      return record ? [record] : [];
    },
  };
}
