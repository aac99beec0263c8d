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
  const managers = applied(live, fieldManager);
  if (!managers) return;
  const { resourceVersion = '' } = live.metadata;
  const patch: Json = [
    { op: 'replace', path: '/metadata/managedFields', value: managers as unknown as Json },
    { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
  ];
  await client.patch(ref, 'json', patch, { as, signal, fieldManager });
}

/** The entries with those of the manager's updates in the one of its applies; undefined where it has no updates. */
function applied({ metadata }: KubeObject, manager: string): ManagedFieldsEntry[] | undefined {
  const entries = metadata.managedFields ?? [];
  const isOurs = (entry: ManagedFieldsEntry) => entry.manager === manager && !entry.subresource;
  const updates = entries.filter(entry => isOurs(entry) && entry.operation === 'Update');
  const [first] = updates;
  if (!first) return undefined;
  const before = entries.find(entry => isOurs(entry) && entry.operation === 'Apply');
  const sets = [...(before ? [before] : []), ...updates].map(entry => FieldSet.parse(entry.fieldsV1 ?? {}));
  const merged: ManagedFieldsEntry = {
    ...(before ?? first),
    operation: 'Apply',
    fieldsV1: sets.reduce((all, set) => all.union(set)).serialise(),
  };
  const others = entries.filter(entry => entry !== before && !updates.includes(entry));
  return [merged, ...others];
}
