import { odataKind } from '../../backend/adapters/connectors/odata/odata-kind.ts';
import { createSafeFetch, type OutboundRequest, type SafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { systemClock } from '../../backend/adapters/system-clock.ts';
import type { WantedField } from '../../backend/ports/erp-connector.ts';
import { startCapErp } from '../support/cap-erp/cap-erp.ts';
import { leanCall, plainCall } from './bare-calls.ts';
import { printFigure } from './print-figure.ts';
import { over, sideBySide } from './side-by-side.ts';

const ACTORS = 800;
const BATCHES = 10;

const fields: readonly WantedField[] = [
  { key: 'NAME', kind: 'text' },
  { key: 'POSTALAD1', kind: 'text' },
  { key: 'POSTALZIP', kind: 'text' },
  { key: 'POSTALCITY', kind: 'text' },
  { key: 'CustGr', kind: 'list' },
  { key: 'CreditLimit', kind: 'decimal' },
];

/** What the port costs beside the same call alone, against a service that we did not write. */
export async function benchOData(): Promise<void> {
  const cap = await startCapErp();
  await cap.reset({
    Customers: Array.from({ length: ACTORS }, (_, n) => ({
      ID: n + 1,
      CustNo: 10_000 + n,
      NAME: `Kunden ${n} A/S`,
      POSTALAD1: `Storgata ${n}`,
      POSTALZIP: '0054',
      POSTALCITY: 'Byen',
      CustGr: '1',
      CreditLimit: `${n}.5`,
    })),
    Persons: [],
    CustomerGroup: [{ ID: '1', Text: 'One' }],
  });
  const safe = createSafeFetch({ allowPrivate: true });
  let last: OutboundRequest = { url: '' };
  const fetch: SafeFetch = (asked) => safe((last = asked));
  const config = { System: 'generic', SignIn: 'none', CustomerSet: 'Customers' };
  const erp = odataKind({ fetch, clock: systemClock }).open({ connectionId: '', url: cap.url, config });

  for (const [what, call] of [
    ['one actor', () => erp.getActors('Customer', ['7'], fields)],
    [`${ACTORS.toLocaleString('en')} actors`, () => erp.changedActors('Customer', '', fields)],
  ] as const) {
    await call();
    const asked = last;
    const { ours, plain, lean } = await sideBySide(BATCHES, {
      plain: () => plainCall(asked),
      lean: () => leanCall(asked),
      ours: call,
    });
    printFigure(`OData, ${what}: over fetch and parse (${plain.wall.toFixed(1)} ms)`, over(ours, plain), '<= 10 %');
    printFigure(`OData, ${what}: over node:http and parse (${lean.wall.toFixed(1)} ms)`, over(ours, lean), '');
  }
  cap.close();
}
