import type { Connector } from './connection.ts';

/** The address a connection's secrets are meant for. They are bound to it: an edited URL does not get the old ones. */
export function secretOrigin({ kind, url }: Pick<Connector, 'kind' | 'url'>): string {
  if (url === '') return kind;
  const { protocol, host } = new URL(url);
  return `${kind} ${protocol}//${host}`;
}
