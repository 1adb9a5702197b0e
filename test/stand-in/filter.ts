import { SoError } from './so-error.ts';

/** A cell of an archive. Times are ISO text, UTC; dates are `YYYY-MM-DD`. */
export type Cell = string | number | boolean | null;

export type Row = (column: string) => Cell | undefined;

type Test = (row: Row) => boolean;

type Token =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'open' | 'close' | 'comma' };

/** Reads the `$filter` grammar of the archives. A column the row does not know is an error that names it. */
export function parseFilter(source: string): Test {
  const tokens = tokenize(source);
  let at = 0;

  const peek = (): Token | undefined => tokens[at];
  const next = (): Token => {
    const token = tokens[at++];
    if (!token) throw badQuery(`Unexpected end of filter: ${source}`);
    return token;
  };
  const isWord = (word: string): boolean => {
    const token = peek();
    return token?.kind === 'word' && token.text.toLowerCase() === word;
  };

  const either = (): Test => {
    let left = both();
    while (isWord('or')) {
      at++;
      const [a, b] = [left, both()];
      left = (row) => a(row) || b(row);
    }
    return left;
  };
  const both = (): Test => {
    let left = single();
    while (isWord('and')) {
      at++;
      const [a, b] = [left, single()];
      left = (row) => a(row) && b(row);
    }
    return left;
  };
  const single = (): Test => {
    if (peek()?.kind === 'open') {
      at++;
      const inner = either();
      if (next().kind !== 'close') throw badQuery(`Missing ) in filter: ${source}`);
      return inner;
    }
    const column = next();
    const operator = next();
    if (column.kind !== 'word' || operator.kind !== 'word') throw badQuery(`Cannot read filter: ${source}`);
    return comparison(column.text, operator.text, values());
  };
  const values = (): readonly (string | number)[] => {
    const first = next();
    if (first.kind === 'text') return [first.text];
    if (first.kind === 'word') return [first.text];
    if (first.kind === 'number') return [first.value];
    if (first.kind !== 'open') throw badQuery(`Missing value in filter: ${source}`);
    const list: (string | number)[] = [];
    for (let token = next(); token.kind !== 'close'; token = next()) {
      if (token.kind === 'text' || token.kind === 'word') list.push(token.text);
      if (token.kind === 'number') list.push(token.value);
    }
    return list;
  };

  const test = either();
  if (at < tokens.length) throw badQuery(`Cannot read the end of filter: ${source}`);
  return test;
}

export function badQuery(message: string): SoError {
  return new SoError(400, 'ArgumentException', message);
}

function comparison(column: string, operator: string, wanted: readonly (string | number)[]): Test {
  const compare = operators[operator.toLowerCase()];
  if (!compare) throw badQuery(`Unknown operator ${operator} on ${column}`);
  return (row) => {
    const cell = row(column);
    if (cell === undefined) throw badQuery(`Unknown column: ${column}`);
    return compare(cell, wanted);
  };
}

type Compare = (cell: Cell, wanted: readonly (string | number)[]) => boolean;

const equals: Compare = (cell, [wanted]) => same(cell, wanted);
const within: Compare = (cell, wanted) => wanted.some((one) => same(cell, one));
const time = (value: Cell | string | number | undefined): string =>
  String(value ?? '')
    .replace(/Z$|[+-]\d\d:\d\d$/, '')
    .slice(0, 19);
const day = (value: Cell | string | number | undefined): string => time(value).slice(0, 10);

const operators: Readonly<Record<string, Compare>> = {
  eq: equals,
  equals,
  is: equals,
  ne: (cell, [wanted]) => !same(cell, wanted),
  gt: (cell, [wanted]) => Number(cell) > Number(wanted),
  lt: (cell, [wanted]) => Number(cell) < Number(wanted),
  in: within,
  oneof: within,
  associateisoneof: within,
  begins: (cell, [wanted]) => lower(cell).startsWith(lower(wanted)),
  contains: (cell, [wanted]) => lower(cell).includes(lower(wanted)),
  // "After or equal", says the documentation, for times; days are strict.
  aftertime: (cell, [wanted]) => cell !== null && time(cell) >= time(wanted),
  beforetime: (cell, [wanted]) => cell !== null && time(cell) <= time(wanted),
  datetime: (cell, [wanted]) => time(cell) === time(wanted),
  after: (cell, [wanted]) => cell !== null && day(cell) > day(wanted),
  before: (cell, [wanted]) => cell !== null && day(cell) < day(wanted),
  date: (cell, [wanted]) => day(cell) === day(wanted),
  between: (cell, [from, to]) => cell !== null && day(cell) >= day(from) && day(cell) <= day(to),
};

function same(cell: Cell, wanted: string | number | undefined): boolean {
  if (typeof cell === 'boolean') return cell === (lower(wanted) === 'true' || wanted === 1);
  if (typeof cell === 'number') return cell === Number(wanted);
  return lower(cell) === lower(wanted);
}

function lower(value: Cell | string | number | undefined): string {
  return String(value ?? '').toLowerCase();
}

function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  // A column may hold parentheses of its own: contact.(email->contact_id).email_address
  const pattern = /\s*(?:'((?:\\.|[^'\\])*)'|(-?\d+(?:\.\d+)?)(?![\w])|([A-Za-z_](?:[\w/:.>-]|\.\([^)]*\))*)|([(),]))/y;
  while (pattern.lastIndex < source.trimEnd().length) {
    const from = pattern.lastIndex;
    const match = pattern.exec(source);
    if (!match) throw badQuery(`Cannot read filter at ${from}: ${source}`);
    const [, text, number, word, mark] = match;
    if (text !== undefined) tokens.push({ kind: 'text', text: text.replace(/\\(.)/g, '$1') });
    else if (number !== undefined) tokens.push({ kind: 'number', value: Number(number) });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else tokens.push({ kind: mark === '(' ? 'open' : mark === ')' ? 'close' : 'comma' });
  }
  return tokens;
}
