/** A failure as NetServer puts it on the wire. */
export class SoError extends Error {
  readonly status: number;
  readonly errorType: string;

  constructor(status: number, errorType: string, message: string) {
    super(message);
    this.status = status;
    this.errorType = errorType;
  }

  body(): object {
    return {
      Error: true,
      ErrorType: this.errorType,
      ErrorMessage: this.message,
      ErrorSource: 'SuperOffice.NetServer',
      InnerError: null,
    };
  }
}

/** The request is well formed and the data in it is not: NetServer answers 500, and only the body tells. */
export function dataError(message: string): SoError {
  return new SoError(500, 'SoException', message);
}

export function notFound(what: string): SoError {
  return new SoError(404, 'SoNotFoundException', `${what} was not found`);
}

export function sentry(what: string): SoError {
  return new SoError(403, 'SoSentryException', `Access to ${what} is denied`);
}
