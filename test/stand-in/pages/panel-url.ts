import type { Panel, Tenant } from '../tenant.ts';

export interface Current {
  readonly contactId: number;
  readonly personId: number;
  readonly projectId: number;
}

export const languages: readonly (readonly [tag: string, name: string])[] = [
  ['en-US', 'English'],
  ['nb-NO', 'Norsk bokmål'],
  ['sv-SE', 'Svenska'],
  ['da-DK', 'Dansk'],
  ['de-DE', 'Deutsch'],
  ['nl-NL', 'Nederlands'],
];

export function languageOf(tenant: Tenant, associateId: number): string {
  return tenant.languages.get(associateId) ?? 'en-US';
}

/** Puts values in place of the variables, percent-encoded. A variable we do not know becomes nothing, as in the client. */
export function panelUrl(tenant: Tenant, panel: Panel, associateId: number, current: Current): string {
  const values: Readonly<Record<string, string | number>> = {
    uctx: tenant.context,
    usid: associateId,
    cuid: current.contactId,
    atid: current.personId,
    prid: current.projectId,
    lanc: languageOf(tenant, associateId),
  };
  return panel.Url.replace(/<([a-z0-9#?]+)>/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}
