import { createHash } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import type { SuperOffice, Tokens } from '../../ports/super-office.ts';
import type { Observer } from '../calls/observer.ts';
import { createCaller, type Credential } from './caller.ts';
import { createCrm } from './crm.ts';
import { createEnvironment } from './environment.ts';
import { createTokenVerifier } from './id-token.ts';
import { createTurns, type Limits, type Turn } from './turns.ts';
import { gatherReads, withGatheredReads, type ReadGathered } from './gathered-reads.ts';
import { createMemory } from './memory.ts';
import { createNotificationVerifier } from './notification.ts';
import { createRecent, createSharedValue, type SharedValue } from '../shared-value.ts';
import { createSignIn } from './sign-in.ts';
import { createSystemUser, type Ticket } from './system-user.ts';
import { createTenants } from './tenants.ts';

export interface SuperOfficeOptions {
  /** `https://online.superoffice.com`, or a tenant that stands in on this machine. */
  readonly authUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** As registered. */
  readonly redirectUri: string;
  /** The app's key, as PEM. */
  readonly systemUserPrivateKey: string;
  readonly clock: Clock;
  readonly timeoutMs?: number;
  /** What one tenant is asked, by this process. */
  readonly limits?: Limits;
  readonly observer?: Observer;
}

const TIMEOUT = 30_000;
/** SuperOffice asks for no more than ten calls a second of a tenant, and watches for bursts. */
const LIMITS: Limits = { atOnce: 4, perSecond: 10 };
const SESSIONS = 5_000;
const TENANTS = 5_000;

interface Session {
  readonly tokens: SharedValue<Tokens>;
  save: (tokens: Tokens) => Promise<void>;
}

/** SuperOffice Online behind its port. */
export function createSuperOffice(options: SuperOfficeOptions): SuperOffice {
  const { clientId, clientSecret, redirectUri, clock, timeoutMs = TIMEOUT, limits = LIMITS, observer } = options;
  const environment = createEnvironment(options.authUrl);
  const verify = createTokenVerifier(environment, clock, timeoutMs);
  const signIn = createSignIn({ environment, clientId, clientSecret, redirectUri, verify, clock, timeoutMs });
  const privateKey = options.systemUserPrivateKey;
  const authenticate = createSystemUser({ environment, clientSecret, privateKey, verify, clock, timeoutMs });
  const tenants = createTenants(environment, clock, timeoutMs);
  const memory = createMemory(clock);

  const sessions = createRecent<Session>(SESSIONS);
  const tickets = createRecent<SharedValue<Ticket>>(TENANTS);
  const turns = createRecent<Turn>(TENANTS);
  const reads = createRecent<ReadGathered>(TENANTS);

  function open(tenant: string, viewer: string, credential: Credential) {
    const turn = turns(tenant, () => createTurns(clock, limits, observer));
    const call = createCaller({ tenant, tenants, credential, turn, clock, timeoutMs });
    const crm = createCrm({ call, remember: memory.for(tenant, viewer), clock });
    return withGatheredReads(
      crm,
      reads(`${tenant} ${viewer}`, () => gatherReads()),
    );
  }

  function userCredential(tenant: string, given: Tokens, save: Session['save']): Credential {
    const session = sessions(fingerprint(tenant, given.refreshToken), () => {
      const made: Session = {
        tokens: createSharedValue<Tokens>(
          async (last) => {
            const renewed = await signIn.refresh(last ?? given);
            await made.save(renewed);
            return renewed;
          },
          ({ expiresAt }) => clock.now() < expiresAt,
          given,
        ),
        save,
      };
      return made;
    });
    session.save = save;

    const bearer = ({ accessToken }: Tokens): string => `Bearer ${accessToken}`;
    return {
      current: async () => bearer(await session.tokens.get()),
      async renewed(refused) {
        const tokens = await session.tokens.get();
        return bearer(bearer(tokens) === refused ? await session.tokens.replace(tokens) : tokens);
      },
      appToken: null,
      refusal: 'session.expired',
    };
  }

  function systemCredential(tenant: string, systemToken: string): Credential {
    const ticket = tickets(fingerprint(tenant, systemToken), () =>
      createSharedValue(
        () => authenticate(tenant, systemToken),
        ({ until }) => clock.now() < until,
      ),
    );
    const header = (value: Ticket): string => `SOTicket ${value.ticket}`;
    return {
      current: async () => header(await ticket.get()),
      async renewed(refused) {
        const value = await ticket.get();
        return header(header(value) === refused ? await ticket.replace(value) : value);
      },
      appToken: clientSecret,
      refusal: 'tenant.revoked',
    };
  }

  return {
    startSignIn: (tenantHint) => signIn.start(tenantHint),
    finishSignIn: (callbackUrl, expected) => signIn.finish(callbackUrl, expected),
    tenantState: (tenant, how) => tenants.state(tenant, how?.afresh),
    verifyNotification: createNotificationVerifier(environment, clientId, verify),
    asUser: (tenant, tokens, save) =>
      open(tenant, fingerprint(tenant, tokens.refreshToken), userCredential(tenant, tokens, save)),
    asSystemUser: (tenant, systemToken) => open(tenant, 'system', systemCredential(tenant, systemToken)),
  };
}

/** Credentials are kept apart by this, so that none is itself a key in memory. */
function fingerprint(tenant: string, secret: string): string {
  return createHash('sha256').update(`${tenant}\n${secret}`).digest('base64url');
}
