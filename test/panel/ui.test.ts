import { expect, fixture, html, oneEvent, waitUntil } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import type { FieldInfo } from '../../shared/api/common.ts';
import type { Direction } from '../../shared/vocabulary.ts';
import '../../panel/ui/combobox.ts';
import type { Combobox, ItemChosen } from '../../panel/ui/combobox.ts';
import { confirmed } from '../../panel/ui/confirmed.ts';
import type { Dialog } from '../../panel/ui/dialog.ts';
import '../../panel/ui/dialog.ts';
import '../../panel/settings/direction-buttons.ts';
import type { DirectionChanged } from '../../panel/settings/direction-buttons.ts';
import '../../panel/ui/notice.ts';
import { tokens } from '../../panel/ui/styles/tokens.ts';
import '../../panel/ui/switch.ts';
import type { SwitchToggled } from '../../panel/ui/switch.ts';
import '../../panel/ui/tabs.ts';
import type { TabSelected } from '../../panel/ui/tabs.ts';
import '../../panel/ui/value-input.ts';
import type { ValueChanged, ValueInput } from '../../panel/ui/value-input.ts';
import { allByRole, byRole, clearScreen, focused, queryByRole, shown, words } from './screen.ts';
import { speak } from './speak.ts';

document.adoptedStyleSheets.push(tokens.styleSheet!);

beforeEach(() => speak('en-GB'));
afterEach(clearScreen);

describe('dialog', () => {
  async function open(): Promise<{ page: HTMLElement; opener: HTMLElement; dialog: Dialog }> {
    const page = await fixture<HTMLElement>(
      html`<main>
        <button id="opener">Open</button>
        <erpsync-dialog heading="Connect"><button autofocus>First</button></erpsync-dialog>
      </main>`,
    );
    const opener = page.querySelector<HTMLElement>('#opener')!;
    const dialog = page.querySelector('erpsync-dialog')!;
    opener.focus();
    dialog.open = true;
    await dialog.updateComplete;
    return { page, opener, dialog };
  }

  it('is named by its heading and begins with the focus where it was asked for', async () => {
    const { page } = await open();

    await byRole('dialog', 'Connect');
    expect(focused()?.textContent).to.equal('First');
    await expect(page).to.be.accessible();
  });

  it('Esc closes it and gives the focus back to the button that opened it', async () => {
    const { opener, dialog } = await open();
    const closed = oneEvent(dialog, 'erpsync-dialog-closed');
    await sendKeys({ press: 'Escape' });
    await closed;
    await dialog.updateComplete;

    expect(dialog.open).to.equal(false);
    expect(focused() === opener).to.equal(true);
  });

  it('gives the focus back when its owner takes it away', async () => {
    const { opener, dialog } = await open();
    dialog.remove();

    expect(focused() === opener).to.equal(true);
  });

  it('stays as long as its owner refuses, however often Esc is pressed', async () => {
    const { dialog } = await open();
    dialog.addEventListener('erpsync-dialog-closed', (event) => event.preventDefault());
    for (let times = 0; times < 3; times++) await sendKeys({ press: 'Escape' });

    expect(dialog.open).to.equal(true);
    await byRole('dialog', 'Connect');
  });
});

describe('the question before a deed', () => {
  const ask = () =>
    confirmed({ question: 'Delete?', items: ['Visma'], irreversible: 'This cannot be undone.', action: 'Delete' });

  it('is yes by the named button', async () => {
    const answer = ask();
    await shown('Visma');
    await shown('This cannot be undone.');
    (await byRole('button', 'Delete')).click();

    expect(await answer).to.equal(true);
    expect(document.querySelector('erpsync-confirm-dialog') === null).to.equal(true);
  });

  it('is no by Cancel and by Esc', async () => {
    const cancelled = ask();
    (await byRole('button', 'Cancel')).click();
    expect(await cancelled).to.equal(false);

    const escaped = ask();
    await byRole('dialog', 'Confirm');
    await sendKeys({ press: 'Escape' });
    expect(await escaped).to.equal(false);
  });
});

