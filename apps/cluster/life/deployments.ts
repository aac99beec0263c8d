import { createHash } from 'node:crypto';
import { clone, equal, type JsonObject } from '@millrace/json';
import { timestamp } from '../api/api.ts';
import { type Condition, withConditions } from '../api/conditions.ts';
import { childOf, numberAt, objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import { byController, controllerReference } from './owners.ts';
import { rollOut } from './rollout.ts';
import { bounds } from './surge.ts';
import type { World } from './world.ts';

const storage = 'apps/deployments';
const replicaSets = 'apps/replicasets';
const revision = 'deployment.kubernetes.io/revision';
const hashLabel = 'pod-template-hash';

/** Roll Deployments out by way of ReplicaSets, and report as the real controller does. */
export function simulateDeployments(world: World): void {
  world.reconcile(
    storage,
    deployment => reconcile(world, deployment),
    byController(replicaSets, 'Deployment'),
  );
}

function reconcile(world: World, deployment: JsonObject): void {
  if (textAt(deployment, 'metadata', 'deletionTimestamp')) return;
  const sets = world.owned(replicaSets, deployment);
  const paused = valueAt(deployment, 'spec', 'paused') === true;
  let current = sets.find(set => equal(templateOf(set), objectAt(deployment, 'spec', 'template')));
  if (!current && !paused) {
    const made = world.create(replicaSets, replicaSetFor(deployment, nextRevision(sets)));
    if (!made) return;
    current = made;
  }
  const old = sets.filter(set => set !== current);
  if (current) {
    promote(world, deployment, current, old);
    rollOut(world, deployment, current, old, paused);
    if (!paused) forget(world, deployment, old);
  }
  report(world, deployment, current);
}

function templateOf(set: JsonObject): JsonObject {
  const template = clone(objectAt(set, 'spec', 'template'));
  delete objectAt(template, 'metadata', 'labels')[hashLabel];
  return template;
}

function revisionOf(set: JsonObject): number {
  return Number(textAt(set, 'metadata', 'annotations', revision)) || 0;
}

function nextRevision(sets: readonly JsonObject[]): number {
  return Math.max(0, ...sets.map(revisionOf)) + 1;
}

/** Digits and consonants, as upstream encodes its hashes, so that names spell nothing. */
function hashOf(template: JsonObject): string {
  const digest = createHash('sha256').update(JSON.stringify(template)).digest();
  return [...digest.subarray(0, 10)].map(byte => 'bcdfghjklmnpqrstvwxz2456789'[byte % 27]).join('');
}

function replicaSetFor(deployment: JsonObject, number: number): JsonObject {
  const template = clone(objectAt(deployment, 'spec', 'template'));
  const hash = hashOf(template);
  childOf(childOf(template, 'metadata'), 'labels')[hashLabel] = hash;
  const selector = clone(objectAt(deployment, 'spec', 'selector'));
  childOf(selector, 'matchLabels')[hashLabel] = hash;
  const { 'kubectl.kubernetes.io/last-applied-configuration': _applied, ...annotations } = objectAt(
    deployment,
    'metadata',
    'annotations',
  );
  return {
    metadata: {
      name: `${textAt(deployment, 'metadata', 'name')}-${hash}`,
      namespace: textAt(deployment, 'metadata', 'namespace'),
      labels: { ...objectAt(template, 'metadata', 'labels') },
      annotations: { ...annotations, [revision]: String(number) },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: 0,
      ...(valueAt(deployment, 'spec', 'minReadySeconds') !== undefined && {
        minReadySeconds: valueAt(deployment, 'spec', 'minReadySeconds')!,
      }),
      selector,
      template,
    },
  };
}

/** The set that is rolled out has the highest revision, also when it is an old one that came back. */
function promote(
  world: World,
  deployment: JsonObject,
  current: JsonObject,
  old: readonly JsonObject[],
): void {
  const number = Math.max(revisionOf(current), old.length > 0 ? nextRevision(old) : 1);
  const annotate = (object: JsonObject) => {
    childOf(childOf(object, 'metadata'), 'annotations')[revision] = String(number);
    return object;
  };
  if (revisionOf(current) !== number) world.change(replicaSets, current, annotate);
  if (textAt(deployment, 'metadata', 'annotations', revision) !== String(number))
    world.change(storage, deployment, annotate, 'status');
}

function forget(world: World, deployment: JsonObject, old: readonly JsonObject[]): void {
  const limit = numberAt(deployment, 'spec', 'revisionHistoryLimit') ?? 10;
  const idle = old.filter(
    set => numberAt(set, 'spec', 'replicas') === 0 && !numberAt(set, 'status', 'replicas'),
  );
  const surplus = idle
    .sort((a, b) => revisionOf(a) - revisionOf(b))
    .slice(0, Math.max(0, idle.length - limit));
  for (const set of surplus) world.delete(replicaSets, set);
}

function report(world: World, deployment: JsonObject, current: JsonObject | undefined): void {
  const sets = world.owned(replicaSets, deployment);
  const sum = (field: string) =>
    sets.reduce((total, set) => total + (numberAt(set, 'status', field) ?? 0), 0);
  const wanted = numberAt(deployment, 'spec', 'replicas') ?? 1;
  const mine =
    current && sets.find(set => textAt(set, 'metadata', 'uid') === textAt(current, 'metadata', 'uid'));
  const updated = numberAt(mine, 'status', 'replicas') ?? 0;
  const [replicas, available] = [sum('replicas'), sum('availableReplicas')];
  const done = updated === wanted && replicas === wanted && available >= wanted && mine !== undefined;
  const now = timestamp(world.api.now());
  const { maxUnavailable } = bounds(deployment);
  const conditions = [availability(available >= wanted - maxUnavailable), progress(deployment, mine, done)];
  world.report(storage, deployment, {
    observedGeneration: objectAt(deployment, 'metadata').generation,
    replicas: replicas || undefined,
    updatedReplicas: updated || undefined,
    readyReplicas: sum('readyReplicas') || undefined,
    availableReplicas: available || undefined,
    unavailableReplicas: Math.max(0, Math.max(wanted, replicas) - available) || undefined,
    conditions: withConditions(deployment, conditions, now, true),
  });
  if (!done && mine) watchDeadline(world, deployment);
}

function availability(enough: boolean): Condition {
  return enough
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

function progress(deployment: JsonObject, set: JsonObject | undefined, done: boolean): Condition {
  const name = textAt(set, 'metadata', 'name');
  if (done) {
    return {
      type: 'Progressing',
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: `ReplicaSet "${name}" has successfully progressed.`,
    };
  }
  const before = objectsAt(deployment, 'status', 'conditions').find(({ type }) => type === 'Progressing');
  const stuck =
    before?.reason === 'ProgressDeadlineExceeded' && textAt(before, 'message').includes(`"${name}"`);
  if (stuck) {
    const message = textAt(before, 'message');
    return { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message };
  }
  return {
    type: 'Progressing',
    status: 'True',
    reason: 'ReplicaSetUpdated',
    message: `ReplicaSet "${name}" is progressing.`,
  };
}

const watched = new WeakMap<World, Set<string>>();

/** A rollout that makes no progress for as long as the spec allows has failed. */
function watchDeadline(world: World, deployment: JsonObject): void {
  const seconds = numberAt(deployment, 'spec', 'progressDeadlineSeconds') ?? 600;
  const key = `${textAt(deployment, 'metadata', 'uid')}/${objectAt(deployment, 'metadata').generation}`;
  const mine = watched.get(world) ?? new Set<string>();
  watched.set(world, mine);
  if (mine.has(key) || seconds > 86_400) return;
  mine.add(key);
  world.after(seconds * 1000, () => {
    mine.delete(key);
    const now = world.get(
      storage,
      textAt(deployment, 'metadata', 'namespace'),
      textAt(deployment, 'metadata', 'name'),
    );
    const condition = objectsAt(now, 'status', 'conditions').find(({ type }) => type === 'Progressing');
    if (
      !now ||
      condition?.reason !== 'ReplicaSetUpdated' ||
      objectAt(now, 'metadata').generation !== objectAt(deployment, 'metadata').generation
    )
      return;
    const name = /"(.*)"/.exec(textAt(condition, 'message'))?.[1] ?? '';
    const failed: Condition = {
      type: 'Progressing',
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: `ReplicaSet "${name}" has timed out progressing.`,
    };
    world.report(storage, now, {
      conditions: withConditions(now, [failed], timestamp(world.api.now()), true),
    });
  });
}
