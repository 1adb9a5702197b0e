import { passing } from '../../../shared/errors.ts';
import { entityTypeOf } from '../../../shared/vocabulary.ts';
import { inTransaction, type Context } from '../../context.ts';
import { isName } from '../../domain/crm-rules.ts';
import type { FieldMapping } from '../../domain/connection.ts';
import type { Import, ListingTask } from '../../domain/import.ts';
import { pauses, retryDelayMs } from '../../domain/retry.ts';
import { AppError } from '../../errors.ts';
import { log } from '../../log.ts';
import type { ActorPage, ErpConnector } from '../../ports/erp-connector.ts';
import { searchColumns } from '../erp-tab/search-actors.ts';
import { leaseUntil } from '../sync/hold-record.ts';
import { advanceImport } from './advance-import.ts';
import { openGround } from './plan-actor.ts';

const PATIENCE = 5;
const EXTEND_MS = 15_000;
const AT_ONCE = 1_000;

export function claimListing(ctx: Context): Promise<ListingTask | null> {
  return ctx.store.imports.claimListing(ctx.clock.now(), leaseUntil(ctx));
}

/** Asks the ERP which actors there are, and leaves out at once those that are connected. */
export async function listActors(ctx: Context, task: ListingTask): Promise<void> {
  const timer = setInterval(() => {
    ctx.store.imports
      .extendListing(task, leaseUntil(ctx))
      .catch((error: unknown) => log.error('import.lease_not_extended', error, { tenant: ctx.tenant }));
  }, EXTEND_MS);
  try {
    const entered = await ctx.store.imports.get(task.importId);
    const { connector } = await openGround(ctx, entered);
    const columns = await nameFields(ctx, entered);
    const { actors, warning } = await ask(connector, entered, columns);
    const linked = new Map<string, number>();
    for (let start = 0; start < actors.length; start += AT_ONCE) {
      const links = await ctx.store.links.ofActors(entered.connectionId, actors.slice(start, start + AT_ONCE));
      for (const { actor, entity } of links) linked.set(actor.erpKey, entity.id);
    }
    const rows = actors
      .filter(({ type }) => type === entered.actorType)
      .map(({ erpKey, values }) => ({
        erpKey,
        name: columns.flatMap(({ key }) => values[key] ?? []).join(' ') || erpKey,
        linkedTo: linked.get(erpKey) ?? null,
      }));
    await inTransaction(ctx, (ctx) => ctx.store.imports.list(task, rows, warning));
  } catch (error) {
    if (!(error instanceof AppError)) log.error('import.listing_failed', error, { tenant: ctx.tenant });
    const failure = error instanceof AppError ? error : new AppError('internal', {}, { cause: error });
    await later(ctx, task, failure);
    return;
  } finally {
    clearInterval(timer);
  }
  await advanceImport(ctx, task.importId);
}

function ask(
  connector: ErpConnector,
  { actorType, source }: Import,
  columns: readonly FieldMapping[],
): Promise<ActorPage> {
  return source.kind === 'keys'
    ? connector.getActors(actorType, source.erpKeys, columns)
    : connector.searchActors(actorType, source.kind === 'search' ? source.text : '', columns);
}

/** What a person calls the actor. */
async function nameFields(ctx: Context, { connectionId, actorType }: Import): Promise<readonly FieldMapping[]> {
  const fields = (await ctx.store.mappings.get(connectionId, actorType))?.fields ?? [];
  const type = entityTypeOf[actorType];
  const names = fields.filter(
    ({ crmField, missingInErp }) =>
      !missingInErp && crmField !== null && (isName(type, crmField) || (type === 'person' && crmField === 'FIRSTNAME')),
  );
  const inOrder = names.sort((a, b) => Number(b.crmField === 'FIRSTNAME') - Number(a.crmField === 'FIRSTNAME'));
  return inOrder.length > 0 ? inOrder : searchColumns(fields).slice(0, 1);
}

async function later(ctx: Context, task: ListingTask, { code, detail }: AppError): Promise<void> {
  const isPause = pauses.has(code);
  if (isPause || ((passing.has(code) || code === 'internal') && task.attempts < PATIENCE)) {
    const delay = retryDelayMs(task.attempts, task.importId, Number(detail['retryAfterSeconds'] ?? 0) * 1000);
    return ctx.store.imports.postponeListing(task, new Date(ctx.clock.now().getTime() + delay), !isPause);
  }
  await inTransaction(ctx, async (ctx) => {
    const { state } = await ctx.store.imports.lock(task.importId);
    if (state !== 'planning') return;
    const failure = { code, detail };
    await ctx.store.imports.change(task.importId, { state: 'failed', endedAt: ctx.clock.now(), failure });
  });
}
