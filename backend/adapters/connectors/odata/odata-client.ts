import type { OutboundRequest, OutboundResponse, SafeFetch } from '../safe-fetch.ts';
import { AppError } from '../../../errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { CallOptions } from '../../../ports/erp-connector.ts';
import { isObject, LARGEST_JSON, LARGEST_READ, parseJson, type Json, type JsonObject } from '../json.ts';
import { decodeText } from '../xml.ts';

/** A record as the service sent it, with its annotations (`@odata.etag` ...). */
export type Row = JsonObject;

export interface Query {
  readonly filter?: string | null;
  readonly search?: string | null;
  readonly select?: readonly string[];
  readonly orderBy?: string | null;
  readonly top?: number;
}

export interface ODataOptions extends CallOptions {
  /** For one call; a read of many pages may take ten times as long. */
  readonly timeoutMs?: number;
}

/** What became of one record that was to be changed. */
export interface Written {
  readonly status: number;
  /** Null where the service answered none. */
  readonly row: Row | null;
  /** What the service says about a refusal. */
  readonly told: Told;
}

export interface Patch {
  /** Below the address of the service. */
  readonly path: string;
  readonly etag: string | null;
  readonly body: string;
  /** Whether numbers stand in the body as texts. */
  readonly numbersAsText: boolean;
}

interface Told {
  readonly code: string;
  readonly message: string | null;
}

/** One service, seen with one sign-in. */
export interface ODataClient {
  metadata(options?: ODataOptions): Promise<string>;
  /** Page by page, at most so many records; `complete` tells whether that was all. */
  read(
    path: string,
    query: Query,
    limit: number,
    options?: ODataOptions,
  ): Promise<{ readonly rows: readonly Row[]; readonly complete: boolean }>;
  /** One record by a path of its own. */
  readOne(path: string, options?: ODataOptions): Promise<Row>;
  /** Answers the record, or where it stands. */
  create(
    path: string,
    body: string,
    numbersAsText: boolean,
    options?: ODataOptions,
  ): Promise<{ readonly row: Row } | { readonly path: string }>;
  patch(patches: readonly Patch[], options?: ODataOptions): Promise<readonly Written[]>;
}

/** Answers whose numbers may be more than a float holds, and no annotations that nobody reads. */
const JSON_TYPE = 'application/json;odata.metadata=minimal;IEEE754Compatible=true';
const PAGE_SIZE = 1000;
const PATCHES_AT_ONCE = 4;
const PATCHES_PER_BATCH = 50;
/** The service asked for patience twice, each time for no longer than somebody would wait. */
const PATIENCE = { times: 2, seconds: 10 };
const DEADLINES = 10;
/** A service may have nothing to show on a page; one that goes on like that leads nowhere. */
const EMPTY_PAGES = 20;
const CALL_MS = 60_000;
/** Some ERPs describe thousands of sets. */
const LARGEST_METADATA = 16 * 1024 * 1024;

