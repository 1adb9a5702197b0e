import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { XMLParser } from 'fast-xml-parser';
import type { SafeFetch } from '../../backend/adapters/connectors/safe-fetch.ts';
import { soapKind } from '../../backend/adapters/connectors/soap/soap-kind.ts';
import { systemClock } from '../../backend/adapters/system-clock.ts';
import type { WantedField } from '../../backend/ports/erp-connector.ts';
import { soapResult } from '../support/soap-erp.ts';
import { median, printFigure } from './print-figure.ts';

const ACTORS = 2_000;
const FIELDS = 15;
const RUNS = 9;

/** What an answer of many actors costs from bytes to actors, beside the parser alone on the same bytes. */
export async function benchSoap(): Promise<void> {
  const body = Buffer.from(answer());
  const fetch: SafeFetch = ({ method }) =>
    Promise.resolve(
      method === 'POST'
        ? { status: 200, headers: { 'content-type': 'text/xml; charset=utf-8' }, body: Buffer.from(body) }
        : { status: 404, headers: {}, body: Buffer.alloc(0) },
    );
  const erp = soapKind({ fetch, clock: systemClock }).open({
    connectionId: '',
    url: 'https://erp.example',
    config: {},
  });
  const bareParser = new XMLParser({
    ignoreAttributes: false,
    removeNSPrefix: true,
    parseTagValue: false,
    trimValues: false,
    htmlEntities: true,
  });

  const times: { bare: number[]; ours: number[] } = { bare: [], ours: [] };
  const heldUp: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    times.bare.push(await timed(() => Promise.resolve(bareParser.parse(body.toString()) as unknown)));
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    times.ours.push(
      await timed(async () => {
        const { actors } = await erp.changedActors('Customer', '', fields);
        if (actors.length !== ACTORS) throw new Error('not all actors were decoded');
      }),
    );
    heldUp.push(delay.max / 1e6);
  }
  const [bare, ours] = [median(times.bare), median(times.ours)];
  printFigure(
    `${ACTORS.toLocaleString('en')} actors of ${(body.length / 1e6).toFixed(1)} MB decoded, speed against fast-xml-parser (${bare.toFixed(0)} ms)`,
    `${(bare / ours).toFixed(2)}x`,
    '>= 0.7x',
  );
  printFigure('The same, the event loop held up meanwhile at most', `${median(heldUp).toFixed(0)} ms`, '<= 50 ms');
}

const fields: readonly WantedField[] = Array.from({ length: FIELDS }, (_, n) => ({
  key: `FIELD${n}`,
  kind: n % 3 === 0 ? 'decimal' : 'text',
}));

function answer(): string {
  const actors = Array.from({ length: ACTORS }, (_, row) => {
    const values = fields.map(({ key, kind }) => {
      const value = kind === 'decimal' ? `[F:${row}.5]` : `Storgata ${row} &amp; Sønn`;
      return `<a:KeyValueOfstringstring><a:Key>${key}</a:Key><a:Value>${value}</a:Value></a:KeyValueOfstringstring>`;
    });
    return (
      `<d:ErpActorWS><d:ActorType>Customer</d:ActorType><d:ErpKey>${row}</d:ErpKey><d:FieldValues>${values.join('')}</d:FieldValues>` +
      `<d:LastModified>${row}</d:LastModified><d:ParentActorType/><d:ParentErpKey/></d:ErpActorWS>`
    );
  });
  return soapResult(
    'WSGetActorsByTimestamp',
    `<d:IsOk>true</d:IsOk><d:State>Ok</d:State><d:Actors>${actors.join('')}</d:Actors>`,
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
