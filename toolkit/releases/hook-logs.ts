import type { Hook } from '@millrace/helm';
import { isObject, type Json } from '@millrace/json';
import { asJson, at, identityHeaders, isNotFound, type KubeObject } from '@millrace/kube';
import type { ReleaseContext } from './context.ts';
import { messageOf } from './release-error.ts';
import { resourcesIn } from './resource.ts';

/**
 * What the Pods of a hook have written, where its policy (`helm.sh/hook-output-log-policy`) asks for it after such an
 * end, is told to whoever wants it. What cannot be read is warned of.
 *
 * Rule: outputLogsByPolicy in pkg/action of helm v4.3.1
 */
export async function tellLogs(
  policy: 'hook-succeeded' | 'hook-failed',
  hook: Hook,
  on: ReleaseContext,
): Promise<void> {
  const { hookLogs, signal } = on;
  if (!hookLogs || !hook.outputLogPolicies.includes(policy)) return;
  try {
    for (const pod of await podsOf(hook, on))
      for (const container of containersOf(pod)) hookLogs(await logOf(pod, container, on));
  } catch (error) {
    signal.throwIfAborted();
    on.warn(`error outputting logs for hook ${hook.path}: ${messageOf(error)}`);
  }
}

async function podsOf({ kind, name, manifest }: Hook, on: ReleaseContext): Promise<KubeObject[]> {
  const { client, as, signal } = on;
  const [resource] = await resourcesIn(manifest, on);
  const namespace = resource?.ref.namespace ?? on.namespace;
  if (kind === 'Job') {
    const labelSelector = `job-name=${name}`;
    return (await client.listAll('v1', 'Pod', { namespace, labelSelector, as, signal })).items;
  }
  if (kind !== 'Pod') return [];
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace, name };
  return client.get(ref, { as, signal }).then(
    pod => [pod],
    error => {
      if (isNotFound(error)) return [];
      throw error;
    },
  );
}

function containersOf(pod: KubeObject): string[] {
  const containers: Json | undefined = at(asJson(pod), 'spec', 'containers');
  if (!Array.isArray(containers)) return [];
  return containers.flatMap(one => (isObject(one) && typeof one.name === 'string' ? [one.name] : []));
}

async function logOf(
  { metadata: { name, namespace = '' } }: KubeObject,
  container: string,
  { client, as, signal }: ReleaseContext,
): Promise<string> {
  const [place, pod, which] = [namespace, name, container].map(encodeURIComponent);
  const path = `/api/v1/namespaces/${place}/pods/${pod}/log?container=${which}`;
  return (await client.transport.send({ method: 'GET', path, headers: identityHeaders(as), signal })).text;
}
