import type { SignInSettings } from '../../shared/api/connectors.ts';
import type { ErrorCode, ErrorDetail } from '../../shared/errors.ts';
import type {
  ActorType,
  ConflictPolicy,
  ConnectorKindName,
  Direction,
  FieldAccess,
  FieldKind,
  FieldValue,
  FieldValues,
  SchemaChangeKind,
} from '../../shared/vocabulary.ts';
import type { Authority } from '../domain/connection.ts';

export interface SetupTables {
  connector: {
    tenant: string;
    id: string;
    kind: ConnectorKindName;
    name: string;
    url: string;
    deleted: boolean;
    sign_in: SignInSettings | null;
    secret: string | null;
    authority: Authority | null;
  };
  connector_wsdl: {
    tenant: string;
    connector_id: string;
    given: boolean;
    documents: readonly string[];
    since: Date;
  };
  connection: {
    tenant: string;
    id: string;
    connector_id: string;
    name: string;
    description: string;
    active: boolean;
    deleted: boolean;
    everyone: boolean;
    config: FieldValues;
    poll_seconds: number;
    priority: number;
    policy: ConflictPolicy;
    brake_percent: number;
    brake_links: number;
    trouble_code: ErrorCode | null;
    trouble_detail: ErrorDetail | null;
  };
  connection_secret: {
    tenant: string;
    connection_id: string;
    field_key: string;
    sealed: string;
  };
  scope_member: {
    tenant: string;
    connection_id: string;
    kind: 'user' | 'group';
    member_id: number;
    can_connect: boolean;
    can_create: boolean;
  };
  actor_type_mapping: {
    tenant: string;
    connection_id: string;
    actor_type: ActorType;
    active: boolean;
    missing_in_erp: boolean;
  };
  field_mapping: {
    tenant: string;
    connection_id: string;
    actor_type: ActorType;
    field_key: string;
    name: string;
    description: string;
    kind: FieldKind;
    list_name: string | null;
    default_value: FieldValue;
    max_length: number;
    access: FieldAccess;
    rank: number;
    searchable: boolean;
    missing_in_erp: boolean;
    crm_field: string | null;
    direction: Direction;
    show_in_tab: boolean;
    show_in_search: boolean;
    policy: ConflictPolicy | null;
    first_value: FieldValue;
    ask_user: boolean;
    first_mandatory: boolean;
  };
  schema_task: {
    tenant: string;
    connection_id: string;
    actor_type: ActorType;
    field_key: string;
    kind: SchemaChangeKind;
    since: Date;
  };
}
