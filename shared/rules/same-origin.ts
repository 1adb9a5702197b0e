import type { FieldValue } from '../vocabulary.ts';

/** Whether two addresses lead to the same server. What is no address leads to itself only. */
export function sameOrigin(a: FieldValue, b: FieldValue): boolean {
  return originOf(a) === originOf(b);
}

function originOf(address: FieldValue): string {
  return address !== null && URL.canParse(address) ? new URL(address).origin : (address ?? '');
}
