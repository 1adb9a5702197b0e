import type { ErrorCode, ErrorDetail } from '../shared/errors.ts';

/** An expected failure, with a code that everyone up to the user's screen understands. All else is a bug. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;

  constructor(code: ErrorCode, detail: ErrorDetail = {}, options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(detail)}`, options);
    this.code = code;
    this.detail = detail;
  }
}

/** The database does not answer. No AppError, because whoever works on a record must not take it for that record's fault. */
export class DatabaseAway extends Error {
  override readonly name = 'DatabaseAway';

  constructor(options?: ErrorOptions) {
    super('The database is away', options);
  }
}
