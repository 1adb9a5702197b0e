import type { SignInSettings } from '../../shared/api/connectors.ts';

/** Where a connector answers, and what we need to be understood there. */
export interface Endpoint {
  /** Empty for kinds that need none. */
  readonly url: string;
  /** Null, or absent, where it lets us in without. */
  readonly signIn?: SignIn | null;
  readonly wsdl?: Wsdl | null;
  /** Who vouches for it, as PEM, where that is nobody the world knows. */
  readonly authority?: string | null | undefined;
}

/** How we sign in, with its one secret. */
export type SignIn = SignInSettings & { readonly secret: string };

/** How a connector describes itself, kept for when it does not. */
export interface Wsdl {
  /** By an administrator, because the connector shows none; such a one holds whatever the connector serves. */
  readonly given: boolean;
  /** Changes with the documents. */
  readonly version: string;
  documents(): Promise<readonly string[]>;
}