describe('tabs', () => {
  it('are one stop for Tab; the arrow keys go round', async () => {
    const selected: string[] = [];
    const page = await fixture<HTMLElement>(
      html`<main>
        <erpsync-tabs
          label="Actor types"
          selected="a"
          .tabs=${[
            { key: 'a', text: 'Customer' },
            { key: 'b', text: 'Supplier', dot: true },
            { key: 'c', text: 'Project' },
          ]}
          @erpsync-tab-selected=${(event: TabSelected) => {
            selected.push(event.key);
            page.querySelector('erpsync-tabs')!.selected = event.key;
          }}
          >Content</erpsync-tabs
        >
      </main>`,
    );
    await expect(page).to.be.accessible();

    await sendKeys({ press: 'Tab' });
    await sendKeys({ press: 'ArrowLeft' });
    await sendKeys({ press: 'ArrowRight' });
    await sendKeys({ press: 'End' });
    expect(selected).to.deep.equal(['c', 'a', 'c']);
    expect(focused()?.textContent.trim()).to.equal('Project');
    await byRole('tabpanel', 'Project');
  });
});

describe('notice', () => {
  it('an error is announced at once, all else when there is time', async () => {
    await fixture(
      html`<div>
        <erpsync-notice kind="error">It failed</erpsync-notice><erpsync-notice kind="warning">Mind this</erpsync-notice>
      </div>`,
    );

    expect(allByRole('alert')).to.have.length(1);
    expect(allByRole('status')).to.have.length(1);
  });
});

describe('switch', () => {
  it('asks its owner, by keyboard too, and not while it is disabled', async () => {
    const asked: boolean[] = [];
    const page = await fixture<HTMLElement>(
      html`<erpsync-switch
        label="Automatic sync"
        @erpsync-switch-toggled=${(event: SwitchToggled) => asked.push(event.checked)}
      ></erpsync-switch>`,
    );
    page.focus();
    await sendKeys({ press: 'Space' });
    expect(asked).to.deep.equal([true]);
    expect((await byRole('switch', 'Automatic sync')).ariaChecked).to.equal('false');
    await expect(page).to.be.accessible();

    page.setAttribute('disabled', '');
    await waitUntil(() => page.shadowRoot?.querySelector('[aria-disabled=true]'));
    await sendKeys({ press: 'Space' });
    expect(asked).to.deep.equal([true]);
  });
});

describe('direction buttons', () => {
  const cases: [Direction, string, Direction][] = [
    ['none', 'From ERP to SuperOffice', 'toCrm'],
    ['none', 'From SuperOffice to ERP', 'toErp'],
    ['toCrm', 'From SuperOffice to ERP', 'both'],
    ['toErp', 'From ERP to SuperOffice', 'both'],
    ['both', 'From ERP to SuperOffice', 'toErp'],
    ['both', 'From SuperOffice to ERP', 'toCrm'],
    ['toErp', 'From SuperOffice to ERP', 'none'],
  ];
  for (const [before, button, after] of cases) {
    it(`"${button}" turns ${before} into ${after}`, async () => {
      const page = await fixture(
        html`<erpsync-direction-buttons label="Name" direction=${before}></erpsync-direction-buttons>`,
      );
      const changed = oneEvent(page, 'erpsync-direction-changed') as unknown as Promise<DirectionChanged>;
      (await byRole('button', button)).click();

      expect((await changed).direction).to.equal(after);
    });
  }

  it('one that cannot be used says why, and does nothing', async () => {
    let changes = 0;
    const page = await fixture(
      html`<erpsync-direction-buttons
        label="Number"
        direction="toCrm"
        .toErpRefused=${'The ERP field can only be read'}
        @erpsync-direction-changed=${() => changes++}
      ></erpsync-direction-buttons>`,
    );
    const button = await byRole('button', 'From SuperOffice to ERP');
    button.click();

    expect(changes).to.equal(0);
    expect(button.title).to.equal('The ERP field can only be read');
    await expect(page).to.be.accessible();
  });
});

