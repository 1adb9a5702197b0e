import type {
  Import as ShownImport,
  ImportedActorPage,
  ImportedActorQuery,
  ImportPage,
} from '../../../shared/api/imports.ts';
import { entityTypeOf } from '../../../shared/vocabulary.ts';
import type { Context } from '../../context.ts';
import { importActions, type Import, type ImportAction, type ImportCounts } from '../../domain/import.ts';
import { AppError } from '../../errors.ts';
import { requireAdministrator } from '../access.ts';
import { reasonTold } from '../setup/reason-told.ts';
import { recordNames } from '../sync/record-names.ts';
import { mayImport, nameToType } from './steer-import.ts';

const LONGEST_LIST = 20;
const PAGE = 50;
/** As many as somebody looks through. */
const LOOKALIKES = 10;

/** Of one connection, latest first. */
export async function listImports(ctx: Context, connectionId: string): Promise<ImportPage> {
  requireAdministrator(ctx);
  const { name } = await ctx.store.connections.get(connectionId);
  const imports = await ctx.store.imports.latest(connectionId, LONGEST_LIST);
  const counts = await ctx.store.imports.counts(imports.map(({ id }) => id));
  return { imports: imports.map((each) => shown(each, name, counts.get(each.id))) };
}

export async function showImport(ctx: Context, id: string): Promise<ShownImport> {
  requireAdministrator(ctx);
  const entered = await ctx.store.imports.get(id);
  const { name } = await ctx.store.connections.get(entered.connectionId);
  return shown(entered, name, (await ctx.store.imports.counts([id])).get(id));
}

/** What becomes of each actor. A record that the person may not see in SuperOffice is not named. */
export async function showImportedActors(
  ctx: Context,
  id: string,
  { verdict, outcome, after }: ImportedActorQuery,
): Promise<ImportedActorPage> {
  requireAdministrator(ctx);
  const { actorType } = await ctx.store.imports.get(id);
  const type = entityTypeOf[actorType];
  const filter = {
    verdict: verdict ?? null,
    outcome: outcome ?? null,
    after: after === undefined ? null : Number(after),
  };
  const found = await ctx.store.imports.actors(id, filter, PAGE + 1);
  const actors = found.slice(0, PAGE).map((actor) => ({
    ...actor,
    entity: actor.crmId === null ? null : { type, id: actor.crmId },
    lookalikes: actor.lookalikes.slice(0, LOOKALIKES).map((id) => ({ type, id })),
  }));
  const nameOf = await recordNames(
    ctx,
    actors.flatMap(({ entity, lookalikes }) => [...(entity ? [entity] : []), ...lookalikes]),
  );
  return {
    actors: actors.map(({ id, erpKey, name, verdict, entity, lookalikes, chosen, outcome, reason }) => ({
      id: String(id),
      erpKey,
      name,
      verdict,
      entity,
      entityName: entity && nameOf(entity),
      chosen,
      lookalikes: lookalikes.map((entity) => ({ entity, entityName: nameOf(entity) })),
      outcome,
      reason: reasonTold(reason),
    })),
    next: found.length > PAGE ? String(actors.at(-1)?.id) : null,
  };
}

/** Whether there is anything to do it with. */
function hasAnyFor(action: ImportAction, { create, connect, created, connected }: ImportCounts): boolean {
  if (action === 'execute') return create + connect > 0;
  return action !== 'disconnect' || created + connected > 0;
}

function shown(entered: Import, connectionName: string, counts: ImportCounts | undefined): ShownImport {
  if (!counts) throw new AppError('run.not_found', { id: entered.id });
  const { id, connectionId, actorType, source, state, warning, failure } = entered;
  return {
    id,
    connectionId,
    connectionName,
    actorType,
    source: source.kind === 'keys' ? { ...source, erpKeys: [...source.erpKeys] } : source,
    state,
    startedAt: entered.startedAt.toISOString(),
    startedBy: entered.startedBy.name,
    endedAt: entered.endedAt?.toISOString() ?? null,
    may: (Object.keys(importActions) as ImportAction[]).filter(
      (action) => mayImport(action, entered) && hasAnyFor(action, counts),
    ),
    warning,
    failure: reasonTold(failure),
    nameToType: nameToType(connectionName, counts),
    counts,
  };
}
