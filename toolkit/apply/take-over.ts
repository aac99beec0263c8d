import { FieldSet } from '@millrace/apply';
import type { Json } from '@millrace/json';
import { isConflict, isInvalid, type KubeObject, type ManagedFieldsEntry, refOf } from '@millrace/kube';
import { intruders, isOurs, staleMetadata } from './managed.ts';
import type { ApplyContext } from './plan.ts';

/**
 * Write all that managers own of the object under one version. A version that does not know a field that a newer one
 * has by default makes the API server refuse every apply (fluxcd/pkg, ssa).
 */
export async function inOneVersion(object: KubeObject, apiVersion: string, on: ApplyContext): Promise<void> {
  const entries = object.metadata.managedFields ?? [];
  if (entries.every(entry => entry.apiVersion === apiVersion)) return;
  const value = entries.map(entry => ({ ...entry, apiVersion }));
  await patchManagers(
    object,
    [{ op: 'replace', path: '/metadata/managedFields', value: value as unknown as Json }],
    on,
  );
}

/**
 * Make the fields that intruders own ours, so that the next apply removes what it does not contain. Does nothing when
 * the object has changed meanwhile: its watch brings us back.
 */
export async function withoutIntruders(object: KubeObject, on: ApplyContext): Promise<void> {
  const foreign = intruders(object, on.manager);
  const entries = object.metadata.managedFields ?? [];
  const ours = entries.find(entry => isOurs(entry, on.manager));
  const fields = [...(ours ? [ours] : []), ...foreign].map(entry => FieldSet.parse(entry.fieldsV1 ?? {}));
  const merged: ManagedFieldsEntry = {
    manager: on.manager.name,
    operation: 'Apply',
    apiVersion: object.apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1: fields.reduce((all, set) => all.union(set)).serialise(),
  };
  const others = entries.filter(entry => entry !== ours && !foreign.includes(entry));
  const patch: Json[] = [
    { op: 'replace', path: '/metadata/managedFields', value: [merged, ...others] as unknown as Json },
    ...removalsOf(object, on),
  ];
  await patchManagers(object, patch, on);
}

/** Does nothing when the object has changed meanwhile. */
async function patchManagers(object: KubeObject, patch: Json[], on: ApplyContext): Promise<void> {
  const { resourceVersion = '' } = object.metadata;
  const unchanged = { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion };
  const request = { fieldManager: on.manager.name, as: on.as, signal: on.signal };
  await on.client.patch(refOf(object), 'json', [unchanged, ...patch], request).catch(error => {
    if (!isConflict(error) && !isInvalid(error)) throw error;
  });
}

function removalsOf(object: KubeObject, on: ApplyContext): Json[] {
  return staleMetadata(object, on.manager).map(({ field, key }) => ({
    op: 'remove',
    path: `/metadata/${field}/${key.replace('/', '~1')}`,
  }));
}
