import { z } from 'zod';
import { ActorType, Direction, FieldKey, ListItem, Reason } from './common.ts';

const ItemKey = z.string().min(1).max(254);

/** One item of an ERP list. */
export const MappedItem = z.object({
  key: z.string(),
  text: z.string(),
  /** The ERP's list no longer has it. */
  missingInErp: z.boolean(),
  /** False until an administrator has said what it is in SuperOffice: values with it wait. */
  decided: z.boolean(),
  /** Null where it has no counterpart, or none yet. */
  crmItem: z.string().nullable(),
  /** Of several ERP items that are one SuperOffice item, this is what it becomes in the ERP. */
  goesBack: z.boolean(),
  /** What it most likely is, for one that is not decided. */
  suggestion: z.string().nullable(),
});
export type MappedItem = z.infer<typeof MappedItem>;

/** An ERP list field that is mapped to a SuperOffice list field. */
export const ListMapping = z.object({
  actorType: ActorType,
  fieldKey: FieldKey,
  fieldName: z.string(),
  crmField: FieldKey,
  crmFieldName: z.string(),
  direction: Direction,
  /** Why the lists could not be read; then there are no items. */
  failure: Reason.nullable(),
  items: z.array(MappedItem),
  crmItems: z.array(ListItem),
});
export type ListMapping = z.infer<typeof ListMapping>;

export const ListMappings = z.object({ lists: z.array(ListMapping) });
export type ListMappings = z.infer<typeof ListMappings>;

/** The whole mapping of one list. Items that are not named are not decided. */
export const SaveListMapping = z.object({
  fieldKey: FieldKey,
  /** The SuperOffice field whose items these are. */
  crmField: FieldKey,
  items: z.array(z.object({ key: ItemKey, crmItem: ItemKey.nullable(), goesBack: z.boolean() })).max(20_000),
});
export type SaveListMapping = z.infer<typeof SaveListMapping>;
