import type { CrmEntity, CrmEntityType, FieldValues, ListItem } from '../../shared/vocabulary.ts';
import type { CrmField } from '../domain/field.ts';

export interface CrmRecord {
  readonly entity: CrmEntity;
  /** What a person calls it: the company's name, the contact's full name, the project's name. */
  readonly name: string;
  readonly values: FieldValues;
  /** When SuperOffice says the root row was last changed (UTC, to the second). Not moved by phones, e-mails or addresses. */
  readonly updatedAt: Date;
  /** The company of a person. */
  readonly company: CrmEntity | null;
  /** The company that owns the installation, or a person who is a user: parts of it must never be written. */
  readonly protection: 'ownerCompany' | 'user' | null;
}

/** Where a record stands that a plain read did not find. */
export type Whereabouts =
  | { readonly kind: 'live' }
  | { readonly kind: 'softDeleted' }
  | { readonly kind: 'merged'; readonly into: CrmEntity }
  | { readonly kind: 'gone' };

export interface CrmUser {
  readonly id: number;
  readonly name: string;
  readonly groupIds: readonly number[];
}

export interface CrmGroup {
  readonly id: number;
  readonly name: string;
}

/** Who the current credential is, as SuperOffice sees it. */
export interface Principal {
  readonly userId: number;
  readonly name: string;
  readonly groupIds: readonly number[];
  readonly functionRights: readonly string[];
  /** `owner.module`, lower case, as in `superoffice.erp-sync`. */
  readonly licences: readonly string[];
}

export interface CrmPanel {
  readonly progId: string;
  readonly name: string;
  readonly windowName: string;
  readonly tooltip: string;
  readonly url: string;
  /** A name of SuperOffice's `Navigation` enum: `ContactArchive`, `NavigatorButton` ... */
  readonly visibleIn: string;
}

export interface CrmWebhook {
  readonly id: number;
  readonly name: string;
  readonly targetUrl: string;
  readonly events: readonly string[];
  readonly state: 'active' | 'stopped' | 'tooManyErrors' | 'unknown';
}

/** What must still be so for a write to happen. */
export interface WriteGuard {
  /** The root row was not changed after this. */
  readonly unchangedSince?: Date;
  /** The values the writer saw; phones, e-mails, addresses and user-defined fields do not move the root row's time. */
  readonly valuesWere?: FieldValues;
}

export interface NewRecord {
  readonly type: CrmEntityType;
  readonly values: FieldValues;
  /** The company of a person. */
  readonly company?: CrmEntity;
  /** Where a person's consents came from, by SuperOffice's key; `API`, which its screens call "Other integration", unless told. */
  readonly consentSource?: string;
}

/**
 * One SuperOffice tenant, seen with one credential: a person's token (her rights apply) or the system user's ticket (none do).
 * Failures are AppErrors with a code of `crm.*`, `tenant.*` or `entity.*`.
 */
export interface Crm {
  principal(): Promise<Principal>;

  fields(type: CrmEntityType, language?: string): Promise<readonly CrmField[]>;
  list(listName: string, language?: string): Promise<readonly ListItem[]>;
  users(): Promise<readonly CrmUser[]>;
  groups(): Promise<readonly CrmGroup[]>;

  /** Records that this credential may see, in no order; the others are left out. */
  read(entities: readonly CrmEntity[], fieldKeys: readonly string[]): Promise<readonly CrmRecord[]>;
  /**
   * Writes the keys given, and answers them as SuperOffice stored them. Refused as `crm.changed` when the guard does not
   * hold. Throws `entity.protected` rather than rename the owner company or a user.
   */
  write(entity: CrmEntity, values: FieldValues, guard?: WriteGuard): Promise<CrmRecord>;
  /** What may stand as `consentSource` of a new person. */
  consentSources(language?: string): Promise<readonly ListItem[]>;
  /** Makes a record out of SuperOffice's own defaults and these values. Called twice it makes two. */
  create(record: NewRecord): Promise<CrmRecord>;
  /**
   * Some of the records that have this text in a field that tells records apart, a name or a number, in capitals or not; of
   * persons those of one company. None for a field that SuperOffice cannot search by.
   */
  find(type: CrmEntityType, fieldKey: string, text: string, company?: CrmEntity): Promise<readonly CrmEntity[]>;
  /** For a record that `read` left out, asked as the system user. */
  whereabouts(entity: CrmEntity): Promise<Whereabouts>;
  /** Ids of records whose root row changed at or after the time, lowest id first, and the server's time of asking. */
  changedSince(type: CrmEntityType, since: Date): Promise<{ readonly ids: readonly number[]; readonly asOf: Date }>;

  /** What a selection is called, and its members as far as they can be connected. Throws `selection.not_found`. */
  selection(id: number): Promise<{ readonly name: string; readonly members: readonly CrmEntity[] }>;

  panels(): Promise<readonly CrmPanel[]>;
  /**
   * Found again by its `progId`, also where it was deleted. When its name is taken, by a panel that is not ours or waits
   * in the recycle bin, it gets another one; throws `install.name_taken` when that is taken as well.
   */
  savePanel(panel: CrmPanel): Promise<void>;
  /** For good. One that is not there is no failure. */
  deletePanel(progId: string): Promise<void>;
  deletePanels(): Promise<void>;
  webhooks(): Promise<readonly CrmWebhook[]>;
  /** Saves it active. SuperOffice posts a test event at once, so the target must already know the secret. */
  saveWebhook(
    webhook: Omit<CrmWebhook, 'id' | 'state'> & { readonly id?: number; readonly secret: string },
  ): Promise<CrmWebhook>;
  deleteWebhook(id: number): Promise<void>;
}
