import { equal, isObject, type Json, type JsonObject } from './json.ts';

/** A value that is other than before; undefined where there was, or is, none. */
export interface Change {
  /** `spec.containers[name=web].image`. */
  path: string;
  before?: Json;
  after?: Json;
}

/** By what the entries of a list are known, where all have it: as in Kubernetes' own lists, the first that fits. */
const keys = ['name', 'key', 'containerPort', 'port', 'mountPath', 'path', 'host', 'ip', 'type', 'uid'];

/** Where two objects differ, in the order of the fields after, then of those that are gone. */
export function changesBetween(before: Json, after: Json, path = ''): Change[] {
  if (equal(before, after)) return [];
  if (isObject(before) && isObject(after)) return ofFields(before, after, path);
  if (Array.isArray(before) && Array.isArray(after)) {
    const key = keys.find(candidate => isKey(candidate, before) && isKey(candidate, after));
    if (key !== undefined) return ofFields(byKey(before, key), byKey(after, key), path, key);
  }
  return [{ path, before, after }];
}

function ofFields(before: JsonObject, after: JsonObject, path: string, key?: string): Change[] {
  const at = (name: string) => {
    if (key !== undefined) return `${path}[${key}=${name}]`;
    const step = /^[\w-]+$/.test(name) ? name : JSON.stringify(name);
    return path === '' ? step : `${path}.${step}`;
  };
  const changes: Change[] = [];
  for (const [name, value] of Object.entries(after)) {
    if (!Object.hasOwn(before, name)) changes.push({ path: at(name), after: value as Json });
    else changes.push(...changesBetween(before[name] as Json, value as Json, at(name)));
  }
  for (const [name, value] of Object.entries(before))
    if (!Object.hasOwn(after, name)) changes.push({ path: at(name), before: value as Json });
  return changes;
}

function isKey(key: string, list: Json[]): boolean {
  const values = list.map(entry => (isObject(entry) ? entry[key] : undefined));
  return (
    values.every(value => typeof value === 'string' || typeof value === 'number') &&
    new Set(values).size === list.length
  );
}

function byKey(list: Json[], key: string): JsonObject {
  const found: JsonObject = Object.create(null);
  for (const entry of list) if (isObject(entry)) found[String(entry[key])] = entry;
  return found;
}