export function createODataClient(
  root: string,
  query: Readonly<Record<string, string>>,
  { fetch, clock }: { readonly fetch: SafeFetch; readonly clock: Clock },
): ODataClient {
  const { origin, host } = new URL(root);
  /** Whether the service takes several changes in one request; unknown until it is tried. */
  let batches: boolean | undefined;

  const address = (path: string, more: Readonly<Record<string, string | undefined>> = {}) => {
    const parts = Object.entries({ ...query, ...more }).flatMap(([name, value]) =>
      // A plus sign is no space to these services, so not what a form would send.
      value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
    );
    return root + path + (parts.length > 0 ? `?${parts.join('&')}` : '');
  };

  async function send(request: OutboundRequest, { signal, language, timeoutMs = CALL_MS }: ODataOptions = {}) {
    signal?.throwIfAborted();
    return fetch({
      maxBytes: LARGEST_JSON,
      ...request,
      headers: {
        accept: JSON_TYPE,
        'odata-maxversion': '4.01',
        ...(language ? { 'accept-language': language } : {}),
        ...request.headers,
      },
      signal,
      timeoutMs,
    });
  }

  /** Asks again where the service says when, and nothing was done. */
  async function patiently(request: OutboundRequest, options?: ODataOptions): Promise<OutboundResponse> {
    for (let time = 0; ; time++) {
      const response = await send(request, options);
      const seconds = retryAfter(response, clock);
      if (!isBusy(response.status) || time === PATIENCE.times || seconds === null || seconds > PATIENCE.seconds) {
        return response;
      }
      await pause(seconds * 1000, options?.signal);
    }
  }

  const refusalOf = (response: OutboundResponse): AppError => failure(response, told(response), host, clock);

  function answerOf(response: OutboundResponse): Json {
    if (response.status >= 400) throw refusalOf(response);
    if (!isJson(response)) throw new AppError('connector.answer_invalid', { host, problem: 'contentType' });
    return parseJson(response.body);
  }

  async function sendBatch(patches: readonly Patch[], options?: ODataOptions): Promise<(Written | null)[] | null> {
    const requests = patches.map(
      ({ path, etag, body, numbersAsText }, id) =>
        `{"id":"${id}","method":"PATCH","url":${JSON.stringify(path)},` +
        `"headers":${JSON.stringify(patchHeaders(etag, numbersAsText))},"body":${body}}`,
    );
    const response = await patiently(
      {
        url: address('$batch'),
        method: 'POST',
        headers: { 'content-type': 'application/json', prefer: 'odata.continue-on-error' },
        body: `{"requests":[${requests.join(',')}]}`,
        repeatable: patches.every(isOfVersion),
      },
      options,
    );
    if ([400, 404, 405, 406, 415, 501].includes(response.status)) return null;
    const answer = answerOf(response);
    const responses = isObject(answer) ? answer['responses'] : null;
    if (!Array.isArray(responses)) throw new AppError('connector.answer_invalid', { host, problem: 'batch' });
    const byId = new Map<Json | undefined, JsonObject>(
      (responses as readonly Json[]).filter(isObject).map((each) => [each['id'], each]),
    );
    return patches.map((_, id) => {
      const found = byId.get(String(id));
      return found === undefined ? null : inBatch(found);
    });
  }

  function inBatch({ status, headers, body }: JsonObject): Written {
    const sent = typeof body === 'string' && body !== '' ? parseJson(Buffer.from(body)) : (body ?? null);
    const response: OutboundResponse = {
      status: Number(status),
      headers: {
        'content-type': 'application/json',
        ...textsIn(headers),
      },
      body: Buffer.from(JSON.stringify(sent)),
    };
    return written(response);
  }

  function written(response: OutboundResponse): Written {
    const { status } = response;
    // Nothing is known of the record when the service itself fails, and a page of HTML is no refusal.
    if (status >= 500 || isBusy(status) || status === 401 || (status >= 400 && !isJson(response)))
      throw refusalOf(response);
    if (status >= 400) return { status, row: null, told: told(response) };
    const row = status === 204 || response.body.length === 0 ? null : answerOf(response);
    return { status, row: isObject(row ?? undefined) ? (row as Row) : null, told: { code: '', message: null } };
  }

  async function patchOne({ path, etag, body, numbersAsText }: Patch, options?: ODataOptions): Promise<Written> {
    return written(
      await patiently(
        {
          url: address(path),
          method: 'PATCH',
          headers: patchHeaders(etag, numbersAsText),
          body,
          repeatable: isOfVersion({ etag }),
        },
        options,
      ),
    );
  }

  return {
    async metadata(options) {
      const response = await patiently(
        { url: address('$metadata'), headers: { accept: 'application/xml' }, maxBytes: LARGEST_METADATA },
        options,
      );
      const { status, headers, body } = response;
      if (status >= 400) throw refusalOf(response);
      const contentType = headers['content-type'] ?? '';
      if (!/\bxml\b/i.test(contentType) || /\bxhtml\b/i.test(contentType)) {
        throw new AppError('connector.answer_invalid', { host, problem: 'contentType' });
      }
      return decodeText(body, contentType);
    },

    async read(path, { filter, search, select, orderBy, top }, limit, options = {}) {
      const deadline = AbortSignal.timeout((options.timeoutMs ?? CALL_MS) * DEADLINES);
      const rows: Row[] = [];
      const seen = new Set<string>();
      let [empty, size] = [0, 0];
      let next: string | null = address(path, {
        $filter: filter ?? undefined,
        $search: search ?? undefined,
        $select: select && [...new Set(select)].join(','),
        $orderby: orderBy ?? undefined,
        $top: top === undefined ? undefined : String(top),
      });
      while (next !== null) {
        if (deadline.aborted) throw new AppError('connector.timeout', { host });
        const response: OutboundResponse = await patiently(
          { url: next, headers: { prefer: `odata.maxpagesize=${PAGE_SIZE}` } },
          options,
        );
        size += response.body.length;
        if (size > LARGEST_READ) throw new AppError('connector.answer_invalid', { host, problem: 'size' });
        const page = answerOf(response);
        const values = isObject(page) ? page['value'] : null;
        if (!isObject(page) || !Array.isArray(values) || !(values as readonly Json[]).every(isObject)) {
          throw new AppError('connector.answer_invalid', { host, problem: 'page' });
        }
        seen.add(next);
        for (const row of values as readonly Row[]) rows.push(row);
        const link: string | null = nextLink(page, next, origin);
        empty = values.length === 0 ? empty + 1 : 0;
        if (link !== null && (seen.has(link) || empty > EMPTY_PAGES)) {
          throw new AppError('connector.answer_invalid', { host, problem: 'nextLink' });
        }
        if (rows.length > limit || (link !== null && rows.length === limit)) {
          return { rows: rows.slice(0, limit), complete: false };
        }
        next = link;
      }
      return { rows, complete: true };
    },

    async readOne(path, options) {
      const row = answerOf(await patiently({ url: address(path) }, options));
      if (!isObject(row)) throw new AppError('connector.answer_invalid', { host, problem: 'record' });
      return row;
    },

    async create(path, body, numbersAsText, options) {
      // Sent once: nothing says what was done when no answer comes.
      const response = await send(
        {
          url: address(path),
          method: 'POST',
          headers: { ...bodyType(numbersAsText), prefer: 'return=representation' },
          body,
        },
        options,
      );
      if (response.status >= 400) throw refusalOf(response);
      if (response.status !== 204 && response.body.length > 0) {
        const row = answerOf(response);
        if (isObject(row)) return { row };
      }
      const location = response.headers['odata-entityid'] ?? response.headers.location;
      const found = typeof location === 'string' && URL.canParse(location, root) ? new URL(location, root) : null;
      if (found?.origin !== origin || !found.href.startsWith(root)) {
        throw new AppError('connector.answer_invalid', { host, problem: 'location' });
      }
      return { path: found.href.slice(root.length) };
    },

    async patch(patches, options) {
      const results = new Map<Patch, Written>();
      if (patches.length > 1 && batches !== false) {
        for (let start = 0; start < patches.length; start += PATCHES_PER_BATCH) {
          const part = patches.slice(start, start + PATCHES_PER_BATCH);
          const answers = await sendBatch(part, options);
          batches = answers !== null;
          if (answers === null) break;
          part.forEach((patch, index) => {
            const answer = answers[index];
            if (answer) results.set(patch, answer);
          });
        }
      }
      const left = patches.filter((patch) => !results.has(patch));
      await Promise.all(
        Array.from({ length: PATCHES_AT_ONCE }, async () => {
          for (let patch = left.shift(); patch; patch = left.shift())
            results.set(patch, await patchOne(patch, options));
        }),
      );
      return patches.map((patch) => results.get(patch) as Written);
    },
  };
}

