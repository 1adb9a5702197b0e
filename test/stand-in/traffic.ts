/** One call and its answer, as bytes on the wire were read. Of the headers, those that hold no credential. */
export interface Exchange {
  readonly tenant: string;
  readonly method: string;
  /** From `/v1/` on, with the query. */
  readonly path: string;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly requestBody: unknown;
  readonly status: number;
  readonly responseBody: unknown;
}

const kept = 1_000;
const told = [
  'so-language',
  'so-culture',
  'so-timezone',
  'accept-language',
  'if-modified-since',
  'if-unmodified-since',
];

/** The calls to the web API, oldest first. */
export function createTraffic(): {
  readonly exchanges: readonly Exchange[];
  record(exchange: Exchange): void;
  clear(): void;
} {
  const exchanges: Exchange[] = [];
  return {
    exchanges,
    record(exchange) {
      if (exchanges.length === kept) exchanges.shift();
      exchanges.push(exchange);
    },
    clear() {
      exchanges.length = 0;
    },
  };
}

export type Traffic = ReturnType<typeof createTraffic>;

/** Those that change what is answered, and say nothing about who asks. */
export function tellingHeaders(header: (name: string) => string | undefined): Record<string, string> {
  return Object.fromEntries(told.flatMap((name) => (header(name) === undefined ? [] : [[name, header(name) ?? '']])));
}

/** JSON where it is JSON, otherwise the text; nothing is null. */
export function readBody(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
