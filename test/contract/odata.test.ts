import { odataKind } from '../../backend/adapters/connectors/odata/odata-kind.ts';
import { createSafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { startODataErp, type Manners, type ODataSet } from '../support/odata-erp.ts';
import { TestClock } from '../support/test-clock.ts';
import { customers, erpConnectorSuite, groups, persons } from './erp-connector-suite.ts';

const computed = '<Annotation Term="Org.OData.Core.V1.Computed" Bool="true"/>';
const numbered = (rows: readonly unknown[]) => ({ ID: String(rows.length + 1) });
const model: Readonly<Record<string, ODataSet>> = {
  Customers: {
    key: ['ID'],
    stamp: 'modifiedAt',
    newKey: numbered,
    properties: {
      ID: ['Type="Edm.String" Nullable="false"', computed],
      CustNo: ['Type="Edm.Int32"', computed],
      NAME: ['Type="Edm.String" MaxLength="100" Nullable="false"'],
      POSTALAD1: ['Type="Edm.String"'],
      POSTALZIP: ['Type="Edm.String" MaxLength="20"'],
      POSTALCITY: ['Type="Edm.String" MaxLength="50"'],
      CustGr: ['Type="Edm.String"'],
      CreditLimit: ['Type="Edm.Decimal" Precision="38" Scale="20"'],
      modifiedAt: ['Type="Edm.DateTimeOffset"'],
    },
    more: '<NavigationProperty Name="Group" Type="Erp.CustomerGroupType"><ReferentialConstraint Property="CustGr" ReferencedProperty="ID"/></NavigationProperty>',
  },
  Persons: {
    key: ['ID'],
    stamp: 'modifiedAt',
    newKey: numbered,
    properties: {
      ID: ['Type="Edm.String" Nullable="false"', computed],
      CustomerID: ['Type="Edm.String"'],
      FIRSTNAME: ['Type="Edm.String"'],
      LASTNAME: ['Type="Edm.String" Nullable="false"'],
      PHONE_DIRECT: ['Type="Edm.String"'],
      modifiedAt: ['Type="Edm.DateTimeOffset"'],
    },
  },
  CustomerGroup: {
    key: ['ID'],
    properties: { ID: ['Type="Edm.String" Nullable="false"'], Text: ['Type="Edm.String"'] },
  },
};

const worlds: readonly (readonly [string, Manners])[] = [
  ['an OData service that can do all', { batch: true, search: true }],
  [
    'an OData service with one record on a page, no batches and no answer to what is written',
    { pageSize: 1, silent: true },
  ],
  [
    'an OData service whose filters know no tolower, no not and one field per or',
    { batch: true, search: true, lacks: ['tolower'], businessCentral: true },
  ],
];

for (const [name, manners] of worlds) {
  erpConnectorSuite(name, async () => {
    const clock = new TestClock();
    const modifiedAt = clock.now().toISOString();
    const erp = await startODataErp(
      model,
      {
        Customers: customers.map((each) => ({ ...each, modifiedAt })),
        Persons: persons.map(({ parent, ...each }) => ({ ...each, CustomerID: parent, modifiedAt })),
        CustomerGroup: groups.map(({ key, text }) => ({ ID: key, Text: text })),
      },
      clock,
      manners,
    );
    const kind = odataKind({ fetch: createSafeFetch({ allowPrivate: true }), clock });
    return {
      kind: { ...kind, open: (settings) => kind.open({ ...settings, url: erp.url }) },
      config: {
        System: 'generic',
        SignIn: 'none',
        CustomerSet: 'Customers',
        PersonSet: 'Persons',
        ParentField: 'CustomerID',
        ParentType: 'Customer',
        SearchFields: 'NAME, LASTNAME, POSTALZIP',
      },
      clock,
      edit: async (ID, field, value) => erp.edit('Customers', { ID }, { [field]: value }),
      close: () => erp.close(),
    };
  });
}
