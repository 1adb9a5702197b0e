import { expect, waitUntil } from '@open-wc/testing';
import type { Api, Method, Sent } from '../../panel/api/client.ts';
import { block, ErpWorld, link, openTab, shownField } from './erp-world.ts';
import { allByRole, byRole, clearScreen, everyElement, words } from './screen.ts';
import {
  importedActor,
  ledgerEntry,
  mappedField,
  openSettings,
  runStep,
  setupItem,
  SettingsWorld,
  superSale,
  syncRun,
  workbookConnector,
} from './settings-world.ts';

const vectors = [
  '<img src=x onerror=owned()>',
  '<script>owned()</script>',
  '<svg/onload=owned()>',
  '<iframe srcdoc="<script>parent.owned()</script>"></iframe>',
  '<a href="javascript:owned()">x</a>',
  '<details open ontoggle=owned()>',
  '<input autofocus onfocus=owned()>',
  '<video><source onerror=owned()></video>',
  '<form><button formaction=javascript:owned()>x</button></form>',
  '<math><mtext><style><img src=x onerror=owned()></style></mtext></math>',
  '<object data=javascript:owned()></object>',
  '<style>*{background:url(javascript:owned())}</style>',
  '${owned()}',
  '{{constructor.constructor("owned()")()}}',
  'javascript:owned()',
];
const around: ((vector: string) => string)[] = [
  (vector) => vector,
  (vector) => `">${vector}`,
  (vector) => `'>${vector}`,
  (vector) => `</title>${vector}`,
  (vector) => `</textarea>${vector}`,
  (vector) => `-->${vector}<!--`,
  (vector) => `]]>${vector}`,
  (vector) => vector.replaceAll('<', '&lt;'),
  (vector) => encodeURIComponent(vector),
  (vector) => `\u202e${vector.toUpperCase()}`,
];
/** Each with a number, so that it is known which ones were shown. */
const payloads = around.flatMap((wrap) => vectors.map(wrap)).map((payload, index) => `${index}:${payload}`);

/** The members of answers that carry what people, ERPs and SuperOffice have written. */
const written = new Set([
  ...['name', 'text', 'description', 'section', 'explanation', 'warning', 'value', 'before', 'after', 'fieldName'],
  ...['entityName', 'connectionName', 'connectorName', 'userName', 'startedBy', 'linkedTo', 'intoName', 'crmFieldName'],
  ...['crm', 'erp', 'agreed', 'defaultValue', 'erpKey', 'actor', 'otherActor', 'field', 'item'],
  ...['administrators', 'names'],
]);

