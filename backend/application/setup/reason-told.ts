import type { Reason } from '../../../shared/api/common.ts';
import type { Trouble } from '../../domain/connection.ts';

/** A failure in the form of the api: what is undefined in its detail is left out there. */
export function reasonTold(failure: Trouble | null): Reason | null {
  return failure && { code: failure.code, detail: failure.detail as Reason['detail'] };
}
