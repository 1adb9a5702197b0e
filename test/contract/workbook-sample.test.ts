import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { workbookKind } from '../../backend/adapters/connectors/workbook/workbook-kind.ts';
import { operatorsOf } from '../../backend/adapters/connectors/local-search.ts';
import type { ErpField } from '../../backend/domain/field.ts';
import type { ErpConnector, SearchRestriction } from '../../backend/ports/erp-connector.ts';
import type { ActorType, FieldKind, FieldValue, FieldValues } from '../../shared/vocabulary.ts';
import { changeParts, readWorkbook, valueIn, writeWorkbook, type ExcelValue, type Sheets } from '../support/excel.ts';
import { TestClock } from '../support/test-clock.ts';

/** The workbook that SuperOffice's own sample connector comes with, row by row. */
const NAME = 'ErpClient.xlsm';
const customers = [
  '1;10001;Kunden A/S;Veien 1;Postboksen 2;1234;Byen;1;40000;1;48',
  '2;10002;Firma Inc.;Gateadressen 45C;;9813;Plassen;4;42000;0;49',
  '3;10005;Bare Rør AS;;Røralléen 98;1564;Stedet;;41000;1;50',
  '4;10009;Coop Giga;Krysset 34;Stedet;3756;Tettstedet;;41500;0;50',
  '5;10014;Bruktimport For Alle;Lillegata 2234;;1975;Området;;40200;1;50',
  '6;10027;0001 Amer;Neievtrop 2;Neffar;0054;Plasseringen;5;41800;0;50',
  '7;10035;Komplott.no;Hemmelig adresse 23;;9105;Landsbyen;;42050;1;50',
  '8;10040;Worst Eastern Hotels;;Sjøen 10;0734;Bygden;3;40050;0;51',
  '9;10041;HyperOffice ASA;Midt i byen 34;;3614;Storbyen;2;41400;1;51',
];
const persons = [
  ...['1;Customer;1;1234;Erik;Eriksen', '2;Customer;1;6213;Hans;Hansen', '3;Customer;1;12356;Jon;Jonsen'],
  ...['4;Customer;2;714;Harald;Haraldsen', '5;Supplier;1;1236;Petter;Pettersen', '6;Customer;4;7865;Nils;Nilsen'],
  ...['7;Customer;4;1713;Johan;Johansen', '8;Customer;5;863;Gunnar;Gunnarsen', '9;Customer;7;2136;Jens;Jensen'],
];
const day = (serial: number) => new Date(Date.UTC(1899, 11, 30 + serial));
const number = (text = '') => (text === '' ? null : Number(text));
const text = (given = '') => (given === '' ? null : given);
const company = (row: string, stamp: string): ExcelValue[] => {
  const [id, no, name, ad1, ad2, zip, city, group, date, checked, second = ''] = row.split(';');
  const at = new Date(`${stamp}${second.padStart(2, '0')}Z`);
  return [at, number(id), number(no), text(name), text(ad1), text(ad2), text(zip), text(city), number(group), number(id), number(id), day(Number(date)), number(checked)]; // prettier-ignore
};
const groups = (word: string) =>
  Array.from({ length: 9 }, (_, index): ExcelValue[] => [index + 1, `${word} ${index + 1}`]);

function sample(): Sheets {
  const tests = ['IntField', 'DoubleField', 'DateField', 'CheckboxField'];
  const address = ['Nm', 'Ad1', 'Ad2', 'Zip', 'City'];
  const stamp = new Date('2013-02-13T13:53:49Z');
  return {
    Customer: [
      ['LastModified', 'ID', 'CustNo', ...address, 'CustGr', ...tests],
      ...customers.map((row) => company(row, '2013-05-13T13:50:')),
    ],
    Supplier: [
      ['LastModified', 'ID', 'SupNo', ...address, 'SupGr', ...tests],
      company(
        '1;20001;De Ringer Vi Bringer;Leveranseveien 25;5. etasje;9854;Lokasjonen;5;40000;1;49',
        '2013-02-13T13:53:',
      ),
    ],
    Project: [
      ['LastModified', 'ID', 'ProjNo', 'Nm', 'EndDate', 'Description'],
      [stamp, 1, 'PROJ01', 'Prosjekt 1', day(41275), 'Lorem ipsum'],
      [stamp, 2, 'PROJ02', 'Prosjekt 2', day(41639), 'Lorem ipsum'],
    ],
    Person: [
      ['LastModified', 'ID', 'ParentType', 'ParentID', 'PersonNo', 'FirstName', 'LastName', 'Address', 'Phone'],
      ...persons.map((row): ExcelValue[] => {
        const [id, type, parent, no, first, last] = row.split(';');
        return [stamp, number(id), text(type), number(parent), number(no), text(first), text(last), null, null];
      }),
    ],
    CustomerGroup: [['ID', 'Text'], ...groups('Kundegruppe')],
    SupplierGroup: [['ID', 'Text'], ...groups('Leverandørgruppe')],
  };
}

