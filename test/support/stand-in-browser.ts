import type { Browser, FrameLocator, Page } from 'playwright-core';

/** A browser of somebody's own, signed in to the CRM as this user. */
export async function visitAs(browser: Browser, crmUrl: string, name: RegExp): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(crmUrl);
  await page.getByRole('button', { name }).click();
  return page;
}

export function panel(page: Page): FrameLocator {
  return page.frameLocator('iframe:visible');
}

/** The panel in view, after signing in to the app through its pop-up. */
export async function signedInPanel(page: Page): Promise<FrameLocator> {
  const frame = panel(page);
  await Promise.all([
    page.waitForEvent('popup'),
    frame.getByRole('button', { name: 'Sign in with SuperOffice' }).click(),
  ]);
  return frame;
}

/** Changes one field of the company in view, on its card in the CRM. */
export async function editCompany(page: Page, label: string, value: string): Promise<void> {
  const card = page.getByRole('region', { name: 'Company' });
  await card.getByRole('link', { name: 'Edit' }).click();
  await card
    .getByRole('textbox', { name: new RegExp(`^${label}`) })
    .first()
    .fill(value);
  await card.getByRole('button', { name: 'Save' }).click();
  await card.getByRole('link', { name: 'Edit' }).waitFor();
}

export async function eventually(check: () => Promise<void>, withinMs = 30_000): Promise<void> {
  const until = performance.now() + withinMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
}
