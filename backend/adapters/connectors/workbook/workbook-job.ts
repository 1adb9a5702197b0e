import { actorTypes, type ActorType } from '../../../../shared/vocabulary.ts';
import { AppError } from '../../../errors.ts';
import { chunks } from '../chunks.ts';
import { isOurs, readLayout, type ActorRow, type ActorSheet, type Layout } from './layout.ts';
import { noMarks, parsedMarks, serialised } from './row-marks.ts';
import { patchBook, type SheetEdit } from './sheet-patch.ts';
import { readBook } from './spreadsheet.ts';
import { texts } from './texts.ts';
import { openPackage } from './zip-package.ts';

/** What is done to the bytes of a workbook, here or in a thread of its own. */
export interface Job {
  readonly file: Buffer;
  /** `xlsm` may hold macros, `xlsx` may not. */
  readonly macros: boolean;
  readonly edits: readonly SheetEdit[];
  /** The marks as they were kept; null for a workbook never seen. */
  readonly marks: string | null;
  /** In milliseconds. */
  readonly now: number;
}

export interface Done {
  readonly layout: Layout;
  /** The file with the edits; null when there were none. */
  readonly edited: Buffer | null;
  /** The marks to keep; null when they are what they were. */
  readonly marks: string | null;
}

/** What is done, in pieces: taking in all rows of a large workbook at once would hold up the event loop. */
export type DonePart =
  | { readonly type: ActorType; readonly rows: readonly (readonly [erpKey: string, row: ActorRow])[] }
  /** All but the rows; the keys by mark as their places among the rows. */
  | (Omit<Done, 'layout'> & { readonly layout: Omit<Layout, 'actors'>; readonly sheets: readonly RowlessSheet[] });

type RowlessSheet = Omit<ActorSheet, 'rowOf' | 'newestFirst'> & { readonly newestFirst: Uint32Array };

const ROWS_IN_PART = 2_000;

export function* partsOf({ layout: { actors, ...layout }, edited, marks }: Done): Generator<DonePart, void> {
  const sheets: RowlessSheet[] = [];
  for (const [type, { rowOf, newestFirst, ...sheet }] of actors) {
    for (const rows of chunks([...rowOf], ROWS_IN_PART)) yield { type, rows };
    const places = new Map([...rowOf.keys()].map((key, place) => [key, place]));
    sheets.push({ ...sheet, newestFirst: Uint32Array.from(newestFirst, (key) => places.get(key) ?? 0) });
  }
  yield { layout, sheets, edited, marks };
}

/** Puts together again what `partsOf` has taken apart. */
export async function doneOf(parts: AsyncIterable<DonePart>): Promise<Done> {
  const rows = new Map<ActorType, Map<string, ActorRow>>(actorTypes.map((type) => [type, new Map()]));
  let done: Done | null = null;
  for await (const part of parts) {
    if ('rows' in part) {
      for (const [key, row] of part.rows) rows.get(part.type)?.set(key, row);
    } else {
      const { layout, sheets, edited, marks } = part;
      const actors = new Map(sheets.map((sheet) => [sheet.type, withRows(sheet, rows.get(sheet.type) ?? new Map())]));
      done = { layout: { ...layout, actors }, edited: edited && Buffer.from(edited), marks };
    }
  }
  if (!done) throw new Error('A thread did a job without a result');
  return done;
}

function withRows({ newestFirst, ...sheet }: RowlessSheet, rowOf: ReadonlyMap<string, ActorRow>): ActorSheet {
  const keys = [...rowOf.keys()];
  return { ...sheet, rowOf, newestFirst: Array.from(newestFirst, (place) => keys[place] ?? '') };
}

/** Reads the workbook, or changes it and reads what really came out. */
export function doJob(job: Job): Done {
  const zip = openPackage(job.file);
  const edited = job.edits.length === 0 ? null : edit(job, zip.names);
  const before = job.marks === null ? noMarks : parsedMarks(job.marks);
  const book = readBook(edited ? openPackage(edited) : zip, isOurs);
  const { layout, marks } = readLayout(book, before, job.now);
  return { layout, edited, marks: marks === before ? null : serialised(marks) };
}

function edit({ file, macros, edits }: Job, parts: readonly string[]): Buffer {
  // Macros are copied byte for byte. In a file that may have none Excel would call that damage.
  if (!macros && parts.some((name) => /vbaProject\.bin$/i.test(name))) throw new AppError('workbook.macros');
  // The signature is over the bytes: whoever checks it would find the file forged.
  if (parts.some((name) => name.startsWith('_xmlsignatures/'))) {
    throw new AppError('connector.rejected', { explanation: texts.signed });
  }
  return patchBook(openPackage(file), edits);
}
