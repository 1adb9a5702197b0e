import type { Cause, CrmEntity } from '../../shared/vocabulary.ts';

/** Who waits: a person at the screen, somebody who has just edited, or nobody. Lower goes first. */
export const lanes = ['interactive', 'event', 'bulk'] as const;
export type Lane = (typeof lanes)[number];

/** "Look at this record": says who and why, never what. However many come, there is one. */
export interface Mark {
  readonly lane: Lane;
  readonly cause: Cause;
  readonly user: { readonly id: number; readonly name: string } | null;
  readonly at: Date;
}

/** A record that one worker holds, with all its links. Nothing it finds out counts once its fence has moved on. */
export interface Claim {
  readonly entity: CrmEntity;
  readonly fence: number;
  /** The mark that is handled when the work is done; a later one stays. */
  readonly mark: number;
  readonly lane: Lane;
  readonly cause: Cause;
  readonly user: Mark['user'];
  /** How often it was tried in vain. */
  readonly attempts: number;
}
