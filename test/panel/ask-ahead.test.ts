import { expect } from '@open-wc/testing';
import { askAhead } from '../../panel/api/ask-ahead.ts';
import { ApiError, type Api } from '../../panel/api/client.ts';

describe('what is asked ahead', () => {
  let asked: string[];
  let failing: readonly string[];

  beforeEach(() => {
    asked = [];
    failing = [];
  });

  const api: Api = async <Answer>(method: string, path: string) => {
    const question = `${method} ${path}`;
    asked.push(question);
    if (failing.includes(question)) throw new ApiError({ code: 'session.missing', detail: {} });
    return `answer ${asked.length}` as Answer;
  };

  it('is answered once from then, and asked anew afterwards', async () => {
    const ahead = askAhead(api, ['/a', '/b']);
    expect(asked).to.eql(['GET /a', 'GET /b']);
    expect(await ahead<string>('GET', '/b')).to.equal('answer 2');
    expect(await ahead<string>('GET', '/a')).to.equal('answer 1');
    expect(await ahead<string>('GET', '/a')).to.equal('answer 3');
  });

  it('is forgotten once anything else was asked, for then another person may be signed in', async () => {
    const ahead = askAhead(api, ['/session', '/tab']);
    await ahead<string>('GET', '/session');
    await ahead<string>('POST', '/sign-ins/redeem');
    expect(await ahead<string>('GET', '/tab')).to.equal('answer 4');
    expect(asked.filter((question) => question === 'GET /tab')).to.have.length(2);
  });

  it('fails as it did, and is asked anew by whoever tries again', async () => {
    failing = ['GET /session', 'GET /tab'];
    const ahead = askAhead(api, ['/session', '/tab']);
    expect(await ahead('GET', '/session').catch(String)).to.contain('session.missing');
    failing = [];
    expect(await ahead<string>('GET', '/session')).to.equal('answer 3');
    expect(await ahead<string>('GET', '/tab')).to.equal('answer 4');
  });

  it('does not answer another method', async () => {
    const ahead = askAhead(api, ['/session']);
    expect(await ahead<string>('DELETE', '/session')).to.equal('answer 2');
  });
});
