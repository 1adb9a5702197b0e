import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { writeEnvelope } from '../../backend/adapters/connectors/soap/envelope.ts';
import { documentedProfile, type Operation } from '../../backend/adapters/connectors/soap/profile.ts';
import { soapKind } from '../../backend/adapters/connectors/soap/soap-kind.ts';
import { parseXml } from '../../backend/adapters/connectors/xml.ts';
import { systemClock } from '../../backend/adapters/system-clock.ts';
import type { Wsdl } from '../../backend/domain/endpoint.ts';
import type { ConnectorKind, ErpConnector, WantedField } from '../../backend/ports/erp-connector.ts';
import { FakeErp } from '../support/fake-connector.ts';
import { envelope, fault, soapResult, startSoapErp, wsdl, type SoapAnswer, type SoapErp } from '../support/soap-erp.ts';

const ID = '3f1b2c4d-0000-4000-8000-000000000001';
const name: WantedField = { key: 'NAME', kind: 'text' };
const ok = '<d:ErrorCode i:nil="true"/><d:IsOk>true</d:IsOk><d:State>Ok</d:State>';

let erp: FakeErp;
let soap: SoapErp;
let kind: ConnectorKind;
let connector: ErpConnector;

beforeEach(async () => {
  erp = new FakeErp();
  erp.edit({ type: 'Customer', erpKey: '1' }, { NAME: 'Kunden A/S', POSTALCITY: 'Byen' });
  soap = await startSoapErp(erp);
  kind = soapKind({ fetch: createSafeFetch({ allowPrivate: true }), clock: systemClock });
  connector = kind.open({ connectionId: ID, url: soap.url, config: { Filename: 'ErpClient.xlsx' } });
  await connector.saveConnection();
  soap.requests.length = 0;
});
afterEach(() => soap.close());

/** Answers one operation so, the others as ever. */
function answering(operation: string, answer: SoapAnswer | string): void {
  soap.intercept = (request) =>
    request.operation === operation ? (typeof answer === 'string' ? { body: answer } : answer) : undefined;
}

const search = () => connector.searchActors('Customer', '', [name]);
const failure = (over: object) => expect(search()).rejects.toMatchObject(over);

describe('a connector that failed', () => {
  test.each([500, 200])('says so with a fault, and HTTP %i', async (status) => {
    answering('WSSearchActors', { status, body: fault('s:Server', 'Object reference not set') });
    await failure({ code: 'connector.rejected', cause: 'Object reference not set', detail: { explanation: null } });
  });

  test.each([
    ['IsOk alone', '<d:IsOk>false</d:IsOk><d:State>Ok</d:State>'],
    ['IsOk as a number', '<d:IsOk> 0 </d:IsOk>'],
    ['State alone', '<d:IsOk>true</d:IsOk><d:State>Error</d:State>'],
    ['State as a number', '<d:State>3</d:State>'],
  ])('says so inside an answer with HTTP 200: %s', async (_, said) => {
    const words =
      '<d:UserExplanation>US:"Locked"NO:"Låst"</d:UserExplanation><d:TechExplanation>0x80</d:TechExplanation>';
    answering('WSSearchActors', soapResult('WSSearchActors', said + words));
    await failure({ code: 'connector.rejected', cause: '0x80', detail: { explanation: 'US:"Locked"NO:"Låst"' } });
  });

  test.each([
    ['UNKNOWN_FIELDKEY', 'mapping.field_unknown'],
    ['UNKOWN_FIELDKEY', 'mapping.field_unknown'],
    ['UNKNOWN_LISTITEM_ID', 'value.invalid'],
    ['UNKOWN_LISTITEM_ID', 'value.invalid'],
    ['SOMETHING_ELSE', 'connector.rejected'],
  ])('%s is %s', async (ErrorCode, code) => {
    answering(
      'WSSearchActors',
      soapResult('WSSearchActors', `<d:ErrorCode>${ErrorCode}</d:ErrorCode><d:IsOk>false</d:IsOk>`),
    );
    await failure({ code, detail: { connectorCode: ErrorCode } });
  });

  test('a warning goes out with what was found; news does not', async () => {
    erp.warning = 'Connection closed.';
    expect(await search()).toMatchObject({ warning: 'Connection closed.', actors: [{ erpKey: '1' }] });
    answering(
      'WSSearchActors',
      soapResult(
        'WSSearchActors',
        '<d:IsOk>true</d:IsOk><d:State>OkWithInfo</d:State><d:UserExplanation>Fine</d:UserExplanation>',
      ),
    );
    expect(await search()).toEqual({ warning: null, actors: [] });
  });
});

