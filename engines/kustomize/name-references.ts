import { isObject, type Json, type JsonObject } from '@millrace/json';
import { BuildError } from './build-error.ts';
import { setAt } from './field-spec.ts';
import { type Gvk, isClusterScoped, selects } from './gvk.ts';
import type { ReferenceRule } from './reference-rules.ts';
import { effectiveNamespace, printId, type Resource } from './resource.ts';
import type { ResourceList } from './resource-list.ts';

interface Referrer {
  target: Gvk;
  path: string;
}

/**
 * Follows every name that a rule knows to be a reference to the object that used to have that name, and
 * writes its present one. @throws BuildError where more than one object could be meant
 */
export function fixNameReferences(list: ResourceList, rules: readonly ReferenceRule[]): void {
  for (const resource of list.resources) requireNamespacesOfAccounts(resource);
  const renamed = indexByOldName(list);
  if (renamed.size === 0) return;
  const referrers = referrersByKind(rules);
  for (const resource of list.resources) {
    const fields = referrers(resource);
    if (fields.length > 0) new References(resource, renamed).fix(fields);
  }
}

/** kustomize refuses a RoleBinding with a service account in a namespace that is no string. */
function requireNamespacesOfAccounts({ kind, object, place, id }: Resource): void {
  if (kind !== 'RoleBinding' || !Array.isArray(object.subjects)) return;
  for (const subject of object.subjects) {
    if (!isObject(subject) || subject.kind !== 'ServiceAccount' || !Object.hasOwn(subject, 'namespace'))
      continue;
    if (typeof subject.namespace === 'string') continue;
    throw new BuildError('the namespace of a service account among the subjects is blank', {
      ...place,
      resource: printId(id),
    });
  }
}

/** Resources by the names that they had; only those that a step renamed or moved can be referred to. */
function indexByOldName(list: ResourceList): Map<string, Resource[]> {
  const byName = new Map<string, Resource[]>();
  for (const resource of list.resources) {
    for (const name of new Set(resource.previous.map(id => id.name))) {
      const same = byName.get(name);
      if (same === undefined) byName.set(name, [resource]);
      else same.push(resource);
    }
  }
  return byName;
}

function referrersByKind(rules: readonly ReferenceRule[]): (resource: Resource) => Referrer[] {
  const known = new Map<string, Referrer[]>();
  return resource => {
    const id = resource.originalId;
    const key = `${id.group}/${id.version}/${id.kind}`;
    let referrers = known.get(key);
    if (referrers === undefined) {
      referrers = rules.flatMap(rule =>
        rule.referrers
          .filter(spec => selects(spec, id))
          .map(spec => ({ target: rule.target, path: spec.path })),
      );
      known.set(key, referrers);
    }
    return referrers;
  };
}

/** The references that one resource holds. */
class References {
  readonly #referrer: Resource;
  readonly #renamed: Map<string, Resource[]>;
  #bindingNamespaces: Set<string> | undefined;

  constructor(referrer: Resource, renamed: Map<string, Resource[]>) {
    this.#referrer = referrer;
    this.#renamed = renamed;
  }

  fix(fields: Referrer[]): void {
    for (const field of fields) {
      setAt(this.#referrer, { path: field.path, create: false }, value => this.#reference(value, field));
    }
  }

  #reference(value: Json | undefined, field: Referrer): Json | undefined {
    if (value === undefined || value === null) return undefined;
    if (Array.isArray(value)) {
      value.forEach((item, i) => {
        if (isObject(item)) this.#objectReference(item, field);
        else if (item !== null) value[i] = this.#nameReference(item, field) ?? item;
      });
      return undefined;
    }
    if (!isObject(value)) return this.#nameReference(value, field);
    this.#objectReference(value, field);
    return undefined;
  }

