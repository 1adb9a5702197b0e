import { msg, str } from '@lit/localize';
import type { MappableCrmField, MappedField } from '../../shared/api/mappings.ts';
import { allowedDirections, type DirectionReason } from '../../shared/rules/direction-rules.ts';
import type { Direction } from '../../shared/vocabulary.ts';

export interface RefusedDirections {
  readonly toCrm: string | null;
  readonly toErp: string | null;
}

/** For each of the two buttons, why it cannot be used, in words; null when it can. */
export function refusedDirections(field: MappedField, crmField: MappableCrmField | null): RefusedDirections {
  const { toCrm, toErp } = allowedDirections(field, crmField, field.direction);
  // Both are on, and only one may be: each must be there to be turned off.
  if (field.direction === 'both' && toCrm === 'oneWayOnly') return { toCrm: null, toErp: null };
  return { toCrm: toCrm && reasonText(toCrm, field), toErp: toErp && reasonText(toErp, field) };
}

/** What is left of a direction once the refused part is taken away; stored as it was, until the user changes it. */
export function directionLeft(direction: Direction, { toCrm, toErp }: RefusedDirections): Direction {
  const intoCrm = toCrm === null && (direction === 'toCrm' || direction === 'both');
  const intoErp = toErp === null && (direction === 'toErp' || direction === 'both');
  if (intoCrm && intoErp) return 'both';
  if (intoCrm) return 'toCrm';
  return intoErp ? 'toErp' : 'none';
}

function reasonText(reason: DirectionReason, { alreadyMappedIn }: MappedField): string {
  switch (reason) {
    case 'noCrmField':
      return msg('Choose a SuperOffice field before setting the direction.');
    case 'missingInErp':
      return msg('This field is no longer available in ERP.');
    case 'missingInCrm':
      return msg('This field is no longer available in SuperOffice.');
    case 'kindsDiffer':
      return msg('The values of these two fields cannot be carried over in this direction.');
    case 'listToText':
      return msg(
        'The ERP field is a list type. List types cannot be synchronized back to ERP when they are mapped to a text field in SuperOffice.',
      );
    case 'oneWayOnly':
      return msg('These two fields can be synchronized in one direction only. Turn off the other one first.');
    case 'erpReadOnly':
      return msg('This field is set to read-only by the ERP system.');
    case 'crmReadOnly':
      return msg('This SuperOffice field cannot be changed by synchronization.');
    case 'alreadyMapped':
      return msg(
        str`This SuperOffice field is already updated from ${alreadyMappedIn ?? ''}. To share it, switch on its direction to the ERP first.`,
      );
  }
}
