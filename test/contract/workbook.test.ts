import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workbookKind } from '../../backend/adapters/connectors/workbook/workbook-kind.ts';
import { changeParts, typeInto, writeWorkbook, type Sheets } from '../support/excel.ts';
import { TestClock } from '../support/test-clock.ts';
import { customers, erpConnectorSuite, groups, persons } from './erp-connector-suite.ts';

const headers = { NAME: 'Nm', POSTALCITY: 'City' } as const;

erpConnectorSuite('the workbook', async () => {
  const clock = new TestClock();
  const folder = await mkdtemp(join(tmpdir(), 'erpsync-'));
  const path = join(folder, 'ErpClient.xlsx');
  await writeWorkbook(path, sheets());
  await garble(path);
  return {
    kind: workbookKind({ folder, clock }),
    config: { Filename: 'ErpClient.xlsx' },
    clock,
    async edit(customer, field, value) {
      await typeInto(path, 'Customer', 3, 'CreditLimit', 0);
      await typeInto(path, 'Customer', Number(customer), headers[field], value);
      await garble(path);
    },
    close: () => rm(folder, { recursive: true }),
  };
});

/** No library writes an Excel error, so a number stands there first. */
async function garble(path: string): Promise<void> {
  await changeParts(path, (parts) => {
    for (const [name, xml] of Object.entries(parts)) {
      parts[name] = xml.replace(/<c r="I4"([^>]*)>.*?<\/c>/, '<c r="I4" t="e"><v>#N/A</v></c>');
    }
  });
}

function sheets(): Sheets {
  const stamp = new Date('2013-05-13T13:50:48Z');
  return {
    Customer: [
      ['LastModified', 'ID', 'CustNo', 'Nm', 'Ad1', 'Zip', 'City', 'CustGr', 'CreditLimit'],
      ...customers.map((of) => [
        stamp,
        Number(of.ID),
        Number(of.CustNo),
        of.NAME,
        of.POSTALAD1,
        of.POSTALZIP,
        of.POSTALCITY,
        of.CustGr === null ? null : Number(of.CustGr),
        Number(of.CreditLimit.replace('#N/A', '0')),
      ]),
    ],
    Person: [
      ['LastModified', 'ID', 'ParentType', 'ParentID', 'FirstName', 'LastName', 'Phone'],
      ...persons.map((of) => [
        stamp,
        Number(of.ID),
        'Customer',
        Number(of.parent),
        of.FIRSTNAME,
        of.LASTNAME,
        of.PHONE_DIRECT,
      ]),
    ],
    CustomerGroup: [['ID', 'Text'], ...groups.map(({ key, text }) => [Number(key), text])],
  };
}
