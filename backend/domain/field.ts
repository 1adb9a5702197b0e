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
