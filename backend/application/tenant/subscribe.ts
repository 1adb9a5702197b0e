import { randomUUID } from 'node:crypto';
import { manifest } from '../../../manifest/manifest.ts';
import { actorTypes, crmEntityTypes } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../errors.ts';
import type { CrmWebhook } from '../../ports/crm.ts';
import { newSecret } from './session-token.ts';

export interface Subscription {
  readonly id: string;
  readonly targetUrl: string;
  readonly events: readonly string[];
  /** What SuperOffice has; null when it has none of ours. */
  readonly there: CrmWebhook | null;
  /** Left behind by an installation that broke off: they would mark every change a second time. */
  readonly spare: readonly CrmWebhook[];
  /** As it should be. */
  readonly whole: boolean;
}

/** Our webhook in the tenant, as it is and as it should be. */
export async function lookAtWebhook(ctx: Context, origin: string): Promise<Subscription> {
  const known = await ctx.store.webhooks.current();
  const id = known?.id ?? randomUUID();
  const ours = webhookAddress(ctx.tenant, origin);
  const targetUrl = ours + id;
  const events = [...manifest.webhook.events, ...(await eventsOfMappedLists(ctx))];

  const found = await ctx.crm.webhooks();
  const there = found.find((hook) => hook.id === known?.crmId) ?? found.find((hook) => hook.targetUrl === targetUrl);
  const spare = found.filter((hook) => hook !== there && hook.targetUrl.startsWith(ours));
  const whole =
    there !== undefined &&
    there.id === known?.crmId &&
    there.targetUrl === targetUrl &&
    there.state === 'active' &&
    spare.length === 0 &&
    isSameSet(there.events, events);
  return { id, targetUrl, events, there: there ?? null, spare, whole };
}

/** Makes it so. The secret is new each time, and known here before SuperOffice is told. */
export async function subscribe(ctx: Context, origin: string): Promise<void> {
  const { webhooks } = ctx.store;
  const { id, targetUrl, events, there, spare, whole } = await lookAtWebhook(ctx, origin);
  if (whole) return;

  const secret = await webhooks.prepare(id, newSecret());
  const { name } = manifest.webhook;
  const saved = await ctx.crm.saveWebhook({ ...(there && { id: there.id }), name, targetUrl, events, secret });
  await webhooks.confirm(id, saved.id);
  for (const hook of spare) await ctx.crm.deleteWebhook(hook.id);

  const after = await lookAtWebhook(ctx, origin);
  if (!after.whole) throw new AppError('crm.answer_invalid', { webhook: name });
}

export function webhookAddress(tenant: string, origin: string): string {
  return `${origin}${manifest.webhook.path}/${tenant}/`;
}

/** The lists that a company made itself have no names to subscribe to, only numbers. */
async function eventsOfMappedLists({ store, crm }: Context): Promise<readonly string[]> {
  const mapped = new Set<string>();
  for (const { id } of (await store.connections.list()).filter(({ deleted }) => !deleted)) {
    for (const actorType of actorTypes) {
      const mapping = await store.mappings.get(id, actorType);
      for (const { crmField } of mapping?.fields ?? []) if (crmField !== null) mapped.add(crmField);
    }
  }
  if (mapped.size === 0) return [];
  const fields = (await Promise.all(crmEntityTypes.map((type) => crm.fields(type)))).flat();
  const lists = fields.flatMap(({ key, listName }) => {
    const [, list] = /^udlist(\d+)$/.exec(listName ?? '') ?? [];
    return list !== undefined && mapped.has(key) ? [list] : [];
  });
  return [...new Set(lists)]
    .sort()
    .flatMap((list) => ['created', 'changed', 'softdeleted'].map((change) => `list.${list}.${change}`));
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return new Set(one).size === new Set([...one, ...other]).size && new Set(other).size === new Set(one).size;
}
