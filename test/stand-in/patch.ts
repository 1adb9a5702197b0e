import { SoError } from './so-error.ts';
import { pascalCase } from './wire.ts';

type Json = Record<string, unknown>;

/** Applies a JSON Patch, or a merge patch, to an entity as it would be read. */
export function applyPatch(entity: Readonly<Json>, patch: unknown): Json {
  const target = structuredClone(entity);
  if (Array.isArray(patch)) {
    for (const operation of patch) apply(target, pascalCase(operation) as Json);
  } else if (isObject(patch)) {
    mergeInto(target, pascalCase(patch) as Json);
  } else {
    throw new SoError(400, 'ArgumentException', 'A patch is an array of operations or an object');
  }
  if (!mentions(patch, 'localizedaddress') && mentions(patch, 'address')) dropLocalizedAddress(target);
  return target;
}

function apply(target: Json, operation: Json): void {
  const path = typeof operation['Path'] === 'string' ? operation['Path'] : '';
  const segments = path
    .split('/')
    .filter(Boolean)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = segments.pop();
  if (last === undefined) throw invalid(`Path ${path} names nothing`);
  let parent: unknown = target;
  for (const segment of segments) parent = child(parent, segment);

  if (Array.isArray(parent)) {
    applyToArray(parent as unknown[], last, operation);
    return;
  }
  if (!isObject(parent)) throw invalid(`Path ${path} leads nowhere`);
  const key = ownKey(parent, last);
  const isDictionary =
    segments.length === 0 && (key === 'CustomFields' || key === 'UserDefinedFields' || key === 'ExtraFields');
  switch (operation['Op']) {
    case 'add':
    case 'replace':
      // The keys that are sent are changed; the others survive.
      parent[key] = isDictionary ? { ...(parent[key] as Json), ...(operation['Value'] as Json) } : operation['Value'];
      return;
    case 'remove':
      parent[key] = null;
      return;
    case 'test':
      if (!covers(parent[key], operation['Value']))
        throw new SoError(412, 'JsonPatchTestException', `Test of ${path} failed`);
      return;
    default:
      throw invalid(`Unknown operation ${String(operation['Op'])}`);
  }
}

function applyToArray(array: unknown[], key: string, operation: Json): void {
  const index = key === '-' ? array.length : Number(key);
  if (!Number.isInteger(index) || index < 0 || index > array.length) throw invalid(`No place ${key} in an array`);
  switch (operation['Op']) {
    case 'add':
      array.splice(index, 0, operation['Value']);
      return;
    case 'replace':
      array[index] = operation['Value'];
      return;
    case 'remove':
      array.splice(index, 1);
      return;
    case 'test':
      if (!covers(array[index], operation['Value']))
        throw new SoError(412, 'JsonPatchTestException', `Test of ${key} failed`);
      return;
    default:
      throw invalid(`Unknown operation ${String(operation['Op'])}`);
  }
}

/** RFC 7396, with the one surprise that an object given for an array is appended to it. */
function mergeInto(target: Json, patch: Json): void {
  for (const [name, value] of Object.entries(patch)) {
    const key = ownKey(target, name);
    const old = target[key];
    if (isObject(value) && Array.isArray(old)) old.push(value);
    else if (isObject(value) && isObject(old)) mergeInto(old, value);
    else target[key] = value;
  }
}

function child(parent: unknown, segment: string): unknown {
  if (Array.isArray(parent)) return parent[Number(segment)];
  return isObject(parent) ? parent[ownKey(parent, segment)] : undefined;
}

/** Paths are compared without regard to case. */
function ownKey(parent: Json, name: string): string {
  return Object.keys(parent).find((key) => key.toLowerCase() === name.toLowerCase()) ?? name;
}

/** What is tested need not name every property: an item is tested by its id alone. */
function covers(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) && actual.length === expected.length && expected.every((one, i) => covers(actual[i], one))
    );
  }
  if (isObject(expected)) {
    return (
      isObject(actual) && Object.entries(expected).every(([key, value]) => covers(actual[ownKey(actual, key)], value))
    );
  }
  return (actual ?? null) === (expected ?? null);
}

function mentions(patch: unknown, word: string): boolean {
  if (Array.isArray(patch)) {
    return patch.some((operation: Json) => {
      const path = operation['path'] ?? operation['Path'];
      const segments = typeof path === 'string' ? path.toLowerCase().split('/').filter(Boolean) : [];
      // A whole new address brings its own localized one, or none.
      return word === 'address' ? segments[0] === 'address' && segments.length > 1 : segments.includes(word);
    });
  }
  if (!isObject(patch)) return false;
  return Object.entries(patch).some(([key, value]) => key.toLowerCase() === word || mentions(value, word));
}

function dropLocalizedAddress(target: Json): void {
  const address = target['Address'];
  if (isObject(address)) address['LocalizedAddress'] = null;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(message: string): SoError {
  return new SoError(400, 'JsonPatchException', message);
}
