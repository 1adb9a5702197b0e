import { AppError } from '../../errors.ts';
import { failureOf } from './failure.ts';

/** A plain JSON call to the sign-in host. It follows no redirect: a credential goes where it was meant to, or nowhere. */
export async function jsonCall(url: string, init: RequestInit, timeoutMs: number, now: () => Date): Promise<unknown> {
  const call = `${init.method ?? 'GET'} ${new URL(url).pathname}`;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    text = await response.text();
  } catch (error) {
    throw failureOf({ call, status: null, reason: error instanceof Error ? error.name : undefined }, now());
  }
  const body = parsed(text);
  if (!response.ok) {
    const retryAfter = response.headers.get('retry-after') ?? undefined;
    // What this host says of a failure may repeat what it was sent, and nobody needs to read it.
    throw failureOf({ call, status: response.status, retryAfter }, now());
  }
  if (body === undefined) throw new AppError('crm.answer_invalid', { status: response.status });
  return body;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