describe('what stands in SuperOffice, in an ERP and in settings', () => {
  let owned = 0;
  let next = 0;

  beforeEach(() => {
    owned = next = 0;
    Object.assign(window, { owned: () => (owned += 1) });
  });
  afterEach(clearScreen);

  function poison(answer: unknown, member = ''): unknown {
    if (typeof answer === 'string')
      return written.has(member) && answer !== '' ? payloads[next++ % payloads.length] : answer;
    if (Array.isArray(answer)) return answer.map((item) => poison(item, member));
    if (typeof answer !== 'object' || answer === null) return answer;
    // A check is known by its name.
    const isCheck = 'repairable' in answer;
    return Object.fromEntries(
      Object.entries(answer).map(([key, value]) => [key, isCheck && key === 'name' ? value : poison(value, key)]),
    );
  }

  /** The same world, whose every answer but the session is poisoned. */
  function poisoned<World extends { readonly api: Api }>(world: World): World {
    const api: Api = async <Answer>(method: Method, path: string, sent?: Sent) => {
      const answer = await world.api<unknown>(method, path, sent);
      return (path === '/api/session' ? answer : poison(answer)) as Answer;
    };
    return Object.create(world, { api: { value: api } }) as World;
  }

  /** So many payloads can be read as they are, in the dialog if one is open; none has become something that acts. */
  async function expectLiteral(atLeast: number): Promise<void> {
    const text = () => words(everyElement(document.body).findLast((element) => element.matches('dialog:modal')));
    const read = () => payloads.filter((payload) => text().includes(payload.replaceAll(/\s+/g, ' '))).length;
    await waitUntil(() => read() >= atLeast, '', { timeout: 4_000 }).catch(() => null);
    expect(read(), text()).to.be.at.least(atLeast);
    // The runner's own scripts have an address.
    const acting = everyElement(document.body).filter(
      (element) =>
        element.matches(
          'script:not([src]), iframe, object, embed, video, math, [srcdoc], [formaction], [href^="javascript" i]',
        ) || element.getAttributeNames().some((name) => name.startsWith('on')),
    );
    expect(acting.map((element) => element.outerHTML)).to.deep.equal([]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(owned).to.equal(0);
  }

  it('is text on the ERP tab: a hundred and fifty payloads, each as a name and as a value', async () => {
    expect(payloads).to.have.length(150);
    const world = new ErpWorld();
    world.tab = { ...world.tab, connections: [block(1, { link: link() })] };
    world.values = payloads.map((_, index) =>
      shownField({ name: `Field ${index}`, description: '', value: `Value ${index}` }),
    );
    await openTab(poisoned(world));
    await expectLiteral(150);
  });

  const since = '2026-11-22T18:00:00Z';
  const conflict = {
    ...{ key: 'PHONE', name: 'Phone', kind: 'text' as const, since },
    ...{ crm: '22 10 10 10', erp: '22 10 10 99', agreed: '22 10 10 00' },
  };
  const twins = new ErpWorld().found;

  /** A tab with something of everything that a dialog shows. */
  const tab = (change: Parameters<typeof block>[1] = {}): ErpWorld => {
    const world = new ErpWorld();
    world.tab = { ...world.tab, connections: [block(1, change)] };
    world.prepared = {
      fields: [shownField({ name: 'Name', description: 'As on its letters', value: 'Nordlys Fisk AS' })],
      asked: [
        askedField('GROUP', { items: [{ key: '2', text: 'Health care' }] }),
        askedField('TERMS', { items: null }),
      ],
      refused: [],
      twins,
      seen: 'first look',
    };
    world.doubtful = {
      id: '00000000-0000-4000-8000-0000000000cc',
      actorType: 'Customer',
      sent: [shownField({ name: 'Name', value: 'Nordlys Fisk AS' })],
      candidates: twins,
    };
    return world;
  };
  const askedField = (key: string, { items }: { readonly items: { key: string; text: string }[] | null }) => ({
    ...{ key, name: key, description: 'What it is for', defaultValue: 'As usual', maxLength: 200, items },
    ...{ kind: items ? ('list' as const) : ('text' as const), access: 'mandatory' as const },
  });
  const inDoubt = {
    ...{ id: '00000000-0000-4000-8000-0000000000cc', actorType: 'Customer' as const, state: 'inDoubt' as const },
    ...{
      since,
      userName: 'Lars Holm',
      reason: { code: 'connector.rejected' as const, detail: { explanation: 'Closed' } },
    },
  };

  type Way = readonly (readonly [role: string, name: string | RegExp])[];

  async function follow(way: Way): Promise<void> {
    for (const [role, name] of way) (await byRole(role, name)).click();
    await waitUntil(() => allByRole('dialog').length > 0);
  }

  const erpTab: readonly (readonly [what: string, world: () => ErpWorld, way: Way, atLeast: number])[] = [
    ['Connect to Customer', tab, [['button', /^Connect to Customer/]], 11],
    ['Connect to Supplier', tab, [['button', /^Connect to Supplier/]], 11],
    [
      'the choice of values',
      tab,
      [
        ['button', /^Connect to Customer/],
        ['radio', /Nordlys|owned|onerror/i],
        ['button', 'Connect'],
      ],
      9,
    ],
    [
      'Create in ERP',
      tab,
      [
        ['button', /^Connect to Customer/],
        ['checkbox', "Can't find match in ERP"],
        ['button', 'Create'],
      ],
      11,
    ],
    ['a creation in doubt', () => tab({ creation: inDoubt }), [['button', 'Decide …']], 12],
    ['Conflicts', () => tab({ link: link({ conflicts: [conflict] }) }), [['button', /^Conflicts/]], 5],
    ['Why this value?', () => tab({ link: link() }), [['button', /^Why this value/]], 8],
  ];
  for (const [what, world, way, atLeast] of erpTab) {
    it(`is text in the dialog of the ERP tab: ${what}`, async () => {
      await openTab(poisoned(world()));
      await follow(way);
      await expectLiteral(atLeast);
    });
  }

  const settings = (): SettingsWorld => {
    const world = new SettingsWorld();
    world.connectors = [workbookConnector];
    world.connections = [
      {
        ...superSale,
        scope: { everyone: false, members: [] },
        trouble: { code: 'connector.rejected', detail: { explanation: 'Closed' } },
      },
      { ...superSale, id: '00000000-0000-4000-8000-000000000009', name: 'Tripletex' },
    ];
    world.erpLists = { CustGr: [{ key: '1', text: 'Retail' }] };
    world.mappings[0]!.fields = [
      mappedField({
        key: 'NAME',
        name: 'Name',
        description: 'Of the customer',
        crmField: 'NAME',
        direction: 'both',
        showInTab: true,
      }),
      mappedField({ key: 'CustGr', name: 'Customer group', kind: 'list', firstValue: asked('1'), showInTab: true }),
      mappedField({ key: 'Terms', name: 'Terms', description: 'Days', firstValue: asked('As usual') }),
    ];
    world.ledger = payloads.slice(0, 50).map((_, index) => ledgerEntry({ id: String(index + 1) }));
    world.runs = [syncRun({})];
    world.steps = [runStep({})];
    world.importedActors = (['create', 'connect', 'duplicate'] as const).map((verdict, index) =>
      importedActor({
        ...{ id: String(index + 1), name: 'Kjent AS', verdict, entityName: 'Kjent AS (Oslo)' },
        ...{
          entity: { type: 'contact', id: 20 },
          reason: { code: 'list.item_unmapped', detail: { field: 'A', item: 'B' } },
          lookalikes: [{ entity: { type: 'contact', id: 21 }, entityName: 'Kjent AS (Bergen)' }],
        },
      }),
    );
    world.status = {
      ...{ ...world.status, parked: 2, conflicts: 1, links: 187 },
      restores: [
        {
          id: superSale.id,
          side: 'erp',
          connectionName: 'Super Sale',
          at: since,
          userName: 'Astrid Berg',
          runId: syncRun({}).id,
        },
      ],
    };
    world.attention = [
      parked('l1', null),
      parked('l2', { intoName: 'Orkdal Senter', actor: '10023', otherActor: '10011' }),
    ];
    world.setupCheck = [
      setupItem('seats', { count: 2, of: 2, state: 'attention' }),
      setupItem('panels', { state: 'wrong', names: ['ERP'], repairable: true }),
      setupItem('functionRights', { names: ['admin-all'] }),
    ];
    world.pageSize = 200;
    return world;
  };
  const asked = (value: string) => ({ value, ask: true, mandatory: false });
  const parked = (
    linkId: string,
    merge: { readonly intoName: string; readonly actor: string; readonly otherActor: string } | null,
  ): SettingsWorld['attention'][number] => ({
    ...{ linkId, connectionName: 'Super Sale', entityName: 'Orkdal', conflicts: 0, since },
    entity: { type: 'contact', id: 41 },
    parked: { code: 'list.item_unmapped', detail: { field: 'Customer group', item: 'Fish' } },
    merge: merge && { ...merge, into: { type: 'contact', id: 42 } },
  });

  it('is text on the Sync page, with what needs attention', async () => {
    await openSettings(poisoned(settings()));
    await expectLiteral(18);
  });

  const syncPage: readonly (readonly [what: string, way: Way, atLeast: number])[] = [
    ['Show log', [['button', 'Show log']], 150],
    ['Mappings', [['button', 'Mappings']], 4],
    [
      'Defaults',
      [
        ['button', 'Mappings'],
        ['button', 'Defaults'],
      ],
      4,
    ],
    ['List mapping', [['button', 'List mapping']], 7],
    ['Rank Fields', [['button', 'Rank Fields']], 3],
    ['Set Sync Priority', [['button', 'Set Sync Priority']], 4],
    ['Sync runs', [['button', 'Sync runs']], 1],
    ['a restored backup', [['button', 'Look at the plan']], 6],
    [
      'Resync from SuperOffice',
      [
        ['button', 'Resync from SuperOffice'],
        ['button', 'Compare'],
      ],
      6,
    ],
    [
      'Import from ERP',
      [
        ['button', 'Import from ERP'],
        ['button', 'Look first'],
      ],
      14,
    ],
    ['Setup check', [['button', 'Setup check']], 3],
    [
      'Seats',
      [
        ['button', 'Setup check'],
        ['button', 'Give seats'],
      ],
      2,
    ],
    ['Configure ERP connection', [['button', 'Configure ERP connection']], 9],
    [
      'Configure scope',
      [
        ['button', 'Configure ERP connection'],
        ['button', 'No users or groups are selected'],
      ],
      3,
    ],
  ];
  for (const [what, way, atLeast] of syncPage) {
    it(`is text in the dialog of the Sync page: ${what}`, async () => {
      await openSettings(poisoned(settings()));
      await follow(way);
      await expectLiteral(atLeast);
    });
  }
});
