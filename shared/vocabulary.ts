/**
 * The words of the house. Mind the two contacts: SuperOffice's API says `contact` for a company and `person` for a
 * human; its screens say Company and Contact. Code uses the API's words, texts use the screens'.
 */

export const crmEntityTypes = ['contact', 'person', 'project'] as const;
export type CrmEntityType = (typeof crmEntityTypes)[number];

/** A record in SuperOffice. */
export interface CrmEntity {
  readonly type: CrmEntityType;
  readonly id: number;
}

/** The kinds of record an ERP can offer. A connector cannot invent others. */
export const actorTypes = ['Customer', 'Supplier', 'Partner', 'Person', 'Project'] as const;
export type ActorType = (typeof actorTypes)[number];

/** A record in the ERP. `erpKey` is opaque: compared byte for byte, never trimmed or parsed. */
export interface ActorRef {
  readonly type: ActorType;
  readonly erpKey: string;
}

/** What each actor type is in SuperOffice. */
export const entityTypeOf: Readonly<Record<ActorType, CrmEntityType>> = {
  Customer: 'contact',
  Supplier: 'contact',
  Partner: 'contact',
  Person: 'person',
  Project: 'project',
};

/** Which way a mapped field moves; shown as nothing, `>`, `<` and `<>`. */
export const directions = ['none', 'toCrm', 'toErp', 'both'] as const;
export type Direction = (typeof directions)[number];

export const sides = ['crm', 'erp'] as const;
export type Side = (typeof sides)[number];

export const fieldKinds = [
  'text',
  'password',
  'integer',
  'decimal',
  'checkbox',
  'date',
  'datetime',
  'list',
  'label',
] as const;
export type FieldKind = (typeof fieldKinds)[number];

export const fieldAccesses = ['normal', 'mandatory', 'readOnly'] as const;
export type FieldAccess = (typeof fieldAccesses)[number];

/**
 * A value in the canonical text of its kind, or null for blank. One form per value, so that equal means `===`:
 * integer `-12`; decimal `12.5` (no exponent, no trailing zeros); checkbox `true`/`false`; date `2026-11-22`;
 * datetime `2026-11-22T13:45:00` (wall clock, no zone); list: the item's key; text as it is (never empty: that is null).
 */
export type FieldValue = string | null;

/** Field key -> value. A key that is not there was not reported, which is not the same as blank. */
export type FieldValues = Readonly<Record<string, FieldValue>>;

/** An item of a list, in either system. */
export interface ListItem {
  readonly key: string;
  readonly text: string;
}

/** How a field changed on both sides is settled. */
export const conflictPolicies = ['ask', 'newest', 'crm', 'erp', 'nonBlank'] as const;
export type ConflictPolicy = (typeof conflictPolicies)[number];

/** What made us look at a link. */
export const causes = [
  'user',
  'webhook',
  'poll',
  'sweep',
  'compare',
  'connect',
  'create',
  'resync',
  'import',
  'undo',
  'restore',
  'retry',
] as const;
export type Cause = (typeof causes)[number];

/** What an ERP does to its fields and actor types while they are mapped, and SuperOffice to the fields they are mapped to. */
export const schemaChangeKinds = [
  ...(['typeGone', 'typeNew', 'typeBack', 'crmGone', 'crmBack'] as const),
  ...(['gone', 'new', 'back', 'kind', 'list', 'readOnly', 'mandatory', 'shorter'] as const),
] as const;
export type SchemaChangeKind = (typeof schemaChangeKinds)[number];

export const connectorKinds = ['workbook', 'soap', 'http', 'odata', 'tryton'] as const;
export type ConnectorKindName = (typeof connectorKinds)[number];

export const languages = ['en', 'nb', 'sv', 'da', 'de', 'nl'] as const;
export type Language = (typeof languages)[number];
