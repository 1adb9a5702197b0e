import { html } from 'hono/html';

export type Markup = ReturnType<typeof html>;

export interface DocumentParts {
  readonly title: string;
  readonly body: Markup;
  readonly bodyClass?: string;
}

export function document({ title, body, bodyClass = '' }: DocumentParts): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} - SuperOffice CRM</title>
        <link rel="stylesheet" href="/assets/crm.css" />
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
      </head>
      <body class="${bodyClass}">
        ${body}
      </body>
    </html>`;
}
