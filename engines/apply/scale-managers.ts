import type { JsonObject } from '@millrace/json';
import { FieldSet } from './field-set.ts';
import { type ManagedFieldsEntry, type Owners, readOwners, writeOwners } from './managed-fields.ts';

/**
 * Where each version of a kind keeps its replicas, such as `['spec', 'replicas']` under `apps/v1`; undefined for a
 * version without a scale. Entries of versions that are not here are of the past, and go.
 */
export type ReplicasPaths = ReadonlyMap<string, readonly string[] | undefined>;

const scaleVersion = 'autoscaling/v1';
const replicasOfScale = FieldSet.of(['f:spec', 'f:replicas']);

/**
 * The managers of an object's replicas, as managers of its Scale. Throws BadManagedFields.
 *
 * Source of the rule: KEP-2326; Kubernetes, field management of the scale subresource.
 */
export function managersOfScale(object: JsonObject, paths: ReplicasPaths): ManagedFieldsEntry[] {
  const found: Owners = new Map();
  for (const [key, owner] of readOwners(object)) {
    const replicas = setAt(paths, owner.apiVersion);
    if (!replicas || owner.set.intersection(replicas).isEmpty) continue;
    found.set(key, { ...owner, apiVersion: scaleVersion, set: replicasOfScale });
  }
  return writeOwners(found);
}

/**
 * The managers of an object once its Scale has been written: those who lost the replicas of the Scale lose them here,
 * those who own them there own them here, as of `apiVersion`. Throws BadManagedFields.
 */
export function managersAfterScale(
  object: JsonObject,
  scale: JsonObject,
  paths: ReplicasPaths,
  apiVersion: string,
): ManagedFieldsEntry[] {
  const before = readOwners(object);
  const ofScale = readOwners(scale);
  const after: Owners = new Map();
  for (const [key, owner] of before) {
    if (!paths.has(owner.apiVersion)) continue;
    const replicas = setAt(paths, owner.apiVersion);
    if (!replicas || owner.set.intersection(replicas).isEmpty || ofScale.delete(key)) {
      after.set(key, owner);
      continue;
    }
    const set = owner.set.difference(replicas);
    if (!set.isEmpty) after.set(key, { ...owner, set });
  }
  const mine = setAt(paths, apiVersion);
  for (const [key, owner] of ofScale) {
    if (!mine || owner.set.intersection(replicasOfScale).isEmpty) continue;
    // Upstream looks for the time among the entries that the object had, under the key that the entry has in the Scale.
    after.set(`scale ${key}`, { ...owner, apiVersion, set: mine, time: before.get(key)?.time });
  }
  return writeOwners(after);
}

function setAt(paths: ReplicasPaths, apiVersion: string): FieldSet | undefined {
  const path = paths.get(apiVersion);
  return path && FieldSet.of(path.map(field => `f:${field}` as const));
}
