import type { Files } from '@millrace/artifact';
import { isObject, type Json } from '@millrace/json';
import { parseAll, stringify } from '@millrace/yaml';

/** The names under which kustomize looks for its file. */
export const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** A file that is to be applied holds something else than Kubernetes objects. */
export class NoManifest extends Error {
  override readonly name = 'NoManifest';
}

/**
 * The kustomization.yaml of a folder that has none, as Flux generates it: every manifest below the folder is a
 * resource, and a folder that has a kustomization file of its own is one as a whole. Throws NoManifest for a YAML
 * file that holds no Kubernetes object.
 */
export function generateKustomization(files: Files, folder: string): string {
  const prefix = folder === '' ? '' : `${folder}/`;
  const below = Object.keys(files)
    .filter(path => path.startsWith(prefix))
    .map(path => path.slice(prefix.length))
    .sort();
  const whole = new Set(below.filter(path => kustomizationNames.includes(nameOf(path))).map(folderOf));
  const resources = new Set<string>();
  for (const path of below) {
    const outermost = ancestors(path).find(ancestor => whole.has(ancestor));
    if (outermost !== undefined) resources.add(`./${outermost}`);
    else if (/\.ya?ml$/.test(path) && hasObjects(files[prefix + path]!, prefix + path))
      resources.add(`./${path}`);
  }
  return stringify({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [...resources],
  });
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
const folderOf = (path: string) => path.slice(0, Math.max(path.lastIndexOf('/'), 0));

/** `a/b/c.yaml` lies in `a` and `a/b`; the outermost comes first. */
function ancestors(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

function hasObjects(content: Uint8Array, source: string): boolean {
  const documents = parseAll(new TextDecoder().decode(content), { source });
  for (const document of documents) {
    if (!isManifest(document))
      throw new NoManifest(
        `failed to decode Kubernetes YAML from ${source}: a document has no apiVersion, kind or metadata.name`,
      );
  }
  return documents.length > 0;
}

function isManifest(document: Json): boolean {
  if (!isObject(document) || typeof document.apiVersion !== 'string' || typeof document.kind !== 'string')
    return false;
  if (document.kind.endsWith('List') && Array.isArray(document.items)) return true;
  return (
    isObject(document.metadata) &&
    (typeof document.metadata.name === 'string' || typeof document.metadata.generateName === 'string')
  );
}
