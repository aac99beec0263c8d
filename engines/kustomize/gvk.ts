import { kubernetesSchema } from './kubernetes-schema.ts';

/** Group, version and kind; in a selector an empty part matches anything. */
export interface Gvk {
  group: string;
  version: string;
  kind: string;
}

export function gvkOf(apiVersion: string, kind: string): Gvk {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion, kind }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1), kind };
}

export function apiVersionOf(gvk: Gvk): string {
  return gvk.group === '' ? gvk.version : `${gvk.group}/${gvk.version}`;
}

/** True when every part that the selector gives is that of `gvk`. */
export function selects(selector: Partial<Gvk>, gvk: Gvk): boolean {
  return (
    (!selector.group || selector.group === gvk.group) &&
    (!selector.version || selector.version === gvk.version) &&
    (!selector.kind || selector.kind === gvk.kind)
  );
}

/** True for kinds that are surely outside namespaces; a kind that is not known counts as namespaced. */
export function isClusterScoped(gvk: Gvk): boolean {
  return kubernetesSchema.isClusterScoped(apiVersionOf(gvk), gvk.kind);
}

export function printGvk(gvk: Gvk): string {
  return `${gvk.kind || '[noKind]'}.${gvk.version || '[noVer]'}.${gvk.group || '[noGrp]'}`;
}
