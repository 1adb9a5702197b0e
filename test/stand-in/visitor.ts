/** Enough of a browser to walk through sign-in and forms: keeps cookies per host, follows redirects, fills in hidden fields. */
export class Visitor {
  readonly #cookies = new Map<string, Map<string, string>>();

  /** Answers the page a person would end on. */
  async open(
    address: string,
    form?: Readonly<Record<string, string>>,
  ): Promise<{ readonly url: string; readonly html: string }> {
    let url = address;
    let body = form && new URLSearchParams(form);
    for (let hop = 0; hop < 20; hop++) {
      const { host, origin } = new URL(url);
      const jar = this.#cookies.get(host) ?? new Map<string, string>();
      this.#cookies.set(host, jar);
      const response = await fetch(url, {
        method: body ? 'POST' : 'GET',
        redirect: 'manual',
        headers: {
          cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
          ...(body ? { origin, 'sec-fetch-site': 'same-origin' } : {}),
        },
        ...(body ? { body } : {}),
      });
      for (const cookie of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        jar.set(name, value);
      }
      const location = response.headers.get('location');
      if (location === null) {
        const html = await response.text();
        if (!response.ok) throw new Error(`${url} answered ${response.status}: ${textIn(html)}`);
        return { url, html };
      }
      url = new URL(location, url).href;
      body = undefined;
    }
    throw new Error(`${address} leads in a circle`);
  }
}

/** The hidden fields of the only form on a page. */
export function hiddenFields(html: string): Record<string, string> {
  const inputs = html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g);
  return Object.fromEntries([...inputs].map(([, name = '', value = '']) => [name, value]));
}

function textIn(html: string): string {
  return html
    .replaceAll(/<style[\s\S]*?<\/style>|<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 300);
}
