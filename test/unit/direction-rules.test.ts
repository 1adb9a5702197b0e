import { describe, expect, test } from 'vitest';
import {
  allowedDirections,
  canBePaired,
  directionRefusal,
  type CrmSide,
  type DirectionReason,
  type ErpSide,
} from '../../shared/rules/direction-rules.ts';
import { directions, fieldKinds, type Direction, type FieldKind } from '../../shared/vocabulary.ts';

const erp = (kind: FieldKind, more: Partial<ErpSide> = {}): ErpSide => ({
  kind,
  access: 'normal',
  missingInErp: false,
  crmField: 'NAME',
  alreadyMappedIn: null,
  ...more,
});
const crm = (kind: FieldKind, more: Partial<CrmSide> = {}): CrmSide => ({ kind, access: 'normal', ...more });

/** The table as it is printed: `>` to SuperOffice, `<` to the ERP, `<>` both at once, `><` either. */
const columns = ['text', 'integer', 'decimal', 'checkbox', 'date', 'datetime', 'list', 'id'] as const;
const printed: Record<FieldKind, string> = {
  text: '     <>  <>  ><  <   ><  ><  ><  <',
  integer: '  <>  <>  ><  <>  -   -   ><  <',
  decimal: '  ><  ><  <>  -   -   -   -   <',
  checkbox: ' >   <>  -   <>  -   -   -   -',
  date: '     ><  -   -   -   <>  <>  -   -',
  datetime: ' ><  -   -   -   <>  <>  -   -',
  list: '     >   >   -   -   -   -   <>  -',
  password: ' -   -   -   -   -   -   -   -',
  label: '    -   -   -   -   -   -   -   -',
};

describe('what each pair of kinds can carry', () => {
  const cells = fieldKinds.flatMap((kind) =>
    printed[kind]
      .trim()
      .split(/\s+/)
      .map((cell, column) => [kind, columns[column]!, cell] as const),
  );

  test.each(cells)('%s with %s: %s', (kind, column, cell) => {
    const side = column === 'id' ? crm('integer', { access: 'readOnly' }) : crm(column);
    const possible = directions.filter((direction) => directionRefusal(erp(kind), side, direction) === null);

    const expected: Record<string, readonly Direction[]> = {
      '<>': ['none', 'toCrm', 'toErp', 'both'],
      '><': ['none', 'toCrm', 'toErp'],
      '>': ['none', 'toCrm'],
      '<': ['none', 'toErp'],
      '-': ['none'],
    };
    expect(possible).toEqual(expected[cell]);
    expect(canBePaired(erp(kind), side)).toBe(cell !== '-');
  });
});

describe('why not', () => {
  test.each<[string, ErpSide, CrmSide | null, Direction, DirectionReason | null]>([
    ['nothing is chosen', erp('text', { crmField: null }), null, 'toCrm', 'noCrmField'],
    ['the SuperOffice field is gone', erp('text'), null, 'both', 'missingInCrm'],
    ['the ERP field is gone', erp('text', { missingInErp: true }), crm('text'), 'toErp', 'missingInErp'],
    ['the ERP only shows it', erp('text', { access: 'readOnly' }), crm('text'), 'toErp', 'erpReadOnly'],
    ['what the ERP only shows can still be read', erp('text', { access: 'readOnly' }), crm('text'), 'toCrm', null],
    ['two ways need both', erp('text', { access: 'readOnly' }), crm('text'), 'both', 'erpReadOnly'],
    ['SuperOffice only shows it', erp('integer'), crm('integer', { access: 'readOnly' }), 'toCrm', 'crmReadOnly'],
    ['a list item told as text', erp('list'), crm('text'), 'toErp', 'listToText'],
    ['a tick told as text comes back as a word', erp('checkbox'), crm('text'), 'toErp', 'kindsDiffer'],
    ['a tick told as text goes one way', erp('checkbox'), crm('text'), 'both', 'oneWayOnly'],
    ['a number typed as text', erp('decimal'), crm('text'), 'both', 'oneWayOnly'],
    ['another ERP writes it', erp('text', { alreadyMappedIn: 'Visma' }), crm('text'), 'toCrm', 'alreadyMapped'],
    [
      'another ERP writes it, but SuperOffice answers',
      erp('text', { alreadyMappedIn: 'Visma' }),
      crm('text'),
      'both',
      null,
    ],
    ['no direction needs no reason', erp('text', { missingInErp: true }), null, 'none', null],
  ])('%s', (_, erpSide, crmSide, direction, reason) => {
    expect(directionRefusal(erpSide, crmSide, direction)).toBe(reason);
  });
});

describe('the two buttons', () => {
  test('each is judged beside the one that is on', () => {
    const [amount, name] = [erp('decimal'), crm('text')];
    expect(allowedDirections(amount, name)).toEqual({ toCrm: null, toErp: null });
    expect(allowedDirections(amount, name, 'toCrm')).toEqual({ toCrm: null, toErp: 'oneWayOnly' });
    expect(allowedDirections(amount, name, 'toErp')).toEqual({ toCrm: 'oneWayOnly', toErp: null });
  });

  test('a field of another connection can be written once it is also read', () => {
    const shared = erp('text', { alreadyMappedIn: 'Visma' });
    expect(allowedDirections(shared, crm('text'))).toEqual({ toCrm: 'alreadyMapped', toErp: null });
    expect(allowedDirections(shared, crm('text'), 'toErp')).toEqual({ toCrm: null, toErp: null });
  });
});
