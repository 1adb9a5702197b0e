import type { SignedIn } from '../application/tenant/open-session.ts';
import type { Context } from '../context.ts';

/** What our middleware puts beside a request. */
export interface Env {
  Variables: {
    /** Ties an answer, its log lines and the trace it belongs to together. */
    traceId: string;
    /** There on every route that `access` does not open to anyone. */
    ctx: Context;
    signedIn: SignedIn;
  };
}
