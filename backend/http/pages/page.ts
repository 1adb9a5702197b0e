import { html } from 'hono/html';
import type { Language } from '../../../shared/vocabulary.ts';
import type { FinishedSignIn } from '../../application/tenant/finish-sign-in.ts';
import { announced } from '../../application/tenant/install.ts';
import type { Step } from '../../application/tenant/provisioning.ts';
import { pageFailures, textsFor } from './texts.ts';

type Html = ReturnType<typeof html>;

/** The end of a panel's sign-in, in its window: hands the code over and closes, or shows the code. */
export function handOverPage(language: Language, { attemptId, code }: FinishedSignIn): Html {
  const texts = textsFor(language);
  return document(
    language,
    texts.signedIn,
    html`<p id="by-itself" role="status">${texts.closeWindow}</p>
      <div id="by-hand" hidden>
        <p>${texts.enterCode}</p>
        <p class="code">${code.slice(0, 4)}-${code.slice(4)}</p>
      </div>`,
    html` data-attempt-id="${attemptId}" data-code="${code}"`,
    html`<script type="module" src="/auth/hand-over.js"></script>`,
  );
}

/** Says in plain words what is about to happen in the tenant, and asks. */
export function confirmPage(language: Language, { purpose, tenant, attemptId, code }: FinishedSignIn): Html {
  const texts = textsFor(language);
  const installing = purpose === 'install';
  const title = installing ? texts.install : texts.uninstall;
  return document(
    language,
    title,
    html`<p>${installing ? texts.installAdds : texts.uninstallRemoves} <strong>${tenant}</strong></p>
      ${
        installing
          ? html`<ul>
              ${announced.panels.map(({ name, tooltip }) => html`<li>${name}: ${tooltip}</li>`)}
              <li>${texts.webhook}</li>
              <li>${texts.systemUser}</li>
            </ul>`
          : ''
      }
      <form method="post" action="/${purpose}">
        <input type="hidden" name="attemptId" value="${attemptId}" />
        <input type="hidden" name="code" value="${code}" />
        <button>${title}</button>
      </form>`,
  );
}

/** What was done, step by step. */
export function resultPage(
  language: Language,
  purpose: 'install' | 'uninstall',
  steps: readonly Step[],
  traceId: string,
): Html {
  const texts = textsFor(language);
  const whole = steps.every(({ failure }) => failure === null);
  const [title, next] =
    purpose === 'install' ? [texts.installed, texts.installedNext] : [texts.uninstalled, texts.uninstalledNext];
  return document(
    language,
    whole ? title : texts.notFinished,
    html`<ol>
        ${steps.map(
          ({ name, failure, at }) =>
            html`<li>
              ${texts.step[name]}:
              ${
                failure === null
                  ? texts.done
                  : html`<strong class="failed">${texts.failed}${at === null ? '' : `: ${at}`}.</strong>
                      ${explain(language, failure, traceId)}`
              }
            </li>`,
        )}
      </ol>
      ${whole ? html`<p>${next}</p>` : tryAgain(language, `/${purpose}`)}`,
  );
}

export function messagePage(language: Language, message: string): Html {
  return document(language, message, html``);
}

export function failurePage(language: Language, code: string, traceId: string, again: string | null): Html {
  return document(
    language,
    textsFor(language).failed,
    html`<p role="alert">${explain(language, code, traceId)}</p>
      ${again === null ? '' : tryAgain(language, again)}`,
  );
}

function tryAgain(language: Language, path: string): Html {
  return html`<p><a class="button" href="${path}">${textsFor(language).tryAgain}</a></p>`;
}

function explain(language: Language, code: string, traceId: string): string {
  const { failures, somethingWrong } = textsFor(language);
  const known = pageFailures.find((failure) => failure === code);
  return known ? failures[known] : `${somethingWrong} ${traceId}`;
}

function document(language: Language, title: string, content: Html, attributes: Html = html``, script: Html = html``) {
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} - ${announced.app}</title>
        <link rel="stylesheet" href="/auth/page.css" />
        ${script}
      </head>
      <body${attributes}>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html>`;
}
