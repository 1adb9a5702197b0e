import { askedFields } from '../../../../shared/rules/asked-fields.ts';
import { actorTypes, type ActorType, type FieldValues, type ListItem } from '../../../../shared/vocabulary.ts';
import type { Endpoint, SignIn } from '../../../domain/endpoint.ts';
import type { ConfigField } from '../../../domain/field.ts';
import { isBlank } from '../../../domain/value.ts';
import { AppError } from '../../../errors.ts';
import { below, field } from '../config-fields.ts';
import type { ListSource } from './metadata.ts';
import { businessCentral, generic, type ActorSource, type Preset } from './preset.ts';
import { texts } from './texts.ts';

/** What a connection is configured with, read and complete. */
export interface Settings {
  /** The address of the service, with a slash at its end. */
  readonly root: string;
  readonly authority: string | null;
  readonly preset: Preset;
  /** The company's name or id, where the service has several below one address. */
  readonly company: string | null;
  readonly signIn: SignIn | null;
  readonly sources: ReadonlyMap<ActorType, ActorSource>;
  readonly parent: { readonly property: string; readonly type: ActorType } | null;
  readonly changedField: string | null;
  readonly searchFields: readonly string[];
  readonly lists: ReadonlyMap<string, ListSource>;
}

/** The lists that settings are chosen from. */
export const SETS = 'EntitySets';
export const choices: Readonly<Record<string, readonly ListItem[]>> = {
  System: [
    { key: 'businessCentral', text: 'Dynamics 365 Business Central' },
    { key: 'generic', text: texts.otherSystem },
  ],
  SignIn: [
    { key: 'oauth', text: texts.oauth },
    { key: 'basic', text: texts.basic },
    { key: 'bearer', text: texts.bearer },
    { key: 'none', text: texts.none },
  ],
  ParentType: (['Customer', 'Supplier', 'Partner'] as const).map((key) => ({ key, text: texts.types[key] })),
};

const isGeneric = { key: 'System', values: ['generic'] };
const signsIn = (...values: string[]) => ({ key: 'SignIn', values });

/** The preset first, then what it does not know. */
// prettier-ignore
const asked: readonly ConfigField[] = [
  { ...field('System', texts.system), kind: 'list', listName: 'System', access: 'mandatory', defaultValue: 'businessCentral' },
  { ...field('Company', texts.company, texts.companyHelp), access: 'mandatory', askedIf: { key: 'System', values: ['businessCentral'] } },
  ...below(texts.signIn, [
    { ...field('SignIn', texts.signIn), kind: 'list', listName: 'SignIn', access: 'mandatory', defaultValue: 'oauth' },
    { ...field('UserName', texts.userName), access: 'mandatory', askedIf: signsIn('basic') },
    { ...field('Password', texts.password), kind: 'password', access: 'mandatory', askedIf: signsIn('basic') },
    { ...field('Token', texts.token), kind: 'password', access: 'mandatory', askedIf: signsIn('bearer') },
    { ...field('ClientId', texts.clientId), access: 'mandatory', askedIf: signsIn('oauth') },
    { ...field('ClientSecret', texts.clientSecret), kind: 'password', access: 'mandatory', askedIf: signsIn('oauth'), sentTo: 'TokenUrl' },
    { ...field('TokenUrl', texts.tokenUrl, texts.tokenUrlHelp), askedIf: signsIn('oauth') },
    { ...field('Scope', texts.scope), askedIf: signsIn('oauth') },
  ]),
  ...below(
    texts.sets,
    actorTypes.flatMap((type): readonly ConfigField[] => {
      const ifNamed = { key: `${type}Set` };
      const of = (name: string) => `${texts.types[type]}: ${name}`;
      return [
        { ...field(`${type}Set`, texts.types[type], type === 'Customer' ? texts.setsHelp : ''), listName: SETS, askedIf: isGeneric },
        { ...field(`${type}Key`, of(texts.key), texts.keyHelp), askedIf: ifNamed },
        { ...field(`${type}Filter`, of(texts.filter), texts.filterHelp), askedIf: ifNamed },
        ...(type === 'Person' ? parentFields(of) : []),
      ];
    }),
  ),
  ...below(texts.details, [
    { ...field('ChangedField', texts.changedField, texts.changedFieldHelp), askedIf: isGeneric },
    { ...field('SearchFields', texts.searchFields, texts.searchFieldsHelp), askedIf: isGeneric },
    { ...field('Lists', texts.lists, texts.listsHelp), askedIf: isGeneric },
  ]),
];

