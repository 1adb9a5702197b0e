import type { Scope } from './connection.ts';

export interface ConnectionRights {
  /** Sees the connection, its links and its live values. */
  readonly inScope: boolean;
  /** Makes and breaks links between records that exist. */
  readonly canConnect: boolean;
  /** Makes new actors in the ERP. */
  readonly canCreate: boolean;
}

/** What a user may do with a connection: the best of her own entry and those of her groups. */
export function rightsIn(
  scope: Scope,
  user: { readonly id: number; readonly groupIds: readonly number[] },
): ConnectionRights {
  if (scope.everyone) return { inScope: true, canConnect: true, canCreate: true };

  const entries = scope.members.filter(({ kind, id }) =>
    kind === 'user' ? id === user.id : user.groupIds.includes(id),
  );
  return {
    inScope: entries.length > 0,
    canConnect: entries.some(({ canConnect }) => canConnect),
    canCreate: entries.some(({ canCreate }) => canCreate),
  };
}
