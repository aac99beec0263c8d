import { entryOf } from '@millrace/applier';
import type { CustomResourceFile } from '@millrace/helm';
import { isObject, type Json } from '@millrace/json';
import { asKubeObject, type KubeClient, type KubeObject } from '@millrace/kube';
import { parseAll } from '@millrace/yaml';

export type InventoryEntry = { id: string; v: string };

/** What a release has in the cluster: the objects of its manifest, and the definitions that its chart brings. */
export async function inventoryOf(
  manifest: string,
  crds: CustomResourceFile[],
  namespace: string,
  client: KubeClient,
): Promise<InventoryEntry[]> {
  const objects = await Promise.all(objectsIn(manifest).map(object => placed(object, namespace, client)));
  const definitions = crds.flatMap(({ file }) => objectsIn(Buffer.from(file.data).toString('utf8')));
  return [...objects, ...definitions].map(entryOf);
}

function objectsIn(text: string): KubeObject[] {
  return parseAll(text, { duplicates: 'last' })
    .flatMap(itemsOf)
    .filter(
      document => isObject(document) && isObject(document.metadata) && typeof document.kind === 'string',
    )
    .map(asKubeObject);
}

/** Of a list its items count. */
function itemsOf(document: Json): Json[] {
  if (!isObject(document)) return [];
  const { kind, items } = document;
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)
    ? items.flatMap(itemsOf)
    : [document];
}

async function placed(object: KubeObject, namespace: string, client: KubeClient): Promise<KubeObject> {
  if (object.metadata.namespace) return object;
  const mapping = await client.discovery.mapping(object.apiVersion, object.kind).catch(() => undefined);
  return mapping?.namespaced ? { ...object, metadata: { ...object.metadata, namespace } } : object;
}
