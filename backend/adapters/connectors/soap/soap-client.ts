import { AppError } from '../../../errors.ts';
import type { CallOptions } from '../../../ports/erp-connector.ts';
import type { SafeFetch } from '../safe-fetch.ts';
import { writeEnvelope, type Carried } from './envelope.ts';
import { documentedProfile, type Profile } from './profile.ts';
import { profileFromWsdl } from './wsdl.ts';
import { child, parseXml, textOf, type XmlElement } from './xml.ts';

/** What came back, and whether all of it did. */
export interface SoapResult {
  readonly result: XmlElement;
  readonly warning: string | null;
}

/** One address of a connector: fetches its WSDL once, and speaks as that says. */
export interface SoapClient {
  call(
    operation: string,
    request: Carried,
    options?: CallOptions & { readonly timeoutMs?: number },
  ): Promise<SoapResult>;
}

export function createSoapClient(url: string, fetch: SafeFetch): SoapClient {
  let known: Promise<Profile> | undefined;
  const profile = () => (known ??= loadProfile(url, fetch));

  return {
    async call(operation, request, { signal, timeoutMs, language } = {}) {
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
      });
      // A fault comes as 500, sometimes as 200; a page of HTML comes with any status.
      if (!/\bxml\b/i.test(headers['content-type'] ?? '')) {
        throw status >= 400
          ? new AppError('connector.unreachable', { status })
          : new AppError('connector.answer_invalid', { problem: 'contentType' });
      }
      return unwrap(operation, parseXml(decoded(body, headers['content-type'] ?? '')));
    },
  };
}

async function loadProfile(url: string, fetch: SafeFetch): Promise<Profile> {
  for (const question of ['singleWsdl', 'wsdl']) {
    const address = new URL(url);
    address.search = address.search ? `${address.search}&${question}` : `?${question}`;
    try {
      return await profileFromWsdl(await document(address.href), (location) =>
        document(new URL(location, address).href),
      );
    } catch (error) {
      // A connector in production may keep its description to itself, or have one only under the other question.
      if (!(error instanceof AppError) || error.code === 'connector.address_refused') throw error;
    }
  }
  return documentedProfile();

  async function document(address: string): Promise<XmlElement> {
    // An import may point to another host; ours is the only one the administrator named.
    if (new URL(address).origin !== new URL(url).origin)
      throw new AppError('connector.answer_invalid', { problem: 'wsdl' });
    const { status, body } = await fetch({ url: address, headers: { accept: 'text/xml' }, timeoutMs: 20_000 });
    if (status !== 200) throw new AppError('connector.answer_invalid', { problem: 'wsdl', status });
    return parseXml(body.toString('utf8'));
  }
}

/** A connector tells of failure inside a successful answer. From here on it is an AppError like any other. */
function unwrap(operation: string, root: XmlElement): SoapResult {
  const bodies = root.children.filter(({ name }) => name === 'Body');
  const [body] = bodies;
  if (root.name !== 'Envelope' || !body || bodies.length !== 1) throw invalid(operation);

  const fault = child(body, 'Fault');
  if (fault) {
    const told = textOf(fault, 'faultstring') ?? child(child(fault, 'Reason'), 'Text')?.text ?? null;
    throw new AppError('connector.rejected', { call: operation, explanation: null }, { cause: told });
  }
  const response = child(body, `${operation}Response`);
  const result = response && (child(response, `${operation}Result`) ?? response.children[0]);
  if (!result) throw invalid(operation);

  const state = textOf(result, 'State');
  const explanation = textOf(result, 'UserExplanation');
  if (textOf(result, 'IsOk') === 'false' || state === 'Error' || state === '3') {
    const connectorCode = textOf(result, 'ErrorCode');
    throw new AppError(
      connectorCode === 'UNKNOWN_CONNECTION_ID' ? 'connector.unknown_connection' : 'connector.rejected',
      { call: operation, connectorCode, explanation },
      { cause: textOf(result, 'TechExplanation') },
    );
  }
  const warned = state === 'Warning' || state === '2';
  return { result, warning: warned ? (explanation ?? textOf(result, 'TechExplanation') ?? '') : null };
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
