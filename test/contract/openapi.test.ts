import { describe, expect, test } from 'vitest';
import type { Exchange } from '../stand-in/traffic.ts';
import { documentedElsewhere, missingDocuments, readOpenApi } from '../support/openapi.ts';

const exchange = (changed: Partial<Exchange> = {}): Exchange => ({
  tenant: 'Cust10001',
  method: 'GET',
  path: '/v1/Contact/5?$select=ContactId',
  query: [['$select', 'ContactId']],
  headers: {},
  requestBody: null,
  status: 200,
  responseBody: {
    ContactId: 5,
    Name: 'A',
    Phones: [{ Value: '+47 1', Description: null }],
    Country: { CountryId: 578 },
  },
  ...changed,
});

/** One step of a patch of a company, with an answer nothing is wrong with. */
const patch = (path: string, value: unknown): Exchange =>
  exchange({ method: 'PATCH', path: '/v1/Contact/5', query: [], requestBody: [{ op: 'replace', path, value }] });

const panel = (body: object): Exchange =>
  exchange({
    method: 'POST',
    path: '/v1/Agents/List/SaveWebPanelEntity',
    query: [],
    requestBody: body,
    responseBody: null,
  });

describe.skipIf(missingDocuments !== null)("SuperOffice's OpenAPI documents", () => {
  test.each<[string, Exchange]>([
    ['a read', exchange()],
    ['a phone', patch('/Phones', [{ Value: '+47 1', Description: '' }])],
    ['an address', patch('/Address/Street', { Address1: 'Storgata 1', Zipcode: '0167' })],
    ['a user-defined value', patch('/CustomFields/SuperOffice:1', '[I:5]')],
    ['a panel, in the case of the client library', panel({ webPanelId: 0, visibleIn: 'ContactArchive' })],
    ['a refusal', exchange({ status: 403, responseBody: { ErrorType: 'SoSentryException' } })],
  ])('find nothing wrong with %s', (_, said) => {
    expect(readOpenApi()(said).problems).toEqual([]);
  });

  test.each<[string, Exchange, string]>([
    ['a call that is not there', exchange({ path: '/v1/Company/5' }), 'there is no GET /api/v1/Company/5'],
    [
      'a verb that is not there',
      exchange({ method: 'POST', path: '/v1/Contact/5' }),
      'there is no POST /api/v1/Contact/5',
    ],
    ['a parameter misspelled', exchange({ query: [['$selct', 'Name']] }), 'there is no parameter $selct'],
    [
      'a word for an enum',
      exchange({ path: '/v1/Contact', query: [['$mode', 'SLIM']], responseBody: null }),
      '$mode is none',
    ],
    ['a text for an id', exchange({ path: '/v1/Contact/abc' }), 'id is no integer: abc'],
    [
      'a field misspelled in an answer',
      exchange({ responseBody: { ContactID: 5 } }),
      'answered: must NOT have additional',
    ],
    [
      'a field of another type in an answer',
      exchange({ responseBody: { Name: 5 } }),
      'answered/Name: must be string,null',
    ],
    ['one deep in an answer', exchange({ responseBody: { Country: { Id: 5 } } }), 'answered/Country: must NOT have'],
    ['a field misspelled in a patch', patch('/Telephones', []), '/Telephones: the entity has no Telephones'],
    ['a value misspelled in a patch', patch('/Phones', [{ Valu: '+47 1' }]), '/Phones/0: must NOT have additional'],
    ['a line misspelled in a patch', patch('/Address/Street', { ZipCode: '1' }), '/Address/Street: must NOT have'],
    [
      'a number for a text',
      patch('/CustomFields/SuperOffice:1', 5),
      '/CustomFields/SuperOffice:1: must be string,null',
    ],
    ['a field misspelled in a body', panel({ progID: 'x' }), 'asked: must NOT have additional properties "ProgID"'],
    ['an unknown place of a panel', panel({ VisibleIn: 'Settings' }), 'asked/VisibleIn: must be equal to one of'],
    ['an answer nobody expects', exchange({ status: 201 }), 'answered: there is no 201'],
  ])('find %s', (_, said, problem) => {
    expect(readOpenApi()(said).problems.join('\n')).toContain(problem);
  });
});

test('what they lack names the page that has it', () => {
  for (const page of Object.values(documentedElsewhere)) expect(page).toMatch(/^api\/web-services\//);
});
