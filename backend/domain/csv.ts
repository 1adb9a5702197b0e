/** One line of a CSV file, ended as RFC 4180 has it. */
export function csvLine(cells: readonly (string | null)[]): string {
  return `${cells.map((cell) => csvCell(cell ?? '')).join(',')}\r\n`;
}

/**
 * A value as a spreadsheet will read it, and never run it: what would begin a formula is marked as text with an apostrophe.
 * Plain numbers and phone numbers begin with a sign and stay as they are.
 */
export function csvCell(value: string): string {
  const guarded = isFormula(value) && !isNumber(value) ? `'${value}` : value;
  return /[",\r\n\t;]/.test(guarded) || guarded !== guarded.trim() ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** Spreadsheets overlook blanks and quotes before it, and know the full-width forms too. */
function isFormula(value: string): boolean {
  return /^[\s"'\u0000\uFEFF\u200B]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\s"'\u0000]*[\t\r\n\u0000]/.test(value);
}

function isNumber(value: string): boolean {
  return /^[+-]?\d[\d ]*(?:[.,]\d+)?$/.test(value);
}
