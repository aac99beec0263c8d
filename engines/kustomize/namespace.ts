import { isObject, type Json } from '@millrace/json';
import { BuildError } from './build-error.ts';
import { type FieldSpec, setField } from './field-spec.ts';
import { isClusterScoped } from './gvk.ts';
import { printId, type Resource } from './resource.ts';
import type { ResourceList } from './resource-list.ts';

export interface NamespaceOptions {
  namespace: string;
  /** Set only where there is none. */
  unsetOnly: boolean;
  /** Which subjects of role bindings move along. */
  subjects: 'defaultOnly' | 'allServiceAccounts' | 'none';
}

/**
 * Moves all resources to a namespace: metadata.namespace of kinds that are not known to be cluster-scoped,
 * the subjects of role bindings, and the fields of `specs`.
 */
export function setNamespace(list: ResourceList, options: NamespaceOptions, specs: FieldSpec[]): void {
  for (const resource of list.resources) {
    resource.rememberId();
    move(resource, options, specs);
  }
  list.idsChanged();
  list.requireUniqueIds(`the namespace ${options.namespace}`);
}

function move(resource: Resource, options: NamespaceOptions, specs: FieldSpec[]): void {
  const set = (value: Json | undefined): Json => {
    if (typeof value === 'object' && value !== null) {
      throw new BuildError('the namespace must be a single value', {
        ...resource.place,
        resource: printId(resource.id),
      });
    }
    return options.unsetOnly && value ? value : options.namespace;
  };
  if (!isClusterScoped(resource.gvk)) {
    const metadata = resource.metadata();
    metadata.namespace = set(metadata.namespace);
  }
  const isBinding = resource.kind === 'RoleBinding' || resource.kind === 'ClusterRoleBinding';
  if (isBinding) moveSubjects(resource, options, set);
  for (const spec of specs) {
    if (spec.path === 'metadata/namespace' || (isBinding && spec.path === 'subjects/namespace')) continue;
    // A kind called Namespace of another group keeps its name.
    if (spec.path === 'metadata/name' && resource.apiVersion !== 'v1') continue;
    setField(resource, spec, set);
  }
}

function moveSubjects(
  resource: Resource,
  options: NamespaceOptions,
  set: (value: Json | undefined) => Json,
): void {
  const { subjects } = resource.object;
  if (!Array.isArray(subjects) || options.subjects === 'none') return;
  for (const subject of subjects) {
    if (!isObject(subject)) continue;
    const moves =
      options.subjects === 'allServiceAccounts'
        ? subject.kind === 'ServiceAccount'
        : subject.name === 'default';
    if (moves) subject.namespace = set(subject.namespace);
  }
}
