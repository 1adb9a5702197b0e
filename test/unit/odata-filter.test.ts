import { expect, test } from 'vitest';
import type { EdmType } from '../../backend/adapters/connectors/odata/edm.ts';
import { conditionOf } from '../../backend/adapters/connectors/odata/filter.ts';
import type { Property } from '../../backend/adapters/connectors/odata/metadata.ts';
import { businessCentral, generic } from '../../backend/adapters/connectors/odata/preset.ts';
import { operatorsOf } from '../../backend/adapters/connectors/local-search.ts';
import { fieldKinds, type FieldKind } from '../../shared/vocabulary.ts';

const types: Partial<Record<FieldKind, EdmType>> = {
  text: 'Edm.String',
  integer: 'Edm.Int32',
  decimal: 'Edm.Decimal',
  checkbox: 'Edm.Boolean',
  date: 'Edm.Date',
  datetime: 'Edm.DateTimeOffset',
  list: 'Enum',
};
const property = (kind: FieldKind): Property => ({
  name: 'P',
  type: types[kind] ?? 'Edm.String',
  enumName: types[kind] === 'Enum' ? 'Erp.Group' : '',
  kind,
  nullable: true,
  maxLength: 0,
  access: 'normal',
  label: null,
  description: '',
  list: null,
});

/** Operator by operator: what the service is asked. Null: it is not asked, and what it answers is searched through here. */
const table: Partial<Record<FieldKind, Readonly<Record<string, readonly [values: string[], filter: string | null]>>>> =
  {
    text: {
      '=': [["O'Neil"], "tolower(P) eq 'o''neil'"],
      begins: [['Ør'], "startswith(tolower(P),'ør')"],
      contains: [['A%'], "contains(tolower(P),'a%')"],
      ends: [['AS'], "endswith(tolower(P),'as')"],
      isnot: [['x'], "(P eq null or tolower(P) ne 'x')"],
      notbegins: [['x'], "(P eq null or not startswith(tolower(P),'x'))"],
      notcontains: [['x'], "(P eq null or not contains(tolower(P),'x'))"],
      notends: [['x'], "(P eq null or not endswith(tolower(P),'x'))"],
      between: [['a', 'b'], null],
    },
    integer: {
      '=': [['5'], 'P eq 5'],
      '!=': [['5'], '(P eq null or P ne 5)'],
      '>': [['5'], 'P gt 5'],
      '<': [['5'], 'P lt 5'],
      '>=': [['5'], 'P ge 5'],
      '<=': [['5'], 'P le 5'],
      between: [['-5', '7'], 'P ge -5 and P le 7'],
    },
    decimal: {
      '=': [['5.25'], 'P eq 5.25'],
      '!=': [['5.25'], '(P eq null or P ne 5.25)'],
      '>': [['5.25'], 'P gt 5.25'],
      '<': [['5.25'], 'P lt 5.25'],
      '>=': [['5.25'], 'P ge 5.25'],
      '<=': [['5.25'], 'P le 5.25'],
      between: [['1', '2.5'], 'P ge 1 and P le 2.5'],
    },
    checkbox: { '=': [['false'], '(P eq false or P eq null)'] },
    list: {
      oneof: [['A', 'B'], "(P eq Erp.Group'A' or P eq Erp.Group'B')"],
      notoneof: [['A', 'B'], "(P eq null or (P ne Erp.Group'A' and P ne Erp.Group'B'))"],
    },
    date: {
      '=': [['2026-02-28'], 'P ge 2026-02-28 and P lt 2026-03-01'],
      before: [['2026-02-28'], 'P lt 2026-02-28'],
      after: [['2026-02-28'], 'P ge 2026-03-01'],
      beforeOrEqual: [['2026-02-28'], 'P lt 2026-03-01'],
      afterOrEqual: [['2026-02-28'], 'P ge 2026-02-28'],
      between: [['2026-02-27', '2026-02-28'], 'P ge 2026-02-27 and P lt 2026-03-01'],
    },
    datetime: {
      '=': [['2026-02-28T10:05:00'], 'P ge 2026-02-28T10:05:00Z and P lt 2026-02-28T10:06:00Z'],
      before: [['2026-02-28T10:05:00'], 'P lt 2026-02-28T10:05:00Z'],
      after: [['2026-02-28T10:05:00'], 'P ge 2026-02-28T10:06:00Z'],
      beforeOrEqual: [['2026-02-28'], 'P lt 2026-03-01T00:00:00Z'],
      afterOrEqual: [['2026-02-28'], 'P ge 2026-02-28T00:00:00Z'],
      between: [['2026-02-28', '2026-02-28T10:05:00'], 'P ge 2026-02-28T00:00:00Z and P lt 2026-02-28T10:06:00Z'],
    },
  };

const rows = Object.entries(table).flatMap(([kind, operators]) =>
  Object.entries(operators).map(
    ([operator, [values, filter]]) => [kind as FieldKind, operator, values, filter] as const,
  ),
);
const ask = (kind: FieldKind, operator: string, values: readonly string[], dialect = generic) =>
  conditionOf(property(kind), { field: { key: 'P', kind }, operator, values }, dialect);

test.each(rows)('%s %s', (kind, operator, values, filter) => {
  expect(ask(kind, operator, values)?.text ?? null).toBe(filter);
});

test.each(fieldKinds)('no operator of %s is forgotten', (kind) => {
  // Passwords and labels are no properties of a service.
  const known = kind === 'password' || kind === 'label' ? operatorsOf(kind) : Object.keys(table[kind] ?? {});
  expect([...known].sort()).toEqual([...operatorsOf(kind)].sort());
});

test('what Business Central does not know, it is not asked at first: no `not`, and no null', () => {
  for (const [kind, operator, values] of rows) {
    const condition = ask(kind, operator, values, businessCentral);
    if (condition?.plain) expect(condition.text).not.toMatch(/\bnot\b|\bnull\b/);
  }
  expect(businessCentral.filtersFreely).toBe(false);
  expect(ask('list', 'oneof', ['A'], businessCentral)?.text).toBe("(P eq 'A')");
});

test('a value that the property cannot have is looked for here', () => {
  expect(ask('integer', '=', ['five'])).toBeNull();
  expect(ask('list', 'oneof', Array.from({ length: 51 }, String))).toBeNull();
});
