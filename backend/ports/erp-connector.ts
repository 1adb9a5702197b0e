import type {
  ActorRef,
  ActorType,
  ConnectorKindName,
  FieldValue,
  FieldValues,
  ListItem,
} from '../../shared/vocabulary.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { ConfigField, ErpField } from '../domain/field.ts';

/** What the caller wants of each actor; the kind tells an adapter how to decode. */
export type WantedField = Pick<ErpField, 'key' | 'kind'>;

export interface Actor extends ActorRef {
  /** The connector's mark of the last change: opaque, stored and sent back byte for byte. */
  readonly lastModified: string;
  readonly values: FieldValues;
  /** Values that could not be read, by field key, as the ERP sent them. Such a key is absent from `values`. */
  readonly unreadable: Readonly<Record<string, string>>;
  /** The customer, supplier or partner a person belongs to. */
  readonly parent: ActorRef | null;
}

/** What to write: only the keys given are changed. */
export interface ActorDraft {
  readonly type: ActorType;
  readonly values: FieldValues;
  readonly parent: ActorRef | null;
}

export interface ActorChange extends ActorRef {
  readonly values: FieldValues;
}

/** One answer per change of a batch, in the order of the changes. */
export type SaveOutcome =
  | { readonly kind: 'saved'; readonly actor: Actor }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly explanation: string | null };

/** A warning means: perhaps not all is here. Then nothing may be concluded from what is absent, and no timestamp advances. */
export interface ActorPage {
  readonly actors: readonly Actor[];
  readonly warning: string | null;
  /** Keys of the actors deleted since, from `changedActors` of a connector that tells. */
  readonly deleted?: readonly string[];
}

/** What not every ERP can do. */
export interface Abilities {
  /** `createActor` may be repeated with the same idempotency key: it answers the actor it made the first time. */
  readonly repeatableCreate: boolean;
  /** `changedActors` tells what was deleted. */
  readonly tellsDeleted: boolean;
}

export interface SearchRestriction {
  readonly field: WantedField;
  /** An operator of reference section 2.11: `=`, `begins`, `contains`, `between`, `oneof`, `before` ... */
  readonly operator: string;
  readonly values: readonly FieldValue[];
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** The language of explanations, field names and list texts, where the ERP has several. */
  readonly language?: string;
}

export interface SaveOptions extends CallOptions {
  /** Asked again right before the changes leave, where they had to wait for their turn; a throw keeps them back. */
  readonly beforeSend?: () => Promise<void>;
}

/**
 * One ERP connection: the 17 connector calls of ERP Sync, minus the connection id, which it was opened with, and what some
 * connectors can do beyond them.
 * Failures are AppErrors with a code of `connector.*` or `workbook.*`; an explanation meant for the user is in `detail.explanation`.
 */
export interface ErpConnector {
  /** Checks settings that are not saved yet. Throws `config.field_missing` with `detail.field`, or what went wrong. */
  testConfig(options?: CallOptions): Promise<void>;
  /** Hands the settings to the connector under the connection's id. Idempotent. */
  saveConnection(options?: CallOptions): Promise<void>;
  testConnection(options?: CallOptions): Promise<void>;
  deleteConnection(options?: CallOptions): Promise<void>;

  actorTypes(options?: CallOptions): Promise<readonly ActorType[]>;
  fields(type: ActorType, options?: CallOptions): Promise<readonly ErpField[]>;
  searchableFields(type: ActorType, options?: CallOptions): Promise<readonly string[]>;

  /** By key. A key that is not in the answer does not exist, unless there is a warning. */
  getActors(
    type: ActorType,
    keys: readonly string[],
    fields: readonly WantedField[],
    options?: CallOptions,
  ): Promise<ActorPage>;
  /** Free text; blank finds all. With a parent, only its persons. */
  searchActors(
    type: ActorType,
    text: string,
    fields: readonly WantedField[],
    options?: CallOptions & { readonly parent?: ActorRef },
  ): Promise<ActorPage>;
  /** All restrictions must hold. */
  searchAdvanced(
    type: ActorType,
    restrictions: readonly SearchRestriction[],
    fields: readonly WantedField[],
    options?: CallOptions & { readonly parent?: ActorRef },
  ): Promise<ActorPage>;
  /** Actors changed on or after the timestamp; the empty timestamp means all. */
  changedActors(
    type: ActorType,
    since: string,
    fields: readonly WantedField[],
    options?: CallOptions,
  ): Promise<ActorPage>;

  /**
   * Never repeat it blindly, unless `abilities` says that the key makes it safe. A refusal (`connector.rejected`, `value.*`, `mapping.*` ...)
   * is certain; what may have come after the actor was made has another code.
   */
  createActor(
    draft: ActorDraft,
    fields: readonly WantedField[],
    options?: CallOptions & { readonly idempotencyKey?: string },
  ): Promise<Actor>;
  /** Answers what the ERP really stored. A throw means: nothing is known about any of them. */
  saveActors(
    changes: readonly ActorChange[],
    fields: readonly WantedField[],
    options?: SaveOptions,
  ): Promise<readonly SaveOutcome[]>;

  getList(listName: string, options?: CallOptions): Promise<readonly ListItem[]>;
  getListItems(listName: string, keys: readonly string[], options?: CallOptions): Promise<readonly ListItem[]>;

  /** A connector that is silent about it has none of them. */
  abilities?(options?: CallOptions): Promise<Abilities>;
}

/** What a connection is opened with. */
export interface ConnectionSettings extends Endpoint {
  /** The GUID the connector knows the connection by; all zeros before the first save. */
  readonly connectionId: string;
  /** Values of the config fields, secrets included. */
  readonly config: FieldValues;
}

/** The software that speaks to one kind of ERP. */
export interface ConnectorKind {
  readonly kind: ConnectorKindName;
  /** Whether a connector of this kind is reached by an address the administrator types. */
  readonly needsUrl: boolean;
  /** Whether a connector of this kind may want a sign-in of ours, beside what its connections are configured with. */
  readonly signsIn?: boolean;
  /** The documents a connector describes itself with now; null where it shows none. Only of kinds that are described so. */
  servedWsdl?(endpoint: Endpoint, options?: CallOptions): Promise<readonly string[] | null>;
  /** Whether something of this kind answers there, for kinds whose settings are the same everywhere. */
  testAddress?(endpoint: Endpoint, options?: CallOptions): Promise<void>;
  /** The settings a connection of this kind asks for. */
  configFields(endpoint: Endpoint, options?: CallOptions): Promise<readonly ConfigField[]>;
  /** The items of a list that a config field offers, before there is a connection: all there are, or for a text, suggestions. */
  configList(endpoint: Endpoint, listName: string, options?: CallOptions): Promise<readonly ListItem[]>;
  /** Opens no connection by itself; the calls do. */
  open(settings: ConnectionSettings): ErpConnector;
}