let folder: string;
let path: string;
let erp: ErpConnector;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'erpsync-'));
  path = join(folder, NAME);
  await written(sample());
  erp = opened();
  return () => rm(folder, { recursive: true });
});

const opened = () =>
  workbookKind({ folder, clock: new TestClock() }).open({ connectionId: '', url: '', config: { Filename: NAME } });
/** With macros, as the sample has them. */
async function written(sheets: Sheets): Promise<void> {
  await writeWorkbook(path, sheets);
  await changeParts(path, (parts) => (parts['xl/vbaProject.bin'] = 'Private Sub Worksheet_Change()'));
}
const allFields = (type: ActorType): Promise<readonly ErpField[]> => erp.fields(type);
const read = async (type: ActorType, key: string): Promise<FieldValues> =>
  (await erp.getActors(type, [key], await allFields(type))).actors[0]?.values ?? {};
const keys = ({ actors }: { readonly actors: readonly { readonly erpKey: string }[] }) =>
  actors.map(({ erpKey }) => erpKey);
const save = (type: ActorType, erpKey: string, values: FieldValues) => erp.saveActors([{ type, erpKey, values }], []);
const shape = ({ key, kind, access, listName, maxLength }: ErpField) =>
  [key, kind, access, ...(listName === null ? [] : [listName]), ...(maxLength === 0 ? [] : [maxLength])].join(' ');

