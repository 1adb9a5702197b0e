import { msg } from '@lit/localize';
import type { ImportedActor } from '../../shared/api/imports.ts';

const verdictNames: Record<NonNullable<ImportedActor['verdict']>, () => string> = {
  create: () => msg('Create'),
  connect: () => msg('Connect'),
  linked: () => msg('Connected already'),
  duplicate: () => msg('Possible duplicate'),
  blocked: () => msg('Not possible yet'),
};

/** What is to become of an actor. */
export const verdictName = (verdict: NonNullable<ImportedActor['verdict']>): string => verdictNames[verdict]();

const outcomeNames: Record<NonNullable<ImportedActor['outcome']>, () => string> = {
  created: () => msg('Created in SuperOffice'),
  connected: () => msg('Connected'),
  disconnected: () => msg('Disconnected again'),
  leftOut: () => msg('Left out'),
  stale: () => msg('Left out: changed meanwhile'),
  failed: () => msg('Failed'),
};

/** What became of it. */
export const importOutcomeName = (outcome: NonNullable<ImportedActor['outcome']>): string => outcomeNames[outcome]();
