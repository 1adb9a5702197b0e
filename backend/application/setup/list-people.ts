import type { People } from '../../../shared/api/connections.ts';
import type { Context } from '../../context.ts';
import { requireManager } from '../access.ts';

/** The users and groups that a scope can name. */
export async function listPeople(ctx: Context): Promise<People> {
  requireManager(ctx);
  const [users, groups] = await Promise.all([ctx.crm.users(), ctx.crm.groups()]);
  return {
    users: users.map(({ id, name, groupIds }) => ({ id, name, groupIds: [...groupIds] })),
    groups: groups.map(({ id, name }) => ({ id, name })),
  };
}
