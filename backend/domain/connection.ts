import type { SignInSettings } from '../../shared/api/connectors.ts';
import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import type {
  ActorType,
  ConflictPolicy,
  ConnectorKindName,
  Direction,
  FieldValue,
  FieldValues,
} from '../../shared/vocabulary.ts';
import type { BrakeLimit } from './brake.ts';
import type { ErpField } from './field.ts';

/** The software that speaks to one kind of ERP, registered by name and address. */
export interface Connector {
  readonly id: string;
  readonly kind: ConnectorKindName;
  readonly name: string;
  readonly url: string;
  readonly deleted: boolean;
  /** Without its secret, which the store hands out only to reach the connector. */
  readonly signIn: SignInSettings | null;
  readonly secretSet: boolean;
  /** The description that is kept of it. */
  readonly wsdl: { readonly given: boolean; readonly since: Date } | null;
  readonly authority: Authority | null;
}

/** The certificate of an authority of a company's own. */
export interface Authority {
  readonly pem: string;
  readonly name: string;
  /** When the first of its certificates expires. */
  readonly until: string;
}

/** Who may use a connection. Someone in scope sees the ERP tab; connecting and creating are rights beside that. */
export interface Scope {
  readonly everyone: boolean;
  readonly members: readonly ScopeMember[];
}

export interface ScopeMember {
  readonly kind: 'user' | 'group';
  readonly id: number;
  readonly canConnect: boolean;
  readonly canCreate: boolean;
}

/** A connector with settings for one ERP client. `id` is also the GUID the connector knows it by. */
export interface Connection {
  readonly id: string;
  readonly connectorId: string;
  readonly name: string;
  readonly description: string;
  readonly active: boolean;
  readonly deleted: boolean;
  readonly scope: Scope;
  /** Config values without the secrets, which the store hands out only to open a connector. */
  readonly config: FieldValues;
  /** Keys of the config fields that hold a secret. */
  readonly secretKeys: readonly string[];
  readonly pollSeconds: number;
  /** Place in the priority; 1 is strongest. */
  readonly priority: number;
  /** How a field changed on both sides is settled, where the field has no policy of its own. */
  readonly policy: ConflictPolicy;
  readonly brake: BrakeLimit;
  /** Why its set-up at the connector is not complete; null when it is. */
  readonly trouble: Trouble | null;
}

/** A failure that was kept for someone to read. */
export interface Trouble {
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;
}

/** What an actor gets in a field when it is created or connected, where the mapping brings nothing. */
export interface FirstValue {
  /** The default value; null when there is none. */
  readonly value: FieldValue;
  /** The user is asked, with the default value filled in. */
  readonly ask: boolean;
  /** No actor without a value here; beside what the ERP itself demands. */
  readonly mandatory: boolean;
}

export const noFirstValue: FirstValue = { value: null, ask: false, mandatory: false };

/** An ERP field of one actor type with what the administrator decided about it. */
export interface FieldMapping extends ErpField {
  /** The SuperOffice field it is mapped to. */
  readonly crmField: string | null;
  readonly direction: Direction;
  readonly showInTab: boolean;
  readonly showInSearch: boolean;
  readonly searchable: boolean;
  /** Null: as the connection has it. */
  readonly policy: ConflictPolicy | null;
  readonly firstValue: FirstValue;
  /** The connector no longer offers this field. */
  readonly missingInErp: boolean;
}

/** One actor type of a connection: "Sync ERP customers to SuperOffice companies". */
export interface ActorTypeMapping {
  readonly connectionId: string;
  readonly actorType: ActorType;
  readonly active: boolean;
  /** The connector no longer offers this actor type. */
  readonly missingInErp: boolean;
  /** By rank. */
  readonly fields: readonly FieldMapping[];
}