describe('a connector that does not know the connection', () => {
  const unknown = '<d:ErrorCode>UNKNOWN_CONNECTION_ID</d:ErrorCode><d:IsOk>false</d:IsOk><d:State>Error</d:State>';

  test('is given the settings, and asked once more', async () => {
    await soap.close();
    soap = await startSoapErp(erp);
    connector = kind.open({
      connectionId: ID,
      url: soap.url,
      config: { Filename: 'ErpClient.xlsx', Password: ' a<b ' },
    });
    expect((await search()).actors).toHaveLength(1);
    expect(soap.requests.map(({ operation }) => operation)).toEqual([
      'WSSearchActors',
      'WSGetConfigData',
      'WSSaveConnection',
      'WSSearchActors',
    ]);
    expect(erp.connections.get(ID)).toEqual({ Filename: 'ErpClient.xlsx', Password: ' a<b ' });
  });

  test('is given them once for all who wait', async () => {
    await soap.close();
    soap = await startSoapErp(erp);
    connector = kind.open({ connectionId: ID, url: soap.url, config: { Filename: 'ErpClient.xlsx' } });
    await Promise.all([search(), search(), search(), search()]);
    expect([soap.count('WSSaveConnection'), soap.count('WSSearchActors')]).toEqual([1, 8]);
  });

  test('and never knows it is asked twice, not for ever', async () => {
    answering('WSSearchActors', soapResult('WSSearchActors', unknown));
    await failure({ code: 'connector.unknown_connection' });
    expect([soap.count('WSSaveConnection'), soap.count('WSSearchActors')]).toEqual([1, 2]);
  });

  test('is never asked again to create', async () => {
    answering('WSCreateActor', soapResult('WSCreateActor', unknown));
    const draft = { type: 'Customer', values: { NAME: 'Ny' }, parent: null } as const;
    await expect(connector.createActor(draft, [name])).rejects.toMatchObject({ code: 'connector.unknown_connection' });
    expect([soap.count('WSCreateActor'), soap.count('WSSaveConnection')]).toEqual([1, 0]);
  });
});

describe('a connector that is asked to create', () => {
  const draft = { type: 'Customer', values: { NAME: 'Ny' }, parent: null } as const;
  const no = '<d:IsOk>false</d:IsOk><d:State>Error</d:State>';
  const outcome = (code: string) => expect(connector.createActor(draft, [name])).rejects.toMatchObject({ code });

  test.each([
    ['says no', soapResult('WSCreateActor', no)],
    ['says no and sends back what it got', soapResult('WSCreateActor', `${no}<d:Actor><d:ErpKey/></d:Actor>`)],
    ['does not know the call', fault('a:ActionNotSupported', 'No such action')],
    ['cannot read the call', fault('a:DeserializationFailed', 'Unexpected element')],
  ])('has surely not done it when it %s', async (_, body) => {
    answering('WSCreateActor', { status: body.includes('Fault') ? 500 : 200, body });
    await outcome('connector.rejected');
    expect(soap.count('WSCreateActor')).toBe(1);
  });

  test.each([
    ['breaks off with a fault', fault('s:Server', 'Object reference not set')],
    [
      'says no, and under which key it did it',
      soapResult('WSCreateActor', `${no}<d:Actor><d:ErpKey>9</d:ErpKey></d:Actor>`),
    ],
    ['says neither yes nor no', soapResult('WSCreateActor', '<d:Actor><d:ErpKey>9</d:ErpKey></d:Actor>')],
  ])('may have done it when it %s', async (_, body) => {
    answering('WSCreateActor', body);
    await outcome('connector.answer_invalid');
    expect(soap.count('WSCreateActor')).toBe(1);
  });
});

