import { z } from 'zod';
import { Reason } from './common.ts';

/** What must be right for the app to work, in the order in which one depends on the other. */
export const checkNames = [
  'approval',
  'tenant',
  'systemUser',
  'functionRights',
  'clock',
  'panels',
  'webhook',
  'licence',
  'userLicence',
  'seats',
  'connections',
  'backup',
] as const;
export type CheckName = (typeof checkNames)[number];

export const SetupCheckItem = z.object({
  name: z.enum(checkNames),
  /** `attention`: it works, but somebody should look. `unknown`: it could not be found out, because of the reason. */
  state: z.enum(['fine', 'attention', 'wrong', 'unknown']),
  reason: Reason.nullable(),
  /** What it is about: panels, connections, SuperOffice's function rights. */
  names: z.array(z.string()),
  /** Seats in use, or seconds that the clocks differ. */
  count: z.number().nullable(),
  /** Seats there are. */
  of: z.number().nullable(),
  /** *Repair* can put it right. */
  repairable: z.boolean(),
});
export type SetupCheckItem = z.infer<typeof SetupCheckItem>;

/** GET /api/setup-check; POST /api/setup-check/repair answers it as it is afterwards. */
export const SetupCheck = z.object({
  items: z.array(SetupCheckItem),
  /** Who can change what is wrong: those who came as administrators. */
  administrators: z.array(z.string()),
});
export type SetupCheck = z.infer<typeof SetupCheck>;

const SeatMember = z.object({ kind: z.enum(['user', 'group']), id: z.number().int().positive() });

/** PUT /api/seats: who may take one of the app's own seats. */
export const GiveSeats = z.object({ everyone: z.boolean(), members: z.array(SeatMember).max(5000) });
export type GiveSeats = z.infer<typeof GiveSeats>;

/** GET /api/seats. DELETE /api/seats/:userId frees one. */
export const Seats = GiveSeats.extend({
  /** Null where SuperOffice's licences alone decide. */
  licensed: z.number().int().nullable(),
  until: z.iso.datetime().nullable(),
  holders: z.array(z.object({ userId: z.number().int(), name: z.string(), takenAt: z.iso.datetime() })),
});
export type Seats = z.infer<typeof Seats>;
