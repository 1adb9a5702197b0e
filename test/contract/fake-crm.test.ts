import type { CrmField } from '../../backend/domain/field.ts';
import type { CrmEntityType, FieldKind } from '../../shared/vocabulary.ts';
import { FakeCrm, keyOf } from '../support/fake-crm.ts';
import { TestClock } from '../support/test-clock.ts';
import { crmSuite } from './crm-suite.ts';

crmSuite('the tenant in memory', async () => {
  const clock = new TestClock();
  const crm = new FakeCrm(clock);
  let lastId = 100;

  const world = {
    clock,
    system: crm,
    sales: crm.as(11),
    owner: { type: 'contact', id: 1 },
    user: { type: 'person', id: 1 },
    hookUrl: 'https://app.test/hooks/so/Cust10001/1',
    add(type, name, company) {
      const entity = { type, id: (lastId += 1) };
      const [first = '', last = ''] = name.split(' ');
      const called = type === 'person' ? { FIRSTNAME: first, LASTNAME: last || null } : { NAME: name };
      const ticks = { XSTOP: 'false', NOMAILING: 'false', COMPLETED: 'false' };
      crm.entities.set(keyOf(entity), { ...called, ...ticks, COUNTRY: '578' });
      crm.updatedAt.set(keyOf(entity), clock.now());
      if (company) crm.companies.set(keyOf(entity), company);
      return entity;
    },
    rename: (entity, name) => crm.edit(entity, { [entity.type === 'person' ? 'LASTNAME' : 'NAME']: name }),
    setPhones: (company, phones) => crm.edit(company, { PHONE: phones[0] ?? null }),
    hideFromSales: (company) => crm.hidden.set(11, new Set([keyOf(company)])),
    remove: (entity) => crm.remove(entity),
    purge: (entity) => crm.remove(entity, { kind: 'gone' }),
    select(name, members) {
      const id = crm.selections.size + 1;
      crm.selections.set(id, { name, members });
      return id;
    },
    merge: (from, into) => crm.remove(from, { kind: 'merged', into }),
    consentSource: (person) => crm.consentSourceOf.get(keyOf(person)),
    close: async () => undefined,
  } satisfies Parameters<typeof crmSuite>[1] extends () => Promise<infer World> ? World : never;

  crm.entities.set('contact/1', { NAME: 'The owner' });
  crm.protection.set('contact/1', 'ownerCompany');
  crm.entities.set('person/1', { FIRSTNAME: 'Lars', LASTNAME: 'Holm' });
  crm.protection.set('person/1', 'user');
  crm.allUsers.push({ id: 11, name: 'Lars Holm', groupIds: [2] });
  crm.allGroups.push({ id: 2, name: 'Sales Nordic' });
  crm.principals.set(11, {
    userId: 11,
    name: 'Lars Holm',
    groupIds: [2],
    functionRights: [],
    licences: ['erpsync.erp-sync', 'erpsync.erp-sync-user'],
  });

  const userDefined: Readonly<Record<CrmEntityType, readonly FieldKind[]>> = {
    contact: ['text', 'decimal', 'date', 'checkbox', 'list', 'integer', 'text'],
    person: ['text', 'checkbox'],
    project: ['text', 'decimal'],
  };
  const extra: Readonly<Record<string, FieldKind>> = {
    x_route: 'text',
    x_last_visit: 'datetime',
    x_rating: 'decimal',
    x_visits: 'integer',
    x_vip: 'checkbox',
    x_contract_end: 'date',
  };
  for (const type of ['contact', 'person', 'project'] as const) {
    crm.userDefinedFields.set(type, [
      ...userDefined[type].map((kind, i) => customField(`SuperOffice:${i + 1}`, kind)),
      ...Object.entries(type === 'contact' ? extra : {}).map(([key, kind]) => customField(key, kind)),
    ]);
    for (const { listName } of await crm.fields(type)) {
      if (listName) crm.lists.set(listName, [{ key: '1', text: 'One' }]);
    }
  }
  crm.calls.length = 0;
  return world;
});

function customField(key: string, kind: FieldKind): CrmField {
  const listName = kind === 'list' ? 'udlist110' : null;
  return { key, name: key, kind, listName, maxLength: kind === 'text' ? 39 : 0, access: 'normal' };
}
