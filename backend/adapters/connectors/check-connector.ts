import { randomUUID } from 'node:crypto';
import { askedFields } from '../../../shared/rules/asked-fields.ts';
import type { ActorType, FieldValue, FieldValues } from '../../../shared/vocabulary.ts';
import { inLanguage } from '../../../shared/multi-language.ts';
import { configValues } from '../../domain/config-values.ts';
import type { ErpField } from '../../domain/field.ts';
import { compareTimestamps, latestTimestamp } from '../../domain/timestamp.ts';
import { isBlank, sameValue } from '../../domain/value.ts';
import type { Endpoint } from '../../domain/endpoint.ts';
import { AppError } from '../../errors.ts';
import type { Actor, ActorPage, ConnectorKind, ErpConnector, SearchRestriction } from '../../ports/erp-connector.ts';
import { operatorsOf, satisfies } from './local-search.ts';

/** `without`: it need not be there, but something is lost. `untried`: there was nothing to try it on, or it was not asked for. */
export type Verdict = 'holds' | 'fails' | 'without' | 'untried';

export interface Finding {
  readonly what: string;
  readonly verdict: Verdict;
  /** What was seen. */
  readonly seen: string;
  /** What that means for the people who will use it; blank where all is well. */
  readonly means: string;
}

export interface Trial extends Endpoint {
  readonly config: FieldValues;
  /** Only these; all that are offered where none is named. */
  readonly types: readonly ActorType[];
  /** The one actor that may be saved and put back, of the first of the types. */
  readonly write: string | null;
  /** Whether an actor may be made, which stays in the ERP. */
  readonly create: boolean;
}

/** Enough to be telling; comparing more takes longer and says the same. */
const LARGEST_SAMPLE = 2_000;
const NO_SUCH = `no such ${randomUUID()}`;

/** Something that does not hold, in words. */
class Flaw extends Error {
  readonly verdict: Verdict;
  constructor(seen: string, verdict: Verdict = 'fails') {
    super(seen);
    this.verdict = verdict;
  }
}

/** Tries a connector of any kind through the port, as the engine uses it. Reads only, unless the trial says otherwise. */
export async function checkConnector(
  kind: ConnectorKind,
  trial: Trial,
  tell: (finding: Finding) => void,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const add = (finding: Finding) => {
    findings.push(finding);
    tell(finding);
  };
  /** What the work answers is what was seen; null where it failed. */
  const step = async <T>(what: string, means: string, work: () => Promise<readonly [seen: string, value: T]>) => {
    try {
      const [seen, value] = await work();
      add({ what, verdict: 'holds', seen, means: '' });
      return value;
    } catch (error) {
      add({ what, verdict: error instanceof Flaw ? error.verdict : 'fails', seen: told(error), means });
      return null;
    }
  };

  const { url, signIn = null, authority = null } = trial;
  const endpoint = { url, signIn, authority };
  const settings = await step('answers at its address', 'It cannot be added on the Sync page.', async () => {
    await kind.testAddress?.(endpoint);
    const fields = await kind.configFields(endpoint);
    return [count(fields.length, 'setting'), fields] as const;
  });
  if (!settings) return findings;

  const connectionId = randomUUID();
  const open = (config: FieldValues, id = connectionId) => kind.open({ ...endpoint, connectionId: id, config });
  const config = await step('takes the settings', 'No ERP connection can be defined.', async () => {
    unique(settings.map(({ key }) => key));
    const values = configValues(settings, trial.config, { config: {}, secretKeys: [] });
    if (values.kind === 'refused') throw new AppError(values.code, values.detail);
    const typed = { ...values.config, ...values.secrets };
    await open(typed).testConfig();
    const named = settings.filter(({ key }) => !isBlank(typed[key] ?? null)).map(({ name }) => inLanguage(name, 'en'));
    return [named.join(', ') || 'it needs none', typed] as const;
  });
  if (!config) return findings;

  await step('names a mandatory setting left blank', 'The administrator is not told what to fill in.', async () => {
    const asked = askedFields(settings, ({ key }) => config[key] ?? null);
    const mandatory = asked.filter(({ access }) => access === 'mandatory');
    if (mandatory.length === 0) throw new Flaw('none is mandatory', 'untried');
    for (const { key } of mandatory) {
      const failure = await failureOf(open({ ...config, [key]: null }).testConfig());
      if (failure !== 'config.field_missing') throw new Flaw(`${key} left blank: ${failure ?? 'accepted'}`);
    }
    return [mandatory.map(({ key }) => key).join(', '), null] as const;
  });

  const erp = open(config);
  const saved = await step(
    'keeps a connection, as often as it is told',
    'No connection can be activated.',
    async () => {
      await erp.saveConnection();
      await erp.saveConnection();
      await erp.testConnection();
      return ['saved twice, tested', true] as const;
    },
  );
  if (!saved) return findings;
  try {
    await step('gets along after it lost its settings', 'Sync stops after a new installation of it.', async () => {
      const stranger = open(config, randomUUID());
      try {
        return [(await stranger.actorTypes()).join(', '), null] as const;
      } finally {
        await stranger.deleteConnection();
      }
    });
    const offered = await step('offers actor types', 'Nothing can be mapped.', async () => {
      const types = await erp.actorTypes();
      if (types.length === 0) throw new Flaw('none');
      return [types.join(', '), types] as const;
    });
    for (const type of offered ?? []) {
      if (trial.types.length > 0 && !trial.types.includes(type)) continue;
      const isFirst = type === (trial.types[0] ?? offered?.[0]);
      await checkActors(erp, type, isFirst ? trial : { ...trial, write: null, create: false }, step);
    }
    await step('can repeat a create safely', 'A create without an answer is looked for in the ERP first.', async () => {
      if (!(await erp.abilities?.())?.repeatableCreate) throw new Flaw('no idempotency key', 'without');
      return ['idempotency key', null] as const;
    });
    await step(
      'tells what was deleted',
      'A deleted actor is noticed when its link is next looked at, not with the next poll.',
      async () => {
        if (!(await erp.abilities?.())?.tellsDeleted) throw new Flaw('no deletion feed', 'without');
        return ['deletion feed', null] as const;
      },
    );
  } finally {
    await step('forgets a connection', 'Its settings stay in the connector.', async () => {
      await erp.deleteConnection();
      await erp.deleteConnection();
      return ['twice', null] as const;
    });
  }
  return findings;
}

