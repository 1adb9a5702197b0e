import type { CrmEntity, CrmEntityType, FieldValue, FieldValues } from '../../../shared/vocabulary.ts';
import { AppError } from '../../errors.ts';
import type { CrmRecord, WriteGuard } from '../../ports/crm.ts';
import { askArchive, cell, cellNumber, type Row } from './archive.ts';
import type { Call } from './caller.ts';
import type { Catalogue } from './catalogue.ts';
import { checkProtection, checkValues, patchOf } from './changes.ts';
import { moment } from './encoding.ts';
import {
  fullName,
  membersFor,
  parseEntity,
  paths,
  protectionOf,
  toRecord,
  updatedAt,
  valueOf,
  type Entity,
} from './entities.ts';
import type { PlacedField } from './fields.ts';
import type { Remember } from './memory.ts';

const IDS_AT_ONCE = 200;
/** SuperOffice has a row here for each company that uses the installation: one, and a few where several share it. */
const OWNERS = 1_000;

/** Reading and writing companies, contacts and projects. */
export function createRecords(
  call: Call,
  catalogue: Catalogue,
  userPersonIds: () => Promise<ReadonlySet<number>>,
  remember: Remember,
) {
  /** The companies that own the installation: SuperOffice keeps them in a table of its own. */
  const owners = (): Promise<ReadonlySet<number>> =>
    remember('owner companies', async () => {
      const select = ['company.company_id', 'company.contact_id'];
      const { rows } = await askArchive(call, 'v1/Archive/dynamic', { select, top: OWNERS });
      const ids = rows.map((row) => cellNumber(row, 'company.contact_id')).filter((id) => id > 0);
      // Not knowing whom to protect is no reason to protect nobody.
      if (ids.length === 0) throw new AppError('crm.answer_invalid', { call: 'owner companies' });
      return new Set(ids);
    });
  const ownersFor = async (type: CrmEntityType): Promise<ReadonlySet<number>> =>
    type === 'contact' ? await owners() : new Set();

  async function fetchOne({ type, id }: CrmEntity, fields: readonly PlacedField[]): Promise<Entity | null> {
    const select = membersFor(type, fields).join(',');
    try {
      const response = await call((door) =>
        door.http.get<unknown>(`${paths[type]}/${id}?$select=${encodeURIComponent(select)}`),
      );
      const raw = parseEntity({ type, id }, response.data);
      return raw.Deleted ? null : raw;
    } catch (error) {
      if (error instanceof AppError && (error.code === 'entity.not_found' || error.code === 'crm.denied')) return null;
      throw error;
    }
  }

  async function readOne(entity: CrmEntity, fields: readonly PlacedField[]): Promise<readonly CrmRecord[]> {
    const [raw, protectedIds] = await Promise.all([fetchOne(entity, fields), ownersFor(entity.type)]);
    return raw ? [toRecord(entity, raw, fields, protectedIds)] : [];
  }

  async function readRows(
    type: CrmEntityType,
    ids: readonly number[],
    fields: readonly PlacedField[],
  ): Promise<readonly CrmRecord[]> {
    const { key, columns, entities } = lists[type];
    const select = [...new Set([key, ...columns, ...fields.flatMap(({ column }) => column ?? [])])];
    const filter = `${key} in (${ids.join(',')})`;
    const [{ rows }, protectedIds, users] = await Promise.all([
      askArchive(call, paths[type], { select, filter, orderBy: key, entities, top: ids.length }),
      ownersFor(type),
      type === 'person' ? userPersonIds() : new Set<number>(),
    ]);
    // A column of a table below may give a record several rows.
    const records = new Map(rows.map((row) => [cellNumber(row, key), row] as const).reverse());
    return [...records].map(([id, row]) => {
      const company = type === 'person' ? cellNumber(row, 'contactId') : 0;
      return {
        entity: { type, id },
        name: type === 'person' ? personName(row) : (cell(row, 'name') ?? ''),
        values: Object.fromEntries(
          fields.map((field) => [field.key, field.column === null ? null : cell(row, field.column)]),
        ),
        updatedAt: moment(cell(row, type === 'person' ? 'personUpdatedDate' : 'updatedDate')) ?? new Date(0),
        company: company > 0 ? ({ type: 'contact', id: company } as const) : null,
        protection: protectionOf({ type, id }, users.has(id), protectedIds),
      };
    });
  }

  return {
    read: async (entities: readonly CrmEntity[], fieldKeys: readonly string[]): Promise<readonly CrmRecord[]> => {
      const byType = Map.groupBy(entities, ({ type }) => type);
      const read = await Promise.all(
        [...byType].map(async ([type, ofType]) => {
          const fields = await catalogue.find(type, fieldKeys);
          const ids = [...new Set(ofType.map(({ id }) => id))];
          // One is read whole and fresh. So are many, if something is wanted that SuperOffice's lists do not hold.
          const inList = ids.length > 1 && fields.every(({ column }) => column !== null);
          const parts = inList
            ? chunks(ids, IDS_AT_ONCE).map((some) => readRows(type, some, fields))
            : ids.map((id) => readOne({ type, id }, fields));
          return (await Promise.all(parts)).flat();
        }),
      );
      return read.flat();
    },

    write: async (entity: CrmEntity, values: FieldValues, guard: WriteGuard = {}): Promise<CrmRecord> => {
      const fields = await catalogue.find(entity.type, Object.keys(values));
      checkValues(fields, values);
      const guarded = await catalogue.find(entity.type, Object.keys(guard.valuesWere ?? {}));

      const [raw, protectedIds] = await Promise.all([
        fetchOne(entity, [...fields, ...guarded]),
        ownersFor(entity.type),
      ]);
      if (!raw) throw new AppError('entity.not_found', { ...entity });
      const before = toRecord(entity, raw, fields, protectedIds);
      checkGuard(entity, raw, guarded, guard);
      const changed = fields.filter((field) => before.values[field.key] !== wanted(field, values));
      checkProtection(changed, before.protection);
      if (changed.length === 0) return before;

      const unmodifiedSince = updatedAt(raw)?.toUTCString();
      const response = await call((door) =>
        door.http.patch<unknown>(`${paths[entity.type]}/${entity.id}`, patchOf(entity.type, raw, changed, values), {
          headers: unmodifiedSince ? { 'If-Unmodified-Since': unmodifiedSince } : {},
        }),
      );
      return toRecord(entity, parseEntity(entity, response.data), fields, protectedIds);
    },

    /** Whether SuperOffice still has it, deleted or not, as far as this credential may know. */
    isLive: async (entity: CrmEntity): Promise<boolean> => (await fetchOne(entity, [])) !== null,
  };
}

