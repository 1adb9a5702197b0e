import { parseArgs } from 'node:util';
import { z } from 'zod';
import { actorTypes } from '../shared/vocabulary.ts';
import { checkConnector, type Finding, type Verdict } from './adapters/connectors/check-connector.ts';
import { httpKind } from './adapters/connectors/http/http-kind.ts';
import { createSafeFetch } from './adapters/connectors/safe-fetch.ts';
import { soapKind } from './adapters/connectors/soap/soap-kind.ts';
import { systemClock } from './adapters/system-clock.ts';
import type { Endpoint, SignIn } from './domain/endpoint.ts';
import { AppError } from './errors.ts';
import type { ConnectorKind } from './ports/erp-connector.ts';

const usage = `npm run connector:check -- <url> [options]

Tries a sync connector as ERP Sync uses it, and says what holds, what does not, and what that means.

  --kind NAME          http or soap; without it, whichever answers
  --secret TEXT        for the setting that is a password
  --header NAME=TEXT   sign in with this header
  --basic USER:TEXT    sign in with this user name and password
  --config KEY=VALUE   for another setting; may be repeated
  --type NAME          only this actor type: ${actorTypes.join(', ')}; may be repeated
  --write KEY          save this actor of the first type, and put it back
  --create             make an actor of the first type, which stays in the ERP

Without --write and --create nothing is written. Ends with 1 if something fails, 2 if nothing could be tried.`;

/** What can be reached at an address. */
const fetch = createSafeFetch({ allowPrivate: true });
const kinds: readonly ConnectorKind[] = [httpKind, soapKind].map((kindOf) => kindOf({ fetch, clock: systemClock }));

const colours: Readonly<Record<Verdict, number>> = { holds: 32, fails: 31, without: 33, untried: 90 };

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      kind: { type: 'string' },
      secret: { type: 'string' },
      header: { type: 'string' },
      basic: { type: 'string' },
      config: { type: 'string', multiple: true, default: [] },
      type: { type: 'string', multiple: true, default: [] },
      write: { type: 'string' },
      create: { type: 'boolean', default: false },
    },
  });
  const [url] = positionals;
  if (url === undefined) throw new Error(usage);
  const endpoint: Endpoint = { url, signIn: signInOf(values) };
  const kind = await kindAt(endpoint, values.kind);
  const password = (await kind.configFields(endpoint)).find((field) => field.kind === 'password');
  const typed = values.config.map((pair) => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)]);

  console.log(`${url} (${kind.kind})\n`);
  const findings = await checkConnector(
    kind,
    {
      ...endpoint,
      config: {
        ...(password && values.secret !== undefined ? { [password.key]: values.secret } : {}),
        ...(Object.fromEntries(typed) as Record<string, string>),
      },
      types: z.array(z.enum(actorTypes)).parse(values.type),
      write: values.write ?? null,
      create: values.create,
    },
    show,
  );
  const failed = findings.filter(({ verdict }) => verdict === 'fails').length;
  const held = findings.filter(({ verdict }) => verdict === 'holds').length;
  console.log(
    `\n${held} hold, ${failed} ${failed === 1 ? 'fails' : 'fail'}, ${findings.length - held - failed} left open`,
  );
  return failed === 0 ? 0 : 1;
}

function signInOf({ header, basic }: { readonly header?: string; readonly basic?: string }): SignIn | null {
  if (header !== undefined) return { kind: 'header', ...parted(header, '=', 'name') };
  return basic === undefined ? null : { kind: 'basic', ...parted(basic, ':', 'userName') };
}

function parted<Name extends string>(text: string, mark: string, name: Name) {
  const at = text.indexOf(mark);
  if (at < 1) throw new Error(usage);
  return { [name]: text.slice(0, at), secret: text.slice(at + 1) } as Record<Name | 'secret', string>;
}

async function kindAt(endpoint: Endpoint, named: string | undefined): Promise<ConnectorKind> {
  const tried: string[] = [];
  for (const kind of kinds) {
    if (named !== undefined && kind.kind !== named) continue;
    try {
      await kind.configFields(endpoint);
      return kind;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      tried.push(`${kind.kind}: ${error.message}`);
    }
  }
  throw new Error(tried.length > 0 ? `No connector answers at ${endpoint.url}\n${tried.join('\n')}` : usage);
}

function show({ what, verdict, seen, means }: Finding): void {
  const word = verdict.padEnd(8);
  const coloured = process.stdout.isTTY ? `\u001b[${colours[verdict]}m${word}\u001b[0m` : word;
  console.log(`${coloured} ${what.padEnd(52)} ${seen}`);
  if (means !== '' && verdict !== 'untried') console.log(`${' '.repeat(9)}-> ${means}`);
}

run(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  },
);
