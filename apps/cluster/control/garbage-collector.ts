import { isDeepStrictEqual } from 'node:util';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { Api, Target } from '../api/api.ts';
import { parseGroupVersion, type Resource } from '../api/resource.ts';
import { childOf, listAt, objectsAt, textAt } from '../api/tree.ts';
import { record } from '../life/world/recorder.ts';
import { World } from '../life/world/world.ts';
import { type Entry, read } from '../store/entry.ts';
import { componentOf } from './component.ts';
import type { ControlPlane } from './control-plane.ts';
import { dropFinalizer } from './finalizers.ts';

const self = componentOf('garbage-collector-controller');

/**
 * Delete what lost its last owner, and see to foreground and orphaning deletions.
 * https://kubernetes.io/docs/concepts/architecture/garbage-collection/
 */
export function collectGarbage(plane: ControlPlane): void {
  const { api } = plane;
  const collector = new Collector(plane);
  for (const storage of api.store.resources()) {
    for (const entry of api.store.list(storage)) plane.persist(() => collector.changed(entry));
  }
  api.store.subscribe(({ type, entry, previous }) => {
    if (type === 'DELETED') plane.persist(() => collector.deleted(entry));
    // Most changes leave the owners alone, and then there is nothing new to find out.
    else if (entry.terminating || !previous || !isDeepStrictEqual(entry.owners, previous.owners))
      plane.persist(() => collector.changed(entry));
  });
}