describe('the workbook of the sample connector', () => {
  test('has its actor types, and their fields under SuperOffice’s own keys', async () => {
    expect(await erp.actorTypes()).toEqual(['Customer', 'Supplier', 'Person', 'Project']);
    const address = ['NAME text mandatory', 'POSTALAD1 text normal', 'POSTALAD2 text normal', 'POSTALZIP text normal 20', 'POSTALCITY text normal 50']; // prettier-ignore
    const tests = ['IntField integer normal', 'DoubleField decimal normal', 'DateField date normal', 'CheckboxField checkbox normal']; // prettier-ignore
    expect((await allFields('Customer')).map(shape)).toEqual([
      ...['CustNo integer readOnly', ...address, 'CustGr list normal CustomerGroup', ...tests],
    ]);
    expect((await allFields('Supplier')).map(shape)).toEqual([
      ...['SupNo integer readOnly', ...address, 'SupGr list normal SupplierGroup', ...tests],
    ]);
    expect((await allFields('Person')).map(shape)).toEqual([
      ...['PersonNo integer readOnly', 'FIRSTNAME text normal', 'LASTNAME text mandatory'],
      ...['POSTALAD1 text normal', 'PHONE_DIRECT text normal'],
    ]);
    expect((await allFields('Project')).map(shape)).toEqual([
      ...['ProjNo text readOnly', 'NAME text mandatory', 'ENDDATE date normal', 'TEXT text normal'],
    ]);
    for (const type of await erp.actorTypes()) {
      expect(await erp.searchableFields(type)).toEqual((await allFields(type)).map(({ key }) => key));
    }
  });

  test('has the values that stand there: zeros in front, blanks, days, letters of the north', async () => {
    expect(await read('Customer', '6')).toEqual({
      ...{ CustNo: '10027', NAME: '0001 Amer', POSTALAD1: 'Neievtrop 2', POSTALAD2: 'Neffar', POSTALZIP: '0054' },
      ...{ POSTALCITY: 'Plasseringen', CustGr: '5', IntField: '6', DoubleField: '6', DateField: '2014-06-10' },
      CheckboxField: 'false',
    });
    expect(await read('Customer', '3')).toMatchObject({ NAME: 'Bare Rør AS', POSTALAD1: null, CustGr: null, CheckboxField: 'true' }); // prettier-ignore
    expect(await read('Supplier', '1')).toMatchObject({ SupNo: '20001', SupGr: '5', DateField: '2009-07-06' });
    expect(await read('Project', '1')).toMatchObject({ ProjNo: 'PROJ01', ENDDATE: '2013-01-01', TEXT: 'Lorem ipsum' });
    expect(await read('Project', '2')).toMatchObject({ ENDDATE: '2013-12-31' });
    expect(await read('Person', '9')).toEqual({
      ...{ PersonNo: '2136', FIRSTNAME: 'Jens', LASTNAME: 'Jensen', POSTALAD1: null, PHONE_DIRECT: null },
    });
  });

  test('has no actor and no list item that is a header', async () => {
    expect(keys(await erp.getActors('Customer', ['ID'], []))).toEqual([]);
    expect(keys(await erp.searchActors('Customer', '', []))).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(await erp.getList('CustomerGroup')).toEqual(
      groups('Kundegruppe').map(([key, name]) => ({ key: String(key), text: name })),
    );
    expect(await erp.getListItems('SupplierGroup', ['5', 'ID', '10'])).toEqual([
      { key: '5', text: 'Leverandørgruppe 5' },
    ]);
    await expect(erp.getList('CustomerCategory')).rejects.toMatchObject({
      code: 'workbook.sheet_missing',
      detail: { sheet: 'CustomerCategory' },
    });
  });

  test('finds what contains the text, and not what the text contains', async () => {
    expect(keys(await erp.searchActors('Customer', 'STEDET', []))).toEqual(['3', '4']);
    expect(keys(await erp.searchActors('Customer', 'røralléen', []))).toEqual(['3']);
    expect(keys(await erp.searchActors('Customer', 'Kunden A/S and more', []))).toEqual([]);
    expect(keys(await erp.searchActors('Customer', '0054', []))).toEqual(['6']);
  });

  test('puts persons below their companies, though a customer and a supplier have one key', async () => {
    const below = async (type: ActorType, erpKey: string) =>
      keys(await erp.searchActors('Person', '', [], { parent: { type, erpKey } }));
    expect(await below('Customer', '1')).toEqual(['1', '2', '3']);
    expect(await below('Supplier', '1')).toEqual(['5']);
    expect(await below('Customer', '9')).toEqual([]);
    const byName: SearchRestriction = { field: { key: 'LASTNAME', kind: 'text' }, operator: 'ends', values: ['SEN'] };
    const parent = { type: 'Customer', erpKey: '4' } as const;
    expect(keys(await erp.searchAdvanced('Person', [byName], [], { parent }))).toEqual(['6', '7']);
    expect(await read('Customer', '1')).toMatchObject({ NAME: 'Kunden A/S' });
    expect(await read('Supplier', '1')).toMatchObject({ NAME: 'De Ringer Vi Bringer' });
  });

  const asked: readonly (readonly [
    field: string,
    kind: FieldKind,
    operator: string,
    values: FieldValue[],
    found: string,
  ])[] = [
    ['NAME', 'text', '=', ['coop giga'], '4'],
    ['NAME', 'text', 'isnot', ['Coop Giga'], '123 56789'],
    ['NAME', 'text', 'begins', ['bare'], '3'],
    ['NAME', 'text', 'contains', ['RØR'], '3'],
    ['NAME', 'text', 'ends', ['a'], '4 9'],
    ['NAME', 'text', 'notbegins', ['b'], '12 4 6789'],
    ['NAME', 'text', 'notcontains', ['o'], '123 6'],
    ['NAME', 'text', 'notends', ['s'], '2 45 67 9'],
    ['NAME', 'text', 'between', ['b', 'c'], '3 5'],
    ['POSTALAD1', 'text', '=', [null], '3 8'],
    ['IntField', 'integer', '=', ['5'], '5'],
    ['IntField', 'integer', '!=', ['5'], '1234 6789'],
    ['IntField', 'integer', '>', ['7'], '89'],
    ['IntField', 'integer', '<', ['3'], '12'],
    ['DoubleField', 'decimal', '>=', ['7'], '789'],
    ['DoubleField', 'decimal', '<=', ['3'], '123'],
    ['DoubleField', 'decimal', 'between', ['2.5', '4.5'], '34'],
    ['DateField', 'date', '=', ['2009-07-06'], '1'],
    ['DateField', 'date', 'before', ['2010-01-22'], '1 8'],
    ['DateField', 'date', 'after', ['2014-06-10'], '2 7'],
    ['DateField', 'date', 'beforeOrEqual', ['2010-01-22'], '1 58'],
    ['DateField', 'date', 'afterOrEqual', ['2014-06-10'], '26 7'],
    ['DateField', 'date', 'between', ['2009-07-06', '2009-08-25'], '1 8'],
    ['CheckboxField', 'checkbox', '=', ['false'], '2 4 6 8'],
    ['CustGr', 'list', 'oneof', ['1', '4', null], '12345 7'],
    ['CustGr', 'list', 'notoneof', ['1', null], '2 6 8 9'],
  ];

  test.each(asked)('is searched by %s, %s: %s %j', async (key, kind, operator, values, found) => {
    const page = await erp.searchAdvanced('Customer', [{ field: { key, kind }, operator, values }], []);
    expect(keys(page)).toEqual(Array.from(found.replaceAll(' ', '')).toSorted());
  });

  test('is searched by every operator there is for its kinds', () => {
    const kinds = ['text', 'date', 'checkbox', 'list'] as const;
    const missing = kinds.flatMap((kind) =>
      operatorsOf(kind).filter((operator) => !asked.some((each) => each[1] === kind && each[2] === operator)),
    );
    const numbers = asked
      .filter(([, kind]) => kind === 'integer' || kind === 'decimal')
      .map(([, , operator]) => operator);
    expect([...missing, ...operatorsOf('decimal').filter((operator) => !numbers.includes(operator))]).toEqual([]);
  });

  test('takes every kind of value, the way its neighbours stand, and gives it back', async () => {
    const values = {
      ...{ NAME: 'Nøff & Sønn', POSTALZIP: '0001', CustGr: '9', IntField: '-7', DoubleField: '12.5' },
      ...{ DateField: '2026-11-27', CheckboxField: 'false', POSTALAD2: null },
    };
    expect(await save('Customer', '1', values)).toMatchObject([{ kind: 'saved' }]);
    expect(await read('Customer', '1')).toMatchObject(values);
    expect(await valueIn(path, 'Customer', 1, 'CustGr')).toBe(9);
    expect(await valueIn(path, 'Customer', 1, 'Zip')).toBe('0001');
    expect(await valueIn(path, 'Customer', 1, 'CheckboxField')).toBe(0);
    expect(await valueIn(path, 'Customer', 1, 'DateField')).toEqual(new Date('2026-11-27'));
    expect(await valueIn(path, 'Customer', 1, 'Ad2')).toBeNull();
    expect(await valueIn(path, 'Customer', 1, 'LastModified')).toEqual(new TestClock().now());
    expect((await allFields('Customer')).map(({ kind }) => kind)).toEqual([
      ...['integer', 'text', 'text', 'text', 'text', 'text', 'list', 'integer', 'decimal', 'date', 'checkbox'],
    ]);
  });

  test('and blanks: a number, a day and a list item that are none are no zero and no year one', async () => {
    const blank = { CustGr: null, IntField: null, DoubleField: null, DateField: null, POSTALZIP: null };
    await save('Customer', '1', blank);
    expect(await read('Customer', '1')).toMatchObject({ ...blank, NAME: 'Kunden A/S' });
    for (const header of ['CustGr', 'IntField', 'DoubleField', 'DateField', 'Zip']) {
      expect(await valueIn(path, 'Customer', 1, header)).toBeNull();
    }
  });

  test.each<[string, FieldValues, string]>([
    ['its number', { CustNo: '5' }, 'mapping.direction_refused'],
    ['no name', { NAME: null }, 'value.mandatory'],
    ['a blank name', { NAME: '  ' }, 'value.mandatory'],
    ['a zip code of 21 letters', { POSTALZIP: '1'.repeat(21) }, 'value.too_long'],
    ['a group that is in no list', { CustGr: '10' }, 'value.invalid'],
    ['a column that is not there', { CatErp: '1' }, 'workbook.column_missing'],
  ])('does not take %s, and leaves that actor as it was', async (_, values, code) => {
    const before = await readFile(path);
    const outcomes = await erp.saveActors(
      [{ type: 'Customer', erpKey: '1', values: { POSTALCITY: 'Ny', ...values } }],
      [],
    );
    expect(outcomes).toMatchObject([{ kind: 'refused', code }]);
    expect((await readFile(path)).equals(before)).toBe(true);
  });

  test('gives a new actor the next key and number of its type', async () => {
    const made = async (
      type: ActorType,
      values: FieldValues,
      parent: { type: ActorType; erpKey: string } | null = null,
    ) => {
      const { erpKey, parent: above } = await erp.createActor({ type, values, parent }, []);
      return { erpKey, parent: above, values: await read(type, erpKey) };
    };
    expect(await made('Customer', { NAME: 'Ny' })).toMatchObject({ erpKey: '10', values: { CustNo: '10042' } });
    expect(await made('Supplier', { NAME: 'Ny' })).toMatchObject({ erpKey: '2', values: { SupNo: '20002' } });
    expect(await made('Project', { NAME: 'Ny' })).toMatchObject({ erpKey: '3', values: { ProjNo: 'PROJ03' } });
    const parent = { type: 'Supplier', erpKey: '1' } as const;
    expect(await made('Person', { LASTNAME: 'Ny' }, parent)).toMatchObject({ erpKey: '10', parent });
    expect(await valueIn(path, 'Person', 10, 'ParentID')).toBe(1);
  });

  test('tells what changed by the row itself: a tie of stamps, a stamp that is no day, and an edit without macros', async () => {
    const since = async (mark: string) => (await erp.changedActors('Customer', mark, [])).actors;
    const all = await since('');
    expect(all).toHaveLength(9);
    expect(new Set(all.map(({ lastModified }) => lastModified)).size).toBe(9);
    const last = all.at(-1)!;
    expect(keys({ actors: await since(last.lastModified) })).toEqual([last.erpKey]);
    expect(keys({ actors: await since('no mark of ours') })).toHaveLength(9);

    const edited = sample();
    edited['Customer']![5]![0] = 'yesterday';
    edited['Customer']![4]![7] = 'By hand';
    await written(edited);
    expect(new Set(keys({ actors: await since(last.lastModified) }))).toEqual(new Set([last.erpKey, '4', '5']));
  });

  test('keeps its macros when it is written', async () => {
    await save('Customer', '1', { POSTALCITY: 'Ny' });
    let macros = '';
    await changeParts(path, (parts) => (macros = parts['xl/vbaProject.bin'] ?? ''));
    expect(macros).toBe('Private Sub Worksheet_Change()');
  });

  test('whose file is no workbook fails, and is not empty', async () => {
    await writeFile(path, 'closed');
    await expect(erp.changedActors('Customer', '', [])).rejects.toMatchObject({ code: 'workbook.unreadable' });
    await expect(erp.getActors('Customer', ['1'], [])).rejects.toMatchObject({ code: 'workbook.unreadable' });
  });
});

