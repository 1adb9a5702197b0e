import type { CrmEntity } from '../../shared/vocabulary.ts';

export type Theme = 'light' | 'dark' | 'auto';

/** What SuperOffice told us in the panel's address. Hints only: who is signed in decides what is shown. */
export interface PanelUrl {
  readonly tenant: string | null;
  readonly user: number | null;
  readonly entity: CrmEntity | null;
  readonly language: string;
  readonly theme: Theme;
}

export function readPanelUrl({ searchParams }: URL): PanelUrl {
  const tenant = searchParams.get('uctx') ?? '';
  const theme = searchParams.get('theme');
  return {
    tenant: /^[A-Za-z0-9_-]{1,64}$/.test(tenant) ? tenant : null,
    user: id(searchParams.get('usid')),
    entity: entityOf(searchParams.get('entity'), id(searchParams.get('id'))),
    language: searchParams.get('lang') ?? 'en',
    theme: theme === 'dark' || theme === 'auto' ? theme : 'light',
  };
}

function entityOf(type: string | null, entityId: number | null): CrmEntity | null {
  if (entityId === null || (type !== 'contact' && type !== 'person' && type !== 'project')) return null;
  return { type, id: entityId };
}

/** Without a record in view SuperOffice may send 0, -1, nothing or the variable as it stands. */
function id(text: string | null): number | null {
  return text !== null && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : null;
}
