import type * as SO from '@superoffice/webapi';

/** A carrier as it travels: PascalCase, dates as text, enums as their names. Keys of dictionaries are left alone. */
export type Wire<T> = T extends Date
  ? string
  : T extends string
    ? `${T}`
    : T extends number | boolean | null | undefined
      ? T
      : T extends readonly (infer U)[]
        ? Wire<U>[]
        : T extends object
          ? string extends keyof T
            ? { [K in keyof T]: Wire<T[K]> }
            : { [K in keyof T as Capitalize<K & string>]?: Wire<Exclude<T[K], undefined>> | null }
          : T;

export type ContactEntity = Wire<SO.ContactEntity>;
export type PersonEntity = Wire<SO.PersonEntity>;
export type ProjectEntity = Wire<SO.ProjectEntity>;
export type Address = Wire<SO.Address>;
export type StructuredAddress = Wire<SO.StructuredAddress>;
export type EntityElement = Wire<SO.EntityElement>;
export type ConsentInfo = Wire<SO.ConsentInfo>;
export type ConsentSource = Wire<SO.ConsentSource>;
export type FieldInfo = Wire<SO.FieldInfoBase>;
export type Associate = Wire<SO.Associate>;
export type Country = Wire<SO.Country>;
export type ContactCarrier = Wire<SO.Contact>;
export type PersonCarrier = Wire<SO.Person>;
export type Principal = Wire<SO.SoPrincipalCarrier>;
export type WebPanel = Wire<SO.WebPanelEntity>;
export type Webhook = Omit<Wire<SO.Webhook>, 'Properties' | 'NotifyVia'> & {
  readonly Properties?: Readonly<Record<string, unknown>> | null;
  /** A name, whatever the number in the package says. */
  readonly NotifyVia?: string | null;
};
export type MdoItem = Wire<SO.MDOListItem>;
export type UserDefinedFieldInfo = Wire<SO.UserDefinedFieldInfo>;
export type LicenseOwner = Wire<SO.LicenseOwner>;

const dictionaries = new Set([
  'UserDefinedFields',
  'CustomFields',
  'ExtraFields',
  'FieldProperties',
  'Headers',
  'Properties',
]);

/** The server takes either case in requests; from here on there is one. */
export function pascalCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascalCase);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const name = key.charAt(0).toUpperCase() + key.slice(1);
      return [name, dictionaries.has(name) ? inner : pascalCase(inner)];
    }),
  );
}
