import type { JsonObject } from '@millrace/json';
import { Unanswered } from '../admission/replay.ts';
import type { Target } from '../api/api.ts';
import { ApiError } from '../api/status.ts';
import type { Entry } from '../store/entry.ts';
import { componentOf } from './component.ts';
import type { ControlPlane } from './control-plane.ts';
import { withRemaining } from './namespace-conditions.ts';
import { type Visit, WorkQueue } from './work-queue.ts';

const storage = '/namespaces';
const self = componentOf('namespace-controller');

/**
 * Empty the namespaces that are being deleted, then let them go.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/
 */
export function emptyNamespaces(plane: ControlPlane): void {
  const { store } = plane.api;
  const queue = new WorkQueue(plane, name => {
    if (!store.get(storage, '', name)?.terminating) return undefined;
    return empty(plane, name, () => queue.add(name));
  });
  for (const entry of store.list(storage)) if (entry.terminating) queue.add(entry.name);
  store.subscribe(({ type, entry }) => {
    const isNamespace = entry.resource === storage;
    if (isNamespace ? type === 'DELETED' : type !== 'DELETED' || entry.namespace === '') return;
    const name = isNamespace ? entry.name : entry.namespace;
    if (store.get(storage, '', name)?.terminating) queue.add(name);
  });
}

/** What keeps the objects of a namespace: refusals, and webhooks that have not answered yet. */
interface Obstacles {
  readonly refusals: ApiError[];
  readonly waits: Unanswered[];
}

/** One visit; `again` asks for another one once what it waits for is there. */
function empty(plane: ControlPlane, namespace: string, again: () => void): Visit {
  const { store } = plane.api;
  const obstacles: Obstacles = { refusals: [], waits: [] };
  const clear = (storages: readonly string[]): Entry[] => {
    for (const target of contents(plane, namespace, storages))
      attempt(obstacles, () => plane.delete(self, target, { propagation: 'Background' }));
    return storages.flatMap(storage => store.list(storage, namespace));
  };
  // As long as there are Pods nothing else goes: neither what they use, nor what protects them.
  const pods = clear(['/pods']);
  const left = pods.length > 0 ? [] : clear(namespaced(plane));
  const resource = plane.api.registry.stored(storage)!;
  const at = (subresource: string) => ({ resource, namespace: '', name: namespace, subresource });
  const messages = obstacles.refusals.map(({ message }) => message);
  const finalize = (object: JsonObject) => ({ ...object, spec: {} });
  // Of the Pods upstream says nothing there.
  const report = (object: JsonObject) => withRemaining(object, left, messages, plane.api);
  attempt(obstacles, () =>
    pods.length === 0 && left.length === 0
      ? plane.change(self, at('finalize'), finalize)
      : plane.change(self, at('status'), report),
  );
  for (const { answered } of obstacles.waits) void answered.then(again);
  return obstacles.refusals.length > 0 ? 'retry' : undefined;
}

/** The resources of which objects lie in namespaces. */
function namespaced({ api: { store, registry } }: ControlPlane): string[] {
  return store.resources().filter(storage => registry.stored(storage)?.namespaced);
}

/** The objects of a namespace that nobody has told to go yet. */
function contents(
  { api: { store, registry } }: ControlPlane,
  namespace: string,
  storages: readonly string[],
): Target[] {
  return storages.flatMap(storage => {
    const resource = registry.stored(storage);
    if (!resource) return [];
    return store
      .list(storage, namespace)
      .filter(({ terminating }) => !terminating)
      .map(({ name }) => ({ resource, namespace, name, subresource: '' }));
  });
}

/** One object that may not go must not keep the others. */
function attempt({ refusals, waits }: Obstacles, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (error instanceof Unanswered) waits.push(error);
    else if (error instanceof ApiError) refusals.push(error);
    else throw error;
  }
}
