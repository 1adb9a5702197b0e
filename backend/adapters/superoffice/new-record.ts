import { z } from 'zod';
import { inLanguage } from '../../../shared/multi-language.ts';
import type { CrmEntityType, ListItem } from '../../../shared/vocabulary.ts';
import { otherIntegration } from '../../domain/crm-rules.ts';
import { AppError } from '../../errors.ts';
import type { CrmRecord, NewRecord } from '../../ports/crm.ts';
import type { Call } from './caller.ts';
import type { Catalogue } from './catalogue.ts';
import { checkValues, patched, patchOf } from './changes.ts';
import { cultureOf } from './languages.ts';
import { idOf, parseNew, paths, toRecord, type Entity } from './entities.ts';

const Consents = z.array(z.looseObject({})).nullish();
const Problems = z.record(z.string(), z.string());

/** Makes companies, contacts and projects. */
export function createNewRecords(call: Call, catalogue: Catalogue) {
  const sources = async () =>
    (await call((door) => door.agents.list().getConsentSourcesAsync())).filter(({ deleted }) => !deleted);

  /** A new person's consents say where they came from; for what and on which legal base is the tenant's own default. */
  async function withSource(raw: Entity, key: string): Promise<Entity> {
    const consents = Consents.parse(raw['Consents']) ?? [];
    if (consents.length === 0) return raw;
    const source = (await sources()).find((one) => one.key?.toUpperCase() === key.toUpperCase());
    if (!source) throw new AppError('value.invalid', { field: 'consentSource', value: key });
    const from = {
      ConsentSourceId: source.consentSourceId,
      ConsentSourceKey: source.key,
      ConsentSourceName: source.name,
    };
    return { ...raw, Consents: consents.map((consent) => ({ ...consent, ...from })) };
  }

  return {
    async consentSources(language?: string): Promise<readonly ListItem[]> {
      const found = await sources();
      return found.map(({ key, name }) => ({ key: key ?? '', text: inLanguage(name ?? '', cultureOf(language)) }));
    },

    async create({ type, values, company, consentSource = otherIntegration }: NewRecord): Promise<CrmRecord> {
      const fields = await catalogue.find(type, Object.keys(values));
      checkValues(fields, values);
      const nameless = nameKeys[type].every((key) => (values[key] ?? null) === null);
      if (nameless) throw new AppError('value.mandatory', { field: nameKeys[type].at(-1) });

      const start = parseNew(type, (await call((door) => door.http.get<unknown>(`${paths[type]}/default`))).data);
      const own = type === 'person' ? await withSource(start, consentSource) : start;
      const placed = company ? { ...own, Contact: { ContactId: company.id } } : own;
      const entity = patched(placed, patchOf(type, placed, fields, values));

      const refused = Problems.safeParse(
        (await call((door) => door.http.post<unknown>(`${paths[type]}/Validate`, entity))).data,
      );
      const [problem] = Object.entries(refused.data ?? {});
      if (problem) throw new AppError('crm.rejected', { field: problem[0], explanation: problem[1] });

      const { data } = await call((door) => door.http.post<unknown>(paths[type], entity));
      const made = parseNew(type, data);
      return toRecord({ type, id: idOf(type, made) }, made, fields, new Set());
    },
  };
}

/** A person needs one of her names, the others have but one. */
const nameKeys = {
  contact: ['NAME'],
  person: ['FIRSTNAME', 'LASTNAME'],
  project: ['NAME'],
} as const satisfies Record<CrmEntityType, readonly string[]>;
