import type { Context } from 'hono';

/** The language names and explanations are wanted in: the panel says which, and a browser by itself says its own. */
export function languageOf(c: Context): string {
  const [first = 'en'] = (c.req.header('accept-language') ?? 'en').split(/[,;]/);
  return /^[a-z]{2}(-[a-z]{2,4})?$/i.test(first.trim()) ? first.trim() : 'en';
}
