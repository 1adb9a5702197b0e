import type { Credentials } from './credentials.ts';
import type { AppRegistration } from './registration.ts';
import type { Tenant } from './tenant.ts';

/** What may happen to a tenant, each with its number in a notification; null where SuperOffice notifies nobody. */
export const operations = {
  upgrade: { change: 0, text: 'Upgrade (goes offline until it resumes)' },
  restore: { change: 1, text: 'Restore a backup' },
  suspend: { change: 2, text: 'Suspend' },
  resume: { change: 3, text: 'Resume' },
  delete: { change: 4, text: 'Delete' },
  move: { change: 5, text: 'Move to another host' },
  revoke: { change: null, text: 'Withdraw the approval of the app' },
  approve: { change: null, text: 'Approve the app' },
  endLicence: { change: null, text: "End the company's licence for the app" },
  renewLicence: { change: null, text: "Renew the company's licence for the app" },
  failWebhooks: { change: null, text: 'Switch its webhooks off, as after too many errors' },
  deleteWebhooks: { change: null, text: 'Delete its webhooks' },
  deletePanel: { change: null, text: 'Delete one of its web panels' },
} as const satisfies Record<string, { readonly change: number | null; readonly text: string }>;

export type Operation = keyof typeof operations;
export const operationNames = Object.keys(operations) as readonly Operation[];

export interface Operations {
  /** Does it, and notifies the app as SuperOffice does. Answers what the app said. */
  run(tenant: Tenant, operation: Operation): Promise<string>;
}

interface Parts {
  readonly app: AppRegistration;
  readonly credentials: Credentials;
  readonly url: () => string;
  readonly port: () => number;
  readonly now: () => Date;
  readonly save: () => void;
}

const claim = (name: string): string => `http://schemes.superoffice.net/identity/${name}`;
const patience = 10_000;

export function createOperations({ app, credentials, url, port, now, save }: Parts): Operations {
  async function notify(tenant: Tenant, change: number): Promise<string> {
    const seconds = Math.floor(now().getTime() / 1000);
    const Token = await credentials.sign({
      iss: url(),
      aud: app.clientId,
      iat: String(seconds),
      nbf: seconds - 60,
      exp: seconds + 300,
      [claim('ctx')]: tenant.context,
    });
    const answer = await fetch(app.stateChangeUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ContextIdentifier: tenant.context,
        ChangeType: change,
        VersionName: 'Release_12.2_2026.07.07-01',
        FileVersion: '12.2.1.0',
        PublicEndpoint: change === operations.move.change ? tenant.host : '',
        Token,
      }),
      signal: AbortSignal.timeout(patience),
    }).catch(() => null);
    return answer ? `The app answered ${answer.status}.` : 'The app did not answer.';
  }

  return {
    async run(tenant, operation) {
      change(tenant, operation, app.appName, port());
      save();
      const { change: number, text } = operations[operation];
      return `${text}: done. ${number === null ? 'The app was not told.' : await notify(tenant, number)}`;
    },
  };
}

function change(tenant: Tenant, operation: Operation, appName: string, port: number): void {
  switch (operation) {
    case 'upgrade':
      tenant.state = 'OfflineMaintenance';
      break;
    case 'restore':
      break;
    case 'suspend':
      tenant.state = 'Suspended';
      break;
    case 'resume':
      tenant.state = 'Running';
      break;
    case 'delete':
      tenant.state = 'Deleted';
      break;
    case 'move':
      moveTenant(tenant, port);
      break;
    case 'revoke':
      tenant.approval = 'revoked';
      break;
    case 'approve':
      tenant.approve(appName);
      break;
    case 'endLicence':
    case 'renewLicence':
      tenant.siteLicence = operation === 'renewLicence';
      break;
    case 'failWebhooks':
      for (const hook of tenant.webhooks.values()) tenant.webhooks.set(hook.id, { ...hook, state: 'TooManyErrors' });
      break;
    case 'deleteWebhooks':
      tenant.webhooks.clear();
      break;
    case 'deletePanel': {
      const [last] = [...tenant.panels.keys()].slice(-1);
      if (last !== undefined) tenant.panels.delete(last);
      break;
    }
  }
}

export function moveTenant(tenant: Tenant, port: number): void {
  tenant.host = `${tenant.host.startsWith('127.') ? 'localhost' : '127.0.0.1'}:${port}`;
}
