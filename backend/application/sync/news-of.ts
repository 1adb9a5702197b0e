import type { FieldValue } from '../../../shared/vocabulary.ts';
import type { AgreedValue, LinkNews, WaitingField } from '../../domain/link.ts';
import type { LinkPlan, SyncPlan } from '../../domain/sync-plan.ts';
import { sameValue } from '../../domain/value.ts';
import type { CarriedOut, CarriedOutLink } from './carry-out.ts';

/** What the plan came to, in the values both sides really store. */
export function newsOf(plan: SyncPlan, done: CarriedOut, { link, erp, refused }: CarriedOutLink): LinkNews {
  const own = plan.links.find(({ linkId }) => linkId === link.link.id);
  const agreed: Record<string, AgreedValue> = {};
  const waiting: WaitingField[] = [];

  for (const { erp: field, crm } of link.pairs) {
    const now = { crm: done.crm[crm.key] ?? null, erp: erp[field.key] ?? null };
    const row = { fieldKey: field.key, ...now };
    const obstacle =
      refused.get(field.key) ?? (wantedCrm(plan, own, field.key, crm.key) ? done.crmRefused.get(crm.key) : undefined);
    const outcome = own?.open[field.key];
    const planned = own?.agreed[field.key];
    if (obstacle) {
      waiting.push({ ...row, kind: 'parked', code: obstacle.code, detail: { ...obstacle.detail, refused: true } });
    } else if (outcome?.kind === 'conflict') {
      waiting.push({ ...row, kind: 'conflict', code: null, detail: null });
    } else if (outcome) {
      waiting.push({ ...row, kind: 'parked', code: outcome.code, detail: outcome.detail });
    } else if (planned) {
      agreed[field.key] = {
        crm: asKept(planned.crm, plan.toCrm[crm.key], now.crm),
        erp: asKept(planned.erp, own?.toErp[field.key], now.erp),
      };
    }
  }
  if (link.astray) {
    const { erpKey: parent } = link.astray;
    const code = 'link.parent_differs';
    waiting.push({ fieldKey: '@parent', kind: 'parked', crm: null, erp: parent, code, detail: { parent } });
  }
  return { agreed, waiting };
}

/** What was sent counts as the system keeps it. */
function asKept(planned: FieldValue, sent: FieldValue | undefined, kept: FieldValue): FieldValue {
  return sent !== undefined && sameValue(sent, planned) ? kept : planned;
}

function wantedCrm(plan: SyncPlan, own: LinkPlan | undefined, fieldKey: string, crmKey: string): boolean {
  return crmKey in plan.toCrm && own?.agreed[fieldKey] !== undefined;
}