type Step = <T>(
  what: string,
  means: string,
  work: () => Promise<readonly [seen: string, value: T]>,
) => Promise<T | null>;

async function checkActors(erp: ErpConnector, type: ActorType, trial: Trial, step: Step): Promise<void> {
  const about = (what: string) => `${type}: ${what}`;
  const fields = await step(about('has fields'), 'Nothing of it can be mapped.', async () => {
    const found = await erp.fields(type);
    if (found.length === 0) throw new Flaw('none');
    unique(found.map(({ key }) => key));
    const stray = found.filter(({ kind, listName }) => kind === 'list' && listName === null);
    if (stray.length > 0) throw new Flaw(`list fields without a list: ${keys(stray)}`);
    return [
      `${found.length}, mandatory: ${keys(found.filter(({ access }) => access === 'mandatory')) || 'none'}`,
      found,
    ] as const;
  });
  if (!fields) return;

  const lists = fields.filter((field) => field.listName !== null);
  await step(about('its lists can be read'), 'List fields show keys for names and cannot be mapped.', async () => {
    if (lists.length === 0) throw new Flaw('it has no list', 'untried');
    const names = [...new Set(lists.map(({ listName }) => listName ?? ''))];
    for (const name of names) {
      const items = await erp.getList(name);
      unique(items.map(({ key }) => key));
      const [first] = items;
      if (first && (await erp.getListItems(name, [first.key, NO_SUCH])).length !== 1) {
        throw new Flaw(`${name}: one item asked for by key, and not one came`);
      }
    }
    return [names.join(', '), null] as const;
  });

  const all = await step(about('a blank search finds all'), 'People must know what they look for.', async () => {
    const page = whole(await erp.searchActors(type, '', fields));
    return [count(page.actors.length, 'actor'), page.actors] as const;
  });
  const [some] = all ?? [];
  if (!all || !some) {
    await step(about('everything else'), '', () =>
      Promise.reject(new Flaw('there is no actor to try it on', 'untried')),
    );
  } else {
    await checkReading(erp, type, fields, all, some, about, step);
    await checkSearching(erp, type, fields, all, some, about, step);
    await checkChanges(erp, type, fields, all, about, step);
  }
  await checkWriting(erp, type, fields, trial, about, step);
}

type About = (what: string) => string;

