import { z } from 'zod';
import { ConnectorKindName, FieldInfo, Id, Name } from './common.ts';

const Url = z.union([z.literal(''), z.url().max(1023)]);

export const ConnectorKind = z.object({ kind: ConnectorKindName, needsUrl: z.boolean() });
export type ConnectorKind = z.infer<typeof ConnectorKind>;

export const SaveConnector = z.object({ kind: ConnectorKindName, name: Name, url: Url });
export type SaveConnector = z.infer<typeof SaveConnector>;

export const TestConnector = z.object({ kind: ConnectorKindName, url: Url });
export type TestConnector = z.infer<typeof TestConnector>;

export const Connector = SaveConnector.extend({ id: Id, deleted: z.boolean(), connections: z.number().int() });
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
