import '@fontsource/lato/400.css';
import '@fontsource/lato/700.css';
import { html, render, type TemplateResult } from 'lit';
import { askAhead } from '../api/ask-ahead.ts';
import { callApi } from '../api/client.ts';
import { sessionPath } from '../api/session.ts';
import { speak, type Translations } from '../locales/localize.ts';
import { page } from '../ui/styles/page.ts';
import { tokens } from '../ui/styles/tokens.ts';
import { readPanelUrl, type PanelUrl, type Theme } from './panel-url.ts';
import './sign-in-gate.ts';

interface PanelOptions {
  /** Those of its own screens. */
  readonly translations: Translations;
  readonly administrator?: boolean;
  readonly withoutLicence?: (() => TemplateResult) | null;
  /** What the screen asks first: asked while the language loads and the session is checked, and shown to nobody before. */
  readonly asksFirst?: (url: PanelUrl) => readonly string[];
}

/** Opens a panel on its page: look, language, sign-in, then the screen. */
export async function openPanel(
  screen: () => TemplateResult,
  { administrator = false, withoutLicence = null, translations, asksFirst = () => [] }: PanelOptions,
): Promise<void> {
  const url = readPanelUrl(new URL(location.href));
  for (const { styleSheet } of [tokens, page]) if (styleSheet) document.adoptedStyleSheets.push(styleSheet);
  dress(url.theme);
  const speaking = speak(url.language, translations);
  const api = askAhead(callApi, [sessionPath, ...asksFirst(url)]);
  // A language that cannot be loaded now is no reason to show nothing: English is built in.
  await speaking.catch(() => undefined);
  render(
    html`<erpsync-sign-in-gate
      .api=${api}
      .url=${url}
      .screen=${screen}
      ?administrator=${administrator}
      .withoutLicence=${withoutLicence}
    ></erpsync-sign-in-gate>`,
    document.body,
  );
}

/** `auto` follows the phone, in SuperOffice's mobile app. The web client is always light. */
function dress(theme: Theme): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const paint = () => {
    document.documentElement.dataset.theme = theme === 'auto' ? (dark.matches ? 'dark' : 'light') : theme;
  };
  paint();
  if (theme === 'auto') dark.addEventListener('change', paint);
}
