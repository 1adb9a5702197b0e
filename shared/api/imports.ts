import { z } from 'zod';
import { ActorType, CrmEntity, ErpKey, Id, ListItem, Reason } from './common.ts';

/** Which actors: all, those a search finds, or these. Those that are connected already are left out. */
export const ImportSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('all') }),
  z.object({ kind: z.literal('search'), text: z.string().trim().min(1).max(254) }),
  z.object({ kind: z.literal('keys'), erpKeys: z.array(ErpKey).min(1).max(1000) }),
]);
export type ImportSource = z.infer<typeof ImportSource>;

export const StartImport = z.object({ connectionId: Id, actorType: ActorType, source: ImportSource });
export type StartImport = z.infer<typeof StartImport>;

const verdict = z.enum(['create', 'connect', 'linked', 'duplicate', 'blocked']);
const outcome = z.enum(['created', 'connected', 'disconnected', 'leftOut', 'stale', 'failed']);
const ActorId = z.string().regex(/^\d{1,15}$/);

export const Import = z.object({
  id: Id,
  connectionId: Id,
  connectionName: z.string(),
  actorType: ActorType,
  source: ImportSource,
  state: z.enum(['planning', 'planned', 'running', 'paused', 'done', 'cancelled', 'failed']),
  startedAt: z.iso.datetime(),
  startedBy: z.string(),
  endedAt: z.iso.datetime().nullable(),
  /** What a person may do with it now. */
  may: z.array(z.enum(['execute', 'choose', 'pause', 'resume', 'cancel', 'disconnect'])),
  /** The ERP says that these may not be all. */
  warning: z.string().nullable(),
  /** Why it failed as a whole. */
  failure: Reason.nullable(),
  /** What has to be typed before it may write; null when nothing has to. */
  nameToType: z.string().nullable(),
  counts: z.object({
    actors: z.number().int(),
    left: z.number().int(),
    create: z.number().int(),
    connect: z.number().int(),
    linked: z.number().int(),
    duplicate: z.number().int(),
    blocked: z.number().int(),
    leftOut: z.number().int(),
    created: z.number().int(),
    connected: z.number().int(),
    disconnected: z.number().int(),
    stale: z.number().int(),
    failed: z.number().int(),
  }),
});
export type Import = z.infer<typeof Import>;

export const ImportPage = z.object({ imports: z.array(Import) });
export type ImportPage = z.infer<typeof ImportPage>;

/** How many records the person saw would be made and connected: if the plan has others, nothing is done. */
export const ConfirmImport = z.object({
  create: z.number().int().nonnegative(),
  connect: z.number().int().nonnegative(),
  name: z.string().max(254).optional(),
});
export type ConfirmImport = z.infer<typeof ConfirmImport>;

/** Actors that nothing is to become of, although something could; or that it is to again. */
export const LeaveOut = z.object({
  leftOut: z.boolean(),
  actors: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('these'), ids: z.array(ActorId).min(1).max(1000) }),
    /** Without a verdict, of either. */
    z.object({ kind: z.literal('all'), verdict: z.enum(['create', 'connect']).nullable() }),
  ]),
});
export type LeaveOut = z.infer<typeof LeaveOut>;

/** Which of the records that it could be an actor is; 0 for none of them, so that one is made; null for undecided. */
export const ChooseRecord = z.object({ actorId: ActorId, recordId: z.number().int().nonnegative().nullable() });
export type ChooseRecord = z.infer<typeof ChooseRecord>;

export const ImportedActorQuery = z.object({
  verdict: verdict.optional(),
  outcome: outcome.optional(),
  after: ActorId.optional(),
});
export type ImportedActorQuery = z.infer<typeof ImportedActorQuery>;

export const ImportedActor = z.object({
  id: ActorId,
  erpKey: ErpKey,
  name: z.string(),
  /** Null while it is not known. */
  verdict: verdict.nullable(),
  /** The record it is, or becomes. */
  entity: CrmEntity.nullable(),
  entityName: z.string().nullable(),
  /** Of the records that it could be, the one that somebody says it is; 0 for none of them. */
  chosen: z.number().int().nullable(),
  /** The records that it could be, where a person has to say it. */
  lookalikes: z.array(z.object({ entity: CrmEntity, entityName: z.string().nullable() })),
  outcome: outcome.nullable(),
  reason: Reason.nullable(),
});
export type ImportedActor = z.infer<typeof ImportedActor>;

export const ImportedActorPage = z.object({ actors: z.array(ImportedActor), next: z.string().nullable() });
export type ImportedActorPage = z.infer<typeof ImportedActorPage>;

/** PUT /api/consent-source: what contacts that an import makes say about where their consents came from. */
export const ChosenConsentSource = z.object({ key: z.string().min(1).max(100) });
export type ChosenConsentSource = z.infer<typeof ChosenConsentSource>;

/** GET /api/consent-source */
export const ConsentSource = ChosenConsentSource.extend({ sources: z.array(ListItem) });
export type ConsentSource = z.infer<typeof ConsentSource>;
