import { speak as speakFrom } from '../../panel/locales/localize.ts';

/** Every text of every panel, whichever is on the screen. */
export const speak = (tag: string) =>
  speakFrom(tag, (language) => import(`../../panel/locales/generated/${language}.ts`));
