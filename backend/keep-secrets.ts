import { AppError } from './errors.ts';
import type { ConnectorKind, ErpConnector } from './ports/erp-connector.ts';

/** A shorter one would blank half of every sentence. */
const SHORTEST = 4;

/** A connector that repeats what it was told, a password among it, is not quoted with it: not to users, not in the database. */
export function keepSecrets<Asked extends ErpConnector | Omit<ConnectorKind, 'open'>>(
  asked: Asked,
  secrets: readonly (string | null | undefined)[],
): Asked {
  const known = secrets.filter((secret) => typeof secret === 'string' && secret.length >= SHORTEST) as string[];
  if (known.length === 0) return asked;

  const withoutSecrets = (text: string): string =>
    known
      .reduce((left, secret) => left.replaceAll(secret, '***'), text)
      .replaceAll(/(?<=\b(?:basic|bearer)\s+)[\w+/=.~-]{4,}/gi, '***');
  const quoted = (said: unknown): unknown => {
    if (typeof said === 'string') return withoutSecrets(said);
    if (Array.isArray(said)) return said.map(quoted);
    if (typeof said !== 'object' || said === null) return said;
    return Object.fromEntries(Object.entries(said).map(([key, value]) => [key, quoted(value)]));
  };
  const answered = (answer: unknown): unknown => {
    if (Array.isArray(answer)) return answer.map(answered);
    if (typeof answer !== 'object' || answer === null) return answer;
    const explained = (['warning', 'explanation'] as const).filter((name) => name in answer);
    if (explained.length === 0) return answer;
    return { ...answer, ...Object.fromEntries(explained.map((name) => [name, quoted(Reflect.get(answer, name))])) };
  };

  return new Proxy(asked, {
    get(target, name) {
      const call: unknown = Reflect.get(target, name);
      if (typeof call !== 'function') return call;
      return async (...args: unknown[]): Promise<unknown> => {
        try {
          return answered(await (Reflect.apply(call, target, args) as Promise<unknown>));
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          throw new AppError(error.code, quoted(error.detail) as AppError['detail'], { cause: error.cause });
        }
      };
    },
  });
}
