import { FieldSet } from '@millrace/apply';
import type { Json } from '@millrace/json';
import {
  type Impersonation,
  isConflict,
  isInvalid,
  type KubeClient,
  type KubeObject,
  type ManagedFieldsEntry,
  refOf,
} from '@millrace/kube';
import { fieldManager, intruders, isOurs } from './owned.ts';

/** kubectl's record of a client-side apply: without its manager it only misleads. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Make the fields that intruders own ours, so that the next apply removes what it does not contain. Does nothing when
 * the object has changed meanwhile: its watch brings us back.
 */
export async function withoutIntruders(
  object: KubeObject,
  client: KubeClient,
  request: { impersonate?: Impersonation | undefined; signal: AbortSignal },
): Promise<void> {
  const foreign = intruders(object);
  const entries = object.metadata.managedFields ?? [];
  const ours = entries.find(isOurs);
  const fields = [...(ours ? [ours] : []), ...foreign].map(entry => FieldSet.parse(entry.fieldsV1 ?? {}));
  const merged: ManagedFieldsEntry = {
    manager: fieldManager,
    operation: 'Apply',
    apiVersion: object.apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1: fields.reduce((all, set) => all.union(set)).serialise(),
  };
  const others = entries.filter(entry => entry !== ours && !foreign.includes(entry));
  const patch: Json[] = [
    { op: 'test', path: '/metadata/resourceVersion', value: object.metadata.resourceVersion ?? '' },
    { op: 'replace', path: '/metadata/managedFields', value: [merged, ...others] as unknown as Json },
  ];
  if (object.metadata.annotations?.[lastApplied] !== undefined) {
    patch.push({ op: 'remove', path: `/metadata/annotations/${lastApplied.replace('/', '~1')}` });
  }
  await client.patch(refOf(object), 'json', patch, { fieldManager, ...request }).catch(error => {
    if (!isConflict(error) && !isInvalid(error)) throw error;
  });
}
