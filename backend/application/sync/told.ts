import type { ErrorCode, ErrorDetail } from '../../../shared/errors.ts';

/** A reason as the api sends it. */
export function told(reason: { readonly code: ErrorCode; readonly detail: ErrorDetail } | null) {
  if (!reason) return null;
  const detail: Record<string, string | number | boolean | null | string[]> = {};
  for (const [name, value] of Object.entries(reason.detail)) {
    if (value !== undefined) detail[name] = typeof value === 'object' && value ? [...value] : value;
  }
  return { code: reason.code, detail };
}
