import type { Direction, FieldAccess, FieldKind } from '../vocabulary.ts';

/** Why a field cannot be kept equal in a direction. */
export const directionReasons = [
  'noCrmField',
  'missingInErp',
  'missingInCrm',
  'kindsDiffer',
  'listToText',
  'oneWayOnly',
  'erpReadOnly',
  'crmReadOnly',
  'alreadyMapped',
] as const;
export type DirectionReason = (typeof directionReasons)[number];

export interface ErpSide {
  readonly kind: FieldKind;
  readonly access: FieldAccess;
  readonly missingInErp: boolean;
  /** The key of the SuperOffice field it is mapped to, whether or not that still exists. */
  readonly crmField: string | null;
  /** Another active connection that writes this SuperOffice field already. */
  readonly alreadyMappedIn: string | null;
}

export interface CrmSide {
  readonly kind: FieldKind;
  readonly access: FieldAccess;
}

/** `or`: either way, but not both at once, because a value would not come back as it went. */
type Ways = 'both' | 'or' | 'toCrm' | 'toErp' | 'none';

type CrmKind = 'text' | 'integer' | 'decimal' | 'checkbox' | 'date' | 'datetime' | 'list';

// A checkbox and a list would need an item for each tick; list mapping pairs lists only.
const ways: Readonly<Record<FieldKind, Readonly<Record<CrmKind, Ways>>>> = {
  text: row('both', 'both', 'or', 'toErp', 'or', 'or', 'or'),
  integer: row('both', 'both', 'or', 'both', 'none', 'none', 'or'),
  decimal: row('or', 'or', 'both', 'none', 'none', 'none', 'none'),
  checkbox: row('toCrm', 'both', 'none', 'both', 'none', 'none', 'none'),
  date: row('or', 'none', 'none', 'none', 'both', 'both', 'none'),
  datetime: row('or', 'none', 'none', 'none', 'both', 'both', 'none'),
  list: row('toCrm', 'toCrm', 'none', 'none', 'none', 'none', 'both'),
  password: row('none', 'none', 'none', 'none', 'none', 'none', 'none'),
  label: row('none', 'none', 'none', 'none', 'none', 'none', 'none'),
};

/** Why this direction is not possible for the pair; null when it is. */
export function directionRefusal(erp: ErpSide, crm: CrmSide | null, direction: Direction): DirectionReason | null {
  if (direction === 'none') return null;
  if (erp.missingInErp) return 'missingInErp';
  if (!crm) return erp.crmField === null ? 'noCrmField' : 'missingInCrm';

  const [toCrm, toErp] = [direction !== 'toErp', direction !== 'toCrm'];
  if (toErp && erp.access === 'readOnly') return 'erpReadOnly';
  if (toCrm && crm.access === 'readOnly') return 'crmReadOnly';

  const possible = waysOf(erp, crm);
  if (toErp && erp.kind === 'list' && crm.kind === 'text') return 'listToText';
  if (possible === 'none') return 'kindsDiffer';
  if (direction === 'both' && possible !== 'both') return 'oneWayOnly';
  if (possible !== 'both' && possible !== 'or' && possible !== direction) return 'kindsDiffer';
  // Two ERPs may share a field that SuperOffice answers for, but not one that only they write.
  if (direction === 'toCrm' && erp.alreadyMappedIn !== null) return 'alreadyMapped';
  return null;
}

/** For the two buttons of a pair: why each cannot be switched on beside what is on already. */
export function allowedDirections(
  erp: ErpSide,
  crm: CrmSide | null,
  current: Direction = 'none',
): { readonly toCrm: DirectionReason | null; readonly toErp: DirectionReason | null } {
  return {
    toCrm: directionRefusal(erp, crm, current === 'toErp' || current === 'both' ? 'both' : 'toCrm'),
    toErp: directionRefusal(erp, crm, current === 'toCrm' || current === 'both' ? 'both' : 'toErp'),
  };
}

/** Whether the mapping may offer the pair at all. */
export function canBePaired(erp: Pick<ErpSide, 'kind' | 'access'>, crm: CrmSide): boolean {
  const side: ErpSide = { ...erp, missingInErp: false, crmField: '', alreadyMappedIn: null };
  return directionRefusal(side, crm, 'toCrm') === null || directionRefusal(side, crm, 'toErp') === null;
}

function waysOf(erp: ErpSide, crm: CrmSide): Ways {
  if (crm.kind === 'password' || crm.kind === 'label') return 'none';
  // A number that SuperOffice counts with says nothing about a tick.
  if (erp.kind === 'checkbox' && crm.access === 'readOnly') return 'none';
  return ways[erp.kind][crm.kind];
}

function row(
  text: Ways,
  integer: Ways,
  decimal: Ways,
  checkbox: Ways,
  date: Ways,
  datetime: Ways,
  list: Ways,
): Readonly<Record<CrmKind, Ways>> {
  return { text, integer, decimal, checkbox, date, datetime, list };
}