  #nameReference(value: Json, field: Referrer): string | undefined {
    const name = String(value);
    const found = this.#select(name, field, this.#candidates(name), (a, b) => a.name === b.name);
    return found === undefined || found.name === name ? undefined : found.name;
  }

  /** A map with `name` and perhaps `namespace`: both follow the object. */
  #objectReference(map: JsonObject, field: Referrer): void {
    if (map.name === undefined || map.name === null) {
      throw new BuildError(`the reference at ${field.path} has no name`, this.#place());
    }
    const name = String(map.name);
    const candidates = this.#inNamespace(this.#candidates(name), map.namespace);
    const found = this.#select(
      name,
      field,
      candidates,
      (a, b) => a.name === b.name && a.namespace === b.namespace,
    );
    if (found === undefined) return;
    map.name = found.name;
    if (found.namespace !== '') map.namespace = found.namespace;
  }

  #inNamespace(candidates: Resource[], namespace: Json | undefined): Resource[] {
    if (namespace === undefined || namespace === null) return candidates;
    const original = candidates.filter(one => effectiveNamespace(one.originalId) === namespace);
    return original.length > 0
      ? original
      : candidates.filter(one => effectiveNamespace(one.id) === namespace);
  }

  /** All that had the name and that this referrer could see. */
  #candidates(name: string): Resource[] {
    const renamed = this.#renamed.get(name) ?? [];
    const { id } = this.#referrer;
    if (renamed.length === 0 || isClusterScoped(id)) return renamed;
    const namespace = effectiveNamespace(id);
    return renamed.filter(
      one =>
        isClusterScoped(one.gvk) ||
        effectiveNamespace(one.id) === namespace ||
        this.#namespacesOfSubjects().has(one.namespace),
    );
  }

  /** A RoleBinding may name service accounts of other namespaces. */
  #namespacesOfSubjects(): Set<string> {
    if (this.#bindingNamespaces === undefined) {
      const { subjects } = this.#referrer.object;
      const accounts =
        this.#referrer.kind === 'RoleBinding' && Array.isArray(subjects)
          ? subjects.filter(isObject).filter(subject => subject.kind === 'ServiceAccount')
          : [];
      this.#bindingNamespaces = new Set(
        accounts.map(({ namespace }) => String(namespace ?? '')).filter(Boolean),
      );
    }
    return this.#bindingNamespaces;
  }

  #select(
    name: string,
    field: Referrer,
    from: Resource[],
    same: (a: Resource, b: Resource) => boolean,
  ): Resource | undefined {
    if (from.length === 0) return undefined;
    const roleRef = field.path.endsWith('roleRef/name') ? this.#roleRef() : undefined;
    const fitting = from.filter(
      one =>
        one.previousIds.some(id => id.name === name) &&
        one.previousIds.some(id => selects(field.target, id)) &&
        (roleRef === undefined || one.previousIds.some(id => selects(roleRef, id))) &&
        this.#sees(one),
    );
    if (fitting.length <= 1) return fitting[0];
    const related = fitting.filter(one => sharesAffixes(one, this.#referrer, true));
    const closest =
      related.length > 1 ? related.filter(one => sharesAffixes(one, this.#referrer, false)) : related;
    const [first] = closest;
    if (first === undefined || closest.every(one => same(one, first))) return first;
    const ids = closest.map(one => printId(one.id)).join(', ');
    throw new BuildError(`"${name}" at ${field.path} could mean any of ${ids}`, this.#place());
  }

  #sees(one: Resource): boolean {
    const { id } = this.#referrer;
    if (isClusterScoped(id) || isClusterScoped(one.gvk) || one.kind === 'ServiceAccount') return true;
    return effectiveNamespace(id) === effectiveNamespace(one.id);
  }

  #roleRef(): Partial<Gvk> | undefined {
    const { roleRef } = this.#referrer.object;
    if (!isObject(roleRef) || roleRef.apiGroup === undefined || roleRef.kind === undefined) return undefined;
    return { group: String(roleRef.apiGroup), kind: String(roleRef.kind) };
  }

  #place() {
    return { ...this.#referrer.place, resource: printId(this.#referrer.id) };
  }
}

/** True when two resources went through the same prefixes and suffixes last; with `lenient`, or through none. */
function sharesAffixes(a: Resource, b: Resource, lenient: boolean): boolean {
  return (
    ((lenient && (a.prefixes.length === 0 || b.prefixes.length === 0)) || sameEnd(a.prefixes, b.prefixes)) &&
    ((lenient && (a.suffixes.length === 0 || b.suffixes.length === 0)) || sameEnd(a.suffixes, b.suffixes))
  );
}

function sameEnd(a: readonly string[], b: readonly string[]): boolean {
  const shared = Math.min(a.length, b.length);
  if (shared === 0) return a.length === b.length;
  return a.slice(-shared).every((item, i) => item === b.slice(-shared)[i]);
}
