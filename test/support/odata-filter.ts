export type Value = string | boolean | null;

interface Rules {
  readonly lacks: readonly string[];
  /** One field per `or`, no `not`, no null. */
  readonly modest: boolean;
  /** Whether a function may stand inside a function. */
  readonly nested: boolean;
}

type Row = Readonly<Record<string, Value | undefined>>;
type Reader<T> = (row: Row) => T;

const functions: Readonly<Record<string, (...texts: string[]) => string | boolean>> = {
  contains: (text = '', part = '') => text.includes(part),
  startswith: (text = '', part = '') => text.startsWith(part),
  endswith: (text = '', part = '') => text.endsWith(part),
  tolower: (text = '') => text.toLowerCase(),
};

/** `$filter` as the standard defines it, as far as an ERP needs it. Throws a sentence for what this service does not do. */
export function holdsFor(filter: string, types: ReadonlyMap<string, string>, rules: Rules): Reader<boolean> {
  const tokens = [...filter.matchAll(/\s*([\w.]*'(?:[^']|'')*'|[(),]|[\w.\-:+]+)/gy)].map(([, token = '']) => token);
  if (tokens.join('').length !== filter.replaceAll(/\s+(?=(?:[^']*'[^']*')*[^']*$)/g, '').length) {
    throw new Error(`Syntax error in '${filter}'`);
  }
  let at = 0;
  const peek = () => tokens[at];
  const take = (expected?: string): string => {
    const token = tokens[at++];
    if (token === undefined || (expected !== undefined && token !== expected))
      throw new Error(`Expected ${expected ?? 'more'} in '${filter}'`);
    return token;
  };
  let fields = new Set<string>();

  function either(): Reader<boolean> {
    const outer = fields;
    fields = new Set();
    const parts = [both()];
    while (peek() === 'or') {
      take();
      parts.push(both());
    }
    if (rules.modest && parts.length > 1 && fields.size > 1) {
      throw new Error("The 'OR' operator is not supported on distinct fields on an OData filter.");
    }
    for (const field of fields) outer.add(field);
    fields = outer;
    return (row) => parts.some((part) => part(row));
  }

  function both(): Reader<boolean> {
    const parts = [one()];
    while (peek() === 'and') {
      take();
      parts.push(one());
    }
    return (row) => parts.every((part) => part(row));
  }

  function one(): Reader<boolean> {
    if (peek() === 'not') {
      if (rules.modest) throw new Error("'not' is not supported");
      take();
      const inner = one();
      return (row) => !inner(row);
    }
    if (peek() === '(') {
      take();
      const inner = either();
      take(')');
      return inner;
    }
    const left = operand(0);
    const operator = peek();
    if (operator === undefined || !/^(?:eq|ne|gt|ge|lt|le)$/.test(operator)) return (row) => left.read(row) === true;
    take();
    const right = operand(0);
    const type = left.type ?? right.type ?? '';
    return (row) => compares(operator, left.read(row), right.read(row), type);
  }

  function operand(depth: number): { read: Reader<Value>; type?: string } {
    const token = take();
    const call = functions[token];
    if (call && peek() === '(') {
      if (rules.lacks.includes(token)) throw new Error(`Unknown function '${token}'`);
      if (depth > 0 && !rules.nested && rules.modest) throw new Error('Nested functions are not supported');
      take('(');
      const inside = [operand(depth + 1)];
      while (peek() === ',') {
        take();
        inside.push(operand(depth + 1));
      }
      take(')');
      return {
        read: (row) => {
          const values = inside.map(({ read }) => read(row));
          return values.includes(null) ? null : call(...values.map(String));
        },
      };
    }
    if (token === 'null') {
      if (rules.modest) throw new Error('null is not supported');
      return { read: () => null };
    }
    if (token === 'true' || token === 'false') return { read: () => token === 'true' };
    const [, quoted] = /^[\w.]*'((?:[^']|'')*)'$/.exec(token) ?? [];
    if (quoted !== undefined) return { read: () => quoted.replaceAll("''", "'") };
    const type = types.get(token);
    if (type !== undefined) {
      fields.add(token);
      return { read: (row) => row[token] ?? null, type };
    }
    if (!/^-?\d|^[\da-f]{8}-/i.test(token)) throw new Error(`Could not find a property named '${token}'`);
    return { read: () => token };
  }

  const whole = either();
  if (at < tokens.length) throw new Error(`Unexpected ${tokens[at]} in '${filter}'`);
  return whole;
}

function compares(operator: string, a: Value, b: Value, type: string): boolean {
  if (operator === 'eq') return order(a, b, type) === 0;
  if (operator === 'ne') return order(a, b, type) !== 0;
  if (a === null || b === null) return false;
  const sign = order(a, b, type);
  if (Number.isNaN(sign)) return false;
  return operator === 'gt' ? sign > 0 : operator === 'ge' ? sign >= 0 : operator === 'lt' ? sign < 0 : sign <= 0;
}

function order(a: Value, b: Value, type: string): number {
  if (a === b) return 0;
  if (a === null || b === null) return NaN;
  if (/^Edm\.(?:Int|Decimal|Double)/.test(type)) return Number(a) - Number(b);
  if (type === 'Edm.DateTimeOffset') return Date.parse(String(a)) - Date.parse(String(b));
  if (type === 'Edm.Guid')
    return String(a).toLowerCase() < String(b).toLowerCase()
      ? -1
      : Number(String(a).toLowerCase() > String(b).toLowerCase());
  return String(a) < String(b) ? -1 : Number(String(a) > String(b));
}
