import type { Context } from 'hono';
import type { Language } from '../../shared/vocabulary.ts';
import { readLanguage } from './pages/texts.ts';

/** The panel says which language it speaks; for our own pages the browser does. */
export function languageOf(c: Context): Language {
  return readLanguage(c.req.header('accept-language'));
}