async function checkReading(
  erp: ErpConnector,
  type: ActorType,
  fields: readonly ErpField[],
  all: readonly Actor[],
  some: Actor,
  about: About,
  step: Step,
): Promise<void> {
  await step(about('reads by key what it found'), 'The ERP tab shows other values than the search.', async () => {
    const asked = all.slice(0, 50);
    const { actors } = whole(await erp.getActors(type, asked.map(({ erpKey }) => erpKey), fields)); // prettier-ignore
    for (const actor of asked) {
      const read = actors.find(({ erpKey }) => erpKey === actor.erpKey);
      if (!read) throw new Flaw(`${actor.erpKey} is not there`);
      const other = fields.find(({ key }) => !sameValue(read.values[key], actor.values[key]));
      if (other) throw new Flaw(`${actor.erpKey}, ${other.key}: another value`);
    }
    return [count(asked.length, 'actor'), null] as const;
  });
  await step(
    about('leaves out what is not there, key by key'),
    'A deleted actor is not noticed, or a wrong one connected.',
    async () => {
      const strangers = [NO_SUCH, ` ${some.erpKey}`, `${some.erpKey} `];
      const { actors } = await erp.getActors(type, strangers, []);
      if (actors.length > 0) throw new Flaw(`answered ${actors.map(({ erpKey }) => `"${erpKey}"`).join(', ')}`);
      return ['unknown, with a space before, with one behind', null] as const;
    },
  );
  await step(about('values can be read'), 'These fields are not synchronized.', async () => {
    const garbled = all.flatMap(({ erpKey, unreadable }) => Object.keys(unreadable).map((key) => `${erpKey} ${key}`));
    if (garbled.length > 0) throw new Flaw(`not of their kind: ${few(garbled)}`);
    const silent = fields.filter(({ key, kind }) => kind !== 'label' && all.every(({ values }) => !(key in values)));
    if (silent.length > 0) throw new Flaw(`never reported: ${keys(silent)}`);
    return [`${fields.length} fields of ${count(all.length, 'actor')}`, null] as const;
  });
  if (type === 'Person') {
    await step(about('stands below a company'), 'People cannot be connected.', async () => {
      const lost = all.filter(({ parent }) => parent === null);
      if (lost.length > 0) throw new Flaw(`without one: ${few(lost.map(({ erpKey }) => erpKey))}`);
      const parent = some.parent ?? undefined;
      const { actors } = whole(await erp.searchActors(type, '', [], parent ? { parent } : {}));
      const wanted = all.filter(
        (actor) => actor.parent?.type === parent?.type && actor.parent?.erpKey === parent?.erpKey,
      );
      if (differ(actors, wanted)) throw new Flaw(`${actors.length} below ${parent?.erpKey}, not ${wanted.length}`);
      return [count(all.length, 'person', 'people'), null] as const;
    });
  }
}

async function checkSearching(
  erp: ErpConnector,
  type: ActorType,
  fields: readonly ErpField[],
  all: readonly Actor[],
  some: Actor,
  about: About,
  step: Step,
): Promise<void> {
  await step(about('finds an actor by its text'), 'The search when connecting finds nothing.', async () => {
    const texts = fields.flatMap(({ key, kind }) => (kind === 'text' && (some.values[key] ?? '').length > 2 ? [some.values[key] ?? ''] : [])); // prettier-ignore
    if (texts.length === 0) throw new Flaw('the first actor has no text', 'untried');
    // Which of its texts are searched is the connector's choice.
    for (const text of texts) {
      const { actors } = await erp.searchActors(type, text.toUpperCase(), []);
      if (actors.some(({ erpKey }) => erpKey === some.erpKey)) return [`"${text}" in capitals`, null] as const;
    }
    throw new Flaw(`"${few(texts.map((text) => text.toUpperCase()))}" does not find it`);
  });

  const searchable = new Set(await erp.searchableFields(type).catch(() => []));
  await step(about('searches by fields'), 'Advanced search and the import find too much or too little.', async () => {
    if (searchable.size === 0) throw new Flaw('no field is searchable', 'without');
    if (all.length > LARGEST_SAMPLE) throw new Flaw(`more than ${LARGEST_SAMPLE} actors to compare with`, 'untried');
    const wrong: string[] = [];
    const tried = new Set<string>();
    for (const field of fields.filter(({ key }) => searchable.has(key))) {
      const value = all.map(({ values }) => values[field.key]).find((each) => (each ?? '').length > 0);
      if (tried.has(field.kind) || value === undefined || value === null) continue;
      tried.add(field.kind);
      for (const operator of operatorsOf(field.kind)) {
        const asked: SearchRestriction[] = [{ field, operator, values: operands(operator, value) }];
        const expected = all.filter(({ values }) => satisfies(values, asked));
        const found = await erp.searchAdvanced(type, asked, []).catch(told);
        if (typeof found === 'string') wrong.push(`${field.key} ${operator}: ${found}`);
        else if (differ(found.actors, expected)) {
          wrong.push(`${field.key} ${operator}: ${found.actors.length}, not ${expected.length}`);
        }
      }
    }
    if (wrong.length > 0) throw new Flaw(few(wrong));
    return [`every operator of ${[...tried].join(', ')}`, null] as const;
  });
}

