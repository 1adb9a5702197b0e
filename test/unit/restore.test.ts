import { describe, expect, test } from 'vitest';
import { mappedField } from '../../backend/domain/merge.ts';
import { pastOf, restoredStep } from '../../backend/domain/restore.ts';
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

describe('the past of a field of SuperOffice', () => {
  const link = { id: 'ours' };
  const row = (linkId: string, target: Side, before: string, after: string) => ({
    ...{ linkId, target, before, after, fieldKey: 'NM', crmField: 'NAME' },
  });
  const pastFor = (side: Side, agreed: string, rows: readonly ReturnType<typeof row>[]) =>
    pastOf(side, { crm: agreed, erp: agreed }, { link, pair: pairOf() }, rows);

  const replaced = row('other', 'crm', 'Typed', 'Newer');
  const carriedOn = row('ours', 'erp', 'Older', 'Newer');

  test('has in it what another ERP replaced there, and what was made of that here', () => {
    expect(pastFor('crm', 'Newer', [replaced, carriedOn])).toEqual([replaced, carriedOn]);
  });

  test('ends where the link stopped keeping up: what was written there since is no older value', () => {
    const since = row('other', 'crm', 'Newer', 'Too long for this ERP');
    expect(pastFor('crm', 'Newer', [replaced, carriedOn, since])).toEqual([replaced, carriedOn]);
  });

  test('is nothing to an ERP that was restored: there it may be what somebody has typed', () => {
    expect(pastFor('erp', 'Newer', [replaced, carriedOn])).toEqual([carriedOn]);
  });
});