describe('what is not an answer', () => {
  const whole = soapResult('WSSearchActors', `${ok}<d:Actors/>`);

  test.each<[string, SoapAnswer]>([
    ['a page of HTML', { contentType: 'text/html', body: '<html><body>Welcome</body></html>' }],
    ['a page of XHTML', { contentType: 'application/xhtml+xml', body: '<html><body>Welcome</body></html>' }],
    ['HTML that calls itself XML', { body: '<html><body>Welcome</body></html>' }],
    ['nothing at all', { body: '' }],
    ['half of one', { body: whole.slice(0, whole.length / 2) }],
    ['one that lacks its last tag', { body: whole.slice(0, whole.lastIndexOf('<')) }],
    ['two in a row', { body: whole + whole }],
    ['tags closed wrongly', { body: whole.replace('<d:Actors/>', '<d:Actors><d:ErpActorWS></d:Actors>') }],
    [
      'bytes that are not of its encoding',
      { body: Buffer.from(whole.replace('<d:Actors/>', '<d:Actors>Rør</d:Actors>'), 'latin1') },
    ],
    ['an encoding nobody knows', { contentType: 'text/xml; charset=klingon', body: whole }],
    ['a document type', { body: `<!DOCTYPE x>${whole}` }],
    [
      'an entity that reads a file',
      { body: `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>${whole}` },
    ],
    ['two bodies', { body: whole.replace('</s:Body>', '</s:Body><s:Body/>') }],
    ['the answer to another question', { body: soapResult('WSGetActors', `${ok}<d:Actors/>`) }],
    [
      'a result that is nil',
      {
        body: whole.replace(
          /<WSSearchActorsResult.*Result>/,
          '<WSSearchActorsResult xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>',
        ),
      },
    ],
    ['an empty body', { body: envelope('') }],
  ])('%s is refused', async (_, answer) => {
    answering('WSSearchActors', answer);
    await failure({ code: 'connector.answer_invalid' });
  });

  test('an error page of the server is an outage', async () => {
    answering('WSSearchActors', { status: 503, contentType: 'text/html', body: '<html>Service Unavailable</html>' });
    await failure({ code: 'connector.unreachable' });
  });

  const laughs = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('');
  test.each([
    ['a billion laughs', `<!DOCTYPE l [<!ENTITY l0 "lol">${laughs}]><l>&l9;</l>`],
    ['a million tags inside each other', '<a>'.repeat(1e6) + '</a>'.repeat(1e6)],
    ['the same behind attributes that look like ends of tags', '<a b="/>">'.repeat(3e5) + '</a>'.repeat(3e5)],
    ['a tag opened a million times', '<a '.repeat(1e6)],
    ['comments that never end', `<a>${'<!--'.repeat(1e6)}`],
    ['more elements than memory', `<a>${'<b/>'.repeat(4e6)}</a>`],
  ])('%s is refused in no time, and little memory', (_, hostile) => {
    const before = process.memoryUsage().heapUsed;
    const start = performance.now();
    expect(() => parseXml(hostile)).toThrow(expect.objectContaining({ code: 'connector.answer_invalid' }) as Error);
    expect(performance.now() - start).toBeLessThan(2000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(300e6);
  });

  test('thousands of namespaces, declared again and again, cost no more than their bytes', () => {
    const declared = Array.from({ length: 2000 }, (_, n) => `xmlns:n${n}="urn:${n}"`).join(' ');
    const start = performance.now();
    const root = parseXml(`<a ${declared}>${'<b xmlns="urn:x"/>'.repeat(20_000)}</a>`);
    expect(performance.now() - start).toBeLessThan(5000);
    expect(root.children[19_999]?.namespaces['n1999']).toBe('urn:1999');
  });
});

describe('what stands in an answer', () => {
  const actor = (inside: string) =>
    soapResult(
      'WSSearchActors',
      `${ok}<d:Actors><d:ErpActorWS><d:ActorType>Customer</d:ActorType><d:ErpKey>0071 </d:ErpKey>${inside}</d:ErpActorWS></d:Actors>`,
    );

  test.each(['', '<d:Actors/>', '<d:Actors i:nil="true"/>'])(
    'an array that is absent, empty or nil has no items: %s',
    async (array) => {
      answering('WSSearchActors', soapResult('WSSearchActors', ok + array));
      expect(await search()).toEqual({ actors: [], warning: null });
      answering('WSGetSearchableFields', soapResult('WSGetSearchableFields', ok + array.replace('Actors', 'Items')));
      expect(await connector.searchableFields('Customer')).toEqual([]);
    },
  );

  test('keys, marks and values are taken byte for byte: white space, leading zeros, what looks encoded', async () => {
    const value = ' [I:5] &amp;lt; &#xD;\n<![CDATA[<b>&amp;]]>  ';
    answering(
      'WSSearchActors',
      actor(
        `<d:FieldValues><a:KeyValueOfstringstring><a:Key>NAME</a:Key><a:Value>${value}</a:Value></a:KeyValueOfstringstring></d:FieldValues><d:LastModified>000123 </d:LastModified>`,
      ),
    );
    const { actors } = await search();
    expect(actors).toEqual([
      {
        type: 'Customer',
        erpKey: '0071 ',
        lastModified: '000123 ',
        values: { NAME: ' [I:5] &lt; \r\n<b>&amp;  ' },
        unreadable: {},
        parent: null,
      },
    ]);
  });

  test.each([
    ['with other names', '<x:Item><x:Key>NAME</x:Key><x:Value>Kunden</x:Value></x:Item>'],
    [
      'with other prefixes and other things inside',
      '<StringKeyValuePair xmlns="urn:other"><Value>Kunden</Value><Note/><Key>NAME</Key></StringKeyValuePair>',
    ],
  ])('a dictionary is what has keys and values: %s', async (_, items) => {
    answering('WSSearchActors', actor(`<d:FieldValues xmlns:x="urn:x">${items}</d:FieldValues>`));
    expect((await search()).actors[0]?.values).toEqual({ NAME: 'Kunden' });
  });

  test('a value that is nil or has no key is not reported, which is not the same as blank', async () => {
    const pair = (key: string, value: string) => `<a:KeyValueOfstringstring>${key}${value}</a:KeyValueOfstringstring>`;
    const asked = ['NAME', 'POSTALCITY', 'POSTALZIP'].map((key): WantedField => ({ key, kind: 'text' }));
    answering(
      'WSSearchActors',
      actor(
        `<d:FieldValues>${pair('<a:Key>NAME</a:Key>', '<a:Value i:nil="true"/>')}${pair('<a:Key>POSTALCITY</a:Key>', '<a:Value/>')}${pair('', '<a:Value>x</a:Value>')}</d:FieldValues>`,
      ),
    );
    const { actors } = await connector.searchActors('Customer', '', asked);
    expect(actors[0]?.values).toEqual({ POSTALCITY: null });
  });

  test('an actor twice, of another type or without a key makes the page doubtful', async () => {
    const row = (type: string, key: string, mark: string) =>
      `<d:ErpActorWS><d:ActorType>${type}</d:ActorType><d:ErpKey>${key}</d:ErpKey><d:LastModified>${mark}</d:LastModified></d:ErpActorWS>`;
    answering(
      'WSSearchActors',
      soapResult(
        'WSSearchActors',
        `${ok}<d:Actors>${row('Customer', '1', 'a')}${row('Customer', '1', 'b')}</d:Actors>`,
      ),
    );
    expect(await search()).toMatchObject({ warning: '', actors: [{ erpKey: '1', lastModified: 'b' }] });
    answering(
      'WSSearchActors',
      soapResult(
        'WSSearchActors',
        `${ok}<d:Actors>${row('Customer', '1', 'a')}${row('Supplier', '2', 'a')}${row('Customer', '', '')}</d:Actors>`,
      ),
    );
    expect(await search()).toMatchObject({ warning: '', actors: [{ erpKey: '1' }] });
  });

  test('another encoding is read as its label says', async () => {
    erp.edit({ type: 'Customer', erpKey: '1' }, { NAME: 'Bare Rør' });
    const body = soapResult(
      'WSSearchActors',
      `${ok}<d:Actors><d:ErpActorWS><d:ActorType>Customer</d:ActorType><d:ErpKey>Rør</d:ErpKey></d:ErpActorWS></d:Actors>`,
    );
    answering('WSSearchActors', {
      contentType: 'text/xml',
      body: Buffer.from(`<?xml version="1.0" encoding="iso-8859-1"?>${body}`, 'latin1'),
    });
    expect((await search()).actors[0]?.erpKey).toBe('Rør');
  });
});

describe('a large answer', () => {
  const actor = (key: number) =>
    `<d:ErpActorWS><d:ActorType>Customer</d:ActorType><d:ErpKey>${key}</d:ErpKey><d:FieldValues><a:KeyValueOfstringstring><a:Key>NAME</a:Key><a:Value>Customer ${key} &amp; ${'x'.repeat(200)}</a:Value></a:KeyValueOfstringstring></d:FieldValues><d:LastModified>m${key}</d:LastModified></d:ErpActorWS>`;
  const keys = Array.from({ length: 1300 }, (_, key) => key);

  test('is read whole and in order, while the event loop turns', async () => {
    const body = soapResult('WSSearchActors', `${ok}<d:Actors>${keys.map(actor).join('')}</d:Actors>`);
    let turns = -1;
    const turn = () => {
      if (turns < 0) return;
      turns++;
      setImmediate(turn);
    };
    const real = createSafeFetch({ allowPrivate: true });
    kind = soapKind({
      clock: systemClock,
      fetch: async (request) => {
        const answer = await real(request);
        if (answer.body.length > 256 * 1024) {
          turns = 0;
          turn();
        }
        return answer;
      },
    });
    answering('WSSearchActors', body);
    connector = kind.open({ connectionId: ID, url: soap.url, config: { Filename: 'ErpClient.xlsx' } });
    const { actors, warning } = await search();
    const turned = turns;
    turns = -1;

    expect(warning).toBeNull();
    expect(actors.map(({ erpKey }) => erpKey)).toEqual(keys.map(String));
    expect(actors[1234]).toMatchObject({
      lastModified: 'm1234',
      values: { NAME: `Customer 1234 & ${'x'.repeat(200)}` },
      parent: null,
    });
    expect(turned).toBeGreaterThan(20);
  });

  test('that tells of failure, or is cut short, does so as a small one does', async () => {
    const padding = `<d:Actors>${keys.map(actor).join('')}</d:Actors>`;
    const failed = '<d:IsOk>false</d:IsOk><d:UserExplanation>Locked</d:UserExplanation><d:TechExplanation>0x80</d:TechExplanation>'; // prettier-ignore
    answering('WSSearchActors', soapResult('WSSearchActors', failed + padding));
    await failure({ code: 'connector.rejected', cause: '0x80', detail: { explanation: 'Locked' } });
    answering('WSSearchActors', soapResult('WSSearchActors', ok + padding).slice(0, -30));
    await failure({ code: 'connector.answer_invalid', detail: { problem: 'notXml' } });
    answering('WSSearchActors', soapResult('WSSearchActors', `${ok}<d:State>Warning</d:State>${padding}`).replace('<d:State>Ok</d:State>', '')); // prettier-ignore
    expect((await search()).warning).toBe('');
  });
});

describe('writing', () => {
  const change = (n: number, NAME = `New ${n}`) => ({ type: 'Customer', erpKey: String(n), values: { NAME } }) as const;
  const fill = (count: number) => {
    for (let n = 1; n <= count; n++) erp.edit({ type: 'Customer', erpKey: String(n) }, { NAME: `Customer ${n}` });
  };

  test('a connector that does not say what it saved is asked', async () => {
    soap.intercept = ({ operation }) =>
      operation === 'WSSaveActors' ? { body: soapResult(operation, `${ok}<d:Actors i:nil="true"/>`) } : undefined;
    expect(await connector.saveActors([change(1)], [name])).toMatchObject([
      { kind: 'saved', actor: { values: { NAME: 'Kunden A/S' } } },
    ]);
    expect(soap.count('WSGetActors')).toBe(1);
  });

  test('one that does say is not', async () => {
    await connector.saveActors([change(1)], [name]);
    expect(soap.count('WSGetActors')).toBe(0);
  });

  test('one that can neither say nor be asked leaves us not knowing', async () => {
    const doubtful = '<d:IsOk>true</d:IsOk><d:State>Warning</d:State><d:UserExplanation>Closed</d:UserExplanation>';
    soap.intercept = ({ operation }) =>
      operation === 'WSSaveActors' || operation === 'WSGetActors'
        ? { body: soapResult(operation, operation === 'WSSaveActors' ? ok : doubtful) }
        : undefined;
    await expect(connector.saveActors([change(1)], [name])).rejects.toMatchObject({ code: 'connector.answer_invalid' });
    expect(soap.count('WSSaveActors')).toBe(1);
  });

  test('the one actor that is refused is found by halving, and the others are saved', async () => {
    fill(40);
    erp.refused.set('Customer/17', { code: 'connector.rejected', explanation: null });
    const outcomes = await connector.saveActors(
      Array.from({ length: 40 }, (_, n) => change(n + 1)),
      [name],
    );
    expect(outcomes.flatMap(({ kind }, n) => (kind === 'refused' ? [n + 1] : []))).toEqual([17]);
    expect(outcomes[16]).toMatchObject({
      code: 'connector.rejected',
      explanation: expect.stringContaining('Not done') as string,
    });
    expect([erp.actors.get('Customer/16')?.['NAME'], erp.actors.get('Customer/17')?.['NAME']]).toEqual([
      'New 16',
      'Customer 17',
    ]);
    expect(soap.count('WSSaveActors')).toBeLessThan(15);
  });

  test('goes 50 at a time, reading 200', async () => {
    fill(450);
    const all = Array.from({ length: 450 }, (_, n) => change(n + 1));
    expect(await connector.saveActors(all.slice(0, 120), [])).toHaveLength(120);
    expect(soap.count('WSSaveActors')).toBe(3);
    expect(
      (
        await connector.getActors(
          'Customer',
          all.map(({ erpKey }) => erpKey),
          [],
        )
      ).actors,
    ).toHaveLength(450);
    expect(
      soap.requests.flatMap(({ request }) => (request['ErpKeys'] ? [(request['ErpKeys'] as string[]).length] : [])),
    ).toEqual([200, 200, 50]);
  });

  test('values are written as the kind of their field says, whatever was asked to come back', async () => {
    await connector.saveActors(
      [{ type: 'Customer', erpKey: '1', values: { CreditLimit: '12.5', NAME: ' [I:5] \r\n' } }],
      [],
    );
    const [saved] = soap.requests.filter(({ operation }) => operation === 'WSSaveActors');
    expect((saved?.request['Actors'] as { FieldValues: unknown }[])[0]?.FieldValues).toEqual([
      { Key: 'CreditLimit', Value: '[F:12.5]' },
      { Key: 'NAME', Value: ' [I:5] \r\n' },
    ]);
  });

  test('text that XML cannot carry is refused, not dropped', async () => {
    expect(await connector.saveActors([change(1, 'bell \u0007')], [name])).toMatchObject([
      { kind: 'refused', code: 'value.invalid' },
    ]);
    expect(soap.count('WSSaveActors')).toBe(0);
  });

  test('an answer to creating that has no key is none', async () => {
    answering(
      'WSCreateActor',
      soapResult('WSCreateActor', `${ok}<d:Actor><d:ActorType>Customer</d:ActorType><d:ErpKey/></d:Actor>`),
    );
    const draft = { type: 'Customer', values: { NAME: 'Ny' }, parent: null } as const;
    await expect(connector.createActor(draft, [])).rejects.toMatchObject({ code: 'connector.answer_invalid' });
    expect(soap.count('WSCreateActor')).toBe(1);
  });
});

describe('how a connector describes itself', () => {
  test('is read once for many calls, and again when the connector is chosen anew', async () => {
    await Promise.all([search(), search(), connector.actorTypes()]);
    expect(soap.gets).toEqual(['/Services/ERPConnectorWS.svc?singleWsdl']);
    await kind.configFields({ url: soap.url });
    expect(soap.gets).toHaveLength(2);
  });

  test('is asked for beside a query of the address, which stays', async () => {
    await kind.configFields({ url: `${soap.url}?ConnectorName=xyz` });
    expect(soap.gets.at(-1)).toBe('/Services/ERPConnectorWS.svc?ConnectorName=xyz&singleWsdl');
  });

  test('is guessed from the documentation where it is kept secret', async () => {
    soap.wsdl = 'none';
    const { request, text } = await called(() => kind.configFields({ url: soap.url }));
    expect(text).toContain('<n0:WSGetConfigData xmlns:n0="http://www.superoffice.net/EIS/Connector/1.0">');
    expect(request).toEqual({});
    expect(soap.gets.slice(-2).map((path) => path.split('?')[1])).toEqual(['singleWsdl', 'wsdl']);
  });

  test('is not guessed during an outage, but asked for again', async () => {
    soap.wsdl = 'down';
    await expect(kind.configFields({ url: soap.url })).rejects.toMatchObject({ code: 'connector.unreachable' });
    expect(soap.requests).toEqual([]);
    soap.wsdl = 'imported';
    const fields = await kind.open({ connectionId: ID, url: soap.url, config: {} }).fields('Customer');
    expect(fields.map(({ key }) => key)).toContain('NAME');
  });

  test('is asked for again when the connector no longer understands us', async () => {
    await search();
    const asked = soap.gets.length;
    answering('WSSearchActors', { status: 500, body: fault('a:DeserializationFailed', 'Unexpected element') });
    await failure({ code: 'connector.rejected' });
    soap.intercept = null;
    await search();
    expect(soap.gets.length).toBe(asked + 1);
  });

  const kept = (documents: readonly string[], given: boolean) => ({
    given,
    version: `${documents.length}`,
    documents: () => Promise.resolve(documents),
  });
  const opened = (wsdl: Wsdl) => kind.open({ connectionId: ID, url: soap.url, config: { Filename: 'a.xlsx' }, wsdl });

  test('is told with all that it imports, so that it can be kept', async () => {
    expect(await kind.servedWsdl?.({ url: soap.url })).toHaveLength(1);
    soap.wsdl = 'imported';
    expect(await kind.servedWsdl?.({ url: soap.url })).toHaveLength(4);
    soap.wsdl = 'none';
    expect(await kind.servedWsdl?.({ url: soap.url })).toBeNull();
  });

  test.each(['none', 'down'] as const)('is what was kept of it, once it serves none: %s', async (state) => {
    soap.wsdl = state;
    const erp = opened(kept([wsdl(true)], false));
    await erp.saveConnection();
    expect((await called(() => erp.fields('Customer'))).request).toMatchObject({ ActorType: 'Customer' });
    expect(soap.gets.length).toBeGreaterThan(0);
  });

  test('is what it serves rather than what was kept', async () => {
    const erp = opened(kept(['<old/>'], false));
    await erp.saveConnection();
    expect((await erp.fields('Customer')).length).toBeGreaterThan(0);
  });

  test('is what somebody gave, in one document or several, and then it is not asked for', async () => {
    const served = async () => (await kind.servedWsdl?.({ url: soap.url })) ?? [];
    const single = await served();
    soap.wsdl = 'imported';
    const several = await served();
    for (const documents of [single, several.toReversed()]) {
      soap.gets.length = 0;
      const erp = opened(kept(documents, true));
      await erp.saveConnection();
      expect((await erp.fields('Customer')).length).toBeGreaterThan(0);
      expect(soap.gets).toEqual([]);
    }
  });

  test.each([
    ['is no XML', () => ['WSDL'], { reason: 'notXml' }],
    ['has a document type', () => [`<!DOCTYPE x>${wsdl(true)}`], { reason: 'doctype' }],
    ['describes something else', () => [wsdl(true).replaceAll('"WS', '"Other')], { reason: 'wsdl' }],
    [
      'lacks its schemas',
      () => [wsdl(false)],
      { reason: 'schema', namespace: 'http://www.superoffice.net/EIS/Connector/1.0' },
    ],
    [
      'lacks the schema of a type',
      () => [wsdl(true).replace(/<xs:schema[^>]*targetNamespace="[^"]*ConnectorWS"[\s\S]*?<\/xs:schema>/, '')],
      { reason: 'schema', namespace: 'http://schemas.datacontract.org/2004/07/SuperOffice.ErpSync.ConnectorWS' },
    ],
  ])('given by somebody, but %s, is refused with its reason', async (_, documents, detail) => {
    const endpoint = { url: soap.url, wsdl: kept(documents(), true) };
    await expect(kind.configFields(endpoint)).rejects.toMatchObject({ code: 'connector.wsdl_invalid', detail });
    expect(soap.requests).toEqual([]);
  });

  test('an address of SuperOffice itself is refused with its reason', async () => {
    await expect(kind.configFields({ url: 'app://0123456789abcdef' })).rejects.toMatchObject({
      code: 'connector.address_refused',
      detail: { reason: 'app' },
    });
  });

  async function called(work: () => Promise<unknown>) {
    await work();
    const [request] = soap.requests.slice(-1);
    if (!request) throw new Error('nothing was sent');
    return request;
  }
});

test('what is not given where it must stand is sent as nil', () => {
  const profile = documentedProfile();
  const sent = writeEnvelope(profile, profile.operations['WSGetList'] as Operation, { ListName: 'L' });
  expect(sent).toContain('<n0:request><n0:ConnectionGuid i:nil="true"/><n0:ListName>L</n0:ListName></n0:request>');
});
