import { customResourceDefinition, kinds, type Receiver } from '@millrace/api';
import { startCluster } from '@millrace/cluster';
import { createLogger, createMetrics, startController, watchesOf } from '@millrace/controller';
import { type KubeClient, kubeClient, loadConnection, type WatchCache } from '@millrace/kube';
import {
  receiverReconciler,
  type ServerDeps,
  serveReceivers,
} from '@millrace/notification-controller/receivers';

/** A cluster, and what receives webhooks for it, in this process. */
export interface Listening {
  client: KubeClient;
  port: number;
  receivers: WatchCache<Receiver>;
  metrics: ServerDeps['metrics'];
  /** Another server beside the first. */
  serve(given: Partial<ServerDeps>): ReturnType<typeof serveReceivers>;
  stop(): Promise<void>;
}

export async function startListening(given: Partial<ServerDeps> = {}): Promise<Listening> {
  const cluster = await startCluster({ inMemory: true, simulate: false });
  const client = kubeClient(loadConnection({ text: cluster.kubeconfig }));
  for (const kind of kinds)
    await client.apply(customResourceDefinition(kind), { as: 'own', fieldManager: 'stage' });
  const log = createLogger({ file: '/dev/null' });
  const metrics = createMetrics();
  const environment = { client, watches: watchesOf(client, log), log, metrics };
  const reconciler = receiverReconciler(environment, { component: 'notification-controller' });
  const controller = await startController(reconciler, environment);
  const serve = (more: Partial<ServerDeps>) =>
    serveReceivers(
      { host: '127.0.0.1', port: 0 },
      {
        ...environment,
        receivers: controller.objects,
        crossNamespaceRefs: true,
        pathMetrics: false,
        ...more,
      },
    );
  const server = await serve(given);
  return {
    client,
    metrics,
    port: server.port,
    receivers: controller.objects,
    serve: more => serve({ ...more, metrics: createMetrics() }),
    async stop() {
      await server.close();
      await controller.stop();
      environment.watches.stop();
      await client.close();
      await cluster.stop();
    },
  };
}
