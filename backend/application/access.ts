import type { CrmEntity } from '../../shared/vocabulary.ts';
import type { Context, User } from '../context.ts';
import type { Connection } from '../domain/connection.ts';
import { rightsIn } from '../domain/scope.ts';
import { AppError } from '../errors.ts';
import type { CrmRecord } from '../ports/crm.ts';

/** The signed-in person, if she may use the app at all. */
export function requireLicensed(ctx: Context): User {
  if (!ctx.user) throw new AppError('session.missing');
  if (!ctx.user.licensed) throw new AppError('licence.missing');
  return ctx.user;
}

/** The signed-in person, if she may set the app up, licensed or not: whoever gives licences out need not have one. */
export function requireManager(ctx: Context): User {
  if (!ctx.user) throw new AppError('session.missing');
  if (!ctx.user.administrator) throw new AppError('access.denied', { right: 'administrator' });
  return ctx.user;
}

/** The signed-in person, if she may open the Sync page. */
export function requireAdministrator(ctx: Context): User {
  const user = requireLicensed(ctx);
  if (!user.administrator) throw new AppError('access.denied', { right: 'administrator' });
  return user;
}

/** An active connection the user may use, with one of these rights in it. One outside her scope does not exist for her. */
export async function requireConnection(
  ctx: Context,
  connectionId: string,
  ...oneOf: readonly ('canConnect' | 'canCreate')[]
): Promise<Connection> {
  const user = requireLicensed(ctx);
  const connection = await ctx.store.connections.get(connectionId);
  const rights = rightsIn(connection.scope, user);
  if (!rights.inScope || connection.deleted) throw new AppError('access.denied', { right: 'scope' });
  if (!connection.active) throw new AppError('connection.inactive', { name: connection.name });
  const [first] = oneOf;
  if (first && !oneOf.some((right) => rights[right])) throw new AppError('access.denied', { right: first });
  return connection;
}

/** The record, read with the person's own token: what she may not see in SuperOffice she does not see here. */
export async function requireVisible(
  ctx: Context,
  entity: CrmEntity,
  fieldKeys: readonly string[] = [],
): Promise<CrmRecord> {
  const [record] = await ctx.userCrm.read([entity], fieldKeys);
  if (!record) throw new AppError('entity.not_found');
  return record;
}
