import { pino, type DestinationStream, type LevelWithSilent } from 'pino';

/** All that may stand beside an event: ids, codes and counts. A value of a field, a name or a body has no key here. */
const factNames = [
  'tenant',
  'userId',
  'connectionId',
  'connectorId',
  'linkId',
  'creationId',
  'runId',
  'attemptId',
  'webhookId',
  'entityType',
  'entityId',
  'actorType',
  'fieldKey',
  'traceId',
  'errorId',
  'code',
  'cause',
  'state',
  'event',
  'kind',
  'call',
  'method',
  'route',
  'status',
  'signal',
  'address',
  'version',
  'migrations',
  'attempt',
  'ms',
  'count',
  'read',
  'written',
  'conflicts',
  'parked',
  'failed',
  'waiting',
] as const;

export type Facts = Partial<Record<(typeof factNames)[number], string | number | boolean | null>>;

export interface Log {
  info(event: string, facts?: Facts): void;
  warn(event: string, facts?: Facts): void;
  /** With the whole error: its stack and causes, scrubbed. */
  error(event: string, error: unknown, facts?: Facts): void;
}

/** One JSON object a line. */
export function createLog(level: LevelWithSilent, destination?: DestinationStream): Log & { level: LevelWithSilent } {
  const lines = pino({ level, base: null, messageKey: 'event' }, destination);
  return {
    get level() {
      return lines.level as LevelWithSilent;
    },
    set level(to) {
      lines.level = to;
    },
    info: (event, facts = {}) => lines.info(allowed(facts), event),
    warn: (event, facts = {}) => lines.warn(allowed(facts), event),
    error: (event, error, facts = {}) => lines.error({ ...allowed(facts), error: described(error) }, event),
  };
}

const shared = createLog('info');
export const log: Log = shared;

const hidden = new Set<string>();

export interface LogSettings {
  readonly level: LevelWithSilent;
  /** Values that never appear in a line, wherever they come from. */
  readonly secrets?: readonly string[];
}

export function configureLog({ level, secrets = [] }: LogSettings): void {
  shared.level = level;
  // A short one would blank half of every line.
  for (const secret of secrets) if (secret.length >= 8) hidden.add(secret);
}

function allowed(facts: Facts): Record<string, unknown> {
  const known: readonly string[] = factNames;
  return Object.fromEntries(
    Object.entries(facts)
      .filter(([name]) => known.includes(name))
      .map(([name, value]) => [name, typeof value === 'string' ? scrub(value, 200) : value]),
  );
}

interface Described {
  readonly name: string;
  readonly code?: string;
  readonly message?: string;
  readonly stack?: string;
  readonly cause?: Described;
}

function described(error: unknown, depth = 0): Described {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  // An AppError's message repeats its detail, which may name people; its code says the same.
  const message = error.name === 'AppError' ? {} : { message: scrub(error.message, 500) };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    name: error.name,
    ...code,
    ...message,
    stack: scrub(frames.join('\n'), 4000),
    ...(error.cause !== undefined && depth < 4 && { cause: described(error.cause, depth + 1) }),
  };
}

const secretShapes: readonly RegExp[] = [
  /eyJ[\w-]{8,}\.[\w-]+\.?[\w-]*/g,
  /(?<=\b(?:bearer|basic|soticket)\s+)[\w+/=.:~-]+/gi,
  /(?<=\/\/[^\s/:@]{0,200}:)[^\s@/]+(?=@)/g,
  /(?<=(?:passw(?:or)?d|pwd|secret|token|ticket|api[-_]?key|authorization|cookie|code_verifier)["']?\s*[=:>]\s*["']?)[^\s"'&<,;}]+/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

function scrub(text: string, limit: number): string {
  let clean = text;
  for (const secret of hidden) clean = clean.replaceAll(secret, '***');
  for (const shape of secretShapes) clean = clean.replace(shape, '***');
  return clean.length > limit ? `${clean.slice(0, limit)}...` : clean;
}
