import type { ErrorCode } from '../../../../shared/errors.ts';
import type { Endpoint } from '../../../domain/endpoint.ts';
import { AppError } from '../../../errors.ts';
import type { CallOptions } from '../../../ports/erp-connector.ts';
import type { SafeFetch } from '../safe-fetch.ts';
import { writeEnvelope, type Carried } from './envelope.ts';
import { documentedProfile, type Profile } from './profile.ts';
import { fetchWsdl, profileOf } from './wsdl.ts';
import { child, parseXml, textOf, type XmlElement } from '../xml.ts';

/** What came back, and whether all of it did. */
export interface SoapResult {
  readonly result: XmlElement;
  readonly warning: string | null;
}

/** One connector, spoken to as its WSDL says. */
export interface SoapClient {
  call(
    operation: string,
    request: Carried,
    options?: CallOptions & { readonly timeoutMs?: number },
  ): Promise<SoapResult>;
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
    async call(operation, request, { signal, timeoutMs, language } = {}) {
      signal?.throwIfAborted();
      const wanted = await profile();
      const found = wanted.operations[operation];
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
        body: writeEnvelope(wanted, found, request),
        signal,
        ...(timeoutMs ? { timeoutMs } : {}),
        repeatable: operation !== 'WSCreateActor',
      });
      const contentType = headers['content-type'] ?? '';
      // A fault comes as 500, sometimes as 200; a page of HTML comes with any status.
      if (!/\bxml\b/i.test(contentType) || /\bxhtml\b/i.test(contentType)) {
        if (status === 401 || status === 403) throw new AppError('connector.denied', { status });
        throw status >= 400
          ? new AppError('connector.unreachable', { status })
          : new AppError('connector.answer_invalid', { problem: 'contentType' });
      }
      return unwrap(operation, parseXml(decoded(body, contentType)), forget);
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
    });
    if (status >= 500) throw new AppError('connector.unreachable', { status });
    if (status !== 200) throw new AppError('connector.answer_invalid', { problem: 'wsdl', status });
    return decoded(body, headers['content-type'] ?? '');
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

/** What connectors call their failures; two of them are misspelled in the contract itself. */
const codes: Readonly<Record<string, ErrorCode>> = {
  UNKNOWN_CONNECTION_ID: 'connector.unknown_connection',
  UNKOWN_CONNECTION_ID: 'connector.unknown_connection',
  UNKNOWN_FIELDKEY: 'mapping.field_unknown',
  UNKOWN_FIELDKEY: 'mapping.field_unknown',
  UNKNOWN_LISTITEM_ID: 'value.invalid',
  UNKOWN_LISTITEM_ID: 'value.invalid',
};

/** A connector tells of failure inside a successful answer. From here on it is an AppError like any other. */
function unwrap(operation: string, root: XmlElement, forgetProfile: () => void): SoapResult {
  const bodies = root.children.filter(({ name }) => name === 'Body');
  const [body] = bodies;
  if (root.name !== 'Envelope' || !body || bodies.length !== 1) throw invalid(operation);

  const fault = child(body, 'Fault');
  if (fault) {
    // These two say that we speak as the connector once did, and no longer does: it has not begun.
    const begun = !/ActionNotSupported|DeserializationFailed/.test(textOf(fault, 'faultcode') ?? '');
    if (!begun) forgetProfile();
    const told = textOf(fault, 'faultstring') ?? child(child(fault, 'Reason'), 'Text')?.text ?? null;
    throw new AppError('connector.rejected', { call: operation, begun, explanation: null }, { cause: told });
  }
  const response = child(body, `${operation}Response`);
  const result = response && (child(response, `${operation}Result`) ?? response.children[0]);
  const [isOk, state] = [flat(result, 'IsOk'), flat(result, 'State')];
  // An answer that says neither is none: what it lacks must not be taken for empty.
  if (!result || (isOk === null && state === null)) throw invalid(operation);

  const explanation = textOf(result, 'UserExplanation');
  if (isOk === 'false' || isOk === '0' || state === 'error' || state === '3') {
    const connectorCode = textOf(result, 'ErrorCode')?.trim() ?? null;
    // What was not done has no key.
    const begun = Boolean(textOf(child(result, 'Actor'), 'ErpKey'));
    throw new AppError(
      (connectorCode !== null && codes[connectorCode]) || 'connector.rejected',
      { call: operation, begun, connectorCode, explanation },
      { cause: textOf(result, 'TechExplanation') },
    );
  }
  const warned = state === 'warning' || state === '2';
  return { result, warning: warned ? (explanation ?? textOf(result, 'TechExplanation') ?? '') : null };
}

function flat(element: XmlElement | undefined, name: string): string | null {
  return textOf(element, name)?.trim().toLowerCase() ?? null;
}

function decoded(body: Buffer, contentType: string): string {
  const charset =
    /charset="?([\w-]+)/i.exec(contentType)?.[1] ??
    /^<\?xml[^>]*encoding=["']([\w-]+)/.exec(body.toString('latin1', 0, 200))?.[1];
  try {
    return new TextDecoder(charset ?? 'utf-8', { fatal: true }).decode(body);
  } catch (error) {
    throw new AppError('connector.answer_invalid', { problem: 'encoding' }, { cause: error });
  }
}

function invalid(call: string): AppError {
  return new AppError('connector.answer_invalid', { call, problem: 'envelope' });
}
