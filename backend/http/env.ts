import type { Context } from '../context.ts';

/** What our middleware puts beside a request. `ctx` is there wherever the mount in `app.ts` asks for a session. */
export interface Env {
  Variables: {
    /** Ties an answer, its log lines and the trace it belongs to together. */
    traceId: string;
    ctx: Context;
  };
}
