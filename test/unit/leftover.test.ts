import { describe, expect, test } from 'vitest';
import type { UnsettledRow } from '../../backend/domain/ledger.ts';
import { agreedByArrival, arrived, writtenBy } from '../../backend/domain/leftover.ts';
import type { FieldValue } from '../../shared/vocabulary.ts';
import { pairOf } from '../support/field-pair.ts';

function writeOf(before: FieldValue, after: FieldValue, more: Partial<UnsettledRow> = {}): UnsettledRow {
  return {
    id: 1,
    at: new Date(),
    runId: null,
    event: null,
    linkId: 'link',
    connectionId: 'erp',
    entity: { type: 'contact', id: 42 },
    actor: { type: 'Customer', erpKey: 'c42' },
    fieldKey: 'NM',
    crmField: 'NAME',
    target: 'erp',
    before,
    after,
    reason: 'changed',
    cause: 'webhook',
    userName: null,
    overtaken: false,
    ...more,
  };
}

describe('of writes that nobody saw the end of', () => {
  const early = writeOf('OLD', ' First', { overtaken: true });
  const late = writeOf('OLD', ' Second');
  const came = (now: FieldValue, agreed: FieldValue = 'OLD') => arrived('text', [early, late], now, agreed);

  test('none has arrived while the old value stands there', () => {
    expect(came('OLD')).toBeUndefined();
  });

  test('the one whose value stands there has, be it as the ERP keeps it', () => {
    expect(came(' First')).toBe(early);
    expect(came('FIRST')).toBe(early);
    expect(came(' Second')).toBe(late);
    expect(came('SECOND')).toBe(late);
  });

  test('a number may have been rounded, or cut off', () => {
    const rounded = writeOf('10', '12.345', { overtaken: true });
    const kept = (now: string) => arrived('decimal', [rounded], now, '10');
    expect([kept('12.35'), kept('12.34'), kept('12')]).toEqual([rounded, rounded, rounded]);
    expect([kept('12.3456'), kept('12.36'), kept('14'), kept('-12.35'), kept('many')]).toEqual(
      Array(5).fill(undefined),
    );
    expect(arrived('text', [rounded], '12.35', '10')).toBeUndefined();
  });

  test('the last may have become anything, and one that was overtaken nothing but its own value', () => {
    expect(came('Rounded')).toBe(late);
    expect(arrived('text', [early], 'Rounded', 'OLD')).toBeUndefined();
  });

  test('one that was overtaken has not brought what both sides have agreed on since', () => {
    expect(arrived('text', [early], 'FIRST', 'FIRST')).toBeUndefined();
    expect(arrived('text', [late], 'SECOND', 'SECOND')).toBe(late);
  });
});

describe('by a write that nobody saw the end of', () => {
  const agreed = { crm: 'Old', erp: 'OLD' };

  test('both sides agree on what was sent, as each keeps it', () => {
    const toErp = writeOf('OLD', ' New');
    expect(agreedByArrival(pairOf(), toErp, { crm: ' New', erp: 'NEW' }, agreed)).toEqual({ crm: ' New', erp: 'NEW' });
    const toCrm = writeOf('Old', ' New', { target: 'crm' });
    expect(agreedByArrival(pairOf(), toCrm, { crm: 'New', erp: ' New' }, agreed)).toEqual({ crm: 'New', erp: ' New' });
  });

  test('stands in the ledger what stands there, or what was sent where somebody may have edited that since', () => {
    expect(writtenBy('text', writeOf('OLD', 'New'), 'NEW')).toBe('NEW');
    expect(writtenBy('text', writeOf('OLD', 'New'), 'Edited')).toBe('New');
  });

  test('nothing is agreed on where somebody else may have written what stands there', () => {
    expect(agreedByArrival(pairOf(), writeOf('OLD', 'New'), { crm: 'New', erp: 'Edited' }, agreed)).toBeNull();
  });

  test('an undo leaves the other side what it was', () => {
    const undo = writeOf('OLD', 'Older', { reason: 'undo' });
    const now = { crm: 'Edited', erp: 'OLDER' };
    expect(agreedByArrival(pairOf(), undo, now, agreed)).toEqual({ crm: 'Old', erp: 'OLDER' });
    expect(agreedByArrival(pairOf(), undo, now, undefined)).toBeNull();
  });

  test('an ERP that was overruled keeps its own value, unless that was edited since or nothing has overruled it', () => {
    const overruled = writeOf('Weak', 'Strong', { target: 'crm', reason: 'overruled' });
    const by = (crm: string, erp: string) => agreedByArrival(pairOf(), overruled, { crm, erp }, agreed);
    expect(arrived('text', [overruled], 'Strong', 'Old')).toBe(overruled);
    expect(by('Strong', 'Weak')).toEqual({ crm: 'Strong', erp: 'Weak' });
    expect(by('Strong', 'Edited')).toBeNull();
    expect(arrived('text', [overruled], 'Old', 'Old')).toBeUndefined();
  });
});
