import { FieldSet } from '@millrace/apply';
import type { Json } from '@millrace/json';
import type { KubeObject, ManagedFieldsEntry, ObjectRef } from '@millrace/kube';
import type { ReleaseContext } from './context.ts';

/**
 * Fields that the manager wrote by updates become fields that it applies: else they would stay when the release no
 * longer has them. Does nothing where there are none. A change in between is a conflict.
 *
 * Rule: csaupgrade of k8s.io/client-go, which Helm uses when a release changes to server-side apply.
 */
export async function takeOverClientSide(ref: ObjectRef, on: ReleaseContext): Promise<void> {
  const { client, as, signal, fieldManager } = on;
  const live = await client.get(ref, { as, signal });
  const isOwn = ({ manager, operation }: ManagedFieldsEntry) =>
    manager === fieldManager && operation === 'Update';
  await takeOver(live, ref, isOwn, on);
}

/**
 * Fields that others have written, whose names begin so, become fields that the manager applies: the next apply takes
 * off what the release does not have (--override-manager).
 */
export async function takeOverFrom(
  names: readonly string[],
  live: KubeObject,
  ref: ObjectRef,
  on: ReleaseContext,
): Promise<void> {
  const isTheirs = ({ manager = '' }: ManagedFieldsEntry) =>
    names.some(name => name !== '' && manager.startsWith(name));
  await takeOver(live, ref, isTheirs, on);
}

async function takeOver(
  live: KubeObject,
  ref: ObjectRef,
  isTaken: (entry: ManagedFieldsEntry) => boolean,
  { client, as, signal, fieldManager }: ReleaseContext,
): Promise<void> {
  const managers = applied(live, fieldManager, isTaken);
  if (!managers) return;
  const { resourceVersion = '' } = live.metadata;
  const patch: Json = [
    { op: 'replace', path: '/metadata/managedFields', value: managers as unknown as Json },
    { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
  ];
  await client.patch(ref, 'json', patch, { as, signal, fieldManager });
}

/** The entries with those that are taken in the one of the manager's applies; undefined where there are none. */
function applied(
  { metadata }: KubeObject,
  manager: string,
  isTaken: (entry: ManagedFieldsEntry) => boolean,
): ManagedFieldsEntry[] | undefined {
  const entries = metadata.managedFields ?? [];
  const taken = entries.filter(entry => !entry.subresource && isTaken(entry));
  const [first] = taken;
  if (!first) return undefined;
  const before = entries.find(
    entry => entry.manager === manager && !entry.subresource && entry.operation === 'Apply',
  );
  const sets = [...(before ? [before] : []), ...taken].map(entry => FieldSet.parse(entry.fieldsV1 ?? {}));
  const merged: ManagedFieldsEntry = {
    ...(before ?? first),
    manager,
    operation: 'Apply',
    fieldsV1: sets.reduce((all, set) => all.union(set)).serialise(),
  };
  const others = entries.filter(entry => entry !== before && !taken.includes(entry));
  return [merged, ...others];
}
