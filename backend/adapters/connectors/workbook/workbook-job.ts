import { AppError } from '../../../errors.ts';
import { isOurs, readLayout, type Layout } from './layout.ts';
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
