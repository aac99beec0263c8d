import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@millrace/json';
import { invalid as invalidField } from '@millrace/schema';
import { type Api, type Target, timestamp, type WriteOptions } from '../api/api.ts';
import { goStrings } from '../api/go-print.ts';
import { labelKeyProblems, labelValueProblems, qualifiedNameProblems } from '../api/label-names.ts';
import { generateName, nameProblems } from '../api/names.ts';
import { badRequest, type Cause, conflict, invalid } from '../api/status.ts';
import { listAt, objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';

/** Give a new object its identity. Throws 422 where it has no name. */
export function beginMetadata(api: Api, object: JsonObject, target: Target): void {
  const metadata = objectAt(object, 'metadata');
  const {
    resourceVersion: _version,
    deletionTimestamp: _deletion,
    deletionGracePeriodSeconds: _grace,
    selfLink: _link,
    ...kept
  } = metadata;
  if (!textAt(kept, 'name')) {
    const prefix = textAt(kept, 'generateName');
    if (!prefix) throw invalid(target.resource, '', [missingName]);
    kept.name = generateName(prefix);
  }
  object.metadata = { ...kept, uid: randomUUID(), creationTimestamp: timestamp(api.now()) };
}

/** A prefix is a name that may end in a hyphen. */
function prefixProblems(storage: string, prefix: string): Cause[] {
  if (prefix === '') return [];
  return nameProblems(storage, prefix.endsWith('-') ? `${prefix.slice(0, -1)}a` : prefix).map(problem => ({
    ...problem,
    message: problem.message.replace(/^Invalid value: "[^"]*"/, `Invalid value: ${JSON.stringify(prefix)}`),
    field: 'metadata.generateName',
  }));
}

const missingName: Cause = {
  reason: 'FieldValueRequired',
  message: 'Required value: name or generateName is required',
  field: 'metadata.name',
};

/** Fields that the system sets once and that a client's copy may lack but not change. */
const fixed = [
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'selfLink',
  'generateName',
];

/** Those among them that are said to be fixed; another value of the others is passed over. */
const toldFixed = ['uid', 'deletionTimestamp', 'deletionGracePeriodSeconds'];

/** Bring the metadata of an update back to what a client may change. Throws 400, 409 and 422. */
export function keepIdentity(
  object: JsonObject,
  old: JsonObject,
  target: Target,
  { uidIsField }: Pick<WriteOptions, 'uidIsField'>,
): void {
  const [metadata, before] = [objectAt(object, 'metadata'), objectAt(old, 'metadata')];
  const uid = textAt(metadata, 'uid');
  if (uid && uid !== before.uid && !uidIsField) {
    throw conflict(
      target.resource,
      target.name,
      `StorageError: invalid object, Code: 4, Key: ${storageKey(target)}, ResourceVersion: 0, AdditionalErrorMsg: ` +
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.uid}`,
    );
  }
  if (metadata.name !== undefined && metadata.name !== before.name) {
    throw badRequest(
      `the name of the object (${String(metadata.name)}) does not match the name on the URL (${target.name})`,
    );
  }
  metadata.name = before.name!;
  const changed = toldFixed.filter(key => (metadata[key] || before[key]) !== before[key]);
  if (changed.length > 0)
    throw invalid(
      target.resource,
      target.name,
      changed.map(key => invalidField(`metadata.${key}`, metadata[key]!, 'field is immutable')),
    );
  for (const key of fixed) {
    if (before[key] === undefined) delete metadata[key];
    else metadata[key] = before[key]!;
  }
  if (before.namespace !== undefined) metadata.namespace = before.namespace;
}

/** What is wrong with the metadata of an object, given what it was. */
export function metadataProblems(target: Target, object: JsonObject, old: JsonObject | undefined): Cause[] {
  const { storage, custom } = target.resource;
  const [metadata, before] = [objectAt(object, 'metadata'), objectAt(old, 'metadata')];
  if (!old) {
    const named = [
      ...prefixProblems(storage, textAt(metadata, 'generateName')),
      ...nameProblems(storage, textAt(metadata, 'name')),
    ];
    return [...named, ...markProblems(metadata, target)];
  }
  if (before.deletionTimestamp === undefined) return markProblems(metadata, target);
  const added = addedFinalizers(metadata, before);
  // Upstream looks at the metadata of built-in kinds twice, and tells of it twice.
  return [...markProblems(metadata, target), ...added, ...(custom ? [] : added)];
}

/** Where etcd would keep the object: messages of upstream name it. */
function storageKey({ resource, namespace, name }: Target): string {
  const place = resource.custom ? `${resource.group}/${resource.resource}` : resource.resource;
  return ['/registry', place, ...(namespace ? [namespace] : []), name].join('/');
}

function addedFinalizers(metadata: JsonObject, before: JsonObject): Cause[] {
  const known = valueAt(before, 'finalizers') ?? [];
  const added = ((metadata.finalizers as string[]) ?? []).filter(name => !(known as string[]).includes(name));
  if (added.length === 0) return [];
  return [
    {
      reason: 'FieldValueForbidden',
      message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${goStrings(added)}`,
      field: 'metadata.finalizers',
    },
  ];
}

