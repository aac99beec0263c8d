import { apiVersionOfKind, helmRelease, kustomization, names } from '@millrace/api';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { asJson, at, isNotFound, type KubeObject, type ObjectRef } from '@millrace/kube';
import { failures, failuresOf, type Rehearsed, type Target } from '../model/rehearsal.ts';
import { ActionError } from './actions.ts';
import type { Asked } from './asked.ts';
import type { Outage } from './outage.ts';
import type { Viewer } from './viewer.ts';

/** Where the embedded cluster reads what is to fail (apps/cluster, Life). */
const rulesRef: ObjectRef = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'kube-system',
  name: 'millrace-simulation',
};
/** What the page has written there; other keys are others'. */
const prefix = 'page.';

const workloads: [apiVersion: string, kind: string][] = [
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['apps/v1', 'DaemonSet'],
  ['batch/v1', 'CronJob'],
  ['batch/v1', 'Job'],
];

/** What can be made to fail, and what is failing on demand. Throws ActionError, ApiError. */
export async function rehearsed({ viewer: { client, as }, outages, signal }: Asked): Promise<Rehearsed> {
  requireOffered(outages);
  const lists = await Promise.all(
    workloads.map(async ([apiVersion, kind]) => {
      const { items } = await client.listAll(apiVersion, kind, { as, signal, metadataOnly: true });
      return items
        .filter(({ metadata }) => !metadata.ownerReferences?.length)
        .map(({ metadata: { namespace = '', name } }) => ({ kind, namespace, name }));
    }),
  );
  const rules = await rulesOf({ client, as }, signal);
  return {
    targets: lists.flat(),
    rules: Object.keys(rules).flatMap(id => ruleIn(id) ?? []),
    outages: outages.map(one => ({ name: one.name, label: one.label, isAway: one.isAway() })),
  };
}

/** Begin or end a failure. Returns what to expect. Throws ActionError, ApiError. */
export async function rehearse(asked: Asked): Promise<{ said: string }> {
  const { outages, viewer, signal } = asked;
  requireOffered(outages);
  const body = (await asked.body()) as Json;
  const { begin, end, outage, away } = isObject(body) ? body : {};
  if (isObject(begin)) return { said: await beginFailure(viewer, begin, signal) };
  if (typeof end === 'string' && end.startsWith(prefix)) {
    await putRule(viewer, end, null, signal);
    return { said: 'it recovers by itself, where its Pods are tried again' };
  }
  if (typeof outage === 'string' && typeof away === 'boolean') {
    const found = outages.find(({ name }) => name === outage);
    if (!found) throw new ActionError('nothing of that name can be away');
    found.setAway(away);
    return { said: away ? 'every connection to it is cut' : 'it answers again' };
  }
  throw new ActionError('say what to begin or to end');
}

function requireOffered(outages: Outage[] | undefined): asserts outages {
  if (!outages) throw new ActionError('failures are rehearsed in the embedded cluster only: `millrace up`');
}

async function beginFailure(viewer: Viewer, begin: JsonObject, signal: AbortSignal): Promise<string> {
  const [kind, namespace, name] = [begin.kind, begin.namespace, begin.name].map(one =>
    typeof one === 'string' ? one : '',
  ) as [string, string, string];
  const apiVersion = workloads.find(one => one[1] === kind)?.[0];
  const failure = failures.find(one => one.name === begin.failure);
  if (!apiVersion || !namespace || !name || !failure || !failuresOf(kind).includes(failure))
    throw new ActionError('say what is to fail, and how (begin: {kind, namespace, name, failure})');
  const ref = { apiVersion, kind, namespace, name };
  const workload = await viewer.client.get(ref, { as: viewer.as, signal });
  const rule = { namespace, ...podsOf(kind, workload), failure: failure.name };
  await putRule(viewer, idOf({ kind, namespace, name }, failure.name), JSON.stringify([rule]), signal);
  return startAnew(viewer, ref, workload, signal);
}