async function checkChanges(
  erp: ErpConnector,
  type: ActorType,
  fields: readonly ErpField[],
  all: readonly Actor[],
  about: About,
  step: Step,
): Promise<void> {
  await step(about('tells what changed'), 'Changes are found only by the nightly comparison.', async () => {
    const lacking = all.filter(({ lastModified }) => lastModified === '');
    if (lacking.length > 0) throw new Flaw(`no mark: ${few(lacking.map(({ erpKey }) => erpKey))}`);
    const { actors } = whole(await erp.changedActors(type, '', fields.slice(0, 1)));
    const missing = all.filter(({ erpKey }) => !actors.some((actor) => actor.erpKey === erpKey));
    if (missing.length > 0) throw new Flaw(`since ever, without ${few(missing.map(({ erpKey }) => erpKey))}`);

    const latest = latestTimestamp(actors.map(({ lastModified }) => lastModified));
    const again = whole(await erp.changedActors(type, latest, [])).actors;
    const due = actors.filter(({ lastModified }) => compareTimestamps(lastModified, latest) >= 0);
    if (due.some(({ erpKey }) => !again.some((actor) => actor.erpKey === erpKey))) {
      throw new Flaw(`since ${latest}, without an actor of that very mark`);
    }
    return [
      `${actors.length} since ever, ${again.length} since ${latest}`,
      { all: actors.length, since: again.length },
    ] as const;
  });
  await step(
    about('and not what did not'),
    'Every look asks for everything, which is slow in a large ERP.',
    async () => {
      const latest = latestTimestamp(all.map(({ lastModified }) => lastModified));
      const before = all.filter(({ lastModified }) => compareTimestamps(lastModified, latest) < 0);
      if (before.length === 0) throw new Flaw('all have the same mark', 'untried');
      const { actors } = await erp.changedActors(type, latest, []);
      const old = actors.filter(({ erpKey }) => before.some((actor) => actor.erpKey === erpKey));
      if (old.length > 0) throw new Flaw(`${old.length} older than ${latest}`);
      return [`${before.length} older ones left out`, null] as const;
    },
  );
}

async function checkWriting(
  erp: ErpConnector,
  type: ActorType,
  fields: readonly ErpField[],
  trial: Trial,
  about: About,
  step: Step,
): Promise<void> {
  const cannot = 'Nothing can be written to the ERP.';
  await step(about('saves, and puts back'), cannot, async () => {
    if (trial.write === null) throw new Flaw('not asked for: --write KEY', 'untried');
    const ref = { type, erpKey: trial.write } as const;
    const [before] = whole(await erp.getActors(type, [ref.erpKey], fields)).actors;
    if (!before) throw new Flaw(`${ref.erpKey} is not there`);
    const field = fields.find(
      ({ key, kind, access }) => kind === 'text' && access === 'normal' && key in before.values,
    );
    if (!field) throw new Flaw('no text field may be written', 'untried');
    const value = before.values[field.key] ?? null;
    const other = value === 'ERP Sync' ? 'ERP Sync 2' : 'ERP Sync';
    try {
      const written = await save(erp, { ...ref, values: { [field.key]: other } }, fields);
      if (!sameValue(written.values[field.key], other)) {
        throw new Flaw(`${field.key}: wrote "${other}", and it says "${written.values[field.key] ?? ''}"`);
      }
      const untouched = fields.find(
        // What nobody may write, the ERP keeps itself, as the moment of a change.
        ({ key, access }) =>
          key !== field.key && access !== 'readOnly' && !sameValue(written.values[key], before.values[key]),
      );
      if (untouched) throw new Flaw(`${untouched.key} changed too`);
      if (compareTimestamps(written.lastModified, before.lastModified) <= 0) throw new Flaw('its mark did not grow');
      const news = await erp.changedActors(type, written.lastModified, []);
      if (!news.actors.some(({ erpKey }) => erpKey === ref.erpKey)) throw new Flaw('it is not told as changed');
    } finally {
      await save(erp, { ...ref, values: { [field.key]: value } }, fields);
    }
    return [`${field.key} of ${ref.erpKey}`, null] as const;
  });
  await step(about('refuses one actor and saves the others'), 'One bad value holds up the others.', async () => {
    if (trial.write === null) throw new Flaw('not asked for: --write KEY', 'untried');
    const [stranger, own] = await erp.saveActors([{ type, erpKey: NO_SUCH, values: {} }, { type, erpKey: trial.write, values: {} }], []); // prettier-ignore
    if (stranger?.kind !== 'refused') throw new Flaw('an unknown actor was saved');
    if (own?.kind !== 'saved') throw new Flaw('the other one was not');
    return ['an unknown one', null] as const;
  });
  await step(about('makes an actor'), 'Actors are made in the ERP itself.', async () => {
    if (!trial.create) throw new Flaw('not asked for: --create', 'untried');
    const values = Object.fromEntries(
      fields
        .filter(({ access }) => access === 'mandatory')
        .map((field) => [field.key, field.defaultValue ?? anyOf(field)]),
    );
    const options = { idempotencyKey: randomUUID() };
    const parent = type === 'Person' ? await anyParent(erp) : null;
    const made = await erp.createActor({ type, values, parent }, fields, options);
    const [read] = (await erp.getActors(type, [made.erpKey], fields)).actors;
    if (!read) throw new Flaw(`${made.erpKey} is not there`);
    if ((await erp.abilities?.())?.repeatableCreate) {
      const again = await erp.createActor({ type, values, parent }, fields, options);
      if (again.erpKey !== made.erpKey) throw new Flaw('the same idempotency key made a second one');
    }
    return [`${made.erpKey}, which stays`, null] as const;
  });
}

