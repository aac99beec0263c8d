import type { Discovery, KubeObject } from '@millrace/kube';

/**
 * The objects without the namespaces that cluster-scoped kinds do not have: kustomize gives its namespace to every kind
 * that it does not know, and the API server drops it. Throws NoMatchError for a kind that is not served.
 */
export async function inScope(objects: KubeObject[], discovery: Discovery): Promise<KubeObject[]> {
  return Promise.all(
    objects.map(async object => {
      const { namespace, ...metadata } = object.metadata;
      if (!namespace) return object;
      const { namespaced } = await discovery.mapping(object.apiVersion, object.kind);
      return namespaced ? object : { ...object, metadata };
    }),
  );
}
