import { createHash } from 'node:crypto';
import { AppError } from '../../errors.ts';
import type { NotificationToken } from '../../domain/installation.ts';
import type { Environment } from './environment.ts';
import { claim, SKEW_SECONDS, type VerifyToken } from './id-token.ts';

/** What only tokens of other classes carry: a sign-in's, the system user's, a connector call's. */
const ofOtherClasses = [
  'nonce',
  'at_hash',
  ...['associateid', 'upn', 'email', 'ticket', 'system_token', 'is_administrator'].map(claim),
];

/**
 * A notification about a tenant brings a token of a class of its own. SuperOffice does not document its issuer and
 * audience, so both issuers of the environment are taken, and an audience must be us where there is one; a token that
 * names a person or opens something was made for another purpose.
 */
export function createNotificationVerifier(environment: Environment, clientId: string, verify: VerifyToken) {
  return async (token: string, tenant: string): Promise<NotificationToken> => {
    const refuse = (problem: string): AppError => new AppError('webhook.refused', { problem });
    const claims = await verify(token, {
      issuers: [environment.issuer, 'SuperOffice AS'],
      audience: (audience) => audience === undefined || audience === clientId || audience === `spn:${clientId}`,
      nonce: null,
      code: 'webhook.refused',
    });
    if (ofOtherClasses.some((name) => claims[name] !== undefined)) throw refuse('class');
    const about = claims[claim('ctx')];
    if (about !== undefined && about !== tenant) throw refuse('ctx');
    // By what is signed: the signature beside it can be spelled in several ways.
    const signed = token.slice(0, token.lastIndexOf('.'));
    return {
      id: createHash('sha256').update(signed).digest('base64url'),
      endsAt: new Date((Number(claims['exp']) + SKEW_SECONDS) * 1000),
    };
  };
}
