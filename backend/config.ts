import { createPrivateKey, randomBytes, type JsonWebKey } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/** What the environment decides, checked once. Secrets are in here: never log it. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  /** Null: the backend starts its own server in `dataDir`. Without `ownerUrl` someone else migrates. */
  readonly database: DatabaseConfig | null;
  /** Where browsers and SuperOffice reach us: the origin of the panels, the redirect address and the webhooks. */
  readonly publicUrl: string;
  /** The sites of SuperOffice whose pages may frame the panels. */
  readonly framedBy: readonly string[];
  readonly superOffice: SuperOfficeConfig;
  /** The first seals, the others only open. */
  readonly secretsKeys: readonly [SecretsKey, ...SecretsKey[]];
  /** Workbooks are opened in here and nowhere else, each tenant's in a folder of its own. */
  readonly workbookFolder: string;
  /** Sync connectors may be on our own network and without TLS: for development. */
  readonly privateConnectors: boolean;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Whether this process claims sync work. */
  readonly worker: boolean;
  /** How long, once told to end, it answers on while whoever sends requests here finds out. */
  readonly drainMs: number;
  /** Null: nobody reads what is counted. */
  readonly metrics: MetricsConfig | null;
}

export interface MetricsConfig {
  readonly host: string;
  readonly port: number;
  /** What a reader has to show. Without one, only this machine is answered. */
  readonly token: string | null;
}

export interface DatabaseConfig {
  /** As a role that may read and write rows and no more. */
  readonly url: string;
  readonly ownerUrl: string | null;
}

export interface SuperOfficeConfig {
  /** Sign-in and State API of an environment. */
  readonly loginUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** PEM, for the system user. */
  readonly privateKey: string;
}

export interface SecretsKey {
  readonly id: string;
  readonly key: Uint8Array;
}

/** The environments of SuperOffice Online. */
const environments = {
  sod: 'https://sod.superoffice.com',
  stage: 'https://qaonline.superoffice.com',
  online: 'https://online.superoffice.com',
} as const;

/** Over TLS, which a proxy ends in front of us; without it on this machine only. */
const Secure = z.url().refine((url) => {
  if (!URL.canParse(url)) return true; // Said already.
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname));
}, 'has to begin with https://');

const Postgres = z.url({ protocol: /^postgres(ql)?$/ });

const StorageEnvironment = z.object({
  DATA_DIR: z.string().default('data'),
  DATABASE_URL: Postgres.optional(),
  DATABASE_OWNER_URL: Postgres.optional(),
});

const Environment = StorageEnvironment.extend({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  PUBLIC_URL: Secure.optional(),
  SUPEROFFICE_ENV: z.enum(['sod', 'stage', 'online']).default('sod'),
  SUPEROFFICE_LOGIN_URL: Secure.optional(),
  FRAMED_BY: z
    .string()
    .regex(/^https?:\/\/[\w.*:-]+( https?:\/\/[\w.*:-]+)*$/)
    .optional(),
  SUPEROFFICE_CLIENT_ID: z.string().min(1),
  SUPEROFFICE_CLIENT_SECRET: z.string().min(1),
  SUPEROFFICE_PRIVATE_KEY: z.string().optional(),
  SUPEROFFICE_PRIVATE_KEY_FILE: z.string().optional(),
  SECRETS_KEY: z.string().optional(),
  WORKBOOK_FOLDER: z.string().optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  PRIVATE_CONNECTORS: z.enum(['on', 'off']).default('off'),
  WORKER: z.enum(['on', 'off']).default('on'),
  DRAIN_SECONDS: z.coerce.number().min(0).max(300).default(2),
  METRICS_PORT: z.coerce.number().int().min(0).max(65535).optional(),
  METRICS_TOKEN: z.string().min(16).optional(),
});

export type Env = Readonly<Record<string, string | undefined>>;

/** Throws with one line per setting that is wrong, and never repeats a value. */
export function loadConfig(environment: Env = process.env): Config {
  const env = checked(Environment, environment);
  const { dataDir, database } = storageOf(env);

  return {
    host: env.HOST,
    port: env.PORT,
    dataDir,
    database,
    publicUrl: new URL(env.PUBLIC_URL ?? `http://127.0.0.1:${env.PORT}`).origin,
    framedBy: (env.FRAMED_BY ?? env.SUPEROFFICE_LOGIN_URL ?? 'https://*.superoffice.com').split(' '),
    superOffice: {
      loginUrl: env.SUPEROFFICE_LOGIN_URL ?? environments[env.SUPEROFFICE_ENV],
      clientId: env.SUPEROFFICE_CLIENT_ID,
      clientSecret: env.SUPEROFFICE_CLIENT_SECRET,
      privateKey: privateKey(env.SUPEROFFICE_PRIVATE_KEY, env.SUPEROFFICE_PRIVATE_KEY_FILE),
    },
    secretsKeys: secretsKeys(env.SECRETS_KEY ?? keepSecretsKey(dataDir)),
    workbookFolder: resolve(env.WORKBOOK_FOLDER ?? join(dataDir, 'workbooks')),
    privateConnectors: env.PRIVATE_CONNECTORS === 'on',
    logLevel: env.LOG_LEVEL,
    worker: env.WORKER === 'on',
    drainMs: env.DRAIN_SECONDS * 1_000,
    metrics: metricsOf(env),
  };
}

