import { cloud } from '@millrace/cloud';
import { startController } from '@millrace/controller';
import { serviceAccountTokens } from '@millrace/kube';
import { identityOf, network, rehearsedIdentity, type Transport } from '@millrace/notifications';
import { addressOf, eventsListener, type Program } from '@millrace/process';
import { requireObjectLevelIdentity } from '@millrace/process/flags';
import { type Dispatch, startEvents } from './events/index.ts';
import { notificationFlags } from './flags/index.ts';
import { component } from './names.ts';
import { receiverReconciler, serveReceivers } from './receivers/index.ts';

/** What another program than the network does with notifications, on somebody's own machine. */
export interface Outlet {
  /** Nothing is sent: Secrets and clouds that are not there are no hindrance. */
  rehearses: boolean;
  /** By what a dispatch leaves. */
  transport(dispatch: Dispatch): Transport;
  /** Told of each dispatch as it begins. */
  follow(dispatch: Dispatch, ended: Promise<void>): void;
}

/** What somebody's own machine has of its own. */
export interface Local {
  outlet?: Outlet | undefined;
  /** Told of the port at which webhooks are received. */
  onReceiving?(port: number): void;
}

/** Those of notification-controller v1.9.3. */
const gates = {
  ObjectLevelWorkloadIdentity: false,
  // Moot: what they turn on or off is done otherwise here, or always.
  CacheSecretsAndConfigMaps: false,
  DisableConfigWatchers: false,
};

export const notificationController = ({
  outlet,
  onReceiving,
}: Local = {}): Program<typeof notificationFlags, keyof typeof gates> => ({
  name: component,
  flags: notificationFlags,
  gates,
  async start({ environment, settings: all, flags: given, gates: open, inCluster, alone }) {
    requireObjectLevelIdentity(given.defaultServiceAccount, open.ObjectLevelWorkloadIdentity, alone);
    // There are no shards of Alerts: each tells of the events of all.
    const { labelSelector: _shard, ...settings } = all;
    // Flux's port is that of artifacts too, and of one process only one can have it.
    const usual = !inCluster ? '0' : alone ? ':9090' : ':9091';
    const clouds = cloud({
      serviceAccounts: serviceAccountTokens(environment.client),
      objectLevel: open.ObjectLevelWorkloadIdentity,
      tokens: {
        maxSize: given.tokenCacheMaxSize,
        maxDuration: given.tokenCacheMaxDuration,
        told: environment.metrics.tokens,
      },
    });
    const { events: _, ...own } = environment;
    const receivers = await startController(receiverReconciler(own, { component }), own, settings);
    const webhooks = addressOf(given.receiverAddr, 'receiverAddr');
    const server = webhooks
      ? await serveReceivers(webhooks, {
          ...own,
          receivers: receivers.objects,
          crossNamespaceRefs: !given.noCrossNamespaceRefs,
          pathMetrics: given.exportHttpPathMetrics,
        })
      : undefined;
    if (server) onReceiving?.(server.port);
    const wire = network();
    const events = await startEvents(environment, settings, {
      address: eventsListener(given.eventsAddr, usual),
      identities: {
        of: who => (outlet?.rehearses ? rehearsedIdentity : identityOf(clouds, who)),
        objectLevel: open.ObjectLevelWorkloadIdentity,
        defaultServiceAccount: given.defaultServiceAccount || undefined,
      },
      transport: outlet?.transport ?? (() => wire),
      follow: outlet?.follow,
      rehearses: outlet?.rehearses ?? false,
      rateLimitInterval: given.rateLimitInterval,
      crossNamespaceRefs: !given.noCrossNamespaceRefs,
    });
    return {
      async stop() {
        await server?.close();
        await Promise.all([receivers.stop(), events.stop()]);
      },
    };
  },
});
