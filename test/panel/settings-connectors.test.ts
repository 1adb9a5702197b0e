import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { byRole, clearScreen, focused, queryByRole, shown, words } from './screen.ts';
import { fill, openSettings, SettingsWorld, superSale, workbookConnector } from './settings-world.ts';

describe('the sync connectors', () => {
  let world: SettingsWorld;

  beforeEach(() => {
    world = new SettingsWorld();
    world.connectors = [workbookConnector];
    world.connections = [superSale];
  });

  afterEach(clearScreen);

  it('are added with a name, and OK says what is missing', async () => {
    const page = await openSettings(world);
    (await byRole('button', 'Add')).click();
    const name = await byRole('textbox', 'Sync Connector name:');
    await waitUntil(() => focused() === name, 'the name has the focus');
    await shown('Fill in: Sync Connector name.');
    expect((await byRole('button', 'OK')).getAttribute('aria-disabled')).to.equal('true');
    (await byRole('button', 'OK')).click();
    expect(world.sent('POST /api/connectors')).to.deep.equal([]);
    await expect(page).to.be.accessible();

    fill(name, ' Second ');
    await waitUntil(() => !words().includes('Fill in:'));
    (await byRole('button', 'OK')).click();

    expect(await byRole('button', 'Second')).to.exist;
    expect(queryByRole('dialog')).to.equal(null);
    expect(world.sent('POST /api/connectors')).to.deep.equal([{ kind: 'workbook', name: 'Second', url: '' }]);
  });

  it('of a kind that is reached by an address must have one', async () => {
    await openSettings(world);
    (await byRole('button', 'Add')).click();
    fill(await byRole('textbox', 'Sync Connector name:'), 'Visma');
    (await byRole('radio', 'Web service (SOAP)')).click();
    await shown('Fill in: Sync Connector URL.');

    fill(await byRole('textbox', 'Sync Connector URL:'), 'https://erp.example.com/sync');
    await waitUntil(() => !words().includes('Fill in:'));
    (await byRole('button', 'OK')).click();

    await byRole('button', 'Visma');
    expect(world.sent('POST /api/connectors')).to.deep.equal([
      { kind: 'soap', name: 'Visma', url: 'https://erp.example.com/sync' },
    ]);
  });

  it('that want a sign-in get one, and its secret is sent once', async () => {
    const page = await openSettings(world);
    (await byRole('button', 'Add')).click();
    fill(await byRole('textbox', 'Sync Connector name:'), 'Visma');
    (await byRole('radio', 'Web service (SOAP)')).click();
    fill(await byRole('textbox', 'Sync Connector URL:'), 'https://erp.example.com/sync');

    choose(await byRole('combobox', 'Sign-in:'), 'oauth');
    await shown('Fill in: Token URL, Client ID');
    await expect(page).to.be.accessible();
    choose(await byRole('combobox', 'Sign-in:'), 'basic');
    fill(await byRole('textbox', 'User name:'), 'sync');
    await shown('Fill in: Password.');
    (await byRole('button', 'OK')).click();
    await waitUntil(() => focused() === inputOf('Password:'), 'what is missing has the focus');
    fill(inputOf('Password:'), 'hemmelig-123');
    await waitUntil(() => !words().includes('Fill in:'));
    (await byRole('button', 'Test Sync Connector')).click();
    await shown('The sync connector answers.');
    (await byRole('button', 'OK')).click();

    await byRole('button', 'Visma');
    const reached = {
      kind: 'soap',
      url: 'https://erp.example.com/sync',
      signIn: { kind: 'basic', userName: 'sync' },
      secret: 'hemmelig-123',
    };
    expect(world.sent('POST /api/connector-tests')).to.deep.equal([reached]);
    expect(world.sent('POST /api/connectors')).to.deep.equal([{ ...reached, name: 'Visma' }]);
  });

  describe('whose secret is stored', () => {
    beforeEach(async () => {
      world.connectors = [
        {
          ...workbookConnector,
          kind: 'soap',
          name: 'Visma',
          url: 'https://erp.example.com/sync',
          signIn: { kind: 'basic', userName: 'sync' },
          secretSet: true,
          wsdl: { given: true, since: '2026-11-22T20:15:00Z' },
        },
      ];
      await openSettings(world);
      (await byRole('button', 'Visma')).click();
      (await byRole('button', 'Configure Sync Connector')).click();
      await byRole('textbox', 'User name:');
    });

    it('show dots for it, and keep it where nothing is typed', async () => {
      expect(inputOf('Password:')).to.include({ value: '', placeholder: '••••••••', type: 'password' });
      fill(await byRole('textbox', 'Sync Connector URL:'), 'https://erp.example.com/other');
      (await byRole('button', 'OK')).click();
      await waitUntil(() => queryByRole('dialog') === null);
      expect(world.sent(`PUT /api/connectors/${workbookConnector.id}`)).to.deep.equal([
        {
          kind: 'soap',
          name: 'Visma',
          url: 'https://erp.example.com/other',
          signIn: { kind: 'basic', userName: 'sync' },
        },
      ]);
    });

    it('ask for it again when it would go elsewhere', async () => {
      fill(await byRole('textbox', 'Sync Connector URL:'), 'https://evil.example.com/sync');
      await shown('The address has changed: type the secret again. It is sent only where it was typed for.');
      await shown('Fill in: Password.');
      fill(await byRole('textbox', 'Sync Connector URL:'), 'https://erp.example.com/sync');
      await waitUntil(() => !words().includes('Fill in:'));
      choose(await byRole('combobox', 'Sign-in:'), 'header');
      await shown('Fill in: Header name and Secret.');
    });

    it('take a WSDL below More, pasted or as files, and go back to the one that is served', async () => {
      openMore();
      await shown('A WSDL that was given here');
      fill(await byRole('textbox', 'or its text:'), '<definitions/>');
      (await byRole('button', 'Test Sync Connector')).click();
      await shown('The sync connector answers.');
      expect(world.sent('POST /api/connector-tests')[0]).to.deep.include({
        wsdl: ['<definitions/>'],
        id: workbookConnector.id,
      });
      fill(await byRole('textbox', 'or its text:'), '');
      (await byRole('button', 'Use the one that the sync connector serves')).click();
      (await byRole('button', 'OK')).click();
      await waitUntil(() => queryByRole('dialog') === null);
      expect(world.sent(`PUT /api/connectors/${workbookConnector.id}`)[0]).to.deep.include({ wsdl: null });
    });

    it('are told what is wrong with a WSDL', async () => {
      openMore();
      world.refuse('POST /api/connector-tests', 'connector.wsdl_invalid', { reason: 'schema', namespace: 'urn:data' });
      const files = inputOf('WSDL file, and its schemas:');
      const chosen = new DataTransfer();
      for (const text of ['<a/>', '<b/>']) chosen.items.add(new File([text], 'a.xsd'));
      files.files = chosen.files;
      files.dispatchEvent(new Event('change'));
      await waitUntil(async () => (await byRole('textbox', 'or its text:')).matches(':disabled'));
      (await byRole('button', 'Test Sync Connector')).click();
      await shown('The WSDL refers to a schema that is not there: urn:data. Add its file as well.');
      expect(world.sent('POST /api/connector-tests')[0]).to.deep.include({ wsdl: ['<a/>', '<b/>'] });
    });
  });

  describe('that an authority of the company’s own vouches for', () => {
    const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
    beforeEach(() => {
      world.connectors = [
        {
          ...workbookConnector,
          kind: 'soap',
          name: 'Visma',
          url: 'https://erp.example.com/sync',
          authority: { name: 'Nordlys Root CA', until: '2034-11-22T20:15:00Z' },
        },
      ];
    });
    const openDialog = async () => {
      const page = await openSettings(world);
      (await byRole('button', 'Visma')).click();
      (await byRole('button', 'Configure Sync Connector')).click();
      await byRole('textbox', 'Sync Connector URL:');
      return page;
    };
    const saved = async () => {
      (await byRole('button', 'OK')).click();
      await waitUntil(() => queryByRole('dialog') === null);
      return world.sent(`PUT /api/connectors/${workbookConnector.id}`)[0];
    };

    it('say so below More, with its name and until when, and are asked again at another address', async () => {
      await openDialog();
      openMore();
      await shown('Nordlys Root CA vouches for this address, until');
      expect(words()).to.include('2034');
      fill(await byRole('textbox', 'Sync Connector URL:'), 'https://evil.example.com/sync');
      await shown('The address has changed: give the certificate again. It is trusted only where it was given for.');
      fill(await byRole('textbox', 'Sync Connector URL:'), 'https://erp.example.com/other');
      await shown('Nordlys Root CA vouches for this address, until');
      expect(await saved()).not.to.have.property('authority');
    });

    it('stop to trust it, or trust another, pasted', async () => {
      await openDialog();
      openMore();
      (await byRole('button', 'Do not trust it any more')).click();
      await shown('Needed only if an authority of your own company signed the certificate of the ERP system.');
      expect(await saved()).to.deep.include({ authority: null });

      world.connectors = [{ ...world.connectors[0]!, authority: null }];
      (await byRole('button', 'Configure Sync Connector')).click();
      await byRole('textbox', 'Sync Connector URL:');
      openMore();
      fill(await byRole('textbox', 'or its text (PEM):'), pem);
      (await byRole('button', 'OK')).click();
      await waitUntil(() => queryByRole('dialog') === null);
      expect(world.sent(`PUT /api/connectors/${workbookConnector.id}`)[1]).to.deep.include({ authority: pem });
    });

    it('take it as a file too, of bare bytes as Windows writes them', async () => {
      await openDialog();
      openMore();
      const input = inputOf('Certificate of the authority:');
      const chosen = new DataTransfer();
      chosen.items.add(new File([new Uint8Array([0x30, 0x03, 0x02, 0x01, 0x01])], 'root.cer'));
      input.files = chosen.files;
      input.dispatchEvent(new Event('change'));
      await waitUntil(() => inputOf('or its text (PEM):').value !== '');
      expect(await saved()).to.deep.include({
        authority: '-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----',
      });
    });

    it('open More by themselves where nobody trusted vouches for them, and warn of a certificate about to expire', async () => {
      const soon = new Date(Date.now() + 7 * 86_400_000).toISOString();
      world.connectors = [{ ...world.connectors[0]!, authority: { name: 'Nordlys Root CA', until: soon } }];
      const page = await openDialog();
      world.refuse('POST /api/connector-tests', 'connector.certificate_untrusted', {
        host: 'erp.example.com',
        reason: 'authority',
      });
      expect(isMoreOpen()).to.equal(false);
      (await byRole('button', 'Test Sync Connector')).click();
      await shown('Nobody we trust has signed the certificate of erp.example.com.');
      expect(isMoreOpen()).to.equal(true);
      const warning = deep('erpsync-notice').find(({ textContent }) =>
        textContent.includes('Nordlys Root CA vouches for'),
      );
      expect(warning).to.have.property('kind', 'warning');
      await expect(page).to.be.accessible();
    });
  });

  it('are told apart by name: the refusal stands in the dialog, and what was typed stays', async () => {
    world.refuse('POST /api/connectors', 'connector.name_taken');
    await openSettings(world);
    (await byRole('button', 'Add')).click();
    fill(await byRole('textbox', 'Sync Connector name:'), 'Workbook');
    (await byRole('button', 'OK')).click();

    await shown('There is already a sync connector with this name.');
    expect(await byRole('textbox', 'Sync Connector name:')).to.have.property('value', 'Workbook');
  });

  it('are tested before they are saved', async () => {
    world.refuse('POST /api/connector-tests', 'connector.unreachable');
    await openSettings(world);
    (await byRole('button', 'Add')).click();
    await byRole('textbox', 'Sync Connector name:');
    (await byRole('button', 'Test Sync Connector')).click();
    await shown('The ERP system does not answer.');

    (await byRole('button', 'Test Sync Connector')).click();

    await shown('The sync connector answers.');
    expect(words()).not.to.contain('does not answer');
  });

  it('are not deleted while connections use them, and restored when they were', async () => {
    await openSettings(world);
    (await byRole('button', 'Workbook')).click();
    world.refuse(`DELETE /api/connectors/${workbookConnector.id}`, 'connector.has_connections');
    (await byRole('button', 'Delete')).click();
    (await byRole('button', 'Yes')).click();
    await shown('This sync connector is used by ERP connections.');

    (await byRole('button', 'Delete')).click();
    (await byRole('button', 'Yes')).click();
    await waitUntil(() => queryByRole('button', 'Workbook') === null);

    (await byRole('checkbox', 'Deleted')).click();
    (await byRole('button', 'Workbook')).click();
    (await byRole('button', 'Restore')).click();
    await waitUntil(() => queryByRole('button', 'Configure Sync Connector') !== null);
    expect(world.connectors[0]?.deleted).to.equal(false);
  });

  it('keep what was typed when Esc is pressed by accident', async () => {
    await openSettings(world);
    (await byRole('button', 'Add')).click();
    fill(await byRole('textbox', 'Sync Connector name:'), 'Half');
    await sendKeys({ press: 'Escape' });
    await shown('You have unsaved changes.');
    await sendKeys({ press: 'Escape' });
    await waitUntil(() => !words().includes('You have unsaved changes.'));
    expect(await byRole('textbox', 'Sync Connector name:')).to.have.property('value', 'Half');

    await sendKeys({ press: 'Escape' });
    (await byRole('button', 'Yes')).click();
    await waitUntil(() => queryByRole('dialog') === null);
    expect(world.sent('POST /api/connectors')).to.deep.equal([]);
  });
});

const choose = (select: HTMLElement, value: string) => {
  (select as HTMLSelectElement).value = value;
  select.dispatchEvent(new Event('change', { bubbles: true }));
};

/** What has no role, as a password has none, is found by its label. */
function inputOf(label: string): HTMLInputElement {
  const found = deep('label').find((each) => each.textContent.trim() === label) as HTMLLabelElement;
  return found.control as HTMLInputElement;
}

function isMoreOpen(): boolean {
  return (deep('details')[0] as HTMLDetailsElement).open;
}

function openMore(): void {
  deep('summary')[0]!.click();
}

function deep(selector: string, root: Document | ShadowRoot = document): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>('*')].flatMap((element) => [
    ...(element.matches(selector) ? [element] : []),
    ...(element.shadowRoot ? deep(selector, element.shadowRoot) : []),
  ]);
}
