import type { ActivationReason } from './activation-reason.ts';

/** A connection was saved; `reasons` is what kept it from being activated, if that was wanted. */
export class ConnectionSaved extends Event {
  readonly connectionId: string;
  readonly reasons: readonly ActivationReason[];

  constructor(connectionId: string, reasons: readonly ActivationReason[]) {
    super('erpsync-connection-saved');
    this.connectionId = connectionId;
    this.reasons = reasons;
  }
}

declare global {
  interface HTMLElementEventMap {
    'erpsync-connection-saved': ConnectionSaved;
  }
}
