import { expect, fixture, html } from '@open-wc/testing';
import { readPanelUrl } from '../../panel/host/panel-url.ts';
import { formatValue } from '../../panel/locales/format.ts';
import { languageOf } from '../../panel/locales/localize.ts';
import { speak } from './speak.ts';

describe('what SuperOffice says in the address', () => {
  const read = (query: string) => readPanelUrl(new URL(`https://erpsync.example/panels/erp-tab.html?${query}`));

  it('names tenant, user, record and language', () => {
    expect(read('uctx=Cust10001&usid=11&lang=nb-NO&entity=project&id=42')).to.deep.equal({
      tenant: 'Cust10001',
      user: 11,
      entity: { type: 'project', id: 42 },
      language: 'nb-NO',
      theme: 'light',
    });
  });

  for (const id of ['0', '-1', '', '%3Ccuid%3E', '1e3', '12345678901', '7;drop']) {
    it(`is without a record when its id is "${id}"`, () => {
      expect(read(`entity=contact&id=${id}`).entity).to.equal(null);
    });
  }

  it('is without what nobody said, or said wrongly', () => {
    expect(read('uctx=%3Cuctx%3E&usid=me&entity=sale&id=7&theme=pink')).to.deep.equal({
      tenant: null,
      user: null,
      entity: null,
      language: 'en',
      theme: 'light',
    });
  });
});

describe('what we say to the CRM client', () => {
  /** Calls one of our functions inside a frame, and waits for what reaches the page around it. */
  async function heard(module: string, call: string): Promise<unknown[]> {
    const messages: unknown[] = [];
    // It may speak before the fixture is ours to look at.
    const listen = ({ data, source }: MessageEvent) =>
      source === document.querySelector('iframe')?.contentWindow && messages.push(data);
    window.addEventListener('message', listen);
    await fixture<HTMLIFrameElement>(
      html`<iframe
        srcdoc=${`<script type="module">import * as ours from '/panel/host/${module}.ts';
        ours.${call}; parent.postMessage('done', '*');</script>`}
      ></iframe>`,
    );
    while (!messages.includes('done')) await new Promise((resolve) => setTimeout(resolve, 10));
    window.removeEventListener('message', listen);
    return messages.slice(0, -1);
  }

  it('to read the record again', async () => {
    expect(await heard('refresh-crm', `refreshCrm({ crmOrigin: '${location.origin}' })`)).to.deep.equal([
      { command: 'refresh' },
    ]);
  });

  it('to open a record', async () => {
    const call = `openEntity({ crmOrigin: '${location.origin}' }, { type: 'person', id: 81 })`;
    expect(await heard('open-entity', call)).to.deep.equal([
      { command: 'soprotocol', arguments: 'person.main?person_id=81' },
    ]);
  });

  it('is said to its own origin only', async () => {
    expect(await heard('refresh-crm', `refreshCrm({ crmOrigin: 'https://elsewhere.example' })`)).to.deep.equal([]);
  });
});

describe('language and country', () => {
  const tags: [string, string][] = [
    ['en', 'en'],
    ['en-US', 'en'],
    ['nb-NO', 'nb'],
    ['no', 'nb'],
    ['nn-NO', 'nb'],
    ['de-AT', 'de'],
    ['DA', 'da'],
    ['fr-FR', 'en'],
    ['%3Clanc%3E', 'en'],
    ['', 'en'],
  ];
  for (const [tag, language] of tags) {
    it(`"${tag}" is read in ${language}`, () => {
      expect(languageOf(tag)).to.equal(language);
    });
  }

  it('a tag that is none leaves numbers and dates in English', async () => {
    await speak('%3Clanc%3E');
    expect(document.documentElement.lang).to.equal('en');
  });

  it('values take the form of the country', async () => {
    const shown = async (tag: string) => {
      await speak(tag);
      return [formatValue('decimal', '1234.5'), formatValue('date', '2026-03-28'), formatValue('checkbox', 'false')];
    };
    expect(await shown('en-US')).to.deep.equal(['1,234.50', '03/28/2026', 'No']);
    expect(await shown('sv-SE')).to.deep.equal(['1\u00a0234,50', '2026-03-28', 'Nej']);
    expect(await shown('de')).to.deep.equal(['1.234,50', '28.03.2026', 'Nein']);
  });

  it('no digit is lost, however many there are', async () => {
    await speak('en');
    expect(formatValue('decimal', '12345678901234567890.123456789')).to.equal('12,345,678,901,234,567,890.123456789');
    expect(formatValue('integer', '007')).to.equal('007');
    expect(formatValue('text', null)).to.equal('');
  });

  it('a wall clock time is shown as it was written, wherever the user sits', async () => {
    await speak('en-GB');
    expect(formatValue('datetime', '2026-11-22T00:30:00')).to.equal('22/11/2026, 00:30');
  });
});
