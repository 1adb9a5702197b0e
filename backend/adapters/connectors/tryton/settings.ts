import { askedFields } from '../../../../shared/rules/asked-fields.ts';
import type { FieldValues } from '../../../../shared/vocabulary.ts';
import type { ConfigField } from '../../../domain/field.ts';
import type { Endpoint } from '../../../domain/endpoint.ts';
import { isBlank } from '../../../domain/value.ts';
import { AppError } from '../../../errors.ts';
import { below, field } from '../config-fields.ts';
import type { SignIn } from './rpc-client.ts';
import { texts } from './texts.ts';

/** What a connection is configured with, read and complete. */
export interface Settings {
  readonly signIn: SignIn;
  readonly authority: string | null;
  /** The categories that tell which role a party has; null where none does. */
  readonly customers: string | null;
  readonly suppliers: string | null;
  readonly persons: { readonly category: string; readonly relation: string } | null;
  readonly projects: boolean;
}

/** The list with suggestions for the database. */
export const DATABASES = 'Databases';

// prettier-ignore
const asked: readonly ConfigField[] = [
  { ...field('Database', texts.database, texts.databaseHelp), listName: DATABASES, access: 'mandatory' },
  ...below(texts.signIn, [
    { ...field('UserName', texts.userName, texts.userNameHelp), access: 'mandatory' },
    { ...field('Password', texts.password), kind: 'password', access: 'mandatory' },
  ]),
  ...below(texts.roles, [
    field('CustomerCategory', texts.customerCategory, texts.categoryHelp),
    field('SupplierCategory', texts.supplierCategory),
    field('PersonCategory', texts.personCategory, texts.personCategoryHelp),
    { ...field('PersonRelation', texts.personRelation, texts.personRelationHelp), access: 'mandatory', askedIf: { key: 'PersonCategory' } },
    { ...field('Projects', texts.projects, texts.projectsHelp), kind: 'checkbox', defaultValue: 'false' },
  ]),
];

export const configFields: readonly ConfigField[] = asked.map((each, rank) => ({ ...each, rank }));

/** Throws `config.field_missing` with `detail.field`. */
export function readSettings({ url, authority = null }: Endpoint, config: FieldValues): Settings {
  const typed = (key: string) => (isBlank(config[key] ?? null) ? null : (config[key] ?? '').trim());
  const asked = askedFields(configFields, ({ key }) => typed(key));
  const missing = asked.find(({ key, access }) => access === 'mandatory' && typed(key) === null);
  if (missing) throw new AppError('config.field_missing', { field: missing.key, name: missing.name });

  const [category, relation] = [typed('PersonCategory'), typed('PersonRelation')];
  return {
    signIn: {
      root: rootOf(url),
      database: typed('Database') ?? '',
      userName: typed('UserName') ?? '',
      // A password may begin or end with a space.
      password: config['Password'] ?? '',
    },
    authority,
    customers: typed('CustomerCategory'),
    suppliers: typed('SupplierCategory'),
    persons: category !== null && relation !== null ? { category, relation } : null,
    projects: typed('Projects') === 'true',
  };
}

export function rootOf(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

/** What somebody typed and Tryton does not have. */
export function unknown(key: string, value: string, explanation: string): never {
  const name = configFields.find((each) => each.key === key)?.name ?? key;
  throw new AppError('config.value_unknown', { field: key, name, value, explanation });
}
