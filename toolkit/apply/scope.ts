import { type Discovery, type KubeObject, NoMatchError } from '@millrace/kube';

/**
 * The objects without the namespaces that cluster-scoped kinds do not have: kustomize gives its namespace to every kind
 * that it does not know, and the API server drops it. Objects of kinds that are not served stay as they are.
 */
export async function inScope(objects: KubeObject[], discovery: Discovery): Promise<KubeObject[]> {
  return Promise.all(
    objects.map(async object => {
      const { namespace, ...metadata } = object.metadata;
      if (!namespace || (await isNamespaced(object, discovery))) return object;
      return { ...object, metadata };
    }),
  );
}

async function isNamespaced({ apiVersion, kind }: KubeObject, discovery: Discovery): Promise<boolean> {
  const mapping = await discovery.mapping(apiVersion, kind).catch(error => {
    if (error instanceof NoMatchError) return undefined;
    throw error;
  });
  return mapping?.namespaced ?? true;
}
