/** A way for the tenant to misbehave. */
export type Fault =
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** The access token or ticket has run out. */
  | { readonly kind: 'unauthorized' }
  /** The tenant lives on another host. */
  | { readonly kind: 'misdirected' }
  | { readonly kind: 'throttled'; readonly retryAfterSeconds: number }
  | { readonly kind: 'broken'; readonly errorType?: string; readonly message?: string }
  | { readonly kind: 'unavailable' }
  /** A page where JSON was expected, with status 200. */
  | { readonly kind: 'html' }
  /** The call is carried out, and the answer never arrives. */
  | { readonly kind: 'lostAnswer' }
  /** The event is dropped before it is ever sent. */
  | { readonly kind: 'lostWebhook' };

export interface Trouble {
  readonly fault: Fault;
  /** Of one tenant; left out: of every one. */
  readonly tenant?: string;
  /** Tested against method and path (`PATCH /v1/Contact/5`), or against the event's name for webhooks. */
  readonly path?: RegExp;
  /** How often; left out: until cleared. */
  readonly times?: number;
}

export interface Faults {
  /** Starts trouble, and answers how to end it. */
  add(trouble: Trouble): () => void;
  clear(): void;
  /** Uses up one of each kind that fits: the waits first, then what to answer. */
  take(tenant: string, path: string, webhook: boolean): readonly Fault[];
}

export function createFaults(): Faults {
  let troubles: { readonly trouble: Trouble; left: number }[] = [];
  return {
    add(trouble) {
      const entry = { trouble, left: trouble.times ?? Infinity };
      troubles.push(entry);
      return () => {
        troubles = troubles.filter((other) => other !== entry);
      };
    },
    clear() {
      troubles = [];
    },
    take(tenant, path, webhook) {
      const fitting = troubles.filter(
        ({ trouble, left }) =>
          left > 0 &&
          (trouble.fault.kind === 'lostWebhook') === webhook &&
          (trouble.tenant ?? tenant) === tenant &&
          (trouble.path?.test(path) ?? true),
      );
      const slow = fitting.filter(({ trouble }) => trouble.fault.kind === 'slow');
      const answer = fitting.find(({ trouble }) => trouble.fault.kind !== 'slow');
      const taken = answer ? [...slow, answer] : slow;
      for (const entry of taken) entry.left--;
      return taken.map(({ trouble }) => trouble.fault);
    },
  };
}