describe('combobox', () => {
  const items = [
    { key: 'no', text: 'Norway' },
    { key: 'se', text: 'Sweden' },
    { key: 'dk', text: 'Denmark' },
  ];

  async function draw(change: Partial<Combobox> = {}) {
    const chosen: (string | null)[] = [];
    const page = await fixture<HTMLElement>(
      html`<main>
        <erpsync-combobox
          label="Country"
          .items=${change.items ?? items}
          .value=${change.value ?? null}
          noSelection=${change.noSelection ?? ''}
          @erpsync-item-chosen=${(event: ItemChosen) => chosen.push(event.key)}
        ></erpsync-combobox>
      </main>`,
    );
    const input = await byRole<HTMLInputElement>('combobox', 'Country');
    input.focus();
    return { page, chosen, input };
  }

  it('narrows while typing, by any part of a text, and Enter chooses', async () => {
    const { page, chosen, input } = await draw();
    await sendKeys({ type: 'eD' });
    await waitUntil(() => allByRole('option').length === 1);
    await expect(page).to.be.accessible();
    await sendKeys({ press: 'Enter' });

    expect(chosen).to.deep.equal(['se']);
    expect(input.value).to.equal('Sweden');
    expect(allByRole('option')).to.have.length(0);
  });

  it('opens at what is chosen, and the arrow keys move from there', async () => {
    const { chosen } = await draw({ value: 'se' });
    await sendKeys({ press: 'ArrowDown' });
    await waitUntil(() => allByRole('option').length === 3);
    await sendKeys({ press: 'ArrowDown' });
    await sendKeys({ press: 'Enter' });

    expect(chosen).to.deep.equal(['dk']);
  });

  it('Esc takes back what was typed and leaves the dialog around it open', async () => {
    let escaped = false;
    const { page, chosen, input } = await draw({ value: 'no' });
    page.addEventListener('keydown', ({ key }) => (escaped ||= key === 'Escape'));
    await sendKeys({ type: 'swe' });
    await sendKeys({ press: 'Escape' });

    expect(input.value).to.equal('Norway');
    expect(chosen).to.deep.equal([]);
    expect(escaped).to.equal(false);
  });

  it('leaving it takes back what was typed', async () => {
    const { chosen, input } = await draw({ value: 'no' });
    await sendKeys({ type: 'swe' });
    await sendKeys({ press: 'Tab' });

    expect(input.value).to.equal('Norway');
    expect(chosen).to.deep.equal([]);
  });

  it('nothing can be chosen where that is allowed', async () => {
    const { chosen } = await draw({ value: 'no', noSelection: '(No selection)' });
    await sendKeys({ press: 'ArrowDown' });
    (await byRole('option', '(No selection)')).click();

    expect(chosen).to.deep.equal([null]);
  });

  it('of a long list shows a part, and says how much is left', async () => {
    await draw({ items: Array.from({ length: 250 }, (_, key) => ({ key: String(key), text: `Field ${key}` })) });
    await sendKeys({ press: 'ArrowDown' });

    await shown('150 more. Type to narrow the list.');
    expect(allByRole('option', /^Field/)).to.have.length(100);
  });
});

