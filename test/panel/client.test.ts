import { expect } from '@open-wc/testing';
import { type ApiError, callApi, Unreachable } from '../../panel/api/client.ts';
import { errorText, reasonText } from '../../panel/locales/error-text.ts';
import { errorCodes } from '../../shared/errors.ts';
import { speak } from './speak.ts';

describe('a call to the backend', () => {
  const original = window.fetch.bind(window);
  let sent: [string, RequestInit][];

  beforeEach(() => {
    sent = [];
  });

  afterEach(() => {
    window.fetch = original;
  });

  function answer(status: number, body: BodyInit | null): void {
    window.fetch = (path, init) => {
      sent.push([path as string, init ?? {}]);
      return Promise.resolve(new Response(body, { status }));
    };
  }

  it('sends JSON, even when there is nothing to send, so that no foreign form can do the same', async () => {
    answer(204, null);
    expect(await callApi<unknown>('DELETE', '/api/session')).to.equal(undefined);

    const [[path, { method, headers, body, credentials }]] = sent as [[string, RequestInit]];
    expect([path, method, body, credentials]).to.deep.equal(['/api/session', 'DELETE', '{}', 'same-origin']);
    expect(headers).to.deep.include({ 'content-type': 'application/json' });
  });

  it('a refusal carries its code and what belongs to it', async () => {
    answer(409, JSON.stringify({ code: 'link.exists', detail: { name: 'Havfisk' } }));
    const error = await callApi('POST', '/api/links').catch((caught: unknown) => caught);

    expect((error as ApiError).body).to.deep.equal({ code: 'link.exists', detail: { name: 'Havfisk' } });
  });

  it('a proxy that answers with a page of its own is an internal failure, not a crash', async () => {
    answer(502, '<html>Bad gateway</html>');
    const error = await callApi('GET', '/api/session').catch((caught: unknown) => caught);

    expect((error as ApiError).body.code).to.equal('internal');
  });

  it('no network is told as such', async () => {
    window.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    const error = await callApi('GET', '/api/session').catch((caught: unknown) => caught);

    expect(error instanceof Unreachable).to.equal(true);
    expect(errorText(error)).to.equal('ERP Sync cannot be reached. Check your network and try again.');
  });

  it('a call that was given up is not a failure of the network', async () => {
    const given = new AbortController();
    window.fetch = (_, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    const call = callApi('GET', '/api/session', { signal: given.signal }).catch((caught: unknown) => caught);
    given.abort();

    expect((await call) instanceof Unreachable).to.equal(false);
  });
});

describe('a failure in words', () => {
  before(() => speak('en'));

  it('there is a whole sentence for every code, with and without its details', () => {
    const detail = { name: 'VAT number', field: 'VAT', maxLength: 20, file: 'a.xlsx', sheet: 'Customer', column: 'No' };
    for (const code of errorCodes) {
      for (const given of [{}, detail]) {
        const text = reasonText({ code, detail: given });
        expect(text, code).to.match(/^[A-Z].*\.$/);
        expect(text, code).not.to.match(/undefined|null|\[object/);
      }
    }
  });

  it("the ERP's own explanation and the number in the log stand behind it", () => {
    expect(reasonText({ code: 'connector.rejected', detail: { explanation: 'Period closed.' }, id: 'a1b2' })).to.equal(
      'The ERP system refused this. Period closed. (Number a1b2)',
    );
  });

  it('a code from a newer backend is still told', () => {
    expect(reasonText({ code: 'something.new', detail: {} })).to.contain('Something went wrong');
    expect(reasonText({ code: 'toString', detail: {} })).to.contain('Something went wrong');
  });
});
