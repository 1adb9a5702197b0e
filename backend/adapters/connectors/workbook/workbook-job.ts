import { AppError } from '../../../errors.ts';
import { isOurs } from './layout.ts';
import { patchBook, type SheetEdit } from './sheet-patch.ts';
import { readBook, type Book } from './spreadsheet.ts';
import { texts } from './texts.ts';
import { openPackage } from './zip-package.ts';

/** What is done to the bytes of a workbook, here or in a thread of its own. */
export interface Job {
  readonly file: Buffer;
  /** `xlsm` may hold macros, `xlsx` may not. */
  readonly macros: boolean;
  readonly edits: readonly SheetEdit[];
}

export interface Done {
  readonly book: Book;
  /** The file with the edits; null when there were none. */
  readonly edited: Buffer | null;
}

/** Reads the workbook, or changes it and reads what really came out. */
export function doJob({ file, macros, edits }: Job): Done {
  const zip = openPackage(file);
  if (edits.length === 0) return { book: readBook(zip, isOurs), edited: null };

  // Macros are copied byte for byte. In a file that may have none Excel would call that damage.
  if (!macros && zip.names.some((name) => /vbaProject\.bin$/i.test(name))) throw new AppError('workbook.macros');
  // The signature is over the bytes: whoever checks it would find the file forged.
  if (zip.names.some((name) => name.startsWith('_xmlsignatures/')))
    throw new AppError('connector.rejected', { explanation: texts.signed });
  const edited = patchBook(zip, edits);
  return { book: readBook(openPackage(edited), isOurs), edited };
}
