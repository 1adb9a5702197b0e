import { createRequire } from 'node:module';
import type { AxiosInstance, AxiosStatic, InternalAxiosRequestConfig } from 'axios';
import type * as WebApi from '@superoffice/webapi';
import { AppError } from '../../errors.ts';
import { withoutCredentials, type Answer } from './failure.ts';

/** The ways into a tenant's web API, for one call with one credential. */
export interface Door {
  /** For the REST calls, which the package has only in part: relative to the API's root, `v1/Contact/5`. */
  readonly http: AxiosInstance;
  readonly agents: {
    readonly associate: () => WebApi.AssociateAgent;
    readonly diagnostics: () => WebApi.DiagnosticsAgent;
    readonly list: () => WebApi.ListAgent;
    readonly mdo: () => WebApi.MDOAgent;
    readonly userDefinedField: () => WebApi.UserDefinedFieldInfoAgent;
  };
}

export interface DoorOptions {
  /** Ends in a slash. */
  readonly apiUrl: string;
  readonly authorization: string;
  /** Sent beside a ticket; the client secret. */
  readonly appToken: string | null;
  readonly timeoutMs: number;
}

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * Opens a door. The package keeps the first options it ever sees in a process-wide static, and writes headers of one
 * call into the object it was given: so every call gets its own HTTP client and its own configuration, and the
 * package's own sign-in, cache and defaults are never used.
 */
export function openDoor({ apiUrl, authorization, appToken, timeoutMs }: DoorOptions): Door {
  const { axios, agent } = load();
  const http = axios.create({
    baseURL: apiUrl,
    timeout: timeoutMs,
    maxRedirects: 0,
    maxContentLength: MAX_ANSWER_BYTES,
    // A proxy of the environment would see the credential.
    proxy: false,
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json',
      Authorization: authorization,
      'SO-TimeZone': 'UTC',
      ...(appToken === null ? {} : { 'SO-AppToken': appToken }),
    },
  });
  http.interceptors.response.use((response) => {
    const empty = response.data === '' || response.data === undefined;
    const json = typeof response.data !== 'string' && String(response.headers['content-type']).includes('json');
    // A sign-in page is answered as 200, and the package would make an entity of blanks out of it.
    if (!empty && !json) throw new AppError('crm.answer_invalid', { status: response.status });
    return response;
  });

  const options = () => ({ baseUrl: apiUrl, axios: http, axiosConfig: { headers: {} } });
  return {
    http,
    agents: {
      associate: () => new (agent('AssociateAgent'))(options()),
      diagnostics: () => new (agent('DiagnosticsAgent'))(options()),
      list: () => new (agent('ListAgent'))(options()),
      mdo: () => new (agent('MDOAgent'))(options()),
      userDefinedField: () => new (agent('UserDefinedFieldInfoAgent'))(options()),
    },
  };
}

/** The package's enums, whose values are their names. */
export function enums(): Pick<typeof WebApi, 'Navigation' | 'UDefType' | 'UrlEncoding'> {
  return load().enums;
}

/** What a failed call of the HTTP client says, without what was sent. Null for errors of another kind. */
export function answerOf(error: unknown): Answer | null {
  const { axios } = load();
  if (!axios.isAxiosError(error)) return null;
  const retryAfter: unknown = error.response?.headers['retry-after'];
  return {
    call: called(error.config),
    status: error.response?.status ?? null,
    reason: error.response ? undefined : error.code,
    body: error.response?.data,
    retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
  };
}

function called(config: InternalAxiosRequestConfig | undefined): string {
  const path = (config?.url ?? '').split('?')[0] ?? '';
  return withoutCredentials(`${(config?.method ?? 'get').toUpperCase()} ${path}`);
}

type AgentName = 'AssociateAgent' | 'DiagnosticsAgent' | 'ListAgent' | 'MDOAgent' | 'UserDefinedFieldInfoAgent';

interface Loaded {
  readonly axios: AxiosStatic;
  readonly agent: <Name extends AgentName>(name: Name) => (typeof WebApi)[Name];
  readonly enums: typeof WebApi;
}

let loaded: Loaded | null = null;

/**
 * Loaded at the first call, and agent by agent: the package is large, and a backend at rest needs none of it. Its ES
 * modules cannot be imported by Node, so it comes as CommonJS, and axios with it: once, not in both forms.
 */
function load(): Loaded {
  if (loaded) return loaded;
  const require = createRequire(import.meta.url);
  const axios = require('axios') as AxiosStatic;
  const agent: Loaded['agent'] = (name) => (require(`@superoffice/webapi/${name}.js`) as typeof WebApi)[name];

  const enums = require('@superoffice/webapi/Enums.js') as typeof WebApi;

  // The options that the package will fall back to from now on lead nowhere.
  const refuse = axios.create({ adapter: () => Promise.reject(new Error('a call without its own options')) });
  new (agent('MDOAgent'))({ baseUrl: 'http://nowhere.invalid/', axios: refuse, axiosConfig: {} });

  loaded = { axios, agent, enums };
  return loaded;
}
