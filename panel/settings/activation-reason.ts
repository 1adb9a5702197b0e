import { msg, str } from '@lit/localize';
import type { ActivationResult } from '../../shared/api/connections.ts';
import { reasonText } from '../locales/error-text.ts';
import { actorTypeName } from '../locales/actor-type-name.ts';

export type ActivationReason = ActivationResult['reasons'][number];

/** One thing that stands in the way of activating a connection, with what to do about it. */
export function activationReasonText({ kind, actorType, field, cause }: ActivationReason): string {
  const actor = actorType ? actorTypeName(actorType) : msg('ERP actor');
  const place = field ? `${actor} / ${field}` : actor;
  switch (kind) {
    case 'noActorType':
      return msg('Nothing is synchronized yet. Open Mappings and tick at least one actor type.');
    case 'noMapping':
      return msg(str`${place}: no field is synchronized. Open Mappings and choose a direction for at least one field.`);
    case 'mandatoryUnmapped':
      return msg(
        str`${place}: mandatory in ERP, but nothing fills it. Open Mappings, choose a SuperOffice field and press <, or set a value under Defaults.`,
      );
    case 'fieldMissingInErp':
      return msg(
        str`${place}: this field is no longer available in ERP. Open Mappings and choose (No selection) for it.`,
      );
    case 'fieldMissingInCrm':
      return msg(str`${place}: the SuperOffice field no longer exists. Open Mappings and choose another one.`);
    case 'directionRefused':
      return [
        msg(str`${place}: this field cannot be synchronized in the chosen direction.`),
        ...(cause ? [reasonText(cause)] : []),
      ].join(' ');
    case 'scopeEmpty':
      return msg('No users or groups are selected. Configure the ERP connection and set its scope.');
    case 'testFailed':
      return [msg('The test of the ERP connection failed.'), ...(cause ? [reasonText(cause)] : [])].join(' ');
  }
}
