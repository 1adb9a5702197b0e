import { z } from 'zod';
import { ActorType, CrmEntity, ErpKey, FieldInfo, FieldKey, FieldValues, Id, Reason } from './common.ts';
import { FoundActors, ShownField } from './erp-tab.ts';

export const PrepareActor = z.object({ connectionId: Id, entity: CrmEntity, actorType: ActorType });
export type PrepareActor = z.infer<typeof PrepareActor>;

/** What would be created, before anything is. */
export const PreparedActor = z.object({
  /** What the record and the defaults bring. */
  fields: z.array(ShownField),
  /** What the user fills in; `access` is `mandatory` where she must. */
  asked: z.array(FieldInfo),
  /** Why it cannot be created as things are. */
  refused: z.array(Reason.extend({ key: FieldKey })),
  /** Actors of the ERP that may be the same; null when the ERP could not be searched. */
  twins: FoundActors.nullable(),
  /** Changes when anything of this does; sent back, so that what was seen is what is created. */
  seen: z.string(),
});
export type PreparedActor = z.infer<typeof PreparedActor>;

export const CreateActor = PrepareActor.extend({ answers: FieldValues, seen: z.string().max(128) });
export type CreateActor = z.infer<typeof CreateActor>;

/** `unknown`: the ERP has not answered, and is asked later whether it has the actor. */
export const CreatedActor = z.object({ state: z.enum(['created', 'unknown']) });
export type CreatedActor = z.infer<typeof CreatedActor>;

/** A creation in doubt: what was sent, and the actors it may be. */
export const DoubtfulCreation = z.object({
  id: Id,
  actorType: ActorType,
  sent: z.array(ShownField),
  candidates: FoundActors,
});
export type DoubtfulCreation = z.infer<typeof DoubtfulCreation>;

/** `erpKey`: this is the actor; null: none of them is, and there is none. */
export const DecideCreation = z.object({ erpKey: ErpKey.nullable() });
export type DecideCreation = z.infer<typeof DecideCreation>;
