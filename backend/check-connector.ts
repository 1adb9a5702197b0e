import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { askedFields } from '../shared/rules/asked-fields.ts';
import { actorTypes } from '../shared/vocabulary.ts';
import { checkConnector, told, type Finding, type Verdict } from './adapters/connectors/check-connector.ts';
import { httpKind } from './adapters/connectors/http/http-kind.ts';
import { odataKind } from './adapters/connectors/odata/odata-kind.ts';
import { createSafeFetch } from './adapters/connectors/safe-fetch.ts';
import { soapKind } from './adapters/connectors/soap/soap-kind.ts';
import { trytonKind } from './adapters/connectors/tryton/tryton-kind.ts';
import { workbookKind } from './adapters/connectors/workbook/workbook-kind.ts';
import { systemClock } from './adapters/system-clock.ts';
import { connectorSecret } from './config.ts';
import { readAuthority } from './application/setup/read-authority.ts';
import type { Endpoint, SignIn } from './domain/endpoint.ts';
import { AppError } from './errors.ts';
import type { ConnectorKind } from './ports/erp-connector.ts';

const usage = `npm run connector:check -- <url> [options]

Tries a sync connector, an OData service, a Tryton or a workbook as ERP Sync uses it, and says what holds, what does not, and what that means.

  <url>                the address of a sync connector, an OData service or a Tryton, or the path of a workbook
  --kind NAME          http, soap, odata or tryton; without it, whichever answers
  --secret TEXT        the password, the client secret, or what else is secret
  --user NAME          whose secret it is: a user name, or the client id
  --token-url URL      sign in with a token that this server gives for --user and --secret
  --scope TEXT         what the token is for, where that server wants to know
  --header NAME=TEXT   http, soap: sign in with this header
  --basic USER:TEXT    http, soap: sign in with this user name and password
  --authority FILE     trust this authority of your own, as PEM, to vouch for the address
  --config KEY=VALUE   for another setting; may be repeated
  --company NAME       odata: a company in Business Central
  --set TYPE=NAME      odata: the entity set of an actor type; may be repeated
  --sign-in NAME       odata: oauth, basic, bearer or none, which it is without a secret
  --database NAME      tryton: the database
  --type NAME          only this actor type: ${actorTypes.join(', ')}; may be repeated
  --write KEY          save this actor of the first type, and put it back
  --create             make an actor of the first type, which stays in the ERP

A secret is better given as CONNECTOR_SECRET in the environment, which no list of processes shows: for --secret, and for --header NAME
and --basic USER without one.

Without --write and --create nothing is written. Ends with 1 if something fails, 2 if nothing could be tried.`;

/** What can be reached at an address. */
const fetch = createSafeFetch({ allowPrivate: true });
const kinds: readonly ConnectorKind[] = [httpKind, soapKind, odataKind, trytonKind].map((kindOf) =>
  kindOf({ fetch, clock: systemClock }),
);

const colours: Readonly<Record<Verdict, number>> = { holds: 32, fails: 31, without: 33, untried: 90 };

function read(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      kind: { type: 'string' },
      secret: { type: 'string' },
      user: { type: 'string' },
      'token-url': { type: 'string' },
      scope: { type: 'string' },
      header: { type: 'string' },
      basic: { type: 'string' },
      authority: { type: 'string' },
      config: { type: 'string', multiple: true, default: [] },
      company: { type: 'string' },
      set: { type: 'string', multiple: true, default: [] },
      'sign-in': { type: 'string' },
      database: { type: 'string' },
      type: { type: 'string', multiple: true, default: [] },
      write: { type: 'string' },
      create: { type: 'boolean', default: false },
    },
  });
}

type Asked = Omit<ReturnType<typeof read>['values'], 'secret'> & { readonly secret: string | undefined };

