import { msg, str } from '@lit/localize';
import { css, html, type ReactiveController, type ReactiveControllerHost } from 'lit';
import type { Run } from '../../shared/api/runs.ts';
import { formatCount } from '../locales/format.ts';
import { runStateName } from './run-name.ts';
import { SettingsChanged } from './settings-changed.ts';

/** What a sync run and an import have in common. */
type Watched = Pick<Run, 'state'>;

const LOOK_AGAIN_MS = 1_000;

/** The run that a dialog shows: looked at again as long as it is at work, and the page hears when that begins and ends. */
export class RunWatch<Shown extends Watched> implements ReactiveController {
  run: Shown | null = null;
  acting = false;
  failure: unknown = null;

  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #ask: () => Promise<Shown>;
  readonly #seen: (run: Shown, before: Shown | null) => Promise<void> | void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `seen` is called whenever the run has been asked for. */
  constructor(
    host: ReactiveControllerHost & HTMLElement,
    ask: () => Promise<Shown>,
    seen: (run: Shown, before: Shown | null) => Promise<void> | void,
  ) {
    this.#host = host;
    this.#ask = ask;
    this.#seen = seen;
    host.addController(this);
  }

  hostConnected(): void {
    void this.#host.updateComplete.then(() => this.look());
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  look(): Promise<void> {
    return this.act(() => this.#ask());
  }

  /** Shows the run that the call answers. */
  async act(call: () => Promise<Shown>): Promise<void> {
    clearTimeout(this.#timer);
    const before = this.run;
    this.acting = true;
    this.fail(null);
    try {
      const run = await call();
      if (!this.#host.isConnected) return;
      this.run = run;
      this.#host.requestUpdate();
      // Before anything is waited for: the dialog may be closed meanwhile, and then nobody would hear it.
      if (isAtWork(run) !== (before !== null && isAtWork(before))) this.#host.dispatchEvent(new SettingsChanged());
      await this.#seen(run, before);
      if (isAtWork(run)) this.#timer = setTimeout(() => void this.look(), LOOK_AGAIN_MS);
    } catch (error) {
      this.failure = error;
    } finally {
      this.acting = false;
      this.#host.requestUpdate();
    }
  }

  fail(failure: unknown): void {
    this.failure = failure;
    this.#host.requestUpdate();
  }
}

export function isAtWork({ state }: Watched): boolean {
  return state === 'planning' || state === 'running';
}

/** How far it is; nothing once it has ended or waits for an answer. */
export function progress(run: Watched, left: number, all: number) {
  if (!isAtWork(run) && run.state !== 'paused') return null;
  return html`<div class="row">
    <progress max=${Math.max(1, all)} .value=${all - left} aria-label=${runStateName(run.state)}></progress>
    <span class="muted"
      >${
        all === 1
          ? msg(str`${formatCount(all - left)} of 1 record`)
          : msg(str`${formatCount(all - left)} of ${formatCount(all)} records`)
      }</span
    >
  </div>`;
}

export function figure(name: string, count: number) {
  return html`<div>
    <dt class="muted">${name}</dt>
    <dd>${formatCount(count)}</dd>
  </div>`;
}

/** So many records are not changed by a slip of the hand. */
export function nameToType(name: string, typed: string, change: (typed: string) => void) {
  return html`<div class="ask">
    <label for="name">${msg(str`More than 1,000 records would change. Type ${name} to go on`)}:</label>
    <input
      id="name"
      class="input"
      autocomplete="off"
      .value=${typed}
      @input=${(event: Event) => change((event.target as HTMLInputElement).value)}
    />
  </div>`;
}

/** A button of the dialog's footer that does nothing while it may not. */
export function actionButton(text: string, work: () => Promise<void>, { primary = false, refused = false } = {}) {
  return html`<button
    slot="footer"
    class="button ${primary ? 'primary' : ''}"
    aria-disabled=${refused}
    @click=${() => refused || void work()}
  >
    ${text}
  </button>`;
}

export const runView = css`
  .all {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--so-space-4);
  }

  .ask {
    display: grid;
    gap: var(--so-space-1);
  }

  progress {
    flex: 1 1 12em;
    accent-color: var(--so-accent);
  }
`;
