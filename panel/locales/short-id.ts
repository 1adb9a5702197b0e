/**
 * The id of a text is a hash of its English words. Its beginning tells the texts of a language apart, which the build checks,
 * and is all that a built language keeps: hashes are the one thing that cannot be compressed.
 */
export function shortId(id: string): string {
  return id.slice(0, 7);
}
