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
  const link = { id: 'ours', syncedAt: new Date('2026-11-27T12:00:00Z') };
  const row = (linkId: string, target: Side, before: string, after: string, time = '11:00') => ({
    ...{ linkId, target, before, after, fieldKey: 'NM', crmField: 'NAME', at: new Date(`2026-11-27T${time}:00Z`) },
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

  test('has nothing in it that was written for the link when its ERP did not answer: that is newer than what was agreed on', () => {
    const unanswered = row('ours', 'crm', 'Newer', 'Newest', '13:00');
    expect(pastFor('crm', 'Newer', [carriedOn, unanswered])).toEqual([carriedOn]);
  });

  test('has in it what was agreed on without a word in the ledger, when both sides were edited alike', () => {
    expect(pastFor('crm', 'Typed on both sides', [carriedOn])).toEqual([carriedOn]);
  });

  test('is nothing to an ERP that was restored: there it may be what somebody has typed', () => {
    expect(pastFor('erp', 'Newer', [replaced, carriedOn])).toEqual([carriedOn]);
  });
});
