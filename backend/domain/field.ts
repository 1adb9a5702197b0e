import type { FieldAccess, FieldKind, FieldValue } from '../../shared/vocabulary.ts';

/** A field as a connector describes it: a field of an actor type, or a config field of a connection. */
export interface ErpField {
  readonly key: string;
  /** May be a multi-language string (`US:"..";NO:".."`), as may `description` and list texts. */
  readonly name: string;
  readonly description: string;
  readonly kind: FieldKind;
  /** The ERP's list, for kind `list`. */
  readonly listName: string | null;
  readonly defaultValue: FieldValue;
  /** Longest text the ERP takes; 0 means no limit is known. */
  readonly maxLength: number;
  readonly access: FieldAccess;
  /** Lowest first. */
  readonly rank: number;
}

/** A setting that a connection asks for. */
export interface ConfigField extends ErpField {
  /** The heading it stands below; may be a multi-language string. */
  readonly section?: string;
  /** It is asked for only while another setting is, and has one of these values; without values, while it has any. */
  readonly askedIf?: { readonly key: string; readonly values?: readonly string[] };
  /** For a secret: the setting with the address it goes to, where that is not the connector's own. */
  readonly sentTo?: string;
}

/** A SuperOffice field that can be mapped, by our key (`NAME`, `POSTALCITY`, `SuperOffice:1` ...). */
export interface CrmField {
  readonly key: string;
  readonly name: string;
  readonly kind: FieldKind;
  /** `country`, `category`, `udlist12` ...: the CRM list behind a field of kind `list`. */
  readonly listName: string | null;
  /** Longest text SuperOffice takes; 0 means no limit is known. */
  readonly maxLength: number;
  /** `readOnly` for ids. */
  readonly access: FieldAccess;
}