class Collector {
  readonly #plane: ControlPlane;
  readonly #api: Api;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
    this.#api = plane.api;
  }

  changed(entry: Entry): void {
    if (entry.owners.length > 0 && !entry.terminating) this.#examine(entry);
    if (!entry.terminating) return;
    const finalizers = listAt(read(entry), 'metadata', 'finalizers');
    if (finalizers.includes('orphan')) this.#orphan(entry);
    else if (finalizers.includes('foregroundDeletion')) this.#foreground(entry);
  }

  deleted(entry: Entry): void {
    for (const dependent of this.#api.store.ownedBy(entry.uid)) this.#examine(dependent);
    // An owner in foreground deletion may have waited for this one.
    for (const uid of entry.owners) {
      const owner = this.#ownerOf(entry, uid);
      if (owner?.terminating) this.changed(owner);
    }
  }

  /** Delete an object none of whose owners exists; drop the references to those that are gone otherwise. */
  #examine(given: Entry): void {
    const entry = this.#api.store.get(given.resource, given.namespace, given.name);
    if (!entry || entry.uid !== given.uid) return;
    const gone = this.#references(entry).filter(reference => this.#isGone(entry, reference));
    if (gone.length === 0) return;
    if (gone.length === entry.owners.length) this.#delete(entry);
    else
      this.#disown(
        entry,
        gone.map(reference => textAt(reference, 'uid')),
      );
  }

  #references(entry: Entry): JsonObject[] {
    return objectsAt(read(entry), 'metadata', 'ownerReferences');
  }

  /** Nobody knows whether an owner of an unknown kind exists, and nothing cluster-wide has one in a namespace. */
  #isGone(dependent: Entry, reference: JsonObject): boolean {
    const resource = this.#kindOf(reference);
    if (!resource || this.#ownerOf(dependent, textAt(reference, 'uid'))) return false;
    if (!resource.namespaced) return true;
    const isElsewhere = this.#api.store
      .list(resource.storage)
      .some(({ uid, namespace }) => uid === reference.uid && namespace !== dependent.namespace);
    if (isElsewhere) this.#tellOfStranger(dependent, reference);
    return dependent.namespace !== '';
  }

  #tellOfStranger(dependent: Entry, reference: JsonObject): void {
    const { namespace } = dependent;
    const at = (field: string) => textAt(reference, field);
    const owner = `[${at('apiVersion')}/${at('kind')}, namespace: ${namespace}, name: ${at('name')}, uid: ${at('uid')}]`;
    const message = `ownerRef ${owner} does not exist in namespace ${JSON.stringify(namespace)}`;
    const what = { type: 'Warning', reason: 'OwnerRefInvalidNamespace', message } as const;
    record(new World(this.#plane, self), read(dependent), what);
  }

  #delete(entry: Entry): void {
    const target = this.#targetOf(entry);
    if (target && !entry.terminating)
      this.#plane.delete(self, target, { propagation: 'Background', uid: entry.uid });
  }

  #kindOf(reference: JsonObject): Resource | undefined {
    const { group, version } = parseGroupVersion(textAt(reference, 'apiVersion'));
    return this.#api.registry.findKind(group, version, textAt(reference, 'kind'));
  }

  /** The object behind a reference; a reference to another kind or namespace than the uid has is one to nothing. */
  #ownerOf(dependent: Entry, uid: string): Entry | undefined {
    const reference = this.#references(dependent).find(owner => owner.uid === uid);
    const resource = reference && this.#kindOf(reference);
    if (!resource) return undefined;
    const namespace = resource.namespaced ? dependent.namespace : '';
    const owner = this.#api.store.get(resource.storage, namespace, textAt(reference, 'name'));
    return owner?.uid === uid ? owner : undefined;
  }

  #foreground(owner: Entry): void {
    for (const dependent of this.#api.store.ownedBy(owner.uid)) {
      const target = this.#targetOf(dependent);
      if (
        !target ||
        dependent.terminating ||
        dependent.owners.some(uid => uid !== owner.uid && this.#lives(dependent, uid))
      )
        continue;
      if (this.#isWaitedForInACircle(dependent)) this.#unblock(target);
      this.#plane.delete(self, target, { propagation: 'Foreground' });
    }
    const isBlocked = this.#api.store.ownedBy(owner.uid).some(dependent => blocks(dependent, owner.uid));
    if (!isBlocked) dropFinalizer(this.#plane, self, owner, 'foregroundDeletion');
  }

  /** Whether what an object owns is itself waiting for what it owns: that may be the object, by way of others. */
  #isWaitedForInACircle(entry: Entry): boolean {
    return this.#api.store
      .ownedBy(entry.uid)
      .some(
        owned =>
          owned.terminating && listAt(read(owned), 'metadata', 'finalizers').includes('foregroundDeletion'),
      );
  }

  /** Lets the owners of an object go before it. */
  #unblock(target: Target): void {
    this.#plane.change(self, target, object => {
      for (const owner of objectsAt(object, 'metadata', 'ownerReferences')) owner.blockOwnerDeletion = false;
      return object;
    });
  }

  #lives(dependent: Entry, uid: string): boolean {
    const owner = this.#ownerOf(dependent, uid);
    return owner !== undefined && !owner.terminating;
  }

  #orphan(owner: Entry): void {
    for (const dependent of this.#api.store.ownedBy(owner.uid)) this.#disown(dependent, [owner.uid]);
    dropFinalizer(this.#plane, self, owner, 'orphan');
  }

  #disown(entry: Entry, uids: readonly string[]): void {
    const target = this.#targetOf(entry);
    if (!target) return;
    const isGone = (owner: Json) => isObject(owner) && uids.includes(textAt(owner, 'uid'));
    const change = (object: JsonObject) => {
      const metadata = childOf(object, 'metadata');
      const left = listAt(metadata, 'ownerReferences').filter(owner => !isGone(owner));
      if (left.length > 0) metadata.ownerReferences = left;
      else delete metadata.ownerReferences;
      return object;
    };
    this.#plane.change(self, target, change);
  }

  #targetOf({ resource: storage, namespace, name }: Entry): Target | undefined {
    const resource = this.#api.registry.stored(storage);
    return resource && { resource, namespace, name, subresource: '' };
  }
}

function blocks(dependent: Entry, uid: string): boolean {
  return objectsAt(read(dependent), 'metadata', 'ownerReferences').some(
    owner => owner.uid === uid && owner.blockOwnerDeletion === true,
  );
}
