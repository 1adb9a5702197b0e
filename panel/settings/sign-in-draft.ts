import { msg } from '@lit/localize';
import type { SignInSettings } from '../../shared/api/connectors.ts';
import { sameOrigin } from '../../shared/rules/same-origin.ts';

export type SignInKind = SignInSettings['kind'] | 'none';

/** The sign-in of a connector as it is being typed: what belongs to another kind stays, should one come back to it. */
export interface SignInDraft {
  readonly kind: SignInKind;
  readonly headerName: string;
  readonly userName: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly scope: string;
  /** What was typed here; a stored one is not known in the browser. */
  readonly secret: string;
}

export const signInKinds: readonly SignInKind[] = ['none', 'header', 'basic', 'oauth'];

export const signInKindNames: Readonly<Record<SignInKind, () => string>> = {
  none: () => msg('None'),
  header: () => msg('Header with a secret'),
  basic: () => msg('User name and password'),
  oauth: () => msg('OAuth client credentials'),
};

export const secretNames: Readonly<Record<SignInSettings['kind'], () => string>> = {
  header: () => msg('Secret'),
  basic: () => msg('Password'),
  oauth: () => msg('Client secret'),
};

export function draftOf(signIn: SignInSettings | null): SignInDraft {
  const { name, userName, tokenUrl, clientId, scope }: Partial<Record<string, string | null>> = signIn ?? {};
  return {
    kind: signIn?.kind ?? 'none',
    headerName: name ?? '',
    userName: userName ?? '',
    tokenUrl: tokenUrl ?? '',
    clientId: clientId ?? '',
    scope: scope ?? '',
    secret: '',
  };
}

export function settingsOf({
  kind,
  headerName,
  userName,
  tokenUrl,
  clientId,
  scope,
}: SignInDraft): SignInSettings | null {
  switch (kind) {
    case 'none':
      return null;
    case 'header':
      return { kind, name: headerName.trim() };
    case 'basic':
      return { kind, userName: userName.trim() };
    case 'oauth':
      return { kind, tokenUrl, clientId: clientId.trim(), scope: scope.trim() || null };
  }
}

interface Placed {
  readonly url: string;
  readonly signIn: SignInSettings | null;
}

/** Whether a stored secret still goes where it was typed for; the backend asks for it again where it does not. */
export function goesWhereItWent(now: Placed, before: Placed): boolean {
  if (now.signIn?.kind !== before.signIn?.kind || !sameOrigin(now.url, before.url)) return false;
  if (now.signIn?.kind !== 'oauth' || before.signIn?.kind !== 'oauth') return true;
  return sameOrigin(now.signIn.tokenUrl, before.signIn.tokenUrl);
}
