import type { JsonObject } from '@millrace/json';
import { objectAt, objectsAt, textAt } from '../api/tree.ts';
import type { User } from '../http/authenticate.ts';
import { type Entry, read } from '../store/entry.ts';
import type { Store } from '../store/store.ts';
import { type Rule, rulesOfRole } from './rule.ts';

export const roleStorage = 'rbac.authorization.k8s.io/roles';
export const clusterRoleStorage = 'rbac.authorization.k8s.io/clusterroles';
export const roleBindingStorage = 'rbac.authorization.k8s.io/rolebindings';
export const clusterRoleBindingStorage = 'rbac.authorization.k8s.io/clusterrolebindings';

/** A role that a binding names. */
export interface RoleReference {
  readonly kind: 'Role' | 'ClusterRole';
  readonly name: string;
}

/** That a subject has a role, and where. */
export interface Grant {
  /** Empty for a ClusterRoleBinding. */
  readonly namespace: string;
  readonly binding: string;
  readonly role: RoleReference;
  /** The subject that it names, as answers print it: `User "jane"`. */
  readonly subject: string;
}

/** The rules of a role; undefined when there is no such role. */
export type Rules = readonly Rule[] | undefined;

/**
 * Who has which role: the bindings of the store by the subjects they name, kept up to date by its events.
 *
 * A question costs what its user's own bindings cost, however many there are of others.
 */
export class Grants {
  readonly #store: Store;
  readonly #bySubject = new Map<string, Set<Grant>>();
  readonly #byBinding = new Map<string, readonly [string, Grant][]>();
  readonly #rules = new WeakMap<Entry, readonly Rule[]>();

  constructor(store: Store) {
    this.#store = store;
    for (const storage of [roleBindingStorage, clusterRoleBindingStorage])
      for (const entry of store.list(storage)) this.#add(entry);
    store.subscribe(({ type, entry }) => {
      if (entry.resource !== roleBindingStorage && entry.resource !== clusterRoleBindingStorage) return;
      this.#remove(entry);
      if (type !== 'DELETED') this.#add(entry);
    });
  }

  /** The roles of a user and of its groups that count in a namespace, those of the whole cluster first. */
  of(user: User, namespace: string): Grant[] {
    const keys = [`User ${user.name}`, ...user.groups.map(group => `Group ${group}`)];
    const found = keys.flatMap(key => [...(this.#bySubject.get(key) ?? [])]);
    return [
      ...found.filter(grant => grant.namespace === ''),
      ...(namespace ? found.filter(grant => grant.namespace === namespace) : []),
    ];
  }

  /** The rules of a role; `namespace` is that of the binding. */
  rules({ kind, name }: RoleReference, namespace: string): Rules {
    const entry =
      kind === 'ClusterRole'
        ? this.#store.get(clusterRoleStorage, '', name)
        : this.#store.get(roleStorage, namespace, name);
    if (!entry) return undefined;
    let rules = this.#rules.get(entry);
    if (!rules) this.#rules.set(entry, (rules = rulesOfRole(read(entry))));
    return rules;
  }

  #add(entry: Entry): void {
    const binding = read(entry);
    const role = roleReference(binding);
    const grants = objectsAt(binding, 'subjects').map((subject): [string, Grant] => {
      const { key, printed } = subjectOf(subject, entry.namespace);
      return [key, { namespace: entry.namespace, binding: entry.name, role, subject: printed }];
    });
    this.#byBinding.set(`${entry.namespace}/${entry.name}`, grants);
    for (const [key, grant] of grants) {
      const all = this.#bySubject.get(key);
      if (all) all.add(grant);
      else this.#bySubject.set(key, new Set([grant]));
    }
  }

  #remove({ namespace, name }: Entry): void {
    const at = `${namespace}/${name}`;
    for (const [key, grant] of this.#byBinding.get(at) ?? []) {
      const all = this.#bySubject.get(key);
      all?.delete(grant);
      if (all?.size === 0) this.#bySubject.delete(key);
    }
    this.#byBinding.delete(at);
  }
}

export function roleReference(binding: JsonObject): RoleReference {
  const reference = objectAt(binding, 'roleRef');
  return {
    kind: textAt(reference, 'kind') === 'Role' ? 'Role' : 'ClusterRole',
    name: textAt(reference, 'name'),
  };
}

/** A service account is the user that its tokens speak for; one without a namespace is of that of the binding. */
function subjectOf(subject: JsonObject, own: string): { key: string; printed: string } {
  const [kind, name] = [textAt(subject, 'kind'), textAt(subject, 'name')];
  if (kind !== 'ServiceAccount') return { key: `${kind} ${name}`, printed: `${kind} "${name}"` };
  const namespace = textAt(subject, 'namespace') || own;
  return {
    key: `User system:serviceaccount:${namespace}:${name}`,
    printed: `ServiceAccount "${name}/${namespace}"`,
  };
}
