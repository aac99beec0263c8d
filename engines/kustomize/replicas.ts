import { BuildError } from './build-error.ts';
import { type FieldSpec, setField } from './field-spec.ts';
import { printGvk, selects } from './gvk.ts';
import type { Replica } from './kustomization.ts';
import type { ResourceList } from './resource-list.ts';

/** Sets the number of replicas of the workloads that have, or had, the name. */
export function setReplicas(list: ResourceList, replica: Replica, specs: FieldSpec[]): void {
  const named = list.resources.filter(resource =>
    [...resource.previousIds, resource.id].some(id => id.name === replica.name),
  );
  let found = false;
  for (const spec of specs) {
    for (const resource of named) {
      const matches = [...resource.previousIds, resource.id].some(
        id => id.name === replica.name && selects(spec, id),
      );
      if (!matches) continue;
      found = true;
      setField(resource, spec, () => replica.count);
    }
  }
  if (!found) {
    throw new BuildError(`no workload is called ${replica.name}: none of ${specs.map(printGvk).join(', ')}`);
  }
}
