import { sides, type FieldValue, type Side } from '../../../shared/vocabulary.ts';
import type { AgreedValue, LinkNews, WaitingField } from '../../domain/link.ts';
import { agreedByWriting } from '../../domain/merge.ts';
import type { LinkPlan, SyncPlan } from '../../domain/sync-plan.ts';
import { sameValue } from '../../domain/value.ts';
import type { CarriedOut, CarriedOutLink } from './carry-out.ts';

type Sent = Readonly<Record<Side, FieldValue | undefined>>;

/** What the plan came to, in the values both sides really store. */
export function newsOf(plan: SyncPlan, done: CarriedOut, { link, erp, refused }: CarriedOutLink): LinkNews {
  const own = plan.links.find(({ linkId }) => linkId === link.link.id);
  const agreed: Record<string, AgreedValue> = {};
  const waiting: WaitingField[] = [];

  for (const pair of link.pairs) {
    const { erp: field, crm } = pair;
    const now = { crm: done.crm[crm.key] ?? null, erp: erp[field.key] ?? null };
    const row = { fieldKey: field.key, ...now };
    const obstacle =
      refused.get(field.key) ?? (wantedCrm(plan, own, field.key, crm.key) ? done.crmRefused.get(crm.key) : undefined);
    const outcome = own?.open[field.key];
    const planned = own?.agreed[field.key];
    // Of an undo that was refused nothing is left to wait for: both sides hold what they agreed on.
    if (obstacle && !stands(link.link.agreed[field.key], now)) {
      waiting.push({ ...row, kind: 'parked', code: obstacle.code, detail: { ...obstacle.detail, refused: true } });
      const side = givenAgain({ crm: plan.toCrm[crm.key], erp: own?.toErp[field.key] }, link.link.agreed[field.key]);
      const older = side && agreedByWriting(pair, side, now[side]);
      if (older) agreed[field.key] = older;
    } else if (outcome?.kind === 'conflict') {
      waiting.push({ ...row, kind: 'conflict', code: null, detail: null });
    } else if (outcome) {
      waiting.push({ ...row, kind: 'parked', code: outcome.code, detail: outcome.detail });
    } else if (planned) {
      agreed[field.key] = asKept(planned, { crm: plan.toCrm[crm.key], erp: own.toErp[field.key] }, now);
    }
  }
  if (link.astray) {
    const { erpKey: parent } = link.astray;
    const code = 'link.parent_differs';
    waiting.push({ fieldKey: '@parent', kind: 'parked', crm: null, erp: parent, code, detail: { parent } });
  }
  return { agreed, waiting };
}

function stands(agreed: AgreedValue | undefined, now: AgreedValue): boolean {
  return agreed !== undefined && sameValue(agreed.crm, now.crm) && sameValue(agreed.erp, now.erp);
}

/**
 * The side that was to get again what was agreed on, as after a restored backup. Where it is refused, the older value that stands
 * there is nobody's edit: it counts as agreed on, so that the newer one is what has changed since.
 */
function givenAgain(sent: Sent, agreed: AgreedValue | undefined): Side | undefined {
  return sides.find((side) => agreed && sent[side] !== undefined && sameValue(sent[side], agreed[side]));
}

/** What was sent counts as the system keeps it; of a side that nothing was sent to, what was planned. */
function asKept(planned: AgreedValue, sent: Sent, now: AgreedValue): AgreedValue {
  const kept = (side: Side) => (sent[side] !== undefined && sameValue(sent[side], planned[side]) ? now : planned)[side];
  return { crm: kept('crm'), erp: kept('erp') };
}

function wantedCrm(plan: SyncPlan, own: LinkPlan | undefined, fieldKey: string, crmKey: string): boolean {
  return crmKey in plan.toCrm && own?.agreed[fieldKey] !== undefined;
}
