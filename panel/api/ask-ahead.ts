import type { Api, Method, Sent } from './client.ts';

/**
 * The same, with these questions asked already: whoever asks one first gets that answer. Once anything else is asked, what was
 * not fetched by then is forgotten: somebody may have signed in since, and it was meant for another.
 */
export function askAhead(api: Api, paths: readonly string[]): Api {
  const asked = new Map(paths.map((path) => [path, api<unknown>('GET', path)]));
  for (const answer of asked.values()) answer.catch(() => undefined);
  return <Answer = void>(method: Method, path: string, sent?: Sent): Promise<Answer> => {
    const early = method === 'GET' ? asked.get(path) : undefined;
    if (!early) {
      asked.clear();
      return api<Answer>(method, path, sent);
    }
    asked.delete(path);
    return early as Promise<Answer>;
  };
}
