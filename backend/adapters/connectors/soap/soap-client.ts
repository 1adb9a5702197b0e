import type { Endpoint } from '../../../domain/endpoint.ts';
import { AppError } from '../../../errors.ts';
import type { CallOptions, WantedField } from '../../../ports/erp-connector.ts';
import type { SafeFetch } from '../safe-fetch.ts';
import { createThreads } from '../threads.ts';
import { decodeText } from '../xml.ts';
import { decodeAnswer, type Answer, type Decoded, type Reads } from './decode.ts';
import { writeEnvelope, type Carried } from './envelope.ts';
import { documentedProfile, type Profile } from './profile.ts';
import { fetchWsdl, profileOf } from './wsdl.ts';

/** Up to this an answer is read before anyone notices; handing it over takes longer. */
const SMALL = 256 * 1024;
/** One document of a description, which is read on the event loop. */
const LARGEST_WSDL = 2 * 1024 * 1024;
const MEMORY_MB = 512;
const TIME_MS = 60_000;

const apart = createThreads<Answer<Reads>, Decoded<Reads>>(new URL('./decode-thread.ts', import.meta.url), {
  memoryMb: MEMORY_MB,
  timeMs: TIME_MS,
  atOnce: 2,
  idleMs: 10_000,
  exceeded: (what) => new AppError('connector.answer_invalid', { problem: 'size', what }),
});

export type SoapOptions = CallOptions & { readonly timeoutMs?: number };

/** One connector, spoken to as its WSDL says. */
export interface SoapClient {
  call<Read extends Reads>(
    operation: string,
    request: Carried,
    reads: Read,
    options?: SoapOptions,
    wanted?: readonly WantedField[],
  ): Promise<Decoded<Read>>;
}

export function createSoapClient({ url, wsdl = null }: Endpoint, fetch: SafeFetch): SoapClient {
  let known: Promise<Profile> | undefined;
  const forget = () => (known = undefined);
  const profile = () => {
    known ??= loadProfile();
    // What could not be read now is asked for again with the next call.
    known.catch(forget);
    return known;
  };

  async function loadProfile(): Promise<Profile> {
    if (wsdl?.given) return givenProfile(await wsdl.documents());
    const served = await servedWsdl(url, fetch).catch((error: unknown) => {
      // An outage must not pin a guess, but what was once read is none.
      if (!wsdl || !(error instanceof AppError)) throw error;
      return null;
    });
    if (served) return profileOf(served);
    return wsdl ? profileOf(await wsdl.documents()) : documentedProfile();
  }

  return {
    async call(operation, request, reads, { signal, timeoutMs, language } = {}, wanted = []) {
      signal?.throwIfAborted();
      const spoken = await profile();
      const found = spoken.operations[operation];
      if (!found) throw new AppError('connector.answer_invalid', { problem: 'operation', operation });

      const { status, headers, body } = await fetch({
        url,
        method: 'POST',
        headers: {
          'content-type': 'text/xml; charset=utf-8',
          soapaction: `"${found.soapAction}"`,
          accept: 'text/xml',
          ...(language ? { 'accept-language': language } : {}),
        },
        body: writeEnvelope(spoken, found, request),
        signal,
        ...(timeoutMs ? { timeoutMs } : {}),
        repeatable: !/^WS(?:Create|Save)/.test(operation),
      });
      const contentType = headers['content-type'] ?? '';
      // A fault comes as 500, sometimes as 200; a page of HTML comes with any status.
      if (!/\bxml\b/i.test(contentType) || /\bxhtml\b/i.test(contentType)) {
        if (status === 401 || status === 403) throw new AppError('connector.denied', { status });
        throw status >= 400
          ? new AppError('connector.unreachable', { status })
          : new AppError('connector.answer_invalid', { problem: 'contentType' });
      }
      try {
        return await read({ operation, contentType, body, reads, wanted }, signal);
      } catch (error) {
        // We speak as the connector once did, and no longer does.
        if (error instanceof AppError && error.detail['outdated'] === true) forget();
        throw error;
      }
    },
  };
}

/** The connector's own description as it is now, usable; null where it shows none. */
export async function servedWsdl(url: string, fetch: SafeFetch): Promise<readonly string[] | null> {
  for (const question of ['singleWsdl', 'wsdl']) {
    const address = new URL(url);
    address.search = address.search ? `${address.search}&${question}` : `?${question}`;
    try {
      const documents = await fetchWsdl(address.href, read);
      profileOf(documents);
      return documents;
    } catch (error) {
      // A connector in production may keep its description to itself, or have one only under the other question.
      if (!(error instanceof AppError) || error.code !== 'connector.answer_invalid') throw error;
    }
  }
  return null;

  async function read(location: string): Promise<string> {
    // Behind a proxy a description names hosts nobody outside can reach. The administrator named ours, and no other is asked.
    const { pathname, search } = new URL(location);
    const { status, headers, body } = await fetch({
      url: new URL(pathname + search, url).href,
      headers: { accept: 'text/xml' },
      timeoutMs: 20_000,
      maxBytes: LARGEST_WSDL,
    });
    if (status >= 500) throw new AppError('connector.unreachable', { status });
    if (status !== 200) throw new AppError('connector.answer_invalid', { problem: 'wsdl', status });
    return decodeText(body, headers['content-type'] ?? '');
  }
}

/** Says what is wrong with it to whoever gave it. */
function givenProfile(documents: readonly string[]): Profile {
  try {
    return profileOf(documents);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { problem = 'wsdl', namespace = null } = error.detail;
    throw new AppError('connector.wsdl_invalid', { reason: problem, namespace }, { cause: error });
  }
}

/** Reads a large answer beside the event loop, which takes it over part by part. */
async function read<Read extends Reads>(answer: Answer<Read>, signal: AbortSignal | undefined): Promise<Decoded<Read>> {
  const { body } = answer;
  if (body.length <= SMALL) return decodeAnswer(answer);
  const items: Decoded<Read>['items'][number][] = [];
  let warning: string | null = null;
  // Its bytes are given away, not copied.
  const transfer = body.byteLength === body.buffer.byteLength ? [body.buffer as ArrayBuffer] : [];
  for await (const part of apart(answer, transfer) as AsyncGenerator<Decoded<Read>>) {
    signal?.throwIfAborted();
    for (const item of part.items) items.push(item);
    warning = part.warning;
  }
  return { items, warning };
}
