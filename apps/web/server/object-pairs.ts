import { equal, isObject, type JsonObject } from '@millrace/json';
import { display, groupOf } from '@millrace/kube';
import type { ObjectPair } from './comparison.ts';

/** What two lists of objects differ in: those that are new or others in the order of the second, then those that are gone. */
export function pairsBetween(
  before: readonly JsonObject[],
  after: readonly JsonObject[],
): { pairs: ObjectPair[]; same: number } {
  const old = new Map(before.map(object => [keyOf(object), object]));
  const pairs: ObjectPair[] = [];
  let same = 0;
  for (const object of after) {
    const former = old.get(keyOf(object));
    old.delete(keyOf(object));
    if (!former) pairs.push({ object: nameOf(object), action: 'created', after: object });
    else if (equal(former, object)) same++;
    else pairs.push({ object: nameOf(object), action: 'changed', before: former, after: object });
  }
  for (const object of old.values())
    pairs.push({ object: nameOf(object), action: 'deleted', before: object });
  return { pairs, same };
}

const keyOf = (object: JsonObject) => `${groupOf(String(object.apiVersion))}/${nameOf(object)}`;

function nameOf({ kind, metadata }: JsonObject): string {
  const { name, namespace } = isObject(metadata) ? metadata : {};
  return display({
    kind: String(kind),
    name: String(name),
    ...(typeof namespace === 'string' ? { namespace } : {}),
  });
}
