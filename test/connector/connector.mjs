// A sync connector for ERP Sync, with every capability: SECRET=hush node test/connector/connector.mjs
// Node alone, no packages. `erp` stands for your ERP: a file, read at the start and kept in memory.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { PORT = '4000', SECRET = '', ERP = new URL('erp.json', import.meta.url) } = process.env;

const erp = JSON.parse(readFileSync(ERP, 'utf8'));
// For the whole ERP, and only ever growing: of two changes, the later one has the greater mark.
let mark = 1_000_000;
for (const row of [...erp.actors, ...erp.deleted]) row.mark = String(++mark);

const find = (type, key) => erp.actors.find((actor) => actor.type === type && actor.key === key);
const fieldsOf = (type) =>
  erp.types[type] ?? refuse(422, 'refused', { message: `There are no actors of type ${type}` });

/** What the ERP would check before it takes a value. */
function check(type, values) {
  for (const [key, value] of Object.entries(values)) {
    const field = fieldsOf(type).find((known) => known.key === key) ?? refuse(422, 'field_unknown', { field: key });
    if (field.access === 'readOnly') refuse(422, 'field_read_only', { field: key });
    if (value === null && field.access === 'mandatory') refuse(422, 'value_missing', { field: key });
    if (value === null) continue;
    if (field.maxLength && [...value].length > field.maxLength) refuse(422, 'value_too_long', { field: key });
    const items = field.list && erp.lists[field.list];
    if (items && !items.some((item) => item.key === value)) refuse(422, 'value_invalid', { field: key });
  }
}

function write({ type, key, values, ifMatch }) {
  const actor = find(type, key) ?? refuse(404, 'actor_unknown');
  if (ifMatch !== undefined && ifMatch !== actor.mark) refuse(409, 'actor_changed');
  check(type, values);
  Object.assign(actor.values, values);
  actor.mark = String(++mark);
  return actor;
}

function make({ type, values, parent }) {
  const lacking = fieldsOf(type).find(({ key, access }) => access === 'mandatory' && !values[key]);
  if (lacking) refuse(422, 'value_missing', { field: lacking.key });
  check(type, values);
  const keys = erp.actors.filter((actor) => actor.type === type).map(({ key }) => Number(key));
  const actor = { type, key: String(Math.max(0, ...keys) + 1), values, parent, mark: String(++mark) };
  erp.actors.push(actor);
  return actor;
}

const fold = (text) => (text ?? '').toLowerCase();
const operators = {
  '=': (value, [wanted]) => fold(value) === fold(wanted),
  begins: (value, [wanted]) => fold(value).startsWith(fold(wanted)),
  contains: (value, [wanted]) => fold(value).includes(fold(wanted)),
};

const matches = ({ values, parent }, { text, restrictions, parent: above }) =>
  (!above || (parent?.type === above.type && parent.key === above.key)) &&
  (text === '' || Object.values(values).some((value) => fold(value).includes(fold(text)))) &&
  restrictions.every(({ field, operator, values: asked }) => operators[operator](values[field] ?? null, asked));

// The contract.

const connections = new Map();
const created = new Map();
const PAGE = 500;

/** The fields asked for, as far as there are such; blank is null. */
function told({ type, key, mark: modified, values, parent = null }, fields) {
  const known = fieldsOf(type).filter((field) => fields.includes(field.key));
  const asked = known.map((field) => [field.key, values[field.key] ?? null]);
  return { key, modified, etag: modified, parent, values: Object.fromEntries(asked) };
}

function page({ type, fields, after = '0' }, isWanted) {
  const actors = erp.actors.filter((actor) => actor.type === type && isWanted(actor));
  const from = Number(after);
  const next = from + PAGE < actors.length ? String(from + PAGE) : null;
  return { actors: actors.slice(from, from + PAGE).map((actor) => told(actor, fields)), next };
}

function saved({ key, ...change }, { type, fields }) {
  try {
    return { key, actor: told(write({ type, key, ...change }), fields) };
  } catch (error) {
    return { key, problem: error.problem ?? { code: 'refused', message: String(error) } };
  }
}

function checkSettings({ settings }) {
  const lacking = erp.settings.find(({ key, access }) => access === 'mandatory' && !settings[key]);
  if (lacking) refuse(422, 'setting_missing', { field: lacking.key });
}

const actorTypes = Object.entries(erp.types).map(([type, fields]) => ({ type, fields }));
const calls = {
  'POST settings/check': (body) => checkSettings(body),
  'PUT connections': (body, id) => (checkSettings(body), void connections.set(id, body.settings)),
  'DELETE connections': (_, id) => void connections.delete(id),
  'POST connections/check': () => undefined,
  'GET connections/actor-types': () => ({ actorTypes }),
  'POST connections/actors/read': (body) => page(body, ({ key }) => body.keys.includes(key)),
  'POST connections/actors/search': (body) => page(body, (actor) => matches(actor, body)),
  'POST connections/actors/changes': (body) => {
    const isNew = (row) => row.type === body.type && Number(row.mark) >= Number(body.since);
    return { ...page(body, isNew), deleted: erp.deleted.filter(isNew).map(({ key }) => key) };
  },
  'POST connections/actors/save': ({ changes, ...body }) => ({ results: changes.map((one) => saved(one, body)) }),
  'POST connections/actors/create': (body, _id, _list, idempotencyKey) => {
    const actor = created.get(idempotencyKey) ?? make(body);
    if (idempotencyKey) created.set(idempotencyKey, actor);
    return { actor: told(actor, body.fields) };
  },
  'GET connections/lists': (_body, _id, list) => ({ items: erp.lists[list] ?? refuse(404, 'list_unknown') }),
};

const can = { batch: 100, paging: true, deletions: true, idempotencyKey: true, etag: true };
const capabilities = { ...can, operators: Object.keys(operators) };

function refuse(status, code, more = {}) {
  throw Object.assign(new Error(code), { status, problem: { code, ...more } });
}

async function answer({ method, url, headers }, body) {
  const [area = '', id = '', ...rest] = new URL(url, 'http://localhost').pathname.split('/').filter(Boolean);
  if (area === '') return { contract: 1, name: 'Reference connector', settings: erp.settings, capabilities };
  if (SECRET && headers.authorization !== `Bearer ${SECRET}`) refuse(401, 'refused');
  const list = rest[0] === 'lists' ? decodeURIComponent(rest[1] ?? '') : '';
  const below = area === 'settings' ? [id] : list ? ['lists'] : rest;
  const call = calls[[`${method} ${area}`, ...below].join('/')] ?? refuse(404, 'refused');
  if (area === 'connections' && rest.length > 0 && !connections.has(id)) refuse(404, 'connection_unknown');
  return call(body && JSON.parse(body), id, list, headers['idempotency-key']);
}

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const [status, body] = await answer(request, Buffer.concat(chunks).toString()).then(
    (told) => [told === undefined ? 204 : 200, told],
    (error) => [error.status ?? 500, error.problem ?? { code: 'refused', message: String(error) }],
  );
  response.writeHead(status, { 'content-type': 'application/json' }).end(body && JSON.stringify(body));
});
server.listen(Number(PORT), () => console.log(`Sync connector on http://localhost:${server.address().port}`));
