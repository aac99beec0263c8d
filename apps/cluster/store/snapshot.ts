import { gunzipSync, gzipSync } from 'node:zlib';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { listAt, textAt } from '../api/tree.ts';
import { BadSnapshot } from '../errors.ts';
import { read } from './entry.ts';
import type { Store } from './store.ts';

const format = 'millrace.dev/cluster-snapshot/v1';

/** All objects of a store, as bytes that may be kept in a file. */
export function takeSnapshot(store: Store): Uint8Array {
  const objects = store
    .resources()
    .flatMap(resource => store.list(resource).map(entry => ({ resource, object: read(entry) })));
  return gzipSync(JSON.stringify({ format, objects }), { level: 1 });
}

/**
 * Make the store hold what a snapshot holds, object by object: those that differ are written, those that it does not
 * have are removed, finalizers or not. Watches hear of it as of any change. Throws BadSnapshot.
 */
export function restoreSnapshot(store: Store, snapshot: Uint8Array): void {
  const wanted = readSnapshot(snapshot);
  const kept = new Set(wanted.map(({ resource, object }) => keyOf(resource, object)));
  for (const resource of store.resources())
    for (const entry of [...store.list(resource)])
      if (!kept.has(keyOf(resource, read(entry)))) store.remove(resource, read(entry));
  for (const { resource, object } of wanted) {
    const current = store.get(
      resource,
      textAt(object, 'metadata', 'namespace'),
      textAt(object, 'metadata', 'name'),
    );
    if (current && sameBut(read(current), object)) continue;
    // Another object of the same name goes first, so that those who follow it by its uid hear of its end.
    if (current && current.uid !== textAt(object, 'metadata', 'uid')) store.remove(resource, read(current));
    store.put(resource, object);
  }
}

interface Kept {
  readonly resource: string;
  readonly object: JsonObject;
}

function readSnapshot(bytes: Uint8Array): Kept[] {
  let tree: Json;
  try {
    tree = JSON.parse(gunzipSync(bytes).toString());
  } catch (cause) {
    throw new BadSnapshot('these bytes are no snapshot of a cluster', { cause });
  }
  if (textAt(tree, 'format') !== format)
    throw new BadSnapshot(
      `a snapshot of the format ${format} is expected, not ${textAt(tree, 'format') || 'this'}`,
    );
  return listAt(tree, 'objects').map(item => {
    const object = isObject(item) ? item.object : undefined;
    if (!isObject(object) || !isObject(object.metadata)) throw new BadSnapshot('the snapshot is damaged');
    return { resource: textAt(item, 'resource'), object };
  });
}

function keyOf(resource: string, object: JsonObject): string {
  const text = (field: string) => textAt(object, 'metadata', field);
  return `${resource}\0${text('namespace')}\0${text('name')}`;
}

/** Equal in all but the revision. */
function sameBut(a: JsonObject, b: JsonObject): boolean {
  const bare = (object: JsonObject) =>
    JSON.stringify({ ...object, metadata: { ...(object.metadata as JsonObject), resourceVersion: '' } });
  return bare(a) === bare(b);
}
