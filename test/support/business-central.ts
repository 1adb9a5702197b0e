import type { Clock } from '../../backend/ports/clock.ts';
import { startODataErp, type Manners, type ODataErp, type ODataRow, type ODataSet } from './odata-erp.ts';

export const ids = {
  tenant: '6a1d0c5e-0000-4000-8000-0000000000aa',
  company: 'c0000000-0000-4000-8000-000000000001',
  adatum: 'a0000000-0000-4000-8000-000000000001',
  trey: 'a0000000-0000-4000-8000-000000000002',
  fabrikam: 'b0000000-0000-4000-8000-000000000001',
  adatumContact: 'd0000000-0000-4000-8000-000000000001',
  robert: 'd0000000-0000-4000-8000-000000000002',
  net30: 'e0000000-0000-4000-8000-000000000001',
  none: '00000000-0000-0000-0000-000000000000',
} as const;

const id = ['Type="Edm.Guid" Nullable="false"'] as const;
const text = (length: number) => [`Type="Edm.String" MaxLength="${length}"`] as const;
const stamp = ['Type="Edm.DateTimeOffset"'] as const;
let made = 0;
const newKey = () => ({ id: `f0000000-0000-4000-8000-${String(++made).padStart(12, '0')}` });

const address = {
  addressLine1: text(100),
  city: text(30),
  postalCode: text(20),
  country: text(10),
  phoneNumber: text(30),
  email: text(80),
} as const;

/** As Microsoft documents `api/v2.0`, cut down to what a sync touches. */
const model: Readonly<Record<string, ODataSet>> = {
  companies: { key: ['id'], properties: { id, name: text(30), displayName: text(250) } },
  customers: {
    key: ['id'],
    stamp: 'lastModifiedDateTime',
    newKey,
    properties: {
      id,
      number: text(20),
      displayName: text(100),
      ...address,
      creditLimit: ['Type="Edm.Decimal" Scale="Variable"'],
      balanceDue: ['Type="Edm.Decimal" Scale="Variable"'],
      paymentTermsId: ['Type="Edm.Guid"'],
      blocked: ['Type="Microsoft.NAV.Standing"'],
      lastModifiedDateTime: stamp,
    },
    more: '<NavigationProperty Name="paymentTerm" Type="Microsoft.NAV.paymentTermsType"><ReferentialConstraint Property="paymentTermsId" ReferencedProperty="id"/></NavigationProperty>',
  },
  vendors: {
    key: ['id'],
    stamp: 'lastModifiedDateTime',
    newKey,
    properties: { id, number: text(20), displayName: text(100), ...address, lastModifiedDateTime: stamp },
  },
  contacts: {
    key: ['id'],
    stamp: 'lastModifiedDateTime',
    newKey,
    properties: {
      id,
      number: text(20),
      type: text(10),
      displayName: text(100),
      companyNumber: text(20),
      ...address,
      lastInteractionDate: ['Type="Edm.Date"'],
      lastModifiedDateTime: stamp,
    },
  },
  projects: { key: ['id'], newKey, properties: { id, number: text(20), displayName: text(100) } },
  paymentTerms: { key: ['id'], properties: { id, code: text(10), displayName: text(100) } },
  contactsInformation: {
    key: ['contactId', 'relatedId'],
    properties: {
      contactId: ['Type="Edm.Guid" Nullable="false"'],
      contactNumber: text(20),
      contactType: text(10),
      relatedId: ['Type="Edm.Guid" Nullable="false"'],
      relatedType: text(20),
    },
  },
};

/** Business Central with a customer, a vendor and a person, and its own manners. */
export function startBusinessCentral(clock: Clock, manners: Manners = {}): Promise<ODataErp> {
  const lastModifiedDateTime = clock.now().toISOString();
  const blank = {
    addressLine1: '',
    city: '',
    postalCode: '',
    country: '',
    phoneNumber: '',
    email: '',
    lastModifiedDateTime,
  };
  const customer = (row: ODataRow): ODataRow => ({
    ...blank,
    creditLimit: '0',
    balanceDue: '0',
    paymentTermsId: ids.none,
    blocked: '_x0020_',
    ...row,
  });
  const relation = (contactId: string, contactNumber: string, contactType: string): ODataRow => ({
    contactId,
    contactNumber,
    contactType,
    relatedId: ids.adatum,
    relatedType: 'Customer',
  });
  return startODataErp(
    model,
    {
      companies: [{ id: ids.company, name: 'CRONUS Danmark', displayName: 'CRONUS' }],
      customers: [
        customer({
          id: ids.adatum,
          number: '10000',
          displayName: 'Adatum Corporation',
          city: 'Odense',
          paymentTermsId: ids.net30,
        }),
        customer({
          id: ids.trey,
          number: '20000',
          displayName: "Trey's Research",
          creditLimit: '12345678901234567890.123456789',
        }),
      ],
      vendors: [{ id: ids.fabrikam, number: '30000', displayName: 'Fabrikam', ...blank }],
      contacts: [
        {
          id: ids.adatumContact,
          number: 'CT000001',
          type: 'Company',
          displayName: 'Adatum Corporation',
          companyNumber: 'CT000001',
          lastInteractionDate: '0001-01-01',
          ...blank,
        },
        {
          id: ids.robert,
          number: 'CT000002',
          type: 'Person',
          displayName: 'Robert Townes',
          companyNumber: 'CT000001',
          lastInteractionDate: '0001-01-01',
          ...blank,
        },
      ],
      projects: [{ id: 'c1000000-0000-4000-8000-000000000001', number: 'J1', displayName: 'Setting up' }],
      paymentTerms: [{ id: ids.net30, code: '30', displayName: 'Net 30 days' }],
      contactsInformation: [
        relation(ids.adatumContact, 'CT000001', 'Company'),
        relation(ids.robert, 'CT000002', 'Person'),
      ],
    },
    clock,
    {
      path: `/v2.0/${ids.tenant}/production/api/v2.0/`,
      namespace: 'Microsoft.NAV',
      businessCentral: true,
      batch: true,
      ...manners,
    },
  );
}
