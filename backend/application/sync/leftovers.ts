import type { FieldKind, FieldValue } from '../../../shared/vocabulary.ts';
import { inTransaction, type Context } from '../../context.ts';
import type { UnsettledRow } from '../../domain/ledger.ts';
import { agreedByArrival, arrived, writtenBy } from '../../domain/leftover.ts';
import type { AgreedValue } from '../../domain/link.ts';
import type { Claim } from '../../domain/mark.ts';
import type { CrmRecord } from '../../ports/crm.ts';
import type { ReadLink } from './carry-out.ts';

/** Longer than any call to SuperOffice or an ERP is waited for. */
export const LONGEST_CALL_MS = 3 * 60_000;

/** What writes came to that were entered and that nobody lived to see the end of, now that both sides were read. */
export interface Leftovers {
  readonly places: readonly Place[];
  /** The links as agreed on by those writes: a value of ours that stands there is nobody's edit. */
  readonly read: readonly ReadLink[];
}

interface Place {
  /** Writes of one value there may be several, where a call was given up and is under way still. */
  readonly rows: readonly UnsettledRow[];
  readonly kind: FieldKind;
  readonly own: UnsettledRow | undefined;
  readonly now: FieldValue;
  readonly link: ReadLink | undefined;
  readonly news: AgreedValue | null;
}

export async function findLeftovers(ctx: Context, record: CrmRecord, read: readonly ReadLink[]): Promise<Leftovers> {
  const rows = await ctx.store.ledger.unsettled(record.entity);
  const places = [...Map.groupBy(rows, keyOf).values()].flatMap((rows) => {
    const [row] = rows;
    return row ? lookAt(row, rows, record, read) : [];
  });
  return {
    places,
    read: read.map((link) => ({
      ...link,
      link: { ...link.link, agreed: { ...link.link.agreed, ...newsOf(places, link) } },
    })),
  };
}

/** Records them. What does not stand there yet may still arrive: a claim can be lost while its call is under way. */
export async function settleLeftovers(ctx: Context, claim: Claim, { places }: Leftovers): Promise<void> {
  if (places.length === 0) return;
  const surelyOver = new Date(ctx.clock.now().getTime() - LONGEST_CALL_MS);
  const links = new Set(places.flatMap(({ link }) => link ?? []));
  await inTransaction(ctx, async (ctx) => {
    await ctx.store.marks.hold(claim);
    await ctx.store.ledger.settle(
      places.flatMap(({ kind, own, now }) => (own ? [{ id: own.id, after: writtenBy(kind, own, now) }] : [])),
    );
    const others = places.flatMap(({ rows, own }) => rows.filter((row) => row !== own));
    await ctx.store.ledger.strike(others.filter(({ at }) => at < surelyOver).map(({ id }) => id));
    for (const link of links) await ctx.store.links.learn(link.link.id, newsOf(places, link));
  });
}

function keyOf({ connectionId, actor, fieldKey, crmField, target }: UnsettledRow): string {
  return JSON.stringify([connectionId, actor.type, actor.erpKey, fieldKey, target === 'crm' && crmField]);
}

function lookAt(
  { target, connectionId, actor, fieldKey, crmField }: UnsettledRow,
  rows: readonly UnsettledRow[],
  record: CrmRecord,
  read: readonly ReadLink[],
): readonly Place[] {
  // By its ends, for the link itself may have been made anew since.
  const link = read.find(({ link }) => link.connectionId === connectionId && link.actor.erpKey === actor.erpKey);
  const sides = { crm: record.values[crmField], erp: link?.actor.values[fieldKey] };
  const now = sides[target];
  if (now === undefined) return [];
  const agreed = link?.link.agreed[fieldKey];
  const pair = link?.pairs.find(({ erp, crm }) => erp.key === fieldKey && crm.key === crmField);
  const { kind } = pair?.[target] ?? { kind: 'text' };
  const own = arrived(kind, rows, now, agreed?.[target]);
  return [{ rows, kind, own, now, link, news: own && pair ? agreedByArrival(pair, own, sides, agreed) : null }];
}

function newsOf(places: readonly Place[], link: ReadLink): Readonly<Record<string, AgreedValue>> {
  return Object.fromEntries(
    places.flatMap(({ link: of, rows: [row], news }) => (of === link && row && news ? [[row.fieldKey, news]] : [])),
  );
}