/** The part of it that migrating needs. */
export function loadStorageConfig(environment: Env = process.env): Pick<Config, 'dataDir' | 'database'> {
  return storageOf(checked(StorageEnvironment, environment));
}

/** The secret of a connector that is tried from the command line. */
export function connectorSecret(environment: Env = process.env): string | undefined {
  return environment['CONNECTOR_SECRET'];
}

function storageOf(env: z.infer<typeof StorageEnvironment>): Pick<Config, 'dataDir' | 'database'> {
  const { DATABASE_URL: url, DATABASE_OWNER_URL: ownerUrl = null } = env;
  return { dataDir: resolve(env.DATA_DIR), database: url === undefined ? null : { url, ownerUrl } };
}

function checked<T extends z.ZodType>(schema: T, environment: Env): z.infer<T> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new Error(`These settings are missing or wrong:\n${problems.join('\n')}`);
}

/** What a log line must not show, whatever writes it. */
export function secretsOf({ superOffice, secretsKeys, database, metrics }: Config): readonly string[] {
  const urls = [database?.url, database?.ownerUrl].filter((url) => url != null);
  return [
    superOffice.clientSecret,
    superOffice.privateKey,
    ...(metrics?.token ? [metrics.token] : []),
    ...secretsKeys.map(({ key }) => Buffer.from(key).toString('base64')),
    ...urls.map((url) => decodeURIComponent(new URL(url).password)),
  ];
}

function metricsOf(env: z.infer<typeof Environment>): MetricsConfig | null {
  if (env.METRICS_PORT === undefined) return null;
  const token = env.METRICS_TOKEN ?? null;
  return { host: token === null ? '127.0.0.1' : env.HOST, port: env.METRICS_PORT, token };
}

function privateKey(inline: string | undefined, file: string | undefined): string {
  const given = inline?.replaceAll('\\n', '\n') ?? (file === undefined ? undefined : readFileSync(file, 'utf8'));
  const pem = given?.includes('<RSAKeyValue>') ? pemOf(given) : given;
  if (!pem?.includes('PRIVATE KEY')) {
    throw new Error(
      'These settings are missing or wrong:\n  SUPEROFFICE_PRIVATE_KEY or SUPEROFFICE_PRIVATE_KEY_FILE: needs a private key, as PEM or as the XML of the Developer Portal',
    );
  }
  return pem;
}

/** The Developer Portal hands out the key as XML, whose parts are those of a JSON Web Key under longer names. */
function pemOf(xml: string): string | undefined {
  const part = (name: string): string => {
    const [, base64 = ''] = new RegExp(`<${name}>\\s*([^<]+?)\\s*</${name}>`).exec(xml) ?? [];
    return Buffer.from(base64, 'base64').toString('base64url');
  };
  const [n, e, d, p, q] = ['Modulus', 'Exponent', 'D', 'P', 'Q'].map(part);
  const [dp, dq, qi] = ['DP', 'DQ', 'InverseQ'].map(part);
  if ([n, e, d, p, q, dp, dq, qi].includes('')) return undefined;
  try {
    const key = createPrivateKey({ format: 'jwk', key: { kty: 'RSA', n, e, d, p, q, dp, dq, qi } as JsonWebKey });
    return String(key.export({ type: 'pkcs8', format: 'pem' }));
  } catch {
    return undefined;
  }
}

/** `id:base64`, comma-separated. To rotate, put the new one first and keep the old one until all is sealed again. */
function secretsKeys(text: string): readonly [SecretsKey, ...SecretsKey[]] {
  const keys = text.split(',').map((entry) => {
    const [id = '', key = ''] = entry.trim().split(':');
    return { id, key: new Uint8Array(Buffer.from(key, 'base64')) };
  });
  const [first, ...others] = keys;
  if (!first || keys.some(({ id, key }) => !/^[A-Za-z0-9_-]+$/.test(id) || key.length !== 32)) {
    throw new Error(
      'These settings are missing or wrong:\n  SECRETS_KEY: needs id:key, the key being 32 bytes in base64',
    );
  }
  return [first, ...others];
}

/** For a demonstration. In production the key lives in a secret manager, away from the database's backups. */
function keepSecretsKey(dataDir: string): string {
  const file = join(dataDir, 'secrets-key');
  mkdirSync(dataDir, { recursive: true });
  try {
    writeFileSync(file, `k1:${randomBytes(32).toString('base64')}`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8');
}
