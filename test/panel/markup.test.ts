import { expect, waitUntil } from '@open-wc/testing';
import type { Api, Method, Sent } from '../../panel/api/client.ts';
import { block, ErpWorld, link, openTab, shownField } from './erp-world.ts';
import { allByRole, byRole, clearScreen, everyElement, words } from './screen.ts';
import {
  ledgerEntry,
  openSettings,
  runStep,
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
  ...[
    'entityName',
    'connectionName',
    'connectorName',
    'userName',
    'startedBy',
    'linkedTo',
    'intoName',
    'crm',
    'erp',
    'administrators',
    'names',
  ],
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

  /** Which payloads can be read as they are; none of any has become an element or an attribute that acts. */
  async function expectLiteral(atLeast: number): Promise<void> {
    const read = () => {
      const text = words();
      return payloads.filter((payload) => text.includes(payload.replaceAll(/\s+/g, ' '))).length;
    };
    await waitUntil(() => read() >= atLeast, `${read()} of ${atLeast} in: ${words()}`, { timeout: 4_000 });
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

  for (const opener of [/^Connect to Customer/, /^Connect to Supplier/]) {
    it(`is text in the dialog behind ${String(opener)}`, async () => {
      await openTab(poisoned(new ErpWorld()));
      (await byRole('button', opener)).click();
      await waitUntil(() => allByRole('dialog').length > 0);
      await expectLiteral(4);
    });
  }

  const settings = (): SettingsWorld => {
    const world = new SettingsWorld();
    world.connectors = [workbookConnector];
    world.connections = [superSale];
    world.ledger = payloads.map((_, index) => ledgerEntry({ id: String(index + 1) }));
    world.runs = [syncRun({})];
    world.steps = [runStep({})];
    world.pageSize = 200;
    return world;
  };

  it('is text on the Sync page', async () => {
    await openSettings(poisoned(settings()));
    await expectLiteral(2);
  });

  for (const [opener, atLeast] of [
    ['Show log', 100],
    ['Mappings', 3],
    ['Sync runs', 1],
    ['Setup check', 1],
    ['Configure ERP connection', 1],
  ] as const) {
    it(`is text in the dialog behind ${opener}`, async () => {
      await openSettings(poisoned(settings()));
      (await byRole('button', opener)).click();
      await waitUntil(() => allByRole('dialog').length > 0);
      await expectLiteral(atLeast);
    });
  }
});
