import { isObject, type Json } from '@millrace/json';

/** A value as Go prints it with `%v`: `map[a:1 b:[x y]]`, keys in order. Messages of the API quote patches so. */
export function goPrint(value: Json): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goPrint).join(' ')}]`;
  if (!isObject(value)) return String(value);
  const entries = Object.keys(value).sort();
  return `map[${entries.map(key => `${key}:${goPrint(value[key] as Json)}`).join(' ')}]`;
}

/** A list of strings as Go prints it with `%#v`: `[]string{"a", "b"}`. */
export function goStrings(values: readonly Json[]): string {
  return `[]string{${values.map(value => JSON.stringify(value)).join(', ')}}`;
}

/** Fields of metadata in the order in which Go writes them. */
const metadataOrder = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
];

/**
 * A patched object as upstream quotes it: maps in the order of their keys, which is all of a custom resource, and the
 * metadata of a built-in kind in the order of its type.
 */
export function asGoWrites(value: Json, custom: boolean): Json {
  if (custom || !isObject(value) || !isObject(value.metadata)) return inOrder(value);
  const { metadata } = value;
  const known = metadataOrder.filter(key => Object.hasOwn(metadata, key));
  const others = Object.keys(metadata).filter(key => !metadataOrder.includes(key));
  const keys = [...known, ...others.sort()];
  const object = Object.keys(value).sort();
  return Object.fromEntries(
    object.map(key => [
      key,
      key === 'metadata'
        ? Object.fromEntries(keys.map(each => [each, metadata[each] as Json]))
        : (value[key] as Json),
    ]),
  );
}

/** Go prints maps in the order of their keys. */
export function inOrder(value: Json): Json {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map(key => [key, inOrder(value[key] as Json)]));
}
