import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { FieldMapping } from '../../backend/domain/connection.ts';
import type { AgreedValue } from '../../backend/domain/link.ts';
import {
  planSync,
  type Intent,
  type LinkState,
  type RecordState,
  type SyncPlan,
} from '../../backend/domain/sync-plan.ts';
import { conflictPolicies, directions, type FieldValue, type FieldValues } from '../../shared/vocabulary.ts';
import { pairOf } from '../support/field-pair.ts';

vi.setConfig({ testTimeout: 30_000 });

const sync: Intent = { kind: 'sync' };

function record(NAME: FieldValue, protectedFields: readonly string[] = []): RecordState {
  return { entity: { type: 'contact', id: 42 }, values: { NAME }, protectedFields };
}

function link(
  linkId: string,
  NM: FieldValue,
  more: Partial<LinkState> & { readonly erp?: Partial<FieldMapping> } = {},
): LinkState {
  const { erp, ...state } = more;
  return {
    linkId,
    pairs: [pairOf(erp ? { erp } : {})],
    values: { NM },
    unreadable: {},
    agreed: { NM: { crm: 'old', erp: 'old' } },
    refused: {},
    newest: null,
    ...state,
  };
}

const written = ({ toCrm, links }: SyncPlan) => [toCrm['NAME'], ...links.map(({ toErp }) => toErp['NM'])];

describe('one record and its actors', () => {
  test('a value travels from one ERP through the record into the others', () => {
    const plan = planSync(record('old'), [link('a', 'old'), link('b', 'new'), link('c', 'old')], sync);
    expect(written(plan)).toEqual(['new', 'new', undefined, 'new']);
    expect(plan.steps.map(({ linkId, target, before, after }) => [linkId, target, before, after])).toEqual([
      ['a', 'erp', 'old', 'new'],
      ['b', 'crm', 'old', 'new'],
      ['c', 'erp', 'old', 'new'],
    ]);
  });

  test('of two ERPs that changed a field, the stronger wins and the weaker follows', () => {
    for (const policy of conflictPolicies) {
      const plan = planSync(record('old'), [link('a', 'A'), link('b', 'B', { erp: { policy } })], sync);
      expect(written(plan)).toEqual(['A', undefined, 'A']);
      expect(plan.steps).toContainEqual(
        expect.objectContaining({ linkId: 'b', before: 'B', after: 'A', reason: 'priority' }),
      );
    }
  });

  test('a weaker ERP that cannot follow is overruled once, on the record, and not again', () => {
    const weaker = { erp: { direction: 'toCrm' } } as const;
    const plan = planSync(record('old'), [link('a', 'A'), link('b', 'B', weaker)], sync);
    expect(written(plan)).toEqual(['A', undefined, undefined]);
    expect(plan.steps).toContainEqual(
      expect.objectContaining({ linkId: 'b', before: 'B', after: 'A', reason: 'overruled' }),
    );

    const [a, b] = plan.links.map(({ agreed }) => agreed);
    const again = planSync(
      record('A'),
      [link('a', 'A', { agreed: a ?? {} }), link('b', 'B', { ...weaker, agreed: b ?? {} })],
      sync,
    );
    expect(written(again)).toEqual([undefined, undefined, undefined]);
  });

  test('a value that moves on keeps the reason why it replaced what somebody had written', () => {
    const oneWay = link('a', 'A', { erp: { direction: 'toErp' } });
    const plan = planSync(record('mine'), [oneWay, link('b', 'B', { erp: { policy: 'erp' } })], sync);
    expect(written(plan)).toEqual(['B', 'B', undefined]);
    expect(plan.steps).toContainEqual(
      expect.objectContaining({ linkId: 'a', before: 'A', after: 'B', reason: 'oneWay' }),
    );
  });

  test('a value that another overtakes on its way is not written, where that other one cannot be', () => {
    const short = link('a', 'old', { erp: { direction: 'toErp', maxLength: 3 } });
    const plan = planSync(record('new'), [short, link('b', 'theirs', { erp: { policy: 'erp' } })], sync);
    expect(written(plan)).toEqual(['theirs', undefined, undefined]);
    expect(plan.links[0]).toMatchObject({ agreed: {}, open: { NM: { code: 'value.too_long' } } });
    expect(plan.steps.map(({ linkId, target }) => [linkId, target])).toEqual([['b', 'crm']]);
  });

  test('what is not reported is not blank', () => {
    const plan = planSync(record('new'), [link('a', 'old', { values: {} })], sync);
    expect(written(plan)).toEqual([undefined, undefined]);
    expect(plan.links[0]?.open).toMatchObject({ NM: { kind: 'parked', code: 'mapping.field_unknown' } });
  });

  test('what cannot be read is not overwritten', () => {
    const plan = planSync(record('new'), [link('a', null, { values: {}, unreadable: { NM: '#REF!' } })], sync);
    expect(plan.links[0]).toMatchObject({
      toErp: {},
      open: { NM: { code: 'value.invalid', detail: { value: '#REF!' } } },
    });
  });

  test('a protected field is not written, whatever else says so', () => {
    const plan = planSync(record('old', ['NAME']), [link('a', 'new')], sync);
    expect(plan).toMatchObject({ toCrm: {}, links: [{ open: { NM: { code: 'entity.protected' } } }] });
  });

  test('what was refused is not tried again', () => {
    const refused = { NM: { code: 'connector.rejected', detail: {} } } as const;
    const plan = planSync(record('new'), [link('a', 'old', { refused })], sync);
    expect(plan.links[0]).toMatchObject({ toErp: {}, open: { NM: { code: 'connector.rejected' } } });
  });

  test('a choice holds only for the values it was made from', () => {
    const choose = (crm: string): Intent => ({
      kind: 'choose',
      linkId: 'a',
      choices: { NM: { side: 'crm', crm, erp: 'theirs' } },
    });
    expect(written(planSync(record('mine'), [link('a', 'theirs')], choose('mine')))).toEqual([undefined, 'mine']);
    const stale = planSync(record('mine'), [link('a', 'theirs')], choose('what was there before'));
    expect(stale.links[0]).toMatchObject({ toErp: {}, open: { NM: { kind: 'conflict' } } });
  });
});