const annotationsLimit = 256 * 1024;

/** Throws 422 where the metadata of an object is not right. */
export function requireMetadata(target: Target, object: JsonObject, old: JsonObject | undefined): void {
  const problems = metadataProblems(target, object, old);
  if (problems.length > 0) throw invalid(target.resource, textAt(object, 'metadata', 'name'), problems);
}

/** What is wrong with labels, annotations, finalizers and owners. */
function markProblems(metadata: JsonObject, target: Target): Cause[] {
  const problems: Cause[] = [];
  for (const [key, value] of Object.entries(objectAt(metadata, 'labels'))) {
    problems.push(
      ...labelKeyProblems(key, 'metadata.labels'),
      ...labelValueProblems(value, 'metadata.labels'),
    );
  }
  let size = 0;
  for (const [key, value] of Object.entries(objectAt(metadata, 'annotations'))) {
    problems.push(...qualifiedNameProblems(key.toLowerCase(), 'metadata.annotations', key));
    size += key.length + String(value).length;
  }
  if (size > annotationsLimit) {
    problems.push({
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${annotationsLimit} bytes`,
      field: 'metadata.annotations',
    });
  }
  return [...problems, ...ownerProblems(metadata), ...finalizerProblems(metadata, target)];
}

/** The finalizers that need no domain. */
const standardFinalizers = ['kubernetes', 'orphan', 'foregroundDeletion'];

/** Custom resources, unlike built-in kinds, may have finalizers without a path. */
function finalizerProblems(metadata: JsonObject, { resource }: Target): Cause[] {
  return listAt(metadata, 'finalizers').flatMap((name, i) => {
    const field = `metadata.finalizers[${i}]`;
    const text = String(name);
    const bad = qualifiedNameProblems(text, 'metadata.finalizers');
    if (bad.length > 0 || text.includes('/') || resource.custom || standardFinalizers.includes(text))
      return bad;
    const why = 'name is neither a standard finalizer name nor is it fully qualified';
    return [
      { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(text)}: ${why}`, field },
    ];
  });
}

function ownerProblems(metadata: JsonObject): Cause[] {
  const owners = objectsAt(metadata, 'ownerReferences');
  const missing = {
    apiVersion: 'version must not be empty',
    kind: 'must not be empty',
    name: 'must not be empty',
    uid: 'must not be empty',
  };
  const problems = owners.flatMap(owner =>
    Object.entries(missing)
      .filter(([field]) => !textAt(owner, field))
      .map(([field, why]) => ({
        reason: 'FieldValueInvalid',
        message: `Invalid value: "": ${why}`,
        field: `metadata.ownerReferences.${field}`,
      })),
  );
  const [first, ...others] = owners
    .filter(owner => owner.controller === true)
    .map(owner => `${textAt(owner, 'kind')}/${textAt(owner, 'name')}`);
  const why = 'Only one reference can have Controller set to true. Found "true" in references for';
  return [
    ...problems,
    ...others.map(other => invalidField('metadata.ownerReferences', owners, `${why} ${first} and ${other}`)),
  ];
}
