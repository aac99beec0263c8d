import type { Kustomization } from '@millrace/api';
import type { ObjectRef } from '@millrace/kube';

/** The objects whose health decides: all that was applied with spec.wait, otherwise those that spec.healthChecks names. */
export function healthTargets(ks: Kustomization, applied: ObjectRef[]): ObjectRef[] {
  const targets = ks.spec.wait ? applied : (ks.spec.healthChecks ?? []).map(refOfCheck);
  return targets.filter(target => !isItself(target, ks));
}

type Check = NonNullable<Kustomization['spec']['healthChecks']>[number];

/** A check without an API version is one of apps/v1, as in manifests that were written for v1beta1. */
function refOfCheck({ apiVersion, kind, name, namespace }: Check): ObjectRef {
  return { apiVersion: apiVersion || 'apps/v1', kind, name, ...(namespace ? { namespace } : {}) };
}

/** A Kustomization that waits for itself would wait for ever. */
function isItself({ kind, name, namespace }: ObjectRef, { metadata, kind: own }: Kustomization): boolean {
  return kind === own && name === metadata.name && namespace === metadata.namespace;
}