async function save(
  erp: ErpConnector,
  change: Parameters<ErpConnector['saveActors']>[0][number],
  fields: readonly ErpField[],
) {
  const [outcome] = await erp.saveActors([change], fields);
  if (outcome?.kind !== 'saved') throw new Flaw(`refused: ${outcome?.explanation ?? outcome?.code ?? 'no answer'}`);
  return outcome.actor;
}

async function anyParent(erp: ErpConnector) {
  for (const type of ['Customer', 'Supplier', 'Partner'] as const) {
    const [actor] = (await erp.actorTypes()).includes(type) ? (await erp.searchActors(type, '', [])).actors : [];
    if (actor) return { type, erpKey: actor.erpKey };
  }
  throw new Flaw('there is no company to put a person under', 'untried');
}

function anyOf({ kind }: ErpField): FieldValue {
  switch (kind) {
    case 'integer':
    case 'decimal':
      return '1';
    case 'checkbox':
      return 'false';
    case 'date':
      return '2026-01-01';
    case 'datetime':
      return '2026-01-01T00:00:00';
    case 'list':
      return null;
    default:
      return 'ERP Sync';
  }
}

function operands(operator: string, value: string): readonly string[] {
  return operator === 'between' ? [value, value] : [value];
}

function whole(page: ActorPage): ActorPage {
  if (page.warning !== null) throw new Flaw(`perhaps not all is here: ${page.warning || 'it does not say why'}`);
  return page;
}

function differ(found: readonly Actor[], expected: readonly Actor[]): boolean {
  const known = new Set(expected.map(({ erpKey }) => erpKey));
  return found.length !== known.size || found.some(({ erpKey }) => !known.has(erpKey));
}

function unique(all: readonly string[]): void {
  const twice = all.filter((key, index) => all.indexOf(key) !== index);
  if (twice.length > 0) throw new Flaw(`used twice: ${few(twice)}`);
  if (all.includes('')) throw new Flaw('a key is blank');
}

async function failureOf(call: Promise<unknown>): Promise<string | null> {
  try {
    await call;
    return null;
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
}

/** The code, and all that was said beside it. */
export function told(error: unknown): string {
  if (!(error instanceof AppError)) return error instanceof Error ? error.message : String(error);
  const said = Object.values(error.detail).filter((value) => value !== null && value !== undefined && value !== '');
  return [error.code, ...said.map((value) => inLanguage(String(value), 'en'))].join(' · ');
}

function keys(fields: readonly ErpField[]): string {
  return few(fields.map(({ key }) => key));
}

function few(all: readonly string[]): string {
  return all.length > 5 ? `${all.slice(0, 5).join('; ')} and ${all.length - 5} more` : all.join('; ');
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
