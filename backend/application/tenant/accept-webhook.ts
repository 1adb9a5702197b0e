import { createHmac, timingSafeEqual } from 'node:crypto';
import { WebhookEvent } from '../../../shared/api/webhook-event.ts';
import { crmEntityTypes, type CrmEntity } from '../../../shared/vocabulary.ts';
import { inTransaction, type App } from '../../context.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import { inBatches } from '../in-batches.ts';
import { receiveWebhook } from '../sync/receive-webhook.ts';
import { contextOf, systemCrm } from './open-context.ts';
import { untilStored, type Patience } from './until-stored.ts';

export interface Delivery {
  readonly tenant: string;
  readonly id: string;
  readonly signature: string;
  /** As it came: the signature is over the bytes. */
  readonly body: Uint8Array;
}

export type AcceptWebhook = (delivery: Delivery) => Promise<void>;

/** How many events share one transaction at most. */
const BATCH = 200;
/** How long a secret that was replaced may still be believed. */
const SECRETS_HOLD = 60_000;
const DAY = 24 * 60 * 60_000;
/** How long an event that comes again is known to have come. */
const REMEMBERED = 90 * DAY;
/** How many events a process keeps of which it cannot tell yet whether SuperOffice has signed them. */
const MOST_UNPROVEN = 500;
const Tenant = /^[A-Za-z0-9_-]{1,64}$/;
const Id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Takes in what SuperOffice posts. When it answers, the event is in the store and the record it names is marked, both in
 * one transaction; or the database was away for so long that the event is kept here until it is back. It refuses only what
 * SuperOffice has not signed, or has signed for another tenant; an event that came before, or that we do not know, is fine.
 */
export function createAcceptWebhook(app: App, patience?: Patience): AcceptWebhook {
  const remembered = new Map<string, { readonly secrets: readonly string[]; readonly until: number }>();
  const tidiedAt = new Map<string, number>();
  const takeInOf = new Map<string, (event: WebhookEvent) => Promise<void>>();
  const kept = untilStored(patience);
  const keptUnproven = untilStored(patience, MOST_UNPROVEN);

  /** A signature that fits no secret we remember may be made with one that is newer. */
  async function verify({ tenant, id, signature, body }: Delivery): Promise<boolean> {
    const key = `${tenant}/${id}`;
    const now = app.clock.now().getTime();
    const known = remembered.get(key);
    if (known && now < known.until && isSignedWith(known.secrets, body, signature)) return true;

    if (!Tenant.test(tenant) || !Id.test(id)) return false;
    const found = await app
      .storeOf(tenant)
      .webhooks.secrets(id)
      .catch((error: unknown) => {
        // While the database is away, what was known last tells a genuine event from a forged one.
        if (known && isSignedWith(known.secrets, body, signature)) return known;
        throw error;
      });
    if (!found || !isSignedWith(found.secrets, body, signature)) return false;
    if (found !== known) remembered.set(key, { secrets: found.secrets, until: now + SECRETS_HOLD });
    return true;
  }

  function takeIn(tenant: string, id: string, event: WebhookEvent): Promise<void> {
    const key = `${tenant}/${id}`;
    const known = takeInOf.get(key);
    if (known) return known(event);
    const batched = inBatches<WebhookEvent>(BATCH, async (events) => {
      await store(app, tenant, id, events);
      await tidy(tenant);
    });
    takeInOf.set(key, batched);
    return batched(event);
  }

  /** Once a day, beside what came anyway. */
  async function tidy(tenant: string): Promise<void> {
    const now = app.clock.now().getTime();
    if (now - (tidiedAt.get(tenant) ?? 0) < DAY) return;
    tidiedAt.set(tenant, now);
    await app.storeOf(tenant).webhooks.forgetEvents(new Date(now - REMEMBERED));
  }

  /** A process that has started while the database is away knows no secret: it proves the event when it can read one. */
  async function proveLater(delivery: Delivery, failure: unknown): Promise<void> {
    const { tenant, id } = delivery;
    if (failure instanceof AppError || remembered.has(`${tenant}/${id}`)) throw failure;
    await keptUnproven(
      async () => {
        if (!(await verify(delivery))) throw new AppError('webhook.refused');
        await takeInGenuine(delivery);
      },
      { tenant, webhookId: id },
    );
  }

  return async (delivery) => {
    const isGenuine = await verify(delivery).catch((failure: unknown) => proveLater(delivery, failure));
    if (isGenuine === false) throw new AppError('webhook.refused');
    if (isGenuine) await takeInGenuine(delivery);
  };

  async function takeInGenuine({ tenant, id, body }: Delivery): Promise<void> {
    const event = parse(body);
    if (!event) {
      log.warn('webhook.not_understood', { tenant, webhookId: id });
      return;
    }
    // Posted when the subscription is saved, with no tenant in it.
    if (event.Event === 'test') return;
    if (event.ContextIdentifier !== tenant) throw new AppError('webhook.refused');
    try {
      await kept(() => takeIn(tenant, id, event), { tenant, webhookId: id });
    } catch (error) {
      // The subscription has been removed since its secret was read.
      if (error instanceof AppError && error.code === 'webhook.refused') remembered.delete(`${tenant}/${id}`);
      throw error;
    }
  }
}

async function store(app: App, tenant: string, id: string, events: readonly WebhookEvent[]): Promise<void> {
  const received = new Map(events.map((event) => [event.EventId, event]));
  const nobody = systemCrm(app, tenant, null);
  const ctx = contextOf(app, tenant, { user: null, crm: nobody, userCrm: nobody });
  await inTransaction(ctx, async (ctx) => {
    const fresh = await ctx.store.webhooks.receive(
      id,
      [...received.values()].map(({ EventId, Event, PrimaryKey }) => ({
        eventId: EventId,
        event: Event,
        recordId: PrimaryKey,
      })),
      ctx.clock.now(),
    );
    const came = [...fresh].map((eventId) => received.get(eventId)?.Event ?? '');
    // Who may do what has changed, or somebody has touched the panels.
    if (came.some((event) => event.startsWith('associate.'))) await ctx.store.sessions.checkAnew();
    if (came.some((event) => event.startsWith('list.extapp.'))) await ctx.store.webhooks.makeDue();
    const hints = [...fresh].flatMap((eventId) => entityIn(received.get(eventId)));
    await receiveWebhook(ctx, ...hints);
  });
}

function isSignedWith(secrets: readonly string[], body: Uint8Array, signature: string): boolean {
  return secrets.some((secret) => isSigned(body, signature, secret));
}

/** SHA-256 in Base64 has one spelling of 44 characters, and another is not what SuperOffice sends. */
function isSigned(body: Uint8Array, signature: string, secret: string): boolean {
  const expected = Buffer.from(createHmac('sha256', secret).update(body).digest('base64'));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function parse(body: Uint8Array): WebhookEvent | null {
  try {
    return WebhookEvent.safeParse(JSON.parse(Buffer.from(body).toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}

function entityIn(event: WebhookEvent | undefined): readonly { readonly entity: CrmEntity }[] {
  const type = crmEntityTypes.find((name) => event?.Event.startsWith(`${name}.`));
  return event && type && event.PrimaryKey > 0 ? [{ entity: { type, id: event.PrimaryKey } }] : [];
}