describe('resync', () => {
  const fromCrm: Intent = { kind: 'resync', from: 'crm', keepNonBlank: false };

  test('from the CRM gives all ERPs its values, whatever changed last', () => {
    expect(written(planSync(record('old'), [link('a', 'A'), link('b', 'B')], fromCrm))).toEqual([
      undefined,
      'old',
      'old',
    ]);
  });

  test('from one ERP goes into the CRM and on into the others', () => {
    const fromB: Intent = { kind: 'resync', from: { linkId: 'b' }, keepNonBlank: false };
    expect(written(planSync(record('C'), [link('a', 'A'), link('b', 'B')], fromB))).toEqual(['B', 'B', undefined]);
  });

  test('obeys directions', () => {
    expect(written(planSync(record('C'), [link('a', 'A', { erp: { direction: 'toCrm' } })], fromCrm))).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('without blanks keeps what is there', () => {
    const kept: Intent = { kind: 'resync', from: 'crm', keepNonBlank: true };
    expect(written(planSync(record(null), [link('a', 'A')], kept))).toEqual([undefined, undefined]);
    expect(written(planSync(record(null), [link('a', 'A')], fromCrm))).toEqual([undefined, null]);
  });
});

describe('any plan', () => {
  const value = fc.constantFrom<FieldValue>(null, 'a', 'b', 'c', 'd');
  const links = fc.array(
    fc.record({
      erp: value,
      agreed: fc.option(fc.record({ crm: value, erp: value })),
      direction: fc.constantFrom(...directions),
      policy: fc.constantFrom(...conflictPolicies),
      newest: fc.constantFrom('crm' as const, 'erp' as const, null),
    }),
    { minLength: 1, maxLength: 4 },
  );
  const intents = fc.constantFrom<Intent>(
    sync,
    { kind: 'resync', from: 'crm', keepNonBlank: false },
    { kind: 'resync', from: { linkId: '1' }, keepNonBlank: true },
  );
  const states = fc.tuple(value, links).map(([crm, given]) => ({
    record: record(crm),
    links: given.map(({ erp, agreed, direction, policy, newest }, index) =>
      link(String(index), erp, { agreed: agreed ? { NM: agreed } : {}, newest, erp: { direction, policy } }),
    ),
  }));

  /** The world after the plan was carried out by systems that store what they are told, `normalised` by some ERPs. */
  function after(
    { record, links }: { record: RecordState; links: readonly LinkState[] },
    plan: SyncPlan,
    normalised: (value: FieldValue) => FieldValue = (value) => value,
  ) {
    const crm: FieldValues = { ...record.values, ...plan.toCrm };
    return {
      record: { ...record, values: crm },
      links: links.map((link, index) => {
        const done = plan.links[index];
        const toErp = Object.entries(done?.toErp ?? {}).map(([key, value]) => [key, normalised(value)]);
        const values: FieldValues = { ...link.values, ...Object.fromEntries(toErp) };
        const news = Object.keys(done?.agreed ?? {}).map((key): [string, AgreedValue] => [
          key,
          { crm: crm['NAME'] ?? null, erp: values[key] ?? null },
        ]);
        return { ...link, values, agreed: { ...link.agreed, ...Object.fromEntries(news) } };
      }),
    };
  }

  test.each([
    ['', (value: FieldValue) => value],
    [', with ERPs that write in capitals', (value: FieldValue) => value?.toUpperCase() ?? null],
  ])('leaves nothing for the next to write%s', (_, normalised) => {
    fc.assert(
      fc.property(states, intents, (state, intent) => {
        const rested = after(state, planSync(state.record, state.links, intent), normalised);
        const again = planSync(rested.record, rested.links, intent);
        expect(again.steps).toEqual([]);
        expect(written(again).filter((value) => value !== undefined)).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });

  test('writes only where directions let it', () => {
    fc.assert(
      fc.property(states, intents, ({ record, links }, intent) => {
        const plan = planSync(record, links, intent);
        const allowed = (index: number) => links[index]?.pairs[0]?.erp.direction;
        if ('NAME' in plan.toCrm)
          expect(links.some((_, i) => allowed(i) === 'both' || allowed(i) === 'toCrm')).toBe(true);
        for (const [index, { toErp }] of plan.links.entries()) {
          if ('NM' in toErp) expect(['both', 'toErp']).toContain(allowed(index));
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('loses no value without an entry that names it', () => {
    fc.assert(
      fc.property(states, ({ record, links }) => {
        const plan = planSync(record, links, sync);
        const entered = plan.steps.map(({ target, linkId, before }) =>
          JSON.stringify([target === 'crm' ? 'crm' : linkId, before]),
        );
        if ('NAME' in plan.toCrm) expect(entered).toContain(JSON.stringify(['crm', record.values['NAME'] ?? null]));
        for (const [index, { toErp, linkId }] of plan.links.entries()) {
          if ('NM' in toErp) expect(entered).toContain(JSON.stringify([linkId, links[index]?.values['NM'] ?? null]));
        }
      }),
      { numRuns: 3000 },
    );
  });
});

test('a value that an ERP has refused does not stand in the way of the next, which another ERP brings', () => {
  const refused = { NM: { code: 'connector.rejected', detail: {} } } as const;
  const plan = planSync(
    record('bad'),
    [link('a', 'old', { refused }), link('b', 'good', { erp: { direction: 'toCrm' } })],
    sync,
  );
  expect(written(plan)).toEqual(['good', 'good', undefined]);
  expect(plan.links[0]?.open).toEqual({});
});

describe('exactly what was planned', () => {
  const step = { linkId: 'a', fieldKey: 'NM', target: 'erp', before: 'older', after: 'old' } as const;

  test('leaves alone what two sides have in common by now: that waits for the next look', () => {
    const plan = planSync(record('alike'), [link('a', 'alike')], { kind: 'undo', steps: [] });
    expect(plan).toMatchObject({ later: true, steps: [], links: [{ agreed: {} }] });
  });

  test('is to give one side again what was agreed on, and the edit of the other side is news still', () => {
    const plan = planSync(record('edited'), [link('a', 'older')], { kind: 'undo', steps: [step] });
    expect(written(plan)).toEqual([undefined, 'old']);
    expect(plan).toMatchObject({ later: true, links: [{ agreed: { NM: { crm: 'old', erp: 'old' } } }] });
  });
});