/** The lists behind `v1/Contact` and its like: how they name what a record says of itself. */
const lists: Readonly<
  Record<CrmEntityType, { readonly key: string; readonly columns: readonly string[]; readonly entities: string }>
> = {
  contact: { key: 'contactId', columns: ['name', 'updatedDate'], entities: 'contact' },
  person: {
    key: 'personId',
    columns: ['firstName', 'middleName', 'lastName', 'contactId', 'personUpdatedDate'],
    entities: 'person,retiredPerson',
  },
  project: { key: 'projectId', columns: ['name', 'updatedDate'], entities: 'project' },
};

function personName(row: Row): string {
  return fullName(cell(row, 'firstName') ?? '', cell(row, 'middleName') ?? '', cell(row, 'lastName') ?? '');
}

/** A blank checkbox is one that is not ticked. */
function wanted({ key, kind }: PlacedField, values: FieldValues): FieldValue {
  return values[key] ?? (kind === 'checkbox' ? 'false' : null);
}

function checkGuard(entity: CrmEntity, raw: Entity, guarded: readonly PlacedField[], guard: WriteGuard): void {
  const { unchangedSince, valuesWere = {} } = guard;
  const changedAt = updatedAt(raw);
  if (unchangedSince && changedAt && changedAt > unchangedSince) throw new AppError('crm.changed', { ...entity });
  const moved = guarded.find((field) => valueOf(raw, field) !== wanted(field, valuesWere));
  if (moved) throw new AppError('crm.changed', { ...entity, field: moved.key });
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
