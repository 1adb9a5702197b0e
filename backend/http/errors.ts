import type { Context, Env } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ErrorBody, ErrorCode } from '../../shared/errors.ts';
import { AppError, DatabaseAway } from '../errors.ts';

export const statusOf: Readonly<Record<ErrorCode, ContentfulStatusCode>> = {
  'input.invalid': 400,
  'input.too_large': 413,
  'route.not_found': 404,
  internal: 500,
  'store.away': 503,
  'access.denied': 403,
  'licence.missing': 403,
  'session.missing': 401,
  'session.expired': 401,
  'sign_in.failed': 403,
  'sign_in.expired': 403,
  'sign_in.wrong_user': 403,
  'approval.missing': 403,
  'tenant.not_installed': 409,
  'tenant.unavailable': 503,
  'tenant.revoked': 403,
  'install.running': 409,
  'install.name_taken': 409,
  'install.left_behind': 409,
  'seat.too_many': 409,
  'rate.limited': 429,

  'connector.not_found': 404,
  'connector.name_taken': 409,
  'connector.url_taken': 409,
  'connector.has_connections': 409,
  'connector.unreachable': 502,
  'connector.timeout': 504,
  'connector.throttled': 503,
  'connector.resting': 503,
  'connector.denied': 422,
  'connector.rejected': 422,
  'connector.answer_invalid': 502,
  'connector.address_refused': 422,
  'connector.unknown_connection': 502,
  'connector.wsdl_invalid': 422,
  'connector.certificate_untrusted': 502,
  'certificate.invalid': 422,
  'certificate.expired': 422,

  'workbook.missing': 502,
  'workbook.locked': 503,
  'workbook.unreadable': 422,
  'workbook.too_large': 422,
  'workbook.sheet_missing': 422,
  'workbook.column_missing': 422,
  'workbook.macros': 422,

  'connection.not_found': 404,
  'connection.name_taken': 409,
  'connection.not_tested': 409,
  'connection.inactive': 409,
  'connection.active': 409,
  'connection.not_ready': 409,
  'connection.many_missing': 409,
  'connection.braked': 409,
  'config.field_missing': 422,
  'config.value_unknown': 422,

  'mapping.direction_refused': 422,
  'mapping.field_unknown': 422,
  'mapping.field_twice': 422,
  'mapping.changed': 409,
  'list.item_unmapped': 422,
  'list.item_unknown': 422,
  'list.item_ambiguous': 422,

  'entity.not_found': 404,
  'entity.deleted': 409,
  'entity.protected': 422,
  'actor.gone': 409,
  'actor.not_found': 404,
  'actor.changed': 409,

  'link.exists': 409,
  'link.actor_taken': 409,
  'link.not_found': 404,
  'link.changed': 409,
  'link.busy': 409,
  'link.parent_differs': 409,
  'link.merged': 409,
  'link.parent_missing': 409,
  'sync.restored': 409,
  'conflict.not_found': 404,
  'creation.open': 409,
  'creation.not_found': 404,
  'creation.unknown': 409,

  'value.invalid': 422,
  'value.too_long': 422,
  'value.mandatory': 422,

  'crm.unreachable': 502,
  'crm.denied': 403,
  'crm.rejected': 422,
  'crm.changed': 409,
  'crm.throttled': 503,
  'crm.answer_invalid': 502,

  'import.doubtful': 409,
  'import.ambiguous': 409,

  'webhook.refused': 401,
  'selection.not_found': 404,
  'restore.not_found': 404,
  'run.not_found': 404,
  'run.stopped': 409,
  'run.running': 409,
  'run.changed': 409,
  'undo.expired': 409,
};

/** What went wrong, as one of our codes. Anything we did not expect is `internal`. */
export function toAppError(error: Error): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof DatabaseAway) return new AppError('store.away', {}, { cause: error });
  if (error instanceof HTTPException && error.status < 500) {
    return new AppError(error.status === 413 ? 'input.too_large' : 'input.invalid', {}, { cause: error });
  }
  return new AppError('internal', {}, { cause: error });
}

/** The one place where an error becomes an answer. */
export function answerError<E extends Env>(error: AppError, c: Context<E>, id: string): Response {
  const body: ErrorBody = { code: error.code, detail: error.detail, ...(error.code === 'internal' ? { id } : {}) };
  return c.json(body, statusOf[error.code]);
}
