import { type Condition, names } from '@millrace/api';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { asJson, at, type KubeObject } from '@millrace/kube';
import { commitPages } from './commit-page.ts';
import type { Row, State } from './row.ts';

/** What a list shows of an object. Fields of the wrong type are as absent: objects are strangers' texts. */
export function rowOf(object: KubeObject): Row {
  const json = asJson(object);
  const { name, namespace = '', labels = {} } = object.metadata;
  const ready = conditionsOf(json).find(({ type }) => type === names.ready);
  const suspended = at(json, 'spec', 'suspend') === true;
  const handled = text(at(json, 'status', 'lastHandledReconcileAt'));
  const source = sourceOf(json, namespace);
  const owner = ownerOf(labels);
  const dependsOn = dependenciesOf(json, object.kind, namespace);
  const entries = at(json, 'status', 'inventory', 'entries');
  const cluster = clusterOf(json, namespace);
  const commits = object.kind === 'GitRepository' ? commitPages(text(at(json, 'spec', 'url'))) : undefined;
  return {
    key: keyFor(object.kind, namespace, name),
    kind: object.kind,
    namespace,
    name,
    state: stateOf(json, ready, suspended),
    reason: ready?.reason ?? '',
    message: ready?.message ?? '',
    since: ready?.lastTransitionTime ?? object.metadata.creationTimestamp ?? '',
    revision: revisionOf(json),
    suspended,
    ...(handled === '' ? {} : { handled }),
    ...(isInert(json) ? { inert: true as const } : {}),
    ...(source === undefined ? {} : { source }),
    ...(owner === undefined ? {} : { owner }),
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
    ...(Array.isArray(entries) ? { objects: entries.length } : {}),
    ...(cluster === undefined ? {} : { cluster }),
    ...(commits === undefined ? {} : { commits }),
  };
}

/** What spec.kubeConfig names: a Secret with a kubeconfig, or a ConfigMap that says how to log in. */
function clusterOf(object: JsonObject, namespace: string): string | undefined {
  for (const field of ['secretRef', 'configMapRef']) {
    const name = text(at(object, 'spec', 'kubeConfig', field, 'name'));
    if (name) return `${namespace}/${name}`;
  }
  return undefined;
}

export const keyFor = (kind: string, namespace: string, name: string) => `${kind}/${namespace}/${name}`;

/** Those that have all that a condition has. */
export function conditionsOf(object: JsonObject): Condition[] {
  const list = at(object, 'status', 'conditions');
  if (!Array.isArray(list)) return [];
  return list.filter(isObject).map(one => ({
    type: text(one.type),
    status: text(one.status) as Condition['status'],
    reason: text(one.reason),
    message: text(one.message),
    lastTransitionTime: text(one.lastTransitionTime),
    ...(typeof one.observedGeneration === 'number' ? { observedGeneration: one.observedGeneration } : {}),
  }));
}

/** Reasons of what is well as soon as another one is. */
const waits: ReadonlySet<string> = new Set(['DependencyNotReady', 'SourceNotReady']);

function stateOf(object: JsonObject, ready: Condition | undefined, suspended: boolean): State {
  if (suspended) return 'suspended';
  if (isInert(object)) return 'ready';
  if (!ready) return 'unknown';
  if (isBehind(object, ready)) return 'progressing';
  if (ready.status === 'True') return 'ready';
  if (waits.has(ready.reason)) return 'waiting';
  return ready.status === 'False' ? 'failing' : 'progressing';
}

/** Nobody reconciles it: it has no status, and is as good as it is written. */
function isInert({ kind, spec }: JsonObject): boolean {
  if (kind === 'Alert' || kind === 'Provider') return true;
  return kind === 'HelmRepository' && isObject(spec) && spec.type === 'oci';
}

/** The condition tells of a spec that is no longer the one. */
function isBehind(object: JsonObject, { observedGeneration }: Condition): boolean {
  const current = at(object, 'metadata', 'generation');
  return observedGeneration !== undefined && typeof current === 'number' && observedGeneration < current;
}

function revisionOf(object: JsonObject): string {
  const history = at(object, 'status', 'history');
  const release = Array.isArray(history) && isObject(history[0]) ? history[0].chartVersion : undefined;
  const found = [
    at(object, 'status', 'lastAppliedRevision'),
    at(object, 'status', 'artifact', 'revision'),
    release,
    at(object, 'status', 'latestRef', 'tag'),
    at(object, 'status', 'lastPushCommit'),
  ];
  return text(found.find(value => typeof value === 'string' && value !== ''));
}

/** Where a spec names what the object is made from, and the kind of it where that is not said. */
const sources: [path: string[], kind: string][] = [
  [['sourceRef'], ''],
  [['chartRef'], ''],
  [['chart', 'spec', 'sourceRef'], ''],
  [['imageRepositoryRef'], 'ImageRepository'],
  [['providerRef'], 'Provider'],
];

function sourceOf(object: JsonObject, namespace: string): string | undefined {
  for (const [path, implied] of sources) {
    const reference = at(object, 'spec', ...path);
    if (!isObject(reference)) continue;
    const kind = text(reference.kind) || implied;
    const name = text(reference.name);
    if (kind && name) return keyFor(kind, text(reference.namespace) || namespace, name);
  }
  return undefined;
}

/** Who applied or released it. */
function ownerOf(labels: Record<string, string>): string | undefined {
  for (const [kind, byName, byNamespace] of ownerLabels) {
    const name = labels[byName];
    if (name !== undefined) return keyFor(kind, labels[byNamespace] ?? '', name);
  }
  return undefined;
}

const ownerLabels = [
  ['Kustomization', names.ownerName, names.ownerNamespace],
  ['HelmRelease', names.releaseName, names.releaseNamespace],
] as const;

function dependenciesOf(object: JsonObject, kind: string, namespace: string): string[] {
  const list = at(object, 'spec', 'dependsOn');
  if (!Array.isArray(list)) return [];
  return list.filter(isObject).flatMap(one => {
    const name = text(one.name);
    return name === '' ? [] : [keyFor(kind, text(one.namespace) || namespace, name)];
  });
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