export const configFields: readonly ConfigField[] = asked.map((each, rank) => ({ ...each, rank }));

/** Throws `config.field_missing` with `detail.field`, or `value.invalid`. */
export function readSettings({ url, authority = null }: Endpoint, config: FieldValues): Settings {
  const typed = (key: string) => (isBlank(config[key] ?? null) ? null : (config[key] ?? '').trim());
  const asked = askedFields(configFields, ({ key }) => typed(key));
  const missing = asked.find(({ key, access }) => access === 'mandatory' && typed(key) === null);
  if (missing) throw lacking(missing.key);
  const of = (key: string) => (asked.some((each) => each.key === key) ? typed(key) : null);

  const isBusinessCentral = of('System') === 'businessCentral';
  const preset = isBusinessCentral ? businessCentral : generic;
  const sources = new Map(
    actorTypes.flatMap((type): [ActorType, ActorSource][] => {
      const set = of(`${type}Set`);
      const source = set === null ? preset.sources[type] : { set, key: of(`${type}Key`), filter: of(`${type}Filter`) };
      return source ? [[type, source]] : [];
    }),
  );
  const parentField = of('ParentField');
  if (sources.size === 0) throw lacking('CustomerSet');
  return {
    root: url.endsWith('/') ? url : `${url}/`,
    authority,
    preset,
    company: of('Company'),
    signIn: readSignIn(of, url, isBusinessCentral),
    sources,
    parent: parentField === null ? null : { property: parentField, type: of('ParentType') as ActorType },
    changedField: of('ChangedField'),
    searchFields: (of('SearchFields') ?? '').split(',').map((name) => name.trim()).filter(Boolean), // prettier-ignore
    lists: readLists(of('Lists') ?? ''),
  };
}

function readSignIn(of: (key: string) => string | null, url: string, isBusinessCentral: boolean): SignIn | null {
  const need = (key: string) => of(key) ?? '';
  switch (of('SignIn')) {
    case 'basic':
      return { kind: 'basic', userName: need('UserName'), secret: need('Password') };
    case 'bearer':
      return { kind: 'header', name: 'authorization', secret: `Bearer ${need('Token')}` };
    case 'oauth': {
      const [tenant = null] = isBusinessCentral
        ? (/(?<=\/)[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?=\/)/i.exec(url) ?? [])
        : [];
      const tokenUrl = of('TokenUrl') ?? (tenant && `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`);
      if (tokenUrl === null) throw lacking('TokenUrl');
      const scope = of('Scope') ?? (isBusinessCentral ? 'https://api.businesscentral.dynamics.com/.default' : null);
      return { kind: 'oauth', tokenUrl, clientId: need('ClientId'), scope, secret: need('ClientSecret') };
    }
    default:
      return null;
  }
}

function lacking(key: string): AppError {
  return new AppError('config.field_missing', {
    field: key,
    name: configFields.find((each) => each.key === key)?.name,
  });
}

/** `Group = CustomerGroups(ID, Text); ...` */
function readLists(text: string): ReadonlyMap<string, ListSource> {
  const lists = new Map<string, ListSource>();
  for (const entry of text.split(/[;\n]/).filter((part) => part.trim() !== '')) {
    const [, property, set, key = null, shown = null] =
      /^\s*(\w+)\s*=\s*(\w+)\s*(?:\(\s*(\w+)\s*(?:,\s*(\w+)\s*)?\)\s*)?$/.exec(entry) ?? [];
    if (property === undefined || set === undefined) throw new AppError('value.invalid', { field: 'Lists' });
    lists.set(property, { kind: 'set', name: key === null ? set : `${set}.${key}`, set, key, text: shown });
  }
  return lists;
}

function parentFields(of: (name: string) => string): readonly ConfigField[] {
  return [
    { ...field('ParentField', of(texts.parentField), texts.parentFieldHelp), askedIf: { key: 'PersonSet' } },
    {
      ...field('ParentType', of(texts.parentType)),
      kind: 'list',
      listName: 'ParentType',
      access: 'mandatory',
      defaultValue: 'Customer',
      askedIf: { key: 'ParentField' },
    },
  ];
}
