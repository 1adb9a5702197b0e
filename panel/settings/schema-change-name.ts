import { msg } from '@lit/localize';
import type { SchemaChangeKind } from '../../shared/vocabulary.ts';

/** What became of a field or of an actor type, and what that asks of the administrator. */
const sentences: Record<SchemaChangeKind, () => string> = {
  typeGone: () => msg('The ERP no longer offers this actor type. It is not synchronized.'),
  typeNew: () => msg('New in the ERP.'),
  typeBack: () => msg('Is back in the ERP. Activate it again in the mapping.'),
  crmGone: () => msg('Its field in SuperOffice no longer exists. It is not synchronized. Map it to another one.'),
  crmBack: () => msg('Its field in SuperOffice is back.'),
  gone: () => msg('No longer exists in the ERP. It is not synchronized.'),
  new: () => msg('New in the ERP.'),
  back: () => msg('Is back in the ERP.'),
  kind: () => msg('Has another type now. Choose its direction again.'),
  list: () => msg('Has another list now. Check its list mapping.'),
  readOnly: () => msg('Can only be read now. Check its direction.'),
  mandatory: () => msg('Is mandatory now. Map it towards the ERP, or give it a default value.'),
  shorter: () => msg('Takes fewer characters now. Longer values are held back.'),
};

export const schemaChangeText = (kind: SchemaChangeKind): string => sentences[kind]();
