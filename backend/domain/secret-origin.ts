import type { Connector } from './connection.ts';

/** The address a connection's secrets are meant for. They are bound to it: an edited URL does not get the old ones. */
export function secretOrigin({ kind, url }: Pick<Connector, 'kind' | 'url'>): string {
  if (url === '') return kind;
  const { protocol, host } = new URL(url);
  return `${kind} ${protocol}//${host}`;
}

/** What the secret of a connector's own sign-in is bound to: its address, and where it is exchanged for a token. */
export function signInOrigin({ kind, url, signIn }: Pick<Connector, 'kind' | 'url' | 'signIn'>): string {
  const origin = secretOrigin({ kind, url });
  return signIn?.kind === 'oauth' ? `${origin} ${new URL(signIn.tokenUrl).origin}` : origin;
}
