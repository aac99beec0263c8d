import { resourcesOf } from '../api/custom.ts';
import { objectsAt, textAt } from '../api/tree.ts';
import { cleanupFinalizer, storage } from '../kinds/custom-resource-definition.ts';
import { type Entry, read } from '../store/entry.ts';
import { componentOf } from './component.ts';
import type { ControlPlane } from './control-plane.ts';
import { dropFinalizer } from './finalizers.ts';

/** The API server looks after definitions itself. */
const self = componentOf('kube-apiserver');

/**
 * Serve what the definitions in the store say, from before the first request on, and remove the instances of a
 * definition that is deleted before it goes.
 */
export function followDefinitions(plane: ControlPlane): void {
  const { api } = plane;
  for (const entry of api.store.list(storage)) follow(plane, entry);
  api.store.subscribe(({ type, entry }) => {
    if (entry.resource === storage) {
      if (type === 'DELETED') api.registry.define(entry.name, []);
      else follow(plane, entry);
    } else if (type === 'DELETED') {
      const definition = api.registry.stored(entry.resource)?.custom?.definition;
      const waiting = definition === undefined ? undefined : api.store.get(storage, '', definition);
      if (waiting?.terminating) plane.persist(() => cleanUp(plane, waiting));
    }
  });
}

function follow(plane: ControlPlane, entry: Entry): void {
  const definition = read(entry);
  const established = objectsAt(definition, 'status', 'conditions').some(
    ({ type, status }) => type === 'Established' && status === 'True',
  );
  plane.api.registry.define(entry.name, established ? resourcesOf(definition) : []);
  if (entry.terminating) plane.persist(() => cleanUp(plane, entry));
}

/** Instances with finalizers keep the definition until they are gone. */
function cleanUp(plane: ControlPlane, definition: Entry): void {
  const { api } = plane;
  const tree = read(definition);
  const instances = `${textAt(tree, 'spec', 'group')}/${textAt(tree, 'spec', 'names', 'plural')}`;
  const resource = api.registry.stored(instances);
  if (resource) {
    for (const { namespace, name, terminating } of api.store.list(instances)) {
      if (!terminating) plane.delete(self, { resource, namespace, name, subresource: '' });
    }
  }
  if (api.store.count(instances) === 0) dropFinalizer(plane, self, definition, cleanupFinalizer);
}
