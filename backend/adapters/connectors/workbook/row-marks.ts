import type { ActorType } from '../../../../shared/vocabulary.ts';

/**
 * When a row last changed, as far as anyone can know.
 *
 * The LastModified column cannot say: whoever types into a cell need not touch it, a macro may stamp the moment of
 * typing although the file is saved an hour later, and a mistyped year would hide all changes until then. So a row is
 * known by the digest of what stands in it, and gets a new mark whenever a digest is not the one seen before. The marks
 * are kept in a file beside the workbook and given out under its lock: every backend that shares the workbook shares
 * them, and a restart forgets nothing. If they are lost all rows count as changed, which costs time and nothing else.
 *
 * A mark is a time in microseconds, later than every mark before it whatever the clock says, and no two rows share one:
 * "on or after the last mark" is one row, not the whole table that was there at first sight. Compare marks as texts.
 */
export interface RowMarks {
  /** The latest mark given out, in microseconds. */
  readonly last: number;
  readonly seen: ReadonlyMap<ActorType, ReadonlyMap<string, RowMark>>;
}

export interface RowMark {
  readonly digest: string;
  readonly mark: string;
}

export const noMarks: RowMarks = { last: 0, seen: new Map() };

const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/**
 * Marks the rows of a sheet that are new or not what they were. Keys that are gone keep their mark: if such a row comes
 * back it is compared again, and its key is never given to another actor.
 */
export function marked(
  before: RowMarks,
  type: ActorType,
  rows: ReadonlyMap<string, { readonly digest: string }>,
  now: number,
): RowMarks {
  const known = before.seen.get(type);
  const marks = new Map(known);
  let last = before.last;
  for (const [key, { digest }] of rows) {
    if (known?.get(key)?.digest === digest) continue;
    last = Math.max(last + 1, now * 1000);
    marks.set(key, { digest, mark: markOf(last) });
  }
  return last === before.last ? before : { last, seen: new Map([...before.seen, [type, marks]]) };
}

/** The mark that "on or after `since`" begins with. One that was never given out by these marks excludes nothing. */
export function firstMarkSince(since: string, lastMark: string): string {
  return form.test(since) && since <= lastMark ? since : '';
}

export function serialised({ last, seen }: RowMarks): string {
  const sheets = [...seen].map(([type, rows]) => [
    type,
    [...rows].map(([key, { digest, mark }]) => [key, digest, mark]),
  ]);
  return JSON.stringify({ version: 1, last, sheets });
}

/** What cannot be read counts as never written. */
export function parsedMarks(text: string): RowMarks {
  try {
    const { version, last, sheets } = JSON.parse(text) as {
      version: number;
      last: number;
      sheets: [ActorType, [string, string, string][]][];
    };
    if (version !== 1 || !Number.isSafeInteger(last)) return noMarks;
    const seen = sheets.map(
      ([type, rows]) => [type, new Map(rows.map(([key, digest, mark]) => [key, { digest, mark }]))] as const,
    );
    return { last, seen: new Map(seen) };
  } catch {
    return noMarks;
  }
}

export function markOf(microseconds: number): string {
  const milliseconds = new Date(Math.floor(microseconds / 1000)).toISOString().slice(0, -1);
  return `${milliseconds}${String(microseconds % 1000).padStart(3, '0')}Z`;
}
