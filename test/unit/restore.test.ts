import { describe, expect, test } from 'vitest';
import { mappedField } from '../../backend/domain/merge.ts';
import { restoredStep } from '../../backend/domain/restore.ts';
import type { FieldValue, Side } from '../../shared/vocabulary.ts';
import { pairOf } from '../support/field-pair.ts';

/** An ERP that writes in capitals; the newer value was agreed on, and SuperOffice's or the ERP's has changed since. */
function stepOf(side: Side, now: FieldValue, history: Parameters<typeof restoredStep>[2]) {
  const newer = { crm: 'Newer', erp: 'NEWER' };
  const values = { ...newer, [side]: now };
  return restoredStep(side, mappedField(pairOf(), { ...values, agreed: newer, newest: null }), history);
}

describe('a value of a restored backup', () => {
  const toErp = [{ target: 'erp', before: 'OLDER', after: 'NEWER' }] as const;
  const toCrm = [{ target: 'crm', before: 'Older', after: 'Newer' }] as const;

  test('is known by what the ledger says of its own side', () => {
    expect(stepOf('erp', 'OLDER', toErp)).toEqual({ target: 'erp', before: 'OLDER', after: 'NEWER' });
    expect(stepOf('crm', 'Older', toCrm)).toEqual({ target: 'crm', before: 'Older', after: 'Newer' });
  });

  test('is known by what the ledger says of the other side, whatever the ERP makes of a text', () => {
    expect(stepOf('crm', 'Older', toErp)).toEqual({ target: 'crm', before: 'Older', after: 'Newer' });
    expect(stepOf('erp', 'OLDER', toCrm)).toEqual({ target: 'erp', before: 'OLDER', after: 'NEWER' });
  });

  test('is an edit when nothing is known of it', () => {
    expect(stepOf('crm', 'Edited since', [...toErp, ...toCrm])).toBeNull();
    expect(stepOf('erp', 'EDITED SINCE', [...toErp, ...toCrm])).toBeNull();
  });
});
