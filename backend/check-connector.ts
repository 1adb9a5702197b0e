import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { askedFields } from '../shared/rules/asked-fields.ts';
import { actorTypes } from '../shared/vocabulary.ts';
import { checkConnector, type Finding, type Verdict } from './adapters/connectors/check-connector.ts';
import { httpKind } from './adapters/connectors/http/http-kind.ts';
import { odataKind } from './adapters/connectors/odata/odata-kind.ts';
import { createSafeFetch } from './adapters/connectors/safe-fetch.ts';
import { soapKind } from './adapters/connectors/soap/soap-kind.ts';
import { workbookKind } from './adapters/connectors/workbook/workbook-kind.ts';
import { systemClock } from './adapters/system-clock.ts';
import type { Endpoint, SignIn } from './domain/endpoint.ts';
import { AppError } from './errors.ts';
import type { ConnectorKind } from './ports/erp-connector.ts';

const usage = `npm run connector:check -- <url> [options]

Tries a sync connector, an OData service or a workbook as ERP Sync uses it, and says what holds, what does not, and what that means.

  <url>                the address of a sync connector or an OData service, or the path of a workbook
  --kind NAME          http, soap or odata; without it, whichever answers
  --secret TEXT        for the setting that is a password
  --header NAME=TEXT   sign in with this header
  --basic USER:TEXT    sign in with this user name and password
  --config KEY=VALUE   for another setting; may be repeated
  --company NAME       OData: a company in Business Central
  --set TYPE=NAME      OData: the entity set of an actor type; may be repeated
  --sign-in NAME       OData: oauth, basic, bearer or none, which it is without a secret
  --user NAME          OData: the user name, or the client id
  --type NAME          only this actor type: ${actorTypes.join(', ')}; may be repeated
  --write KEY          save this actor of the first type, and put it back
  --create             make an actor of the first type, which stays in the ERP

Without --write and --create nothing is written. Ends with 1 if something fails, 2 if nothing could be tried.`;

/** What can be reached at an address. */
const fetch = createSafeFetch({ allowPrivate: true });
const kinds: readonly ConnectorKind[] = [httpKind, soapKind, odataKind].map((kindOf) =>
  kindOf({ fetch, clock: systemClock }),
);

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
      company: { type: 'string' },
      set: { type: 'string', multiple: true, default: [] },
      'sign-in': { type: 'string' },
      user: { type: 'string' },
    },
  });
  const [url] = positionals;
  if (url === undefined) throw new Error(usage);
  const endpoint: Endpoint = { url, signIn: signInOf(values) };
  const kind = await kindAt(endpoint, values.kind);
  const typed: Readonly<Record<string, string>> = {
    ...(kind.kind === 'odata' ? odataSettings(values) : {}),
    ...(kind.kind === 'workbook' ? { Filename: basename(url) } : {}),
    ...pairs(values.config),
  };
  const asked = askedFields(await kind.configFields(endpoint), ({ key, defaultValue }) => typed[key] ?? defaultValue);
  const password = asked.find((field) => field.kind === 'password');

  console.log(`${url} (${kind.kind})\n`);
  const findings = await checkConnector(
    kind,
    {
      ...endpoint,
      config: {
        ...(password && values.secret !== undefined ? { [password.key]: values.secret } : {}),
        ...typed,
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
  const { url } = endpoint;
  if (existsSync(url)) return workbookKind({ folder: dirname(url), clock: systemClock });
  if (!URL.canParse(url)) throw new Error(`There is no file ${url}\n\n${usage}`);
  const tried: string[] = [];
  for (const kind of kinds) {
    if (named !== undefined && kind.kind !== named) continue;
    try {
      await (kind.testAddress?.(endpoint) ?? kind.configFields(endpoint));
      return kind;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      tried.push(`${kind.kind}: ${error.message}`);
    }
  }
  throw new Error(tried.length > 0 ? `No connector answers at ${endpoint.url}\n${tried.join('\n')}` : usage);
}

function pairs(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(texts.map((text) => [text.split('=')[0] ?? '', text.slice(text.indexOf('=') + 1)]));
}

interface ODataOptions {
  readonly company?: string | undefined;
  readonly set: readonly string[];
  readonly 'sign-in'?: string | undefined;
  readonly user?: string | undefined;
  readonly secret?: string | undefined;
}

function odataSettings({ company, set, secret, user, ...more }: ODataOptions): Readonly<Record<string, string>> {
  const signIn = more['sign-in'] ?? (secret === undefined ? 'none' : 'oauth');
  return {
    System: company === undefined ? 'generic' : 'businessCentral',
    SignIn: signIn,
    ...(company === undefined ? {} : { Company: company }),
    ...(user === undefined ? {} : { [signIn === 'oauth' ? 'ClientId' : 'UserName']: user }),
    ...Object.fromEntries(Object.entries(pairs(set)).map(([type, name]) => [`${type}Set`, name])),
  };
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
