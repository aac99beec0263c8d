import { FieldSet, type PathElement } from '@millrace/apply';
import { equal, isObject, type Json, type JsonObject } from '@millrace/json';
import { asJson, asKubeObject, type KubeObject } from '@millrace/kube';
import { child, type Pointer, valueAt, without, withValue } from './json-pointer.ts';
import { intruders, isOurs } from './managed.ts';
import type { Manager } from './manager.ts';

/** The set of owned fields without those that are not minded. */
export function mindedFields(fields: FieldSet, object: KubeObject, ignored: Pointer[]): FieldSet {
  const paths = ignored
    .map(pointer => elementsOf(pointer, object, [fields]))
    .filter(path => path !== undefined);
  return paths.length === 0 ? fields : fields.recursiveDifference(FieldSet.of(...paths));
}

/** Whether the object and its dry run say the same of all that is minded, status and bookkeeping aside. */
export function sameButFor(ignored: Pointer[], live: KubeObject, tried: KubeObject): boolean {
  const minded = (object: KubeObject): Json => {
    const { status, metadata, ...rest } = ignored.reduce(without, asJson(object));
    const { labels = {}, annotations = {} } = isObject(metadata) ? metadata : {};
    return { ...rest, labels, annotations };
  };
  return equal(minded(live), minded(tried));
}

/**
 * What is sent in place of the object: of the fields that are not minded and that differ in the cluster, those that
 * another one has applied are left to it, and of the others the value in the cluster becomes ours (fluxcd/pkg, ssa).
 */
export function conceding(
  object: KubeObject,
  ignored: Pointer[],
  live: KubeObject,
  tried: KubeObject,
  manager: Manager,
): KubeObject {
  const intruding = intruders(live, manager);
  const others = (live.metadata.managedFields ?? [])
    .filter(entry => entry.operation === 'Apply' && !entry.subresource)
    .filter(entry => !isOurs(entry, manager) && !intruding.includes(entry))
    .map(entry => FieldSet.parse(entry.fieldsV1 ?? {}));
  const ours = (live.metadata.managedFields ?? [])
    .filter(entry => isOurs(entry, manager))
    .map(entry => FieldSet.parse(entry.fieldsV1 ?? {}));
  let sent = asJson(object);
  for (const pointer of ignored) {
    const [there, wanted] = [valueAt(asJson(live), pointer), valueAt(asJson(tried), pointer)];
    if (there === undefined ? wanted === undefined : wanted !== undefined && equal(there, wanted)) continue;
    const path = elementsOf(pointer, live, [...others, ...ours]);
    const isTheirs = path !== undefined && others.some(set => reaches(set, path));
    sent = isTheirs || there === undefined ? without(sent, pointer) : withValue(sent, pointer, there);
  }
  return asKubeObject(sent);
}

/** The pointer as a path of these sets: the items of lists are found by the keys that the sets know of them. */
function elementsOf(pointer: Pointer, object: KubeObject, sets: FieldSet[]): PathElement[] | undefined {
  const path: PathElement[] = [];
  let value: Json | undefined = asJson(object);
  let nodes = sets;
  for (const step of pointer) {
    const isItem = Array.isArray(value);
    value = value === undefined ? undefined : child(value, step);
    const element = isItem ? keyOfItem(value, nodes) : `f:${step}`;
    if (element === undefined) return undefined;
    path.push(element);
    nodes = nodes.map(node => node.children.get(element)).filter(node => node !== undefined);
  }
  return path;
}

function keyOfItem(item: Json | undefined, nodes: FieldSet[]): PathElement | undefined {
  if (!isObject(item)) return undefined;
  const elements = nodes.flatMap(node => [...node.members, ...node.children.keys()]);
  return elements.find(element => {
    if (!element.startsWith('k:')) return false;
    const keys = JSON.parse(element.slice(2)) as JsonObject;
    return Object.entries(keys).every(
      ([name, value]) => item[name] !== undefined && equal(item[name], value),
    );
  });
}

function reaches(set: FieldSet, path: PathElement[]): boolean {
  let node: FieldSet | undefined = set;
  for (const element of path.slice(0, -1)) node = node?.children.get(element);
  const last = path.at(-1)!;
  return node !== undefined && (node.members.has(last) || node.children.has(last));
}
