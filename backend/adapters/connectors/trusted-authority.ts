import type { SafeFetch } from './safe-fetch.ts';

/** Trusts an authority of a company's own, at the addresses it was given for and nowhere else. */
export function trusting(fetch: SafeFetch, authority: string | null, addresses: readonly string[]): SafeFetch {
  if (authority === null) return fetch;
  const origins = new Set(addresses.map((address) => new URL(address).origin));
  return (request) => fetch(origins.has(new URL(request.url).origin) ? { ...request, authority } : request);
}
