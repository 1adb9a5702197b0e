import { manifest } from '../../../manifest/manifest.ts';
import type { CheckName, SetupCheck, SetupCheckItem } from '../../../shared/api/setup.ts';
import type { ErrorCode, ErrorDetail } from '../../../shared/errors.ts';
import type { Context, User } from '../../context.ts';
import type { Installation } from '../../domain/installation.ts';
import { AppError } from '../../errors.ts';
import { requireManager } from '../access.ts';
import { lookAtPanels } from './place-panels.ts';
import { lookAtWebhook } from './subscribe.ts';

/** SuperOffice refuses a signature whose time is further away, and our own tokens' times are read with a minute of slack. */
const CLOCKS_MAY_DIFFER_MS = 60_000;
/** A webhook that was made whole lately is worth a look at the network between us. */
const LATELY_MS = 60 * 60_000;
const NAMED = 5;
/** Function rights, of which one lets the system user place web panels. */
const PANEL_RIGHTS = ['admin-all', 'admin-lists'];

type Found = Partial<Omit<SetupCheckItem, 'name'>>;

/** Every prerequisite with its state, found out now. One that cannot be found out says why, and the others are shown. */
export async function showSetupCheck(ctx: Context, origin: string): Promise<SetupCheck> {
  requireManager(ctx);
  return checkSetup(ctx, origin);
}

/** For an operator, whom SuperOffice does not know, without what a person needs. */

export async function checkSetup(ctx: Context, origin: string): Promise<SetupCheck> {
  const installation = await ctx.store.installations.get();
  const { user } = ctx;
  const looks: Readonly<Record<CheckName, (() => Promise<Found>) | null>> = {
    approval: () => lookAtApproval(ctx),
    tenant: async () => lookAtTenant(installation),
    systemUser: () => lookAtSystemUser(ctx),
    functionRights: user && (() => lookAtFunctionRights(ctx)),
    clock: () => lookAtClock(ctx),
    panels: async () => {
      const { wrong, outdated } = await lookAtPanels(ctx, origin);
      const names = [...wrong, ...outdated].map(({ name }) => name);
      return names.length > 0 ? { state: 'wrong', names, repairable: true } : {};
    },
    webhook: () => lookAtHook(ctx, origin),
    licence: async () =>
      installation?.standing === 'unlicensed' ? { state: 'wrong', reason: reason('licence.missing') } : {},
    userLicence: user && (async () => lookAtLicenceOf(user)),
    seats: () => lookAtSeats(ctx),
    connections: () => lookAtConnections(ctx),
    backup: async () => ((await ctx.store.restores.open()).length > 0 ? { state: 'attention' } : {}),
  };
  const items = await Promise.all(
    Object.entries(looks).flatMap(([name, look]) => (look ? [checked(name as CheckName, look)] : [])),
  );
  return { items, administrators: [...(await ctx.store.seats.administrators(NAMED))] };
}

async function checked(name: CheckName, look: () => Promise<Found>): Promise<SetupCheckItem> {
  const plain: SetupCheckItem = {
    name,
    state: 'fine',
    reason: null,
    names: [],
    count: null,
    of: null,
    repairable: false,
  };
  try {
    return { ...plain, ...(await look()) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // A refusal is an answer; anything else leaves us without one.
    return { ...plain, state: error.code === 'crm.denied' ? 'wrong' : 'unknown', reason: reason(error.code) };
  }
}

async function lookAtApproval(ctx: Context): Promise<Found> {
  try {
    await ctx.crm.principal();
    return {};
  } catch (error) {
    const withdrawn = error instanceof AppError && ['tenant.revoked', 'approval.missing'].includes(error.code);
    if (withdrawn) return { state: 'wrong', reason: reason(error.code) };
    throw error;
  }
}

function lookAtTenant(installation: Installation | null): Found {
  if (!installation) return { state: 'wrong', reason: reason('tenant.not_installed') };
  const { standing, state } = installation;
  const works = standing === 'running' || standing === 'unlicensed';
  return works ? {} : { state: 'wrong', names: state === null ? [] : [state], reason: reason('tenant.unavailable') };
}

/** No role limits the system user, and SuperOffice may list no rights for it; but if it does, these should be among them. */
async function lookAtSystemUser(ctx: Context): Promise<Found> {
  const { functionRights } = await ctx.crm.principal();
  const lacks = functionRights.length > 0 && !functionRights.some((right) => PANEL_RIGHTS.includes(right));
  return lacks ? { state: 'attention', names: PANEL_RIGHTS } : {};
}

/** Those of the person who looks, asked with her own token: her session may remember older ones. */
async function lookAtFunctionRights(ctx: Context): Promise<Found> {
  const { functionRights } = await ctx.userCrm.principal();
  const { administratorRights, approvalRights } = manifest;
  if (!administratorRights.some((right) => functionRights.includes(right))) {
    return { state: 'wrong', names: administratorRights };
  }
  return {
    names: [...new Set([...administratorRights, ...approvalRights])].filter((right) => functionRights.includes(right)),
  };
}

function lookAtLicenceOf({ licensed }: User): Found {
  return licensed ? {} : { state: 'wrong' };
}

async function lookAtClock(ctx: Context): Promise<Found> {
  const before = ctx.clock.now().getTime();
  const { asOf } = await ctx.crm.changedSince('project', ctx.clock.now());
  // Told to the second, some time while we waited.
  const early = asOf.getTime() + 1000 < before ? before - asOf.getTime() : 0;
  const late = Math.max(0, asOf.getTime() - ctx.clock.now().getTime());
  const difference = Math.max(early, late);
  return difference > CLOCKS_MAY_DIFFER_MS ? { state: 'wrong', count: Math.round(difference / 1000) } : {};
}

async function lookAtHook(ctx: Context, origin: string): Promise<Found> {
  const { whole, there } = await lookAtWebhook(ctx, origin);
  if (!whole) return { state: 'wrong', names: [there?.state ?? 'missing'], repairable: true };
  const rearmedAt = await ctx.store.webhooks.rearmedAt();
  const lately = rearmedAt !== null && ctx.clock.now().getTime() - rearmedAt.getTime() < LATELY_MS;
  return lately ? { state: 'attention' } : {};
}

async function lookAtSeats(ctx: Context): Promise<Found> {
  const { licensed, until, holders } = await ctx.store.seats.get();
  if (licensed === null) return {};
  const over = until !== null && until <= ctx.clock.now();
  const full = holders.length >= licensed;
  return { count: holders.length, of: licensed, state: over ? 'wrong' : full ? 'attention' : 'fine' };
}

async function lookAtConnections(ctx: Context): Promise<Found> {
  const active = (await ctx.store.connections.list()).filter((connection) => connection.active && !connection.deleted);
  const failures = await Promise.all(
    active.map(async (connection) => {
      try {
        await (await ctx.connector(connection)).testConnection();
        return null;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return { name: connection.name, reason: reason(error.code) };
      }
    }),
  );
  const failed = failures.filter((failure) => failure !== null);
  if (active.length === 0) return { state: 'attention' };
  const [first] = failed;
  return first
    ? { state: 'wrong', names: failed.map(({ name }) => name), reason: first.reason }
    : { count: active.length };
}

function reason(code: ErrorCode, detail: ErrorDetail = {}): NonNullable<SetupCheckItem['reason']> {
  return { code, detail: detail as NonNullable<SetupCheckItem['reason']>['detail'] };
}
