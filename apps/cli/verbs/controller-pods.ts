import { asJson, conditionOf, type KubeObject } from '@millrace/kube';
import type { Session } from './session.ts';
import { linesOfStream } from './split-lines.ts';

/** What Flux labels its own Deployments and definitions with. */
export const partOfFlux = 'app.kubernetes.io/part-of=flux';

export interface ControllerContainer {
  name?: string;
  image?: string;
  command?: string[];
}

interface PodTemplateSpec {
  metadata?: { labels?: Record<string, string> };
  spec?: { containers?: ControllerContainer[] };
}

/** A controller of Flux that runs in the cluster. */
export interface ControllerDeployment extends KubeObject {
  spec: { template: PodTemplateSpec };
}

interface Pod extends KubeObject {
  spec: { containers?: { name?: string }[] };
  status?: { phase?: string };
}

export async function controllerDeployments(
  { client, signal }: Session,
  namespace: string,
): Promise<ControllerDeployment[]> {
  const options = { namespace, labelSelector: partOfFlux, signal, as: 'own' as const };
  const { items } = await client.listAll<ControllerDeployment>('apps/v1', 'Deployment', options);
  return items;
}

/** One Pod for each controller: the one that works, where there are several. */
export async function controllerPods(session: Session, namespace: string): Promise<Pod[]> {
  const deployments = await controllerDeployments(session, namespace);
  const pods = await Promise.all(
    deployments.map(async ({ spec }) => {
      const labels = Object.entries(spec.template.metadata?.labels ?? {});
      const labelSelector = labels.map(([key, value]) => `${key}=${value}`).join(',');
      const options = { namespace, labelSelector, signal: session.signal, as: 'own' as const };
      const { items } = await session.client.listAll<Pod>('v1', 'Pod', options);
      return items.sort((a, b) => rankOf(a) - rankOf(b)).slice(0, 1);
    }),
  );
  return pods.flat();
}

function rankOf(pod: Pod): number {
  if (conditionOf(asJson(pod), 'Ready')?.status === 'True') return 0;
  return pod.status?.phase === 'Running' ? 1 : 2;
}

export interface PodLogOptions {
  follow: boolean;
  tail?: number | undefined;
  /** Milliseconds since the epoch. */
  since?: number | undefined;
}

/** In a Pod of several containers, the controller is the one of this name. */
const controllerContainer = 'manager';

/** The lines that a Pod has written. Throws ApiError where the cluster does not give them. */
export async function* linesOfPod(
  { client, signal }: Session,
  pod: Pod,
  options: PodLogOptions,
): AsyncGenerator<string> {
  const { name, namespace = '' } = pod.metadata;
  const query = new URLSearchParams();
  if (options.follow) query.set('follow', 'true');
  if (options.tail !== undefined) query.set('tailLines', String(options.tail));
  if (options.since !== undefined)
    query.set('sinceTime', `${new Date(options.since).toISOString().slice(0, 19)}Z`);
  if ((pod.spec.containers?.length ?? 0) > 1) query.set('container', controllerContainer);
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log?${query}`;
  const stream = await client.transport.stream({ method: 'GET', path, signal });
  try {
    yield* linesOfStream(stream.chunks);
  } finally {
    stream.close();
  }
}
