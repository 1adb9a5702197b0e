/** Every expected failure, as `noun.state`. A new code needs an HTTP status and a text in six languages, or nothing compiles. */
export const errorCodes = [
  'input.invalid',
  'input.too_large',
  'route.not_found',
  'internal',
  'store.away',
  'access.denied',
  'licence.missing',
  'session.missing',
  'session.expired',
  'sign_in.failed',
  'sign_in.expired',
  'sign_in.wrong_user',
  'approval.missing',
  'tenant.not_installed',
  'tenant.unavailable',
  'tenant.revoked',
  'install.running',
  'install.name_taken',
  'install.left_behind',
  'seat.too_many',
  'rate.limited',

  'connector.not_found',
  'connector.name_taken',
  'connector.url_taken',
  'connector.has_connections',
  'connector.unreachable',
  'connector.timeout',
  'connector.throttled',
  'connector.resting',
  'connector.denied',
  'connector.rejected',
  'connector.answer_invalid',
  'connector.address_refused',
  'connector.unknown_connection',
  'connector.wsdl_invalid',
  'connector.certificate_untrusted',
  'certificate.invalid',
  'certificate.expired',

  'workbook.missing',
  'workbook.locked',
  'workbook.unreadable',
  'workbook.too_large',
  'workbook.sheet_missing',
  'workbook.column_missing',
  'workbook.macros',

  'connection.not_found',
  'connection.name_taken',
  'connection.not_tested',
  'connection.inactive',
  'connection.active',
  'connection.not_ready',
  'connection.many_missing',
  'connection.braked',
  'config.field_missing',
  'config.value_unknown',

  'mapping.direction_refused',
  'mapping.field_unknown',
  'mapping.field_twice',
  'mapping.changed',
  'list.item_unmapped',
  'list.item_unknown',
  'list.item_ambiguous',

  'entity.not_found',
  'entity.deleted',
  'entity.protected',
  'actor.not_found',
  'actor.gone',
  'actor.changed',

  'link.exists',
  'link.actor_taken',
  'link.not_found',
  'link.changed',
  'link.busy',
  'link.parent_missing',
  'link.parent_differs',
  'link.merged',
  'conflict.not_found',
  'sync.restored',
  'restore.not_found',
  'creation.open',
  'creation.not_found',
  'creation.unknown',

  'value.invalid',
  'value.too_long',
  'value.mandatory',

  'crm.unreachable',
  'crm.denied',
  'crm.rejected',
  'crm.changed',
  'crm.throttled',
  'crm.answer_invalid',

  'import.ambiguous',
  'import.doubtful',

  'webhook.refused',
  'selection.not_found',
  'run.not_found',
  'run.stopped',
  'run.running',
  'run.changed',
  'undo.expired',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** What stands beside a code: names and numbers for the sentence the user reads. Never a secret. */
export type ErrorDetail = Readonly<Record<string, string | number | boolean | null | readonly string[] | undefined>>;

/** The body of every answer that is not a success. `id` finds an `internal` one in the log. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;
  readonly id?: string;
}

/** Codes worth trying again without anyone's help: the cause may pass by itself. */
export const passing: ReadonlySet<ErrorCode> = new Set([
  'connector.unreachable',
  'connector.timeout',
  'connector.throttled',
  'connector.resting',
  'connector.certificate_untrusted',
  'actor.changed',
  'workbook.locked',
  'workbook.missing',
  'crm.unreachable',
  'crm.throttled',
  'crm.changed',
  'tenant.unavailable',
  'link.busy',
  'rate.limited',
  'store.away',
]);
