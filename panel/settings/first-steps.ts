import checkCircle from '@phosphor-icons/core/regular/check-circle.svg?raw';
import circle from '@phosphor-icons/core/regular/circle.svg?raw';
import { consume } from '@lit/context';
import { msg } from '@lit/localize';
import { Task } from '@lit/task';
import { css, html } from 'lit';
import { property } from 'lit/decorators.js';
import type { Connection } from '../../shared/api/connections.ts';
import type { Connector } from '../../shared/api/connectors.ts';
import type { Api } from '../api/client.ts';
import { fetchFieldMappings } from '../api/mappings.ts';
import { define } from '../define.ts';
import { apiContext } from '../host/contexts.ts';
import { icon } from '../ui/icon.ts';
import { PanelElement } from '../ui/panel-element.ts';
import { base } from '../ui/styles/base.ts';

export const steps = ['connector', 'connection', 'mapping', 'activation'] as const;
export type Step = (typeof steps)[number];

/** The user wants to take the next step of setting up. */
export class StepTaken extends Event {
  readonly step: Step;

  constructor(step: Step) {
    super('erpsync-step-taken');
    this.step = step;
  }
}

/**
 * Leads through the first set-up, until an ERP connection is active.
 *
 * @fires {StepTaken} erpsync-step-taken
 */
export class FirstSteps extends PanelElement {
  @consume({ context: apiContext }) private api!: Api;

  @property({ attribute: false }) connectors: readonly Connector[] = [];
  /** The first one; it is led to its activation. */
  @property({ attribute: false }) connection: Connection | null = null;

  /** Whether any of its fields has a direction. */
  #mapped = new Task(this, {
    args: () => [this.connection] as const,
    task: async ([connection], { signal }) => {
      if (!connection) return false;
      const { actorTypes } = await fetchFieldMappings(this.api, connection.id, signal);
      return actorTypes.some(({ active, fields }) => active && fields.some(({ direction }) => direction !== 'none'));
    },
  });

  override render() {
    const done = [
      this.connectors.some(({ deleted }) => !deleted),
      this.connection !== null,
      this.#mapped.value === true,
      this.connection?.active === true,
    ];
    const next = done.indexOf(false);
    return html`<section class="card" aria-labelledby="heading">
      <h2 id="heading">${msg('Set up ERP Sync in four steps')}</h2>
      <ol>
        ${steps.map((step, index) => this.#step(step, index, done[index] === true, index === next))}
      </ol>
    </section>`;
  }

  #step(step: Step, index: number, done: boolean, next: boolean) {
    const { name, action, explanation } = words(step);
    return html`<li class=${done ? 'done' : next ? 'next' : ''} aria-current=${next ? 'step' : 'false'}>
      ${icon(done ? checkCircle : circle)}
      <div>
        <p class="name">
          ${index + 1}. ${name}<span class="visually-hidden"> (${done ? msg('done') : msg('not done yet')})</span>
        </p>
        <p class="muted">${explanation}</p>
        ${
          next
            ? html`<button class="button primary" @click=${() => this.dispatchEvent(new StepTaken(step))}>
                ${action}
              </button>`
            : null
        }
      </div>
    </li>`;
  }

  static override styles = [
    base,
    css`
      ol {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(210px, 1fr));
        gap: var(--so-space-4);
        margin-top: var(--so-space-4);
      }

      li {
        display: flex;
        gap: var(--so-space-2);
        padding: var(--so-space-3);
        border: 1px solid var(--so-line);
        border-radius: var(--so-radius-menu);
      }

      li svg {
        width: 22px;
        height: 22px;
        color: var(--so-text-muted);
      }

      .done {
        border-color: transparent;
        background: var(--so-success-soft);
      }

      .done svg {
        color: var(--so-success);
      }

      .done .muted {
        color: var(--so-on-success-soft);
      }

      .next {
        border-color: var(--so-accent);
      }

      .name {
        font-weight: var(--so-weight-bold);
      }

      li > div {
        min-width: 0;
      }

      .button {
        height: auto;
        min-height: var(--so-control-height);
        margin-top: var(--so-space-3);
        padding: 4px var(--so-space-4);
        white-space: normal;
      }
    `,
  ];
}

function words(step: Step): { name: string; action: string; explanation: string } {
  switch (step) {
    case 'connector':
      return {
        name: msg('Add a sync connector'),
        action: msg('Add Sync Connector'),
        explanation: msg('The software that speaks to your kind of ERP system.'),
      };
    case 'connection':
      return {
        name: msg('Define an ERP connection'),
        action: msg('Define new ERP connection'),
        explanation: msg('One client or company in that ERP system, with its settings.'),
      };
    case 'mapping':
      return {
        name: msg('Map the fields'),
        action: msg('Configure field mapping'),
        explanation: msg('Which field is kept equal with which, and in which direction.'),
      };
    case 'activation':
      return {
        name: msg('Activate the connection'),
        action: msg('Activate'),
        explanation: msg('From then on records can be connected on the ERP tab.'),
      };
  }
}

define('erpsync-first-steps', FirstSteps);

declare global {
  interface HTMLElementTagNameMap {
    'erpsync-first-steps': FirstSteps;
  }
  interface HTMLElementEventMap {
    'erpsync-step-taken': StepTaken;
  }
}
