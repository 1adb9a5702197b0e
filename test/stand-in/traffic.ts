/** One call and its answer, as bytes on the wire were read. Headers are left out: they hold credentials. */
export interface Exchange {
  readonly tenant: string;
  readonly method: string;
  /** From `/v1/` on, with the query. */
  readonly path: string;
  readonly requestBody: unknown;
  readonly status: number;
  readonly responseBody: unknown;
}

const kept = 1_000;

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

/** JSON where it is JSON, otherwise the text; nothing is null. */
export function readBody(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
