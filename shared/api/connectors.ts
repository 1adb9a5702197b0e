import { z } from 'zod';
import { ConnectorKindName, FieldInfo, Id, Name } from './common.ts';

const Url = z.union([z.literal(''), z.url().max(1023)]);

/** `signsIn`: its connectors may want a sign-in of ours. `wsdl`: they describe themselves with one. */
export const ConnectorKind = z.object({
  kind: ConnectorKindName,
  needsUrl: z.boolean(),
  signsIn: z.boolean(),
  wsdl: z.boolean(),
});
export type ConnectorKind = z.infer<typeof ConnectorKind>;

/** One line of what HTTP can carry. */
const HeaderText = z
  .string()
  .max(2000)
  .regex(/^[\x20-\x7e]*$/);
/** Headers that say how a message travels are not for secrets. */
const HeaderName = z
  .string()
  .max(100)
  .regex(/^[\w!#$%&'*+.^`|~-]+$/)
  .refine(
    (name) =>
      !/^(?:host|connection|content-.*|transfer-encoding|accept.*|expect|te|trailer|upgrade|keep-alive|proxy-.*|soapaction|idempotency-key)$/i.test(name), // prettier-ignore
  );

/** How we sign in at a connector. What is secret in it goes beside it, and never comes back. */
export const SignInSettings = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('header'), name: HeaderName }),
  z.object({
    kind: z.literal('basic'),
    userName: z
      .string()
      .trim()
      .min(1)
      .max(254)
      .regex(/^[^:]*$/),
  }),
  z.object({
    kind: z.literal('oauth'),
    tokenUrl: z.url().max(1023),
    clientId: z.string().trim().min(1).max(1023),
    scope: z.string().trim().max(1023).nullable(),
  }),
]);
export type SignInSettings = z.infer<typeof SignInSettings>;

export const TestConnector = z.object({
  kind: ConnectorKindName,
  url: Url,
  /** Absent means none. */
  signIn: SignInSettings.nullable().optional(),
  /** Absent keeps what is stored, if that was typed for the same address. */
  secret: HeaderText.min(1).optional(),
  /** The WSDL with its schemas. Null goes back to what the connector serves, absent keeps what is stored. */
  wsdl: z.array(z.string().min(1)).min(1).max(50).nullable().optional(),
  /** The certificate of the authority that signed the connector's own, as PEM. Null takes it back, absent keeps what is stored for the same address. */
  authority: z.string().max(100_000).nullable().optional(),
  /** The connector that is edited. */
  id: Id.optional(),
});
export type TestConnector = z.infer<typeof TestConnector>;

export const SaveConnector = TestConnector.omit({ id: true }).extend({ name: Name });
export type SaveConnector = z.infer<typeof SaveConnector>;

export const Connector = z.object({
  id: Id,
  kind: ConnectorKindName,
  name: Name,
  url: Url,
  deleted: z.boolean(),
  connections: z.number().int(),
  signIn: SignInSettings.nullable(),
  secretSet: z.boolean(),
  wsdl: z.object({ given: z.boolean(), since: z.iso.datetime() }).nullable(),
  authority: z.object({ name: z.string(), until: z.iso.datetime() }).nullable(),
});
export type Connector = z.infer<typeof Connector>;

/** A setting: the heading it stands below, what it hangs on, and for a secret, the setting with the address it goes to. */
export const ConfigField = FieldInfo.extend({
  section: z.string().optional(),
  askedIf: z.object({ key: z.string(), values: z.array(z.string()).readonly().optional() }).optional(),
  sentTo: z.string().optional(),
});
export type ConfigField = z.infer<typeof ConfigField>;

/** The settings a connection with this connector asks for, by rank. */
export const ConfigFields = z.object({ fields: z.array(ConfigField) });
export type ConfigFields = z.infer<typeof ConfigFields>;
