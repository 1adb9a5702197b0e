import type { ConnectionBlock } from '../../shared/api/erp-tab.ts';
import type { ActorType } from '../../shared/vocabulary.ts';

/** The user wants to connect the record in view to an actor of this type. */
export class ConnectRequested extends Event {
  readonly block: ConnectionBlock;
  readonly actorType: ActorType;

  constructor(block: ConnectionBlock, actorType: ActorType) {
    super('erpsync-connect-requested', { bubbles: true, composed: true });
    this.block = block;
    this.actorType = actorType;
  }
}

/** The user wants an actor of this type to be created from the record in view. */
export class CreateRequested extends Event {
  readonly block: ConnectionBlock;
  readonly actorType: ActorType;

  constructor(block: ConnectionBlock, actorType: ActorType) {
    super('erpsync-create-requested', { bubbles: true, composed: true });
    this.block = block;
    this.actorType = actorType;
  }
}

/** The user wants to say what became of a creation that the ERP did not answer. */
export class DecideRequested extends Event {
  readonly connectionId: string;

  constructor(connectionId: string) {
    super('erpsync-decide-requested', { bubbles: true, composed: true });
    this.connectionId = connectionId;
  }
}

/** The user wants to break a link. Nobody has been asked yet whether she is sure. */
export class DisconnectRequested extends Event {
  readonly linkId: string;
  readonly connectionName: string;

  constructor(linkId: string, connectionName: string) {
    super('erpsync-disconnect-requested', { bubbles: true, composed: true });
    this.linkId = linkId;
    this.connectionName = connectionName;
  }
}

/** The user wants a link that was given up to be tried again. */
export class RetryRequested extends Event {
  readonly linkId: string;

  constructor(linkId: string) {
    super('erpsync-retry-requested', { bubbles: true, composed: true });
    this.linkId = linkId;
  }
}

/** The user wants to settle the conflicts of a connection. */
export class ResolveRequested extends Event {
  readonly connectionId: string;

  constructor(connectionId: string) {
    super('erpsync-resolve-requested', { bubbles: true, composed: true });
    this.connectionId = connectionId;
  }
}

/** The user wonders why a field holds what it holds. */
export class WhyRequested extends Event {
  readonly connectionId: string;
  readonly fieldKey: string;

  constructor(connectionId: string, fieldKey: string) {
    super('erpsync-why-requested', { bubbles: true, composed: true });
    this.connectionId = connectionId;
    this.fieldKey = fieldKey;
  }
}

declare global {
  interface HTMLElementEventMap {
    'erpsync-connect-requested': ConnectRequested;
    'erpsync-create-requested': CreateRequested;
    'erpsync-decide-requested': DecideRequested;
    'erpsync-disconnect-requested': DisconnectRequested;
    'erpsync-retry-requested': RetryRequested;
    'erpsync-resolve-requested': ResolveRequested;
    'erpsync-why-requested': WhyRequested;
  }
}
