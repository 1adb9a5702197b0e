import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults } from './faults.ts';
import type { CrmEvent, HookRow, Tenant } from './tenant.ts';

/** One try to deliver one event. */
export interface Delivery {
  readonly tenant: string;
  readonly webhookId: number;
  readonly url: string;
  readonly event: string;
  readonly attempt: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Null when there was no answer. */
  readonly status: number | null;
}

export interface WebhookSender {
  readonly deliveries: readonly Delivery[];
  send(tenant: Tenant, event: CrmEvent): void;
  /** The test at save: true when the target answered 200. */
  test(tenant: Tenant, hook: HookRow, by: number): Promise<{ readonly success: boolean; readonly message: string }>;
  /** Sends one again, byte for byte, as an administrator can from the delivery log. */
  redeliver(delivery: Delivery): Promise<number | null>;
  /** When nothing is under way any more. */
  settled(): Promise<void>;
  close(): void;
}

const retrySeconds = [0, 1, 4];
const tooMany = 9;
const patience = 10_000;

/** Speaks as NetServer does: three tries an event, nine failures in a row and it stops, 410 and it stops at once. */
export function createWebhookSender(faults: Faults, timeScale: number): WebhookSender {
  const deliveries: Delivery[] = [];
  const underWay = new Set<Promise<void>>();
  const closing = new AbortController();

  async function post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<number | null> {
    try {
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(patience)]);
      const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return null;
    }
  }

  async function attempt(
    tenant: Tenant,
    hook: HookRow,
    event: string,
    number: number,
    headers: Record<string, string>,
    body: string,
  ): Promise<number | null> {
    const status = await post(hook.targetUrl, headers, body);
    deliveries.push({
      tenant: tenant.context,
      webhookId: hook.id,
      url: hook.targetUrl,
      event,
      attempt: number,
      headers,
      body,
      status,
    });
    if (deliveries.length > 1_000) deliveries.shift();
    return status;
  }

  async function deliver(tenant: Tenant, hookId: number, event: CrmEvent): Promise<void> {
    const hook = tenant.webhooks.get(hookId);
    if (!hook) return;
    const eventId = randomUUID();
    const body = JSON.stringify({
      EventId: eventId,
      Timestamp: tenant.clock().toISOString(),
      Changes: event.changes,
      Event: event.event,
      PrimaryKey: event.primaryKey,
      Entity: event.entity,
      FieldValues: event.fieldValues,
      Values: event.values,
      ContextIdentifier: tenant.context,
      ChangedByAssociateId: event.by,
      WebhookName: hook.name,
      ...hook.properties,
    });
    for (const [number, seconds] of retrySeconds.entries()) {
      await sleep(seconds * 1000 * timeScale, undefined, { signal: closing.signal, ref: false });
      const current = tenant.webhooks.get(hookId);
      if (current?.state !== 'Active') return;
      const headers = {
        ...current.headers,
        'Content-Type': 'application/json; charset=utf-8',
        'User-Agent': 'NetServer-Webhook/10.2.9.0',
        'X-SuperOffice-Event': event.event,
        'X-SuperOffice-EventId': eventId,
        'X-SuperOffice-Retry': String(number),
        ...signature(current.secret, body),
      };
      const status = await attempt(tenant, current, event.event, number + 1, headers, body);
      if (closing.signal.aborted) return;
      count(tenant, hookId, status);
      if (status === 200 || status === 410) return;
    }
  }

  return {
    deliveries,
    send(tenant, event) {
      for (const hook of tenant.webhooks.values()) {
        if (hook.state !== 'Active' || !hook.events.includes(event.event)) continue;
        if (faults.take(tenant.context, event.event, true).length > 0) continue;
        const work = deliver(tenant, hook.id, event)
          .catch((error: unknown) => {
            if (!closing.signal.aborted) throw error;
          })
          .finally(() => underWay.delete(work));
        underWay.add(work);
      }
    },
    async test(tenant, hook, by) {
      const body = JSON.stringify({
        EventId: randomUUID(),
        Timestamp: tenant.clock().toISOString(),
        Changes: [],
        Event: 'test',
        PrimaryKey: 0,
        Entity: 'test',
        // Not the tenant's: the documentation's own sample has this.
        ContextIdentifier: 'Default',
        ChangedByAssociateId: by,
        WebhookName: hook.name,
        ...hook.properties,
      });
      const headers = {
        ...hook.headers,
        'Content-Type': 'application/json; charset=utf-8',
        'User-Agent': 'NetServer-Webhook/10.2.9.0',
        'X-Superoffice-Event': 'test',
        'X-Superoffice-Eventid': randomUUID(),
        'X-Hook-Test': 'true',
        ...signature(hook.secret, body),
      };
      const status = await attempt(tenant, hook, 'test', 1, headers, body);
      return { success: status === 200, message: status === null ? 'No answer' : `HTTP ${status}` };
    },
    redeliver: ({ url, headers, body }) => post(url, headers, body),
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    close() {
      closing.abort();
    },
  };
}

function count(tenant: Tenant, hookId: number, status: number | null): void {
  // Read again: it may have been changed, stopped or deleted while the answer was on its way.
  const hook = tenant.webhooks.get(hookId);
  if (!hook) return;
  const ok = status === 200;
  const consecutiveErrors = ok ? 0 : hook.consecutiveErrors + 1;
  tenant.webhooks.set(hookId, {
    ...hook,
    totalCalls: hook.totalCalls + 1,
    totalErrors: hook.totalErrors + (ok ? 0 : 1),
    consecutiveErrors,
    lastError: ok ? hook.lastError : status === null ? 'No answer' : `HTTP ${status}`,
    state: hook.state === 'Active' && (status === 410 || consecutiveErrors >= tooMany) ? 'TooManyErrors' : hook.state,
  });
}

/** Without a secret there is no signature at all. */
function signature(secret: string, body: string): Record<string, string> {
  if (secret === '') return {};
  return { 'X-SuperOffice-Signature': createHmac('sha256', secret).update(body, 'utf8').digest('base64') };
}