/** Another page of the same answer. An address elsewhere would get our sign-in, so it is not asked. */
function nextLink(page: JsonObject, from: string, origin: string): string | null {
  const link = page['@odata.nextLink'] ?? page['@nextLink'];
  if (link === undefined || link === null) return null;
  const found = typeof link === 'string' && URL.canParse(link, from) ? new URL(link, from) : null;
  if (found?.origin !== origin) {
    throw new AppError('connector.answer_invalid', { host: new URL(origin).host, problem: 'nextLink' });
  }
  return found.href;
}

/** Without an ETag still only what exists: a PATCH alone may create a record under that key. */
/** Where the service knows what it is to change, a change that comes again too late is refused. */
function isOfVersion({ etag }: Pick<Patch, 'etag'>): boolean {
  return etag !== null;
}

function patchHeaders(etag: string | null, numbersAsText: boolean): Record<string, string> {
  return { ...bodyType(numbersAsText), 'if-match': etag ?? '*', prefer: 'return=representation' };
}

function bodyType(numbersAsText: boolean): Record<string, string> {
  return { 'content-type': numbersAsText ? 'application/json;IEEE754Compatible=true' : 'application/json' };
}

function textsIn(headers: Json | undefined): Record<string, string> {
  const entries = isObject(headers) ? Object.entries(headers) : [];
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name.toLowerCase(), value]] : [])),
  );
}

function isJson({ headers }: OutboundResponse): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(headers['content-type']?.trim() ?? '');
}

function isBusy(status: number): boolean {
  return status === 429 || status === 503;
}

function told(response: OutboundResponse): Told {
  const nothing = { code: '', message: null };
  if (!isJson(response)) return nothing;
  let answer: Json;
  try {
    answer = parseJson(response.body);
  } catch {
    return nothing;
  }
  const error = isObject(answer) ? answer['error'] : null;
  if (!isObject(error ?? undefined)) return nothing;
  const { code, message } = error as JsonObject;
  // OData v2 wraps the message once more, and some v4 services still do.
  const text = isObject(message) ? message['value'] : message;
  return {
    code: typeof code === 'string' ? code : '',
    message: typeof text === 'string' && text.trim() !== '' ? text.trim().slice(0, 1000) : null,
  };
}

/** What a refused request means to us. The sentence of the service goes along where it has one. */
function failure(response: OutboundResponse, { code, message }: Told, host: string, clock: Clock): AppError {
  const { status } = response;
  const detail = { host, status, connectorCode: code, explanation: message };
  if (isBusy(status)) {
    return new AppError('connector.throttled', {
      ...detail,
      retryAfterSeconds: retryAfter(response, clock) ?? undefined,
    });
  }
  // Not implemented is no outage: the service has understood us.
  if (status >= 500 && status !== 501) return new AppError('connector.unreachable', detail);
  if (status === 401 || (status === 403 && message === null)) return new AppError('connector.denied', detail);
  // Somebody else's page, or a service that moved: no word of the ERP about a record.
  if (!isJson(response)) return new AppError('connector.answer_invalid', { host, status, problem: 'contentType' });
  return new AppError('connector.rejected', detail);
}

function retryAfter({ headers }: OutboundResponse, clock: Clock): number | null {
  const text = headers['retry-after']?.trim() ?? '';
  if (/^\d{1,6}$/.test(text)) return Number(text);
  const until = Date.parse(text);
  return Number.isNaN(until) ? null : Math.max(0, Math.ceil((until - clock.now().getTime()) / 1000));
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', giveUp);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', giveUp, { once: true });
  });
}