/** By what the Pods of a workload are known. */
function podsOf(kind: string, workload: KubeObject): JsonObject {
  const { name } = workload.metadata;
  if (kind === 'CronJob') return { name: `${name}-*` };
  if (kind === 'Job') return { labels: { 'batch.kubernetes.io/job-name': name } };
  const labels = at(asJson(workload), 'spec', 'selector', 'matchLabels');
  return isObject(labels) && Object.keys(labels).length > 0 ? { labels } : { name: `${name}-*` };
}

/** Under this name a change of a Pod template is no drift (Flux's FAQ, rollout restart). */
const leftAlone = 'flux-client-side-apply';

/** As `kubectl rollout restart` does; a Job runs once, and is made again by whoever has applied it. */
async function startAnew(
  { client, as }: Viewer,
  ref: ObjectRef,
  workload: KubeObject,
  signal: AbortSignal,
): Promise<string> {
  if (ref.kind === 'CronJob') return 'it fails at its next run';
  const owner = ownerOf(workload);
  if (ref.kind === 'Job') {
    if (owner?.kind !== 'Kustomization')
      return 'it fails when somebody makes it again: nobody here does that now';
    await client.delete(ref, { as, signal, propagation: 'Background' });
  } else {
    const now = new Date().toISOString();
    const annotations = { 'kubectl.kubernetes.io/restartedAt': now };
    const patch = { spec: { template: { metadata: { annotations } } } };
    await client.patch(ref, 'strategic', patch, { as, signal, fieldManager: leftAlone });
  }
  const said =
    ref.kind === 'Job' ? 'it is made again, and fails' : 'its Pods are replaced, and the new ones fail';
  if (!owner) return said;
  // Who has applied it looks at once, and sees how it is.
  const asking = { metadata: { annotations: { [names.requestedAt]: new Date().toISOString() } } };
  await client.patch(owner, 'merge', asking, { as, signal, fieldManager: 'flux' }).catch(error => {
    if (!isNotFound(error)) throw error;
  });
  return said;
}

function ownerOf({ metadata: { labels = {} } }: KubeObject): ObjectRef | undefined {
  for (const kind of [kustomization, helmRelease]) {
    const [name, namespace] = [labels[`${kind.group}/name`], labels[`${kind.group}/namespace`]];
    if (name && namespace) return { apiVersion: apiVersionOfKind(kind), kind: kind.kind, namespace, name };
  }
  return undefined;
}

/** A key of a ConfigMap that says what it is about; no part of it can have an underscore. */
const idOf = ({ kind, namespace, name }: Target, failure: string) =>
  `${prefix}${[kind, namespace, name, failure].join('_')}`;

function ruleIn(id: string): Rehearsed['rules'][number] | undefined {
  const [kind, namespace, name, failure] = id.slice(prefix.length).split('_');
  if (!id.startsWith(prefix) || !kind || !namespace || !name || !failure) return undefined;
  return { kind, namespace, name, failure, id };
}

async function rulesOf({ client, as }: Viewer, signal: AbortSignal): Promise<JsonObject> {
  try {
    const data = asJson(await client.get(rulesRef, { as, signal })).data;
    return isObject(data) ? data : {};
  } catch (error) {
    if (isNotFound(error)) return {};
    throw error;
  }
}

/** Write one rule, or take it away. */
async function putRule(
  { client, as }: Viewer,
  id: string,
  text: string | null,
  signal: AbortSignal,
): Promise<void> {
  const options = { as, signal, fieldManager: 'millrace-page' } as const;
  try {
    await client.patch(rulesRef, 'merge', { data: { [id]: text } }, options);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    if (text === null) return;
    const { apiVersion, kind, name, namespace } = rulesRef;
    const made = { apiVersion, kind, metadata: { name, namespace: namespace! }, data: { [id]: text } };
    await client.create(made, options);
  }
}
