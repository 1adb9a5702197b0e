import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { manifest } from '../../manifest/manifest.ts';

/** What the developer portal gives an app: shared by the stand-in, which checks it, and the backend, which uses it. */
export interface AppRegistration {
  readonly appName: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** PKCS#8 PEM; signs the system token. */
  readonly privateKey: string;
  readonly publicKey: string;
  readonly redirectUrls: readonly string[];
  /** Is told when the state of a tenant changes. */
  readonly stateChangeUrl: string;
  /** Those of the restricted agents that the portal has granted. */
  readonly agents: readonly string[];
  /** What the administrator reads above "I approve". */
  readonly authorizeText: string;
}

let keys: { readonly privateKey: string; readonly publicKey: string } | undefined;

/** Registers our app, as running at `appUrl`. The secret is new at every call, the key with every process. */
export function appRegistration(appUrl: string): AppRegistration {
  keys ??= generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return {
    appName: 'ERP Sync',
    clientId: '4f1c7a52d9be4f0aa1f3c2b7e6d80955',
    clientSecret: randomBytes(16).toString('hex'),
    ...keys,
    redirectUrls: [new URL('/auth/callback', appUrl).href],
    stateChangeUrl: stateChangeUrl(appUrl),
    agents: manifest.agents,
    authorizeText:
      'ERP Sync reads and changes companies, contacts and projects, and adds its pages to SuperOffice. It works in the background on behalf of your company.',
  };
}

export function stateChangeUrl(appUrl: string): string {
  return new URL('/hooks/so/state', appUrl).href;
}
