/** One SuperOffice environment: its sign-in host, which never moves, and the hosts its tenants may be on. */
export interface Environment {
  /** `https://online.superoffice.com`: also the issuer of id tokens. */
  readonly issuer: string;
  readonly authorizeUrl: (tenant: string | null) => string;
  readonly tokenUrl: string;
  readonly keysUrl: string;
  readonly systemUserUrl: string;
  readonly stateUrl: (tenant: string) => string;
  /** Whether a credential may be sent there. */
  readonly holds: (url: string) => boolean;
  /** Plain http is for a machine talking to itself. */
  readonly insecure: boolean;
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Everything but the tenants' own hosts is fixed by documentation, so that nothing we are told can move it. */
export function createEnvironment(authUrl: string): Environment {
  const { origin, protocol, hostname } = new URL(authUrl);
  const local = loopback.has(hostname);
  if (protocol !== 'https:' && !local) throw new Error('SuperOffice is reached by https only');
  // sod.superoffice.com and its tenants' hosts end in the same two labels.
  const domain = hostname.split('.').slice(-2).join('.');

  return {
    issuer: origin,
    authorizeUrl: (tenant) => `${origin}/login/${encodeURIComponent(tenant ?? 'common')}/oauth/authorize`,
    tokenUrl: `${origin}/login/common/oauth/tokens`,
    keysUrl: `${origin}/login/.well-known/jwks`,
    systemUserUrl: `${origin}/Login/api/PartnerSystemUser/Authenticate`,
    stateUrl: (tenant) => `${origin}/api/state/${encodeURIComponent(tenant)}`,
    holds: (url) => {
      const host = URL.parse(url);
      if (!host || host.username || host.password) return false;
      if (local) return loopback.has(host.hostname);
      return host.protocol === 'https:' && host.port === '' && host.hostname.endsWith(`.${domain}`);
    },
    insecure: protocol === 'http:',
  };
}
