import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { Crm, CrmWebhook } from '../../ports/crm.ts';
import type { Call } from './caller.ts';

const Webhook = z.looseObject({
  WebhookId: z.int().positive(),
  Name: z.string().nullish(),
  TargetUrl: z.string().nullish(),
  Events: z.array(z.string()).nullish(),
  State: z.string().nullish(),
});

const states: Readonly<Record<string, CrmWebhook['state']>> = {
  Active: 'active',
  Stopped: 'stopped',
  TooManyErrors: 'tooManyErrors',
};

/** The app's own webhooks in a tenant; nobody else's are shown to it. */
export function createWebhooks(call: Call): Pick<Crm, 'webhooks' | 'saveWebhook' | 'deleteWebhook'> {
  return {
    async webhooks() {
      const response = await call((door) => door.http.get<unknown>('v1/Webhook'));
      return parsed(z.array(Webhook), response.data).map(toWebhook);
    },

    async saveWebhook({ id, name, targetUrl, events, secret }) {
      const path = id === undefined ? 'v1/Webhook/default' : `v1/Webhook/${id}`;
      // Written back whole, so that what else an administrator has set on it stays.
      const before = parsed(z.looseObject({}), (await call((door) => door.http.get<unknown>(path))).data);
      const webhook = {
        ...before,
        Name: name,
        TargetUrl: targetUrl,
        Events: events,
        Secret: secret,
        State: 'Active',
        Type: 'webhook',
      };
      const response = await call((door) =>
        id === undefined ? door.http.post<unknown>('v1/Webhook', webhook) : door.http.put<unknown>(path, webhook),
      );
      return toWebhook(parsed(Webhook, response.data));
    },

    async deleteWebhook(id) {
      await call((door) => door.http.delete(`v1/Webhook/${id}`));
    },
  };
}

function toWebhook({ WebhookId, Name, TargetUrl, Events, State }: z.infer<typeof Webhook>): CrmWebhook {
  return {
    id: WebhookId,
    name: Name ?? '',
    targetUrl: TargetUrl ?? '',
    events: Events ?? [],
    state: states[State ?? ''] ?? 'unknown',
  };
}

function parsed<Schema extends z.ZodType>(schema: Schema, data: unknown): z.infer<Schema> {
  const answer = schema.safeParse(data);
  if (!answer.success) throw new AppError('crm.answer_invalid', { call: 'webhooks' });
  return answer.data;
}
