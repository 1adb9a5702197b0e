import { z } from 'zod';

/** POST /api/sign-ins. The panel keeps a verifier and sends its SHA-256; without the verifier the result of the sign-in is worth nothing. */
export const StartSignIn = z.object({
  /** `<uctx>` of the panel URL: a hint that saves the user a choice, never an identity. */
  tenantHint: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional(),
  /** base64url SHA-256 of the verifier. */
  challenge: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});
export type StartSignIn = z.infer<typeof StartSignIn>;

/** `url` is for a pop-up window. */
export const SignInStarted = z.object({ attemptId: z.uuid(), url: z.string() });
export type SignInStarted = z.infer<typeof SignInStarted>;

/**
 * POST /api/sign-ins/redeem, answered with a `Session`. `code` arrives by `postMessage` as a `SignInMessage` from our own
 * pop-up, or the user types what it shows.
 */
export const RedeemSignIn = z.object({
  attemptId: z.uuid(),
  verifier: z.string().regex(/^[A-Za-z0-9_-]{43,128}$/),
  code: z.string().min(6).max(64),
});
export type RedeemSignIn = z.infer<typeof RedeemSignIn>;

/** What our own page at the end of a sign-in posts to the panel that opened it, and to no other origin. */
export const SignInMessage = z.object({ type: z.literal('erpsync-sign-in'), attemptId: z.uuid(), code: z.string() });
export type SignInMessage = z.infer<typeof SignInMessage>;

/** What the user lacks before she may use the app, each with whom to ask. */
export const missingThings = [
  'tenantLicence',
  'userLicence',
  'seat',
  'freeSeat',
  'connection',
  'administratorRight',
] as const;

/** GET /api/session; DELETE signs out. */
export const Session = z.object({
  tenant: z.string(),
  user: z.object({ id: z.number(), name: z.string() }),
  administrator: z.boolean(),
  licensed: z.boolean(),
  missing: z.array(z.enum(missingThings)),
  /** Whom to ask for it: people who came as administrators. */
  administrators: z.array(z.string()),
  /** Where `postMessage` to the CRM client goes. */
  crmOrigin: z.string(),
  expiresAt: z.iso.datetime(),
});
export type Session = z.infer<typeof Session>;
