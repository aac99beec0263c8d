import type { JsonObject } from '@millrace/json';
import { stringify, stringifyAll } from '@millrace/yaml';
import { BuildError } from './build-error.ts';
import { isClusterScoped } from './gvk.ts';
import { printId, Resource } from './resource.ts';

/** Prints objects as `kustomize build` does. */
export function render(objects: readonly JsonObject[]): string {
  return stringifyAll(objects);
}

/**
 * The files, by name, that `kustomize build -o DIRECTORY` writes: one an object, named by type and name, and by
 * namespace where the objects are in several.
 * @throws BuildError for a name that cannot be that of a file
 */
export function renderFiles(objects: readonly JsonObject[]): Map<string, string> {
  const resources = objects.map(object => new Resource(object));
  const namespaces = new Set(resources.filter(isNamespaced).map(namespaceOf));
  const files = new Map<string, string>();
  for (const resource of resources) {
    const prefix = namespaces.size > 1 && isNamespaced(resource) ? `${namespaceOf(resource)}_` : '';
    const { group, version, kind } = resource.gvk;
    const type = [group, version, kind].filter(part => part !== '').join('_');
    const name = `${prefix}${type}_${resource.name}.yaml`.toLowerCase();
    if (name.includes('/')) {
      throw new BuildError(`${name} cannot be the name of a file`, { resource: printId(resource.id) });
    }
    files.set(name, stringify(resource.object));
  }
  return files;
}

function isNamespaced({ gvk }: Resource): boolean {
  return !isClusterScoped(gvk);
}

function namespaceOf({ namespace }: Resource): string {
  return namespace || 'default';
}
