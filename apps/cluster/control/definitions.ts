import type { Api } from '../api/api.ts';
import { resourcesOf } from '../api/custom.ts';
import { objectsAt, textAt } from '../api/tree.ts';
import { cleanupFinalizer, storage } from '../kinds/custom-resource-definition.ts';
import { type Entry, read } from '../store/entry.ts';
import { deleteObject } from '../verbs/delete.ts';
import { dropFinalizer } from './finalizers.ts';

/**
 * Serve what the definitions in the store say, from before the first request on, and remove the instances of a
 * definition that is deleted before it goes.
 */
export function followDefinitions(api: Api): void {
  for (const entry of api.store.list(storage)) follow(api, entry);
  api.store.subscribe(({ type, entry }) => {
    if (entry.resource === storage) {
      if (type === 'DELETED') api.registry.define(entry.name, []);
      else follow(api, entry);
    } else if (type === 'DELETED') {
      const definition = api.registry.stored(entry.resource)?.custom?.definition;
      const waiting = definition === undefined ? undefined : api.store.get(storage, '', definition);
      if (waiting?.terminating) cleanUp(api, waiting);
    }
  });
}

function follow(api: Api, entry: Entry): void {
  const definition = read(entry);
  const established = objectsAt(definition, 'status', 'conditions').some(
    ({ type, status }) => type === 'Established' && status === 'True',
  );
  api.registry.define(entry.name, established ? resourcesOf(definition) : []);
  if (entry.terminating) cleanUp(api, entry);
}

/** Instances with finalizers keep the definition until they are gone. */
function cleanUp(api: Api, definition: Entry): void {
  const tree = read(definition);
  const instances = `${textAt(tree, 'spec', 'group')}/${textAt(tree, 'spec', 'names', 'plural')}`;
  const resource = api.registry.stored(instances);
  if (resource) {
    for (const { namespace, name, terminating } of api.store.list(instances)) {
      if (!terminating) deleteObject(api, { resource, namespace, name, subresource: '' }, { dryRun: false });
    }
  }
  if (api.store.count(instances) === 0) dropFinalizer(api, definition, cleanupFinalizer);
}
