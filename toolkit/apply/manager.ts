import type { KubeObject } from '@millrace/kube';

/** A controller that applies objects, and how what it applied is known again. */
export interface Manager {
  /** Under which it applies: `kustomize-controller`. */
  name: string;
  /** The group of its labels and annotations: `kustomize.toolkit.fluxcd.io`. */
  group: string;
  /** Beginnings of the names of other managers whose changes are undone as those of kubectl are (--override-manager). */
  overrides: readonly string[];
}

/** Whose objects they are: one Kustomization, one HelmRelease. */
export interface Owner {
  name: string;
  namespace: string;
}

export const ownerNameLabel = ({ group }: Manager) => `${group}/name`;
export const ownerNamespaceLabel = ({ group }: Manager) => `${group}/namespace`;

/** The object with the labels that say whose it is. */
export function labelled(object: KubeObject, manager: Manager, owner: Owner): KubeObject {
  const labels = {
    ...object.metadata.labels,
    [ownerNameLabel(manager)]: owner.name,
    [ownerNamespaceLabel(manager)]: owner.namespace,
  };
  return { ...object, metadata: { ...object.metadata, labels } };
}

/**
 * What labels or annotations of the group ask for, on the object in Git or on the one in the cluster
 * (kustomize-controller, docs/spec/v1/kustomizations.md, "Controlling the apply behavior of resources").
 */
export interface Wishes {
  /** `reconcile: disabled` or `ssa: Ignore`: hands off. */
  leave: boolean;
  /** `ssa: IfNotPresent`: made once, then left. */
  onlyCreate: boolean;
  /** `ssa: Merge`: what other managers set stays. */
  merge: boolean;
  /** `force: enabled`: made anew where it cannot be changed. */
  force: boolean;
  /** `prune: disabled`: stays when it leaves Git. */
  keep: boolean;
}

export function wishesOf(object: KubeObject, manager: Manager): Wishes {
  const says = (name: string, value: string) => isSet(object, `${manager.group}/${name}`, value);
  return {
    leave: says('reconcile', 'disabled') || says('ssa', 'ignore'),
    onlyCreate: says('ssa', 'ifnotpresent'),
    merge: says('ssa', 'merge'),
    force: says('force', 'enabled'),
    keep: says('prune', 'disabled'),
  };
}

/** Whether a label or annotation has the value, in any case of letters, as Flux compares them. */
function isSet({ metadata }: KubeObject, key: string, value: string): boolean {
  return [metadata.annotations?.[key], metadata.labels?.[key]].some(found => found?.toLowerCase() === value);
}
