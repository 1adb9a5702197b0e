import { z } from 'zod';
import {
  ActorRef,
  ActorType,
  CrmEntity,
  Direction,
  FieldAccess,
  FieldInfo,
  FieldKey,
  FieldKind,
  FieldValue,
  FieldValues,
  Id,
  Reason,
} from './common.ts';

/** One ERP connection on the ERP tab. */
export const ConnectionBlock = z.object({
  connectionId: Id,
  name: z.string(),
  /** What the entity may be connected to: Customer, Supplier ... */
  actorTypes: z.array(ActorType),
  canConnect: z.boolean(),
  canCreate: z.boolean(),
  /** The last wish for a new actor, until the record is connected: under way, in doubt, or come to nothing. */
  creation: z
    .object({
      id: Id,
      actorType: ActorType,
      state: z.enum(['open', 'inDoubt', 'notCreated']),
      since: z.iso.datetime(),
      userName: z.string(),
      reason: Reason.nullable(),
    })
    .nullable(),
  link: z
    .object({
      id: Id,
      actor: ActorRef,
      syncedAt: z.iso.datetime().nullable(),
      parked: Reason.nullable(),
      /** Work is waiting or under way. */
      busy: z.boolean(),
      conflicts: z.array(
        z.object({
          key: FieldKey,
          name: z.string(),
          kind: FieldKind,
          /** As shown: list items as text. */
          crm: z.string().nullable(),
          erp: z.string().nullable(),
          agreed: z.string().nullable(),
          since: z.iso.datetime(),
        }),
      ),
    })
    .nullable(),
});
export type ConnectionBlock = z.infer<typeof ConnectionBlock>;

/** The ERP tab of one entity, without the live values, which are fetched per connection so that a slow ERP delays only itself. */
export const ErpTab = z.object({
  entity: CrmEntity,
  name: z.string(),
  connections: z.array(ConnectionBlock),
});
export type ErpTab = z.infer<typeof ErpTab>;

/** A value ready to show: `text` is set for list items, whose `value` is a key. */
export const ShownField = z.object({
  key: FieldKey,
  name: z.string(),
  description: z.string(),
  kind: FieldKind,
  value: FieldValue,
  text: z.string().nullable(),
});
export type ShownField = z.infer<typeof ShownField>;

/** The ERP's live values of a linked actor: the fields marked *Show in ERP tab*, by rank. */
export const LiveValues = z.object({ fields: z.array(ShownField), readAt: z.iso.datetime() });
export type LiveValues = z.infer<typeof LiveValues>;

export const SearchActors = z.object({
  connectionId: Id,
  entity: CrmEntity,
  actorType: ActorType,
  text: z.string().max(254),
});
export type SearchActors = z.infer<typeof SearchActors>;

export const FoundActors = z.object({
  columns: z.array(z.object({ key: FieldKey, name: z.string(), kind: FieldKind })),
  actors: z.array(
    z.object({
      erpKey: z.string(),
      cells: z.array(z.object({ value: FieldValue, text: z.string().nullable() })),
      /** The name of the entity it is linked to already; empty when that entity may not be seen; null when it is free. */
      linkedTo: z.string().nullable(),
    }),
  ),
  /** More were found than are shown. */
  truncated: z.boolean(),
  warning: z.string().nullable(),
});
export type FoundActors = z.infer<typeof FoundActors>;

export const CompareValues = z.object({ connectionId: Id, entity: CrmEntity, actor: ActorRef });
export type CompareValues = z.infer<typeof CompareValues>;

/** Two columns to choose from, field by field. */
export const ComparedValues = z.object({
  fields: z.array(
    z.object({
      key: FieldKey,
      name: z.string(),
      kind: FieldKind,
      access: FieldAccess,
      crm: z.object({ value: FieldValue, text: z.string().nullable() }),
      erp: z.object({ value: FieldValue, text: z.string().nullable() }),
      equal: z.boolean(),
      /** Which side is chosen before the user touches it. */
      preselected: z.enum(['crm', 'erp']),
      /** The direction allows this side only. */
      only: z.enum(['crm', 'erp']).nullable(),
    }),
  ),
  /** Fields that are not mapped and that the administrator wants filled in, with what stands there or the default. */
  asked: z.array(FieldInfo),
  /** Changes when either side changes; sent back with the choices, so that what was seen is what is written. */
  seen: z.string(),
});
export type ComparedValues = z.infer<typeof ComparedValues>;

export const ConnectEntity = z.object({
  connectionId: Id,
  entity: CrmEntity,
  actor: ActorRef,
  /** For each field that differs, the side whose value both shall have. */
  choices: z.record(FieldKey, z.enum(['crm', 'erp'])),
  /** For each field that was asked for, its value. */
  answers: FieldValues.optional(),
  seen: z.string().max(128),
});
export type ConnectEntity = z.infer<typeof ConnectEntity>;

export const Connected = z.object({ linkId: Id });
export type Connected = z.infer<typeof Connected>;

/** What *Sync now* did, per link of the entity. */
export const SyncedNow = z.object({
  links: z.array(
    z.object({
      linkId: Id,
      written: z.number().int(),
      conflicts: z.number().int(),
      parked: Reason.nullable(),
    }),
  ),
});
export type SyncedNow = z.infer<typeof SyncedNow>;

export const ResolveConflict = z.object({
  keep: z.enum(['crm', 'erp']),
  /** The two values as shown; if either has moved since, nothing is written. */
  crm: z.string().nullable(),
  erp: z.string().nullable(),
});
export type ResolveConflict = z.infer<typeof ResolveConflict>;

/** Why a field holds what it holds. */
export const FieldHistory = z.object({
  name: z.string(),
  kind: FieldKind,
  direction: Direction,
  /** What both sides last agreed on, as each stores it. */
  agreed: z.object({ crm: z.string().nullable(), erp: z.string().nullable() }).nullable(),
  /** How long changes are remembered. */
  retentionDays: z.number().int(),
  /** Latest first. */
  changes: z.array(
    z.object({
      id: z.string(),
      at: z.iso.datetime(),
      target: z.enum(['crm', 'erp']),
      before: z.string().nullable(),
      after: z.string().nullable(),
      reason: z.string(),
      cause: z.string(),
      userName: z.string().nullable(),
      /** The person may put `before` back, as long as `after` stands there still. */
      mayUndo: z.boolean(),
    }),
  ),
});
export type FieldHistory = z.infer<typeof FieldHistory>;

export const UndoChange = z.object({ ledgerId: z.string().regex(/^\d{1,15}$/) });
export type UndoChange = z.infer<typeof UndoChange>;
