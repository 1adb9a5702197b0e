import { dateTime } from './encoding.ts';
import type { View } from './encoding.ts';
import { associate } from './entities.ts';
import type { Call } from './entity-calls.ts';
import { dataError } from './so-error.ts';
import type { HookRow, Tenant } from './tenant.ts';
import type { WebhookSender } from './webhook-sender.ts';
import type { Webhook } from './wire.ts';

export function defaultWebhook(): Webhook {
  return {
    WebhookId: 0,
    Name: '',
    Events: ['contact.created', 'contact.deleted'],
    TargetUrl: '',
    Secret: '',
    State: 'Active',
    Type: 'webhook',
    Headers: {},
    Properties: {},
    ErrorEmails: [],
    ErrorAssociates: [],
    Description: '',
    NotifyVia: 'None',
    TotalCalls: 0,
    TotalErrors: 0,
    ConsecutiveErrors: 0,
    LastError: '',
  };
}

export function webhookCarrier(tenant: Tenant, hook: HookRow, view: View): Webhook {
  return {
    WebhookId: hook.id,
    Name: hook.name,
    Events: [...hook.events],
    TargetUrl: hook.targetUrl,
    Secret: hook.secret,
    State: hook.state,
    Type: hook.type,
    Headers: { ...hook.headers },
    Properties: { ...hook.properties },
    Registered: dateTime(hook.registered, view),
    RegisteredAssociate: associate(tenant, hook.registeredBy),
    Updated: dateTime(hook.updated, view),
    UpdatedAssociate: associate(tenant, hook.updatedBy),
    ErrorEmails: [...hook.errorEmails],
    ErrorAssociates: [],
    Description: hook.description,
    NotifyVia: 'None',
    TotalCalls: hook.totalCalls,
    TotalErrors: hook.totalErrors,
    ConsecutiveErrors: hook.consecutiveErrors,
    LastError: hook.lastError,
  };
}

export function findWebhooks(
  tenant: Tenant,
  filter: { readonly name: unknown; readonly event: unknown; readonly status: unknown },
): readonly HookRow[] {
  const { name, event, status } = filter;
  return [...tenant.webhooks.values()].filter(
    (hook) =>
      (typeof name !== 'string' || name === '' || hook.name.includes(name)) &&
      (typeof event !== 'string' || event === '' || hook.events.includes(event)) &&
      (status === null ||
        status === undefined ||
        status === '' ||
        status === 'Unknown' ||
        status === 0 ||
        hook.state === status),
  );
}

/** The target is called first, with what is about to be saved; unless it answers 200 nothing is. */
export async function saveWebhook({ tenant, caller }: Call, wire: Webhook, sender: WebhookSender): Promise<HookRow> {
  const hook = hookFrom(tenant, wire, caller.associateId);
  if (hook.state === 'Active') {
    const { success, message } = await sender.test(tenant, hook, caller.associateId);
    if (!success) throw dataError(`The webhook could not be saved: its test was answered by ${message}`);
  }
  const saved = hook.id === 0 ? { ...hook, id: tenant.nextId() } : hook;
  tenant.webhooks.set(saved.id, saved);
  return saved;
}

export async function testWebhook({ tenant, caller }: Call, wire: Webhook, sender: WebhookSender): Promise<object> {
  const { success, message } = await sender.test(
    tenant,
    hookFrom(tenant, wire, caller.associateId),
    caller.associateId,
  );
  return { Success: success, Message: message };
}

export function deleteWebhook(tenant: Tenant, id: number): void {
  tenant.webhooks.delete(id);
}

function hookFrom(tenant: Tenant, wire: Webhook, by: number): HookRow {
  if (!wire.Name) throw dataError('A webhook needs a name');
  if (!wire.TargetUrl || !URL.canParse(wire.TargetUrl)) throw dataError('A webhook needs a target');
  const id = wire.WebhookId ? wire.WebhookId : 0;
  const before = tenant.webhooks.get(id);
  if (id !== 0 && !before) throw dataError(`Webhook ${id} does not exist`);
  const at = tenant.timestamp();
  return {
    id,
    name: wire.Name,
    events: wire.Events ?? [],
    targetUrl: wire.TargetUrl,
    secret: wire.Secret ?? '',
    state: wire.State === 'Stopped' || wire.State === 'TooManyErrors' ? wire.State : 'Active',
    type: wire.Type ? wire.Type : 'webhook',
    headers: wire.Headers ?? {},
    properties: wire.Properties ?? {},
    errorEmails: wire.ErrorEmails ?? [],
    description: wire.Description ?? '',
    registered: before?.registered ?? at,
    registeredBy: before?.registeredBy ?? by,
    updated: at,
    updatedBy: by,
    totalCalls: before?.totalCalls ?? 0,
    totalErrors: before?.totalErrors ?? 0,
    consecutiveErrors: 0,
    lastError: before?.lastError ?? '',
  };
}
