import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@millrace/json';
import { type Api, type Target, timestamp } from '../api/api.ts';
import { generateName, nameProblems } from '../api/names.ts';
import { badRequest, type Cause, conflict, invalid } from '../api/status.ts';
import { objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';

/** Give a new object its identity. Throws 422 for a bad or missing name. */
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
  const problems = [...nameProblems(target.resource.storage, String(kept.name)), ...metadataProblems(kept)];
  if (problems.length > 0) throw invalid(target.resource, String(kept.name), problems);
  object.metadata = { ...kept, uid: randomUUID(), creationTimestamp: timestamp(api.now()) };
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

/** Bring the metadata of an update back to what a client may change. Throws 409 and 422. */
export function keepIdentity(object: JsonObject, old: JsonObject, target: Target): void {
  const [metadata, before] = [objectAt(object, 'metadata'), objectAt(old, 'metadata')];
  const uid = textAt(metadata, 'uid');
  if (uid && uid !== before.uid) {
    throw conflict(
      target.resource,
      target.name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.uid}`,
    );
  }
  if (metadata.name !== undefined && metadata.name !== before.name) {
    throw badRequest(
      `the name of the object (${String(metadata.name)}) does not match the name on the URL (${target.name})`,
    );
  }
  metadata.name = before.name!;
  for (const key of fixed) {
    if (before[key] === undefined) delete metadata[key];
    else metadata[key] = before[key]!;
  }
  if (before.namespace !== undefined) metadata.namespace = before.namespace;
  const problems = metadataProblems(metadata);
  if (before.deletionTimestamp !== undefined) problems.push(...addedFinalizers(metadata, before));
  if (problems.length > 0) throw invalid(target.resource, target.name, problems);
}

function addedFinalizers(metadata: JsonObject, before: JsonObject): Cause[] {
  const known = valueAt(before, 'finalizers') ?? [];
  const added = ((metadata.finalizers as string[]) ?? []).filter(name => !(known as string[]).includes(name));
  if (added.length === 0) return [];
  return [
    {
      reason: 'FieldValueForbidden',
      message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`,
      field: 'metadata.finalizers',
    },
  ];
}

const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const qualifiedName = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const annotationsLimit = 256 * 1024;

/** What is wrong with labels, annotations, finalizers and owners. */
function metadataProblems(metadata: JsonObject): Cause[] {
  const bad = (field: string, value: unknown, message: string): Cause => ({
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(value)}: ${message}`,
    field: `metadata.${field}`,
  });
  const problems: Cause[] = [];
  const keyMessage =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  for (const [key, value] of Object.entries(objectAt(metadata, 'labels'))) {
    if (!isQualifiedName(key)) problems.push(bad('labels', key, keyMessage));
    if (typeof value !== 'string')
      problems.push(bad('labels', value, `the value of label ${key} must be a string`));
    else if (value.length > 63) problems.push(bad('labels', value, 'must be no more than 63 characters'));
    else if (!labelValue.test(value)) {
      problems.push(
        bad(
          'labels',
          value,
          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
        ),
      );
    }
  }
  let size = 0;
  for (const [key, value] of Object.entries(objectAt(metadata, 'annotations'))) {
    if (!isQualifiedName(key.toLowerCase())) problems.push(bad('annotations', key, keyMessage));
    if (typeof value !== 'string')
      problems.push(bad('annotations', value, `the value of annotation ${key} must be a string`));
    else size += key.length + value.length;
  }
  if (size > annotationsLimit) {
    problems.push({
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${annotationsLimit} bytes`,
      field: 'metadata.annotations',
    });
  }
  return [...problems, ...ownerProblems(metadata)];
}

function isQualifiedName(key: string): boolean {
  return qualifiedName.test(key) && key.slice(key.indexOf('/') + 1).length <= 63;
}

function ownerProblems(metadata: JsonObject): Cause[] {
  const owners = objectsAt(metadata, 'ownerReferences');
  const problems = owners.flatMap((owner, i) =>
    ['apiVersion', 'kind', 'name', 'uid']
      .filter(field => !textAt(owner, field))
      .map(field => ({
        reason: 'FieldValueInvalid',
        message: `Invalid value: "": ${field} must not be empty`,
        field: `metadata.ownerReferences[${i}].${field}`,
      })),
  );
  if (owners.filter(owner => owner.controller === true).length > 1) {
    problems.push({
      reason: 'FieldValueInvalid',
      message: 'Invalid value: Only one reference can have Controller set to true',
      field: 'metadata.ownerReferences',
    });
  }
  return problems;
}
