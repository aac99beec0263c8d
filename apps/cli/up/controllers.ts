import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { customResourceDefinition, gitRepository, type Kind, kustomization } from '@millrace/api';
import { artifactStorage, serveArtifacts } from '@millrace/artifact';
import {
  type Environment,
  type Logger,
  type Metrics,
  startController,
  watchesOf,
} from '@millrace/controller';
import { type KubeClient, requestKindOf, type TransportRequest } from '@millrace/kube';
import { kustomizationReconciler, startBuilder } from '@millrace/kustomize-controller';
import { gitRepositoryReconciler, type UrlMap } from '@millrace/source-controller';

/** The kinds that this version serves. */
export const kinds: Kind[] = [gitRepository, kustomization];

export interface ControllersOptions {
  dataDir: string;
  log: Logger;
  metrics: Metrics;
  storage?: { host: string; port: number; advertise?: string };
  urls?: UrlMap;
  concurrency?: number;
  crossNamespaceRefs?: boolean;
  defaultServiceAccount?: string;
  labelSelector?: string;
  /** Only objects of this namespace. */
  namespace?: string;
}

export interface Controllers {
  /** Where artifacts are served. */
  artifactsUrl: string;
  stop(): Promise<void>;
}

/** Make the cluster know the kinds. What is there already and the same stays as it is. */
export async function installKinds(client: KubeClient): Promise<void> {
  for (const kind of kinds) {
    await client.apply(customResourceDefinition(kind), {
      fieldManager: 'millrace',
      force: true,
      as: 'own',
    });
  }
  client.discovery.invalidate();
}

/** Run the controllers in this process against one cluster. */
export async function startControllers(
  client: KubeClient,
  options: ControllersOptions,
): Promise<Controllers> {
  const { dataDir, log, metrics } = options;
  const root = join(dataDir, 'artifacts');
  await mkdir(root, { recursive: true });
  const server = await serveArtifacts(root, options.storage);
  const baseUrl = options.storage?.advertise ? `http://${options.storage.advertise}` : server.url;
  const storage = artifactStorage(root, () => baseUrl);
  const watches = watchesOf(client, log);
  const environment: Environment = { client, watches, log, metrics };
  const builder = startBuilder();
  const { concurrency, labelSelector, namespace, crossNamespaceRefs, defaultServiceAccount } = options;
  const settings = { ...(concurrency ? { concurrency } : {}), labelSelector, namespace };
  const sources = gitRepositoryReconciler(environment, {
    storage,
    gitFolder: join(dataDir, 'git'),
    urls: options.urls ?? [],
  });
  const kustomizations = kustomizationReconciler(environment, {
    builder,
    crossNamespaceRefs,
    defaultServiceAccount,
  });
  const running = await Promise.all([
    startController(sources, environment, settings),
    startController(kustomizations, environment, settings),
  ]);
  return {
    artifactsUrl: server.url,
    async stop() {
      await Promise.all(running.map(controller => controller.stop()));
      watches.stop();
      await Promise.all([builder.stop(), server.stop()]);
    },
  };
}

/** Counts the answers of the API server. */
export function counting(metrics: Metrics): (request: TransportRequest, code: number) => void {
  return (request, code) => {
    metrics.requests.inc({ method: request.method, code: String(code) });
    metrics.requestKinds.inc({ ...requestKindOf(request) });
  };
}