describe('value input', () => {
  async function draw(field: Partial<FieldInfo>, change: Partial<ValueInput> = {}) {
    const changes: unknown[] = [];
    const info: FieldInfo = {
      key: 'F',
      name: 'Field',
      description: '',
      kind: 'text',
      access: 'normal',
      maxLength: 0,
      items: null,
      defaultValue: null,
      ...field,
    };
    const page = await fixture<ValueInput>(
      html`<erpsync-value-input
        .field=${info}
        .value=${change.value ?? null}
        .secretSet=${change.secretSet ?? false}
        .problem=${change.problem ?? null}
        @erpsync-value-changed=${({ key, value }: ValueChanged) => changes.push([key, value])}
      ></erpsync-value-input>`,
    );
    page.focus();
    return { page, changes };
  }

  const typed: [FieldInfo['kind'], string, string | null][] = [
    ['text', ' as it is ', ' as it is '],
    ['integer', '007', '7'],
    ['integer', '1 000', '1000'],
    ['decimal', '12,50', '12.5'],
    ['decimal', '-.5', '-0.5'],
    ['decimal', '-0,00', '0'],
    ['decimal', '1 234,5', '1234.5'],
    ['password', 'secret', 'secret'],
  ];
  for (const [kind, text, value] of typed) {
    it(`${kind}: "${text}" is ${JSON.stringify(value)}`, async () => {
      const { changes } = await draw({ kind });
      await sendKeys({ type: text });
      await sendKeys({ press: 'Tab' });

      expect(changes.at(-1)).to.deep.equal(['F', value]);
    });
  }

  const wrong: [FieldInfo['kind'], string, string][] = [
    ['integer', '1.5', 'Enter a whole number.'],
    ['integer', 'ten', 'Enter a whole number.'],
    ['decimal', '1.234,5', 'Enter a number.'],
    ['decimal', ',', 'Enter a number.'],
  ];
  for (const [kind, text, problem] of wrong) {
    it(`${kind}: "${text}" is told to be wrong, and passed on as typed`, async () => {
      const { page, changes } = await draw({ kind });
      await sendKeys({ type: text });
      await sendKeys({ press: 'Tab' });

      await shown(problem);
      expect(changes).to.deep.equal([['F', text]]);
      await expect(page).to.be.accessible();
    });
  }

  it('what is deleted is blank, not an empty text', async () => {
    const { page, changes } = await draw({}, { value: 'x' });
    page.shadowRoot!.querySelector('input')!.select();
    await sendKeys({ press: 'Delete' });
    await sendKeys({ press: 'Tab' });

    expect(changes).to.deep.equal([['F', null]]);
  });

  it('a stored secret shows dots and no text', async () => {
    const { page } = await draw({ kind: 'password' }, { secretSet: true });
    const input = page.shadowRoot!.querySelector('input')!;

    expect([input.value, input.placeholder, input.type]).to.deep.equal(['', '••••••••', 'password']);
  });

  it('a decimal is shown with the mark of the country', async () => {
    await speak('de-DE');
    const { page } = await draw({ kind: 'decimal' }, { value: '12.5' });

    expect(page.shadowRoot!.querySelector('input')!.value).to.equal('12,5');
  });

  it('a checkbox, a date and a list give their canonical values', async () => {
    const checkbox = await draw({ kind: 'checkbox' });
    await sendKeys({ press: 'Space' });
    expect(checkbox.changes).to.deep.equal([['F', 'true']]);
    clearScreen();

    const time = await draw({ kind: 'datetime' });
    const input = time.page.shadowRoot!.querySelector('input')!;
    input.value = '2026-11-22T13:45';
    input.dispatchEvent(new Event('change'));
    expect(time.changes).to.deep.equal([['F', '2026-11-22T13:45:00']]);
    clearScreen();

    const list = await draw({ kind: 'list', items: [{ key: '1', text: 'One' }] });
    await sendKeys({ type: 'one' });
    await sendKeys({ press: 'Enter' });
    expect(list.changes).to.deep.equal([['F', '1']]);
  });

  it('a field that can only be read cannot be changed', async () => {
    const { page } = await draw({ access: 'readOnly' }, { value: 'x' });

    expect(page.shadowRoot!.querySelector('input')!.disabled).to.equal(true);
  });

  it('its problem is part of what a reader hears', async () => {
    await draw({}, { problem: 'Fill in Field.' });
    const input = await byRole('textbox', 'Field');

    expect(input.ariaInvalid).to.equal('true');
    expect(words()).to.contain('Fill in Field.');
    expect(queryByRole('textbox')?.getAttribute('aria-describedby')).to.equal('problem');
  });
});
