import { expect, fixture, html, oneEvent } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import type { Dialog } from '../../panel/ui/dialog.ts';
import '../../panel/ui/dialog.ts';

describe('dialog', () => {
  it('gives the focus back to the button that opened it', async () => {
    const page = await fixture<HTMLElement>(
      html`<div>
        <button id="opener">Open</button>
        <erpsync-dialog heading="Connect"><button autofocus>First</button></erpsync-dialog>
      </div>`,
    );
    const opener = page.querySelector<HTMLElement>('#opener')!;
    const dialog = page.querySelector<Dialog>('erpsync-dialog')!;
    opener.focus();
    dialog.open = true;
    await dialog.updateComplete;
    expect(document.activeElement?.textContent).to.equal('First');
    await expect(page).to.be.accessible();

    const closed = oneEvent(dialog, 'erpsync-dialog-closed');
    await sendKeys({ press: 'Escape' });
    await closed;
    await dialog.updateComplete;

    expect(dialog.open).to.equal(false);
    expect(document.activeElement === opener).to.equal(true);
  });
});