async function run(args: readonly string[]): Promise<number> {
  const { values: typed, positionals } = read(args);
  const values: Asked = { ...typed, secret: typed.secret ?? connectorSecret() };
  const [url] = positionals;
  if (url === undefined) throw new Error(usage);
  const endpoint: Endpoint = { url, signIn: signInOf(values), authority: await authorityIn(values.authority) };
  const kind = await kindAt(endpoint, values.kind ?? kindMeant(values));
  const settings: Readonly<Record<string, string>> = {
    ...(kind.kind === 'odata' ? odataSettings(values) : {}),
    ...(kind.kind === 'tryton' ? trytonSettings(values) : {}),
    ...(kind.kind === 'workbook' ? { Filename: basename(url) } : {}),
    ...pairs(values.config),
  };
  const asked = askedFields(
    await kind.configFields(endpoint),
    ({ key, defaultValue }) => settings[key] ?? defaultValue,
  );
  // The secret of a sign-in at the address itself is no setting.
  const password = endpoint.signIn && kind.signsIn ? undefined : asked.find((field) => field.kind === 'password');

  console.log(`${url} (${kind.kind})\n`);
  const findings = await checkConnector(
    kind,
    {
      ...endpoint,
      config: {
        ...(password && values.secret !== undefined ? { [password.key]: values.secret } : {}),
        ...settings,
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

function signInOf(asked: Asked): SignIn | null {
  const { header, basic, user = '', secret = '', scope = null } = asked;
  const tokenUrl = asked['token-url'];
  if (header !== undefined) return { kind: 'header', ...parted(header, '=', 'name', secret) };
  if (basic !== undefined) return { kind: 'basic', ...parted(basic, ':', 'userName', secret) };
  return tokenUrl === undefined ? null : { kind: 'oauth', tokenUrl, clientId: user, secret, scope };
}

async function authorityIn(file: string | undefined): Promise<string | null> {
  return file === undefined ? null : readAuthority(await readFile(file, 'utf8'), systemClock.now()).pem;
}

function parted<Name extends string>(text: string, mark: string, name: Name, secret: string) {
  const at = text.indexOf(mark);
  if (text === '' || at === 0) throw new Error(usage);
  if (at < 0) return { [name]: text, secret } as Record<Name | 'secret', string>;
  return { [name]: text.slice(0, at), secret: text.slice(at + 1) } as Record<Name | 'secret', string>;
}

/** What some options are about alone. */
function kindMeant(asked: Asked): string | undefined {
  if (asked.database !== undefined) return 'tryton';
  return asked.company !== undefined || asked.set.length > 0 || asked['sign-in'] !== undefined ? 'odata' : undefined;
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
      tried.push(`${kind.kind}: ${told(error)}`);
      // It is known now that somebody is there, and not what: --kind says so.
      if (error.code === 'connector.denied') break;
    }
  }
  throw new Error(tried.length > 0 ? `No connector answers at ${endpoint.url}\n${tried.join('\n')}` : usage);
}

function pairs(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(texts.map((text) => [text.split('=')[0] ?? '', text.slice(text.indexOf('=') + 1)]));
}

function odataSettings({ company, set, secret, user, scope, ...more }: Asked): Readonly<Record<string, string>> {
  const tokenUrl = more['token-url'];
  const signIn = more['sign-in'] ?? (secret === undefined ? 'none' : 'oauth');
  return {
    System: company === undefined ? 'generic' : 'businessCentral',
    SignIn: signIn,
    ...known({
      Company: company,
      [signIn === 'oauth' ? 'ClientId' : 'UserName']: user,
      TokenUrl: tokenUrl,
      Scope: scope,
    }),
    ...Object.fromEntries(Object.entries(pairs(set)).map(([type, name]) => [`${type}Set`, name])),
  };
}

function trytonSettings({ database, user }: Asked): Readonly<Record<string, string>> {
  return known({ Database: database, UserName: user });
}

function known(settings: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
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
    console.error(told(error));
    process.exit(2);
  },
);