describe('a workbook that somebody rebuilt', () => {
  const rebuilt = async (change: (sheets: Sheets) => void) => {
    const sheets = sample();
    change(sheets);
    await written(sheets);
  };
  const header = (sheets: Sheets, sheet: string, from: string, to: string) => {
    const headers = sheets[sheet]![0]!;
    headers[headers.indexOf(from)] = to;
  };

  test('a column with another header is another field: the old one is not reported, and not written', async () => {
    await rebuilt((sheets) => header(sheets, 'Customer', 'City', 'Town'));
    expect((await allFields('Customer')).map(({ key }) => key)).toContain('Town');
    const wanted = [
      { key: 'POSTALCITY', kind: 'text' },
      { key: 'Town', kind: 'text' },
    ] as const;
    const [actor] = (await erp.getActors('Customer', ['1'], wanted)).actors;
    expect(actor?.values).toEqual({ Town: 'Byen' });
    expect(await save('Customer', '1', { POSTALCITY: 'Ny' })).toMatchObject([{ code: 'workbook.column_missing' }]);
    await rebuilt((sheets) => header(sheets, 'Customer', 'City', 'POSTAL CITY'));
    expect(await read('Customer', '1')).toMatchObject({ POSTALCITY: 'Byen' });
  });

  test('columns in another order, with others between them and no stamp, are the same fields', async () => {
    await rebuilt((sheets) => {
      sheets['Customer'] = sheets['Customer']!.map((row) => [...row.slice(1).toReversed(), null, 'note']);
    });
    expect(await read('Customer', '6')).toMatchObject({ NAME: '0001 Amer', POSTALZIP: '0054', CustGr: '5' });
    expect(await save('Customer', '6', { POSTALCITY: 'Ny' })).toMatchObject([{ kind: 'saved' }]);
    expect((await readWorkbook(path))['Customer']![6]).toContain('Ny');
  });

  test('of two columns with one header the first counts, and the other is left alone', async () => {
    await rebuilt((sheets) => header(sheets, 'Customer', 'Ad2', 'city'));
    expect((await allFields('Customer')).filter(({ key }) => key === 'POSTALCITY')).toHaveLength(1);
    await save('Customer', '1', { POSTALCITY: 'Ny' });
    expect((await readWorkbook(path))['Customer']![1]!.slice(3, 8)).toEqual([
      'Kunden A/S',
      'Veien 1',
      'Ny',
      '1234',
      'Byen',
    ]);
  });

  test('without its ID column it is refused with the column, and without a type’s sheet that type is not there', async () => {
    await rebuilt((sheets) => header(sheets, 'Customer', 'ID', 'Key'));
    await expect(erp.actorTypes()).rejects.toMatchObject({ code: 'workbook.column_missing', detail: { column: 'ID' } });
    await rebuilt((sheets) => delete sheets['Supplier']);
    expect(await erp.actorTypes()).toEqual(['Customer', 'Person', 'Project']);
    await expect(erp.getActors('Supplier', ['1'], [])).rejects.toMatchObject({ code: 'workbook.sheet_missing' });
  });

  test('without the sheet of a list its column holds text, and is no list', async () => {
    await rebuilt((sheets) => delete sheets['CustomerGroup']);
    expect((await allFields('Customer')).find(({ key }) => key === 'CustGr')).toMatchObject({
      kind: 'text',
      listName: null,
    });
  });

  test('a key that stands twice hides no one silently, and a row without a key is nobody', async () => {
    await rebuilt((sheets) => {
      sheets['Customer']![2]![1] = 1;
      sheets['Customer']![3]![1] = null;
    });
    const page = await erp.searchActors('Customer', '', []);
    expect(keys(page)).toEqual(['4', '5', '6', '7', '8', '9']);
    expect(page.warning).toContain('1');
    expect(await save('Customer', '1', { POSTALCITY: 'Ny' })).toMatchObject([{ kind: 'refused' }]);
  });

  test('a value that does not fit its column is told as it stands, and an own column that holds one is text', async () => {
    await rebuilt((sheets) => {
      sheets['Customer']![1]![9] = 'about five';
      sheets['Customer']!.forEach((row, index) => row.push(index === 0 ? 'Score' : index === 1 ? 'good' : index));
    });
    expect((await allFields('Customer')).find(({ key }) => key === 'Score')).toMatchObject({ kind: 'text' });
    const [actor, other] = (await erp.getActors('Customer', ['1', '2'], await allFields('Customer'))).actors;
    expect(actor?.unreadable).toEqual({ IntField: 'about five' });
    expect(actor?.values).toMatchObject({ Score: 'good' });
    expect(actor?.values).not.toHaveProperty('IntField');
    expect(other?.values).toMatchObject({ IntField: '2', Score: '2' });
  });

  test('a day without the looks of one is a day still', async () => {
    await rebuilt((sheets) => {
      for (const row of sheets['Customer']!.slice(1)) row[11] = 40_000;
    });
    expect((await allFields('Customer')).find(({ key }) => key === 'DateField')).toMatchObject({ kind: 'date' });
    expect(await read('Customer', '1')).toMatchObject({ DateField: '2009-07-06' });
    await save('Customer', '1', { DateField: '2009-07-07' });
    expect(await read('Customer', '1')).toMatchObject({ DateField: '2009-07-07' });
  });
});
