import { createHash } from 'node:crypto';
import { clone, type JsonObject } from '@millrace/json';
import { isTrue } from '../api/conditions.ts';
import { childOf, listAt, numberAt, objectAt, objectsAt, textAt } from '../api/tree.ts';
import { byController } from './owners.ts';
import { podFrom } from './pod-control.ts';
import { record } from './recorder.ts';
import type { World } from './world.ts';

const storage = 'apps/statefulsets';
const revisionLabel = 'controller-revision-hash';

/**
 * Pods with ordinals, one after the other, each with its claims.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
 */
export function simulateStatefulSets(world: World): void {
  world.reconcile(storage, set => reconcile(world, set), byController('/pods', 'StatefulSet'));
}

function reconcile(world: World, set: JsonObject): void {
  if (textAt(set, 'metadata', 'deletionTimestamp')) return;
  const revision = `${textAt(set, 'metadata', 'name')}-${hashOf(objectAt(set, 'spec', 'template'))}`;
  const wanted = numberAt(set, 'spec', 'replicas') ?? 1;
  const pods = world.owned('/pods', set);
  const ordered = textAt(set, 'spec', 'podManagementPolicy') !== 'Parallel';
  if (!shrink(world, set, pods, wanted)) grow(world, set, pods, wanted, revision, ordered);
  replaceOutdated(world, set, pods, revision, ordered);
  report(world, set, revision, wanted);
}

function ordinalOf(pod: JsonObject): number {
  return Number(/-(\d+)$/.exec(textAt(pod, 'metadata', 'name'))?.[1] ?? -1);
}

/** The highest ordinal goes first. */
function shrink(world: World, set: JsonObject, pods: JsonObject[], wanted: number): boolean {
  const surplus = pods.filter(pod => ordinalOf(pod) >= wanted).sort((a, b) => ordinalOf(b) - ordinalOf(a));
  if (surplus[0]) remove(world, set, surplus[0]);
  return surplus.length > 0;
}

function grow(
  world: World,
  set: JsonObject,
  pods: JsonObject[],
  wanted: number,
  revision: string,
  ordered: boolean,
): void {
  for (let ordinal = 0; ordinal < wanted; ordinal++) {
    const pod = pods.find(each => ordinalOf(each) === ordinal);
    if (!pod) create(world, set, ordinal, revision);
    if (ordered && (!pod || !isTrue(pod, 'Ready'))) return;
  }
}

function create(world: World, set: JsonObject, ordinal: number, revision: string): void {
  const name = `${textAt(set, 'metadata', 'name')}-${ordinal}`;
  const claims = objectsAt(set, 'spec', 'volumeClaimTemplates');
  for (const claim of claims) ensureClaim(world, set, claim, name);
  const pod = podFrom(set, name, made => {
    Object.assign(childOf(childOf(made, 'metadata'), 'labels'), {
      'apps.kubernetes.io/pod-index': String(ordinal),
      [revisionLabel]: revision,
      'statefulset.kubernetes.io/pod-name': name,
    });
    const spec = childOf(made, 'spec');
    spec.hostname = name;
    const service = textAt(set, 'spec', 'serviceName');
    if (service) spec.subdomain = service;
    if (claims.length > 0) {
      const volumes = claims.map(claim => {
        const volume = textAt(claim, 'metadata', 'name');
        return { name: volume, persistentVolumeClaim: { claimName: `${volume}-${name}` } };
      });
      spec.volumes = [...listAt(spec, 'volumes'), ...volumes];
    }
  });
  if (world.create('/pods', pod)) recordPod(world, set, 'create', name);
}

function remove(world: World, set: JsonObject, pod: JsonObject): void {
  world.delete('/pods', pod);
  recordPod(world, set, 'delete', textAt(pod, 'metadata', 'name'));
}

function recordPod(world: World, set: JsonObject, verb: 'create' | 'delete', pod: string): void {
  const message = `${verb} Pod ${pod} in StatefulSet ${textAt(set, 'metadata', 'name')} successful`;
  const reason = verb === 'create' ? 'SuccessfulCreate' : 'SuccessfulDelete';
  record(world.as('statefulset-controller'), set, { type: 'Normal', reason, message });
}

function ensureClaim(world: World, set: JsonObject, template: JsonObject, pod: string): void {
  const namespace = textAt(set, 'metadata', 'namespace');
  const name = `${textAt(template, 'metadata', 'name')}-${pod}`;
  if (world.get('/persistentvolumeclaims', namespace, name)) return;
  const labels = {
    ...objectAt(template, 'metadata', 'labels'),
    ...objectAt(set, 'spec', 'selector', 'matchLabels'),
  };
  world.create('/persistentvolumeclaims', {
    metadata: { name, namespace, labels },
    spec: clone(objectAt(template, 'spec')),
  });
}

/** One Pod of an old template at a time, the highest ordinal first, not below the partition. */
function replaceOutdated(
  world: World,
  set: JsonObject,
  pods: JsonObject[],
  revision: string,
  ordered: boolean,
): void {
  if (textAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return;
  if (
    ordered &&
    pods.some(pod => !isTrue(pod, 'Ready') && textAt(pod, 'metadata', 'labels', revisionLabel) === revision)
  )
    return;
  const partition = numberAt(set, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
  const outdated = pods
    .filter(
      pod => textAt(pod, 'metadata', 'labels', revisionLabel) !== revision && ordinalOf(pod) >= partition,
    )
    .sort((a, b) => ordinalOf(b) - ordinalOf(a));
  if (outdated[0]) remove(world, set, outdated[0]);
}

function report(world: World, set: JsonObject, revision: string, wanted: number): void {
  const pods = world.owned('/pods', set);
  const ready = pods.filter(pod => isTrue(pod, 'Ready')).length;
  const updated = pods.filter(pod => textAt(pod, 'metadata', 'labels', revisionLabel) === revision).length;
  const rolled = updated === pods.length && pods.length === wanted && ready === wanted;
  const before = textAt(set, 'status', 'currentRevision');
  world.report(storage, set, {
    observedGeneration: objectAt(set, 'metadata').generation,
    replicas: pods.length,
    readyReplicas: ready || undefined,
    availableReplicas: ready,
    currentReplicas:
      (rolled || !before || before === revision ? updated : pods.length - updated) || undefined,
    updatedReplicas: updated || undefined,
    currentRevision: rolled || !before ? revision : before,
    updateRevision: revision,
    collisionCount: 0,
  });
}

export function hashOf(template: JsonObject): string {
  return createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 10);
}
