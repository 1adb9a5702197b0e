import { expect, html, waitUntil } from '@open-wc/testing';
import { consume } from '@lit/context';
import { LitElement } from 'lit';
import type { RedeemSignIn, StartSignIn } from '../../shared/api/session.ts';
import type { Api } from '../../panel/api/client.ts';
import { apiContext } from '../../panel/host/contexts.ts';
import { ErpWorld, lars, openTab } from './erp-world.ts';
import { byRole, clearScreen, queryByRole, shown, words } from './screen.ts';

const attemptId = '00000000-0000-4000-8000-0000000000bb';
const astrid = { ...lars, user: { id: 5, name: 'Astrid Berg' } };

/** A screen with something typed into it, and a call to the backend. */
class Form extends LitElement {
  @consume({ context: apiContext }) api!: Api;

  override render() {
    return html`<input aria-label="Name" />`;
  }
}
customElements.define('test-form', Form);

describe('the sign-in', () => {
  let world: ErpWorld;
  let frame: HTMLIFrameElement;
  const open = window.open.bind(window);

  beforeEach(() => {
    world = new ErpWorld();
    world.session = null;
    // A frame of our own origin stands in for the pop-up, which a test may not open.
    frame = document.createElement('iframe');
    document.body.append(frame);
    window.open = () => frame.contentWindow;
  });

  afterEach(() => {
    window.open = open;
    frame.remove();
    clearScreen();
  });

  async function press(): Promise<void> {
    (await byRole('button', 'Sign in with SuperOffice')).click();
    await waitUntil(() => world.sent('POST /api/sign-ins').length > 0);
    await waitUntil(() => frame.contentWindow?.location.pathname === '/auth/start');
  }

  /** What our page in the pop-up says to the panel; sent from the frame, so that the browser names it as the source. */
  function say(message: unknown, from: Window = frame.contentWindow!): void {
    window.dispatchEvent(new MessageEvent('message', { data: message, origin: location.origin, source: from }));
  }

  const redeemed = () => world.sent('/api/sign-ins/redeem') as RedeemSignIn[];

  it('asks for it, and draws nothing of the screen before', async () => {
    const page = await openTab(world);

    await byRole('button', 'Sign in with SuperOffice');
    expect(world.sent('/api/erp-tab')).to.deep.equal([]);
    await expect(page).to.be.accessible();
  });

  it('hands over by the code our pop-up posts, proved by a verifier that never left the panel', async () => {
    await openTab(world);
    await press();
    const [{ challenge, tenantHint }] = world.sent('POST /api/sign-ins') as [StartSignIn];
    world.session = lars;
    say({ type: 'erpsync-sign-in', attemptId, code: 'K7QF2M9T' });

    await shown('Super Sale 1');
    const [{ verifier, ...rest }] = redeemed() as [RedeemSignIn];
    expect(rest).to.deep.equal({ attemptId, code: 'K7QF2M9T' });
    expect(tenantHint).to.equal('Cust10001');
    expect(await sha256(verifier)).to.equal(challenge);
  });

  it('takes no code from anyone else', async () => {
    await openTab(world);
    await press();
    const message = { type: 'erpsync-sign-in', attemptId, code: 'K7QF2M9T' };
    const elsewhere = { data: message, source: frame.contentWindow };
    window.dispatchEvent(new MessageEvent('message', { ...elsewhere, origin: 'https://evil.test' }));
    window.dispatchEvent(new MessageEvent('message', { ...elsewhere, origin: 'null' }));
    say(message, window);
    say({ ...message, attemptId: '00000000-0000-4000-8000-0000000000cc' });
    say({ ...message, type: 'so-erp-auth' });
    for (const junk of [null, undefined, 7, 'code', [], {}, { ...message, code: 7 }]) say(junk);
    await new Promise((resolve) => setTimeout(resolve, 50));

    expect(redeemed()).to.deep.equal([]);
    expect(queryByRole('button', 'Sign in with SuperOffice') !== null).to.equal(true);
  });

  it('takes no code from ten thousand messages that are nearly right', async () => {
    await openTab(world);
    await press();
    const good = { type: 'erpsync-sign-in', attemptId, code: 'K7QF2M9T' };
    const strange = [
      undefined,
      null,
      '',
      0,
      NaN,
      true,
      [],
      {},
      [attemptId],
      { code: 1 },
      'K7QF2M9T\0',
      new Date(),
      () => 1,
    ];
    const origins = [location.origin, 'https://evil.test', `${location.origin}.evil.test`, 'null', ''];
    const sources = [frame.contentWindow, window, null];
    let told = 0;
    for (let seed = 0; told < 10_000; seed++) {
      const pick = <Item>(items: readonly Item[], salt: number) =>
        items[(seed * 31 + salt * 17 + (seed >> 5)) % items.length]!;
      const data: unknown =
        seed % 7 === 0
          ? pick(strange, 1)
          : {
              type: seed % 3 === 0 ? good.type : pick([...strange, 'so-erp-auth', 'ERPSYNC-SIGN-IN'], 2),
              attemptId: seed % 5 === 0 ? attemptId : pick([...strange, attemptId.toUpperCase(), `${attemptId} `], 3),
              code: seed % 2 === 0 ? good.code : pick(strange, 4),
              ...(seed % 11 === 0 ? { __proto__: good } : {}),
            };
      const origin = pick(origins, 5);
      const source = pick(sources, 6);
      const isGood = isSignIn(data) && origin === location.origin && source === frame.contentWindow;
      if (isGood) continue;
      window.dispatchEvent(new MessageEvent('message', { data, origin, source }));
      told++;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(redeemed()).to.deep.equal([]);

    world.session = lars;
    say(good);
    await shown('Super Sale 1');

    function isSignIn(data: unknown): boolean {
      const { type, attemptId: id, code } = (data ?? {}) as Partial<typeof good>;
      return type === good.type && id === attemptId && typeof code === 'string';
    }
  });

  it('takes the short code when the window has lost the panel', async () => {
    await openTab(world);
    await press();
    const input = await byRole<HTMLInputElement>('textbox', 'If it shows you a code, enter it here:');
    input.value = ' k7qf-2m9t ';
    world.session = lars;
    (await byRole('button', 'Continue')).click();

    await shown('Super Sale 1');
    expect(redeemed()[0]).to.deep.include({ code: 'k7qf-2m9t' });
  });

  it('a wrong code is told, and another can be typed', async () => {
    await openTab(world);
    await press();
    world.refuse('/redeem', 'sign_in.failed');
    (await byRole<HTMLInputElement>('textbox')).value = 'WRONG222';
    (await byRole('button', 'Continue')).click();

    await shown('The sign-in did not succeed.');
    world.session = lars;
    (await byRole<HTMLInputElement>('textbox')).value = 'K7QF2M9T';
    (await byRole('button', 'Continue')).click();
    await shown('Super Sale 1');
  });

  it('says so when the browser blocks the window', async () => {
    window.open = () => null;
    await openTab(world);
    (await byRole('button', 'Sign in with SuperOffice')).click();

    await shown('Allow pop-ups for this page');
    expect(world.sent('POST /api/sign-ins')).to.deep.equal([]);
  });

  it('says so when the browser does not keep the cookie', async () => {
    await openTab(world);
    await press();
    say({ type: 'erpsync-sign-in', attemptId, code: 'K7QF2M9T' });

    await shown('the browser does not keep the cookie');
  });

  it('shows nothing to another user than the one SuperOffice names', async () => {
    world.session = astrid;
    await openTab(world);

    await shown('You are signed in to ERP Sync as Astrid Berg, but to SuperOffice as another user.');
    expect(world.sent('/api/erp-tab')).to.deep.equal([]);
  });

  it('shows nothing of another company than the one SuperOffice names', async () => {
    world.session = { ...lars, tenant: 'Cust20002' };
    await openTab(world);

    await byRole('button', 'Sign in with SuperOffice');
    expect(world.sent('/api/erp-tab')).to.deep.equal([]);
  });

  it('says which licence is missing and whom to ask, and checks again', async () => {
    world.session = { ...lars, missing: ['userLicence'], licensed: false };
    await openTab(world);
    await shown('Ask your SuperOffice administrator to assign one to you.');

    world.session = lars;
    (await byRole('button', 'Check again')).click();
    await shown('Super Sale 1');
  });

  it('says so when the backend cannot be asked, and asks again', async () => {
    world.session = lars;
    world.refuse('/api/session', 'tenant.unavailable');
    await openTab(world);
    await shown('SuperOffice is not available just now.');

    (await byRole('button', 'Retry')).click();
    await shown('Super Sale 1');
  });

  describe('that ends while the panel is open', () => {
    let form: Form;

    beforeEach(async () => {
      world.session = lars;
      const page = await openTab(world, { screen: () => html`<test-form></test-form>` });
      await waitUntil(() => page.querySelector('erpsync-sign-in-gate')?.shadowRoot?.querySelector('test-form'));
      form = page.querySelector('erpsync-sign-in-gate')!.shadowRoot!.querySelector<Form>('test-form')!;
      await form.updateComplete;
      form.shadowRoot!.querySelector('input')!.value = 'typed by hand';
    });

    it('asks again once for all that is waiting, loses nothing, and then does it', async () => {
      world.refuse('/first', 'session.expired');
      world.refuse('/second', 'session.missing');
      const asked = Promise.all([form.api('POST', '/first', { body: 1 }), form.api('GET', '/second')]);
      await byRole('dialog', 'Sign in again');
      await press();
      say({ type: 'erpsync-sign-in', attemptId, code: 'K7QF2M9T' });

      await asked;
      expect(world.sent('POST /first')).to.deep.equal([1, 1]);
      expect(world.sent('GET /second')).to.have.length(2);
      await waitUntil(() => queryByRole('dialog') === null);
      expect(words()).to.contain('typed by hand');
    });

    it('sends nothing as another user', async () => {
      world.refuse('/first', 'session.expired');
      const asked = form.api('POST', '/first').then(
        () => 'sent',
        (error: unknown) => (error as Error).message,
      );
      await byRole('dialog', 'Sign in again');
      world.session = astrid;
      await press();
      say({ type: 'erpsync-sign-in', attemptId, code: 'K7QF2M9T' });

      expect(await asked).to.equal('sign_in.wrong_user');
      expect(world.sent('POST /first')).to.have.length(1);
    });

    it('a user who does not want to is told that it was not done', async () => {
      world.refuse('/first', 'session.expired');
      const asked = form.api('POST', '/first').catch((error: unknown) => (error as Error).message);
      (await byRole('dialog', 'Sign in again')).dispatchEvent(new Event('cancel', { cancelable: true }));

      expect(await asked).to.equal('session.expired');
      expect(words()).to.contain('typed by hand');
    });
  });
});

async function sha256(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return btoa(String.fromCharCode(...hash))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
