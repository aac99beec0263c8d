import { isForbidden, type KubeObject, refOf } from '@millrace/kube';
import { healthStates } from '../model/health-state.ts';
import type { Applied } from '../model/look.ts';
import { type ObjectName, plainKind } from '../model/object-name.ts';
import { podOf } from '../model/pod-of.ts';
import { keyFor } from '../model/row-of.ts';
import type { Tree, TreeNode } from '../model/tree.ts';
import { rowOfAny } from './any-row.ts';
import type { Asked } from './asked.ts';
import { appliedBy, leftOf } from './inventory.ts';
import { nameIn } from './named-kind.ts';
import { readByName } from './named-object.ts';
import type { Viewer } from './viewer.ts';
import { ownersAmong, runsPods } from './workload.ts';

const most = { nodes: 1500, namespaces: 8, pods: 1000 };

/** What is below an object: what it has applied, and the Pods of workloads; as the viewer may see it. */
export async function treeBelow({ viewer, query, signal }: Asked): Promise<Tree> {
  const name = nameIn(query);
  const object = await readByName(viewer, name, signal);
  const root = keyFor(name.kind, object.metadata.namespace ?? '', object.metadata.name);
  const applied = await appliedBy(viewer, object, signal);
  const nodes = applied
    .map(
      (one): TreeNode => ({
        ...nameOf(one),
        key: keyOf(one),
        above: root,
        state: healthStates[one.health],
        message: one.message,
      }),
    )
    .filter(({ key }) => key !== root);
  const workloads = [...applied.filter(runsPods), ...itself(object)];
  const pods = await podsBelow(viewer, workloads, signal);
  const all = [...nodes, ...pods];
  return { nodes: all.slice(0, most.nodes), left: Math.max(0, all.length - most.nodes) + leftOf(object) };
}

type Found = Pick<Applied, keyof ObjectName | 'uid'>;

const nameOf = ({ kind, namespace, name }: ObjectName): ObjectName => ({ kind, namespace, name });
const keyOf = ({ kind, namespace, name }: ObjectName) => keyFor(kind, namespace, name);

function itself(object: KubeObject): Found[] {
  const { kind } = rowOfAny(object);
  const { name, namespace = '' } = refOf(object);
  return [{ kind, namespace, name, uid: object.metadata.uid ?? '' }].filter(runsPods);
}

/** Whoever may not see Pods sees the rest. */
async function podsBelow(viewer: Viewer, workloads: Found[], signal: AbortSignal): Promise<TreeNode[]> {
  const byNamespace = Map.groupBy(workloads, ({ namespace }) => namespace);
  const found = await Promise.all(
    [...byNamespace].slice(0, most.namespaces).map(([namespace, those]) =>
      podsIn(viewer, namespace, those, signal).catch(error => {
        if (isForbidden(error)) return [];
        throw error;
      }),
    ),
  );
  return found.flat();
}

async function podsIn(
  viewer: Viewer,
  namespace: string,
  workloads: Found[],
  signal: AbortSignal,
): Promise<TreeNode[]> {
  const { client, as } = viewer;
  const [{ items }, between] = await Promise.all([
    client.list('v1', 'Pod', { namespace, limit: most.pods, signal, as }),
    ownersAmong(viewer, namespace, new Set(workloads.map(({ kind }) => plainKind(kind))), signal),
  ]);
  const byUid = new Map(workloads.filter(({ uid }) => uid !== '').map(one => [one.uid, one]));
  return items.flatMap((object): TreeNode[] => {
    const owners = (object.metadata.ownerReferences ?? []).map(({ uid }) => uid);
    const workload = owners.map(uid => byUid.get(uid) ?? byUid.get(between.get(uid) ?? '')).find(Boolean);
    if (!workload) return [];
    const { name, state, status, message } = podOf(object);
    const kind = 'Pod.';
    const key = keyFor(kind, namespace, name);
    return [{ kind, namespace, name, key, above: keyOf(workload), state, message: message || status }];
  });
}
