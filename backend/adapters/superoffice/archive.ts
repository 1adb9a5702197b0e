import { z } from 'zod';
import type { CrmEntityType, FieldValue } from '../../../shared/vocabulary.ts';
import { AppError } from '../../errors.ts';
import type { Call } from './caller.ts';

/** How the dynamic archive names the keys. */
export const keyColumns: Readonly<Record<CrmEntityType, string>> = {
  contact: 'contact.contact_id',
  person: 'person.person_id',
  project: 'project.project_id',
};

export type Row = Readonly<Record<string, unknown>>;

export interface Query {
  readonly select: readonly string[];
  readonly filter?: string;
  readonly orderBy?: string;
  readonly entities?: string;
  /** No list is asked for without an end; null for the one that takes none, and comes in pages of its own. */
  readonly top: number | null;
  readonly skip?: number;
}

const Rows = z.object({
  value: z.array(z.record(z.string(), z.unknown())),
  'odata.nextLink': z.string().nullish(),
});

/** Asks for rows: at `v1/Contact` for a list of companies, at `v1/Archive/dynamic` for columns of the database itself. */
export async function askArchive(
  call: Call,
  path: string,
  query: Query,
): Promise<{ readonly rows: readonly Row[]; readonly asOf: Date | null; readonly nextSkip: number | null }> {
  const { select, filter, orderBy, entities, top, skip } = query;
  const options = [
    ['$select', select.join(',')],
    ['$filter', filter],
    ['$orderBy', orderBy],
    ['$entities', entities],
    ['$top', top?.toString()],
    ['$skip', skip?.toString()],
    ['$mode', 'Slim'],
  ].flatMap(([name, value]) => (value === undefined ? [] : `${name}=${encodeURIComponent(value)}`));
  const response = await call((door) => door.http.get<unknown>(`${path}?${options.join('&')}`));
  const date: unknown = response.headers['date'];
  const asOf = typeof date === 'string' ? new Date(date) : null;
  const answer = Rows.safeParse(response.data);
  if (!answer.success) throw new AppError('crm.answer_invalid', { call: path });
  return { rows: answer.data.value, asOf, nextSkip: skipOf(answer.data['odata.nextLink'] ?? null) };
}

/** How many rows the next page leaves out; null when this was the last. */
function skipOf(nextLink: string | null): number | null {
  const skip = nextLink === null ? null : new URL(nextLink, 'https://superoffice.invalid').searchParams.get('$skip');
  return skip === null ? null : Number(skip);
}

/** A cell as text, as it is: a company may be called `[I:5]`. */
export function cell(row: Row, column: string): FieldValue {
  const value = row[column];
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Numbers come bare or encoded. */
export function cellNumber(row: Row, column: string): number {
  return Number(cell(row, column)?.replace(/^\[I:(.*)\]$/, '$1') ?? 0);
}

/** A text for a filter. */
export function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}

/** A time for a filter: UTC to the second, as SuperOffice keeps it. */
export function literal(at: Date): string {
  return `'${at.toISOString().slice(0, 19)}'`;
}
