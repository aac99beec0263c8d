import { join } from 'node:path';
import type { ThreadCluster } from '@millrace/cluster';
import { audited, createLogger, createMetrics, eventFeed, watchesOf } from '@millrace/controller';
import { delay, type KubeClient, type KubeObject, kubeClient, loadConnection } from '@millrace/kube';
import { addressOf, serveMetrics } from '@millrace/process';
import { journalOf } from '@millrace/web';
import type { Globals } from '../globals.ts';
import { auditTo } from './audit.ts';
import type { Beginning } from './beginning.ts';
import { bootstrapFleet, bootstrappedFleet, gitHubUser } from './bootstrapped-fleet.ts';
import { installKinds, startControllers } from './controllers.ts';
import type { DataFolder } from './data-folder.ts';
import { checkoutFleet, type Fleet, sampleFleet, unfollowed } from './fleet.ts';
import { watchFleet } from './fleet-view.ts';
import { freePort } from './free-port.ts';
import { inbox } from './inbox.ts';
import { aborted } from './interrupt.ts';
import { localGit } from './local-git.ts';
import type { Mapping } from './mapping.ts';
import type { NotificationMode } from './notification-mode.ts';
import type { UpOptions } from './options.ts';
import { placesOf } from './places.ts';
import { report, tellHowToGoOn, tellPushed } from './report.ts';
import { say } from './say.ts';
import { type Arrivals, type Servers, startServers } from './servers.ts';
import { wakePulls, wakeSources } from './wake.ts';
import { serveWeb } from './web.ts';
import { applyObjects } from './with.ts';

/** Events arrive a little after what they tell of. */
const lastWords = 200;

/** What was asked for, and looked at, before anything is started. */
export interface Asked {
  fleetFolder: string | undefined;
  begun: Beginning | undefined;
  given: KubeObject[];
  mappings: Mapping[];
  mode: NotificationMode;
  showsWeb: boolean;
}

export interface Circumstances {
  options: UpOptions;
  globals: Globals;
  signal: AbortSignal;
  /** What is to be done at the end, the last first. */
  closing: (() => unknown)[];
}

/** The fleet of `millrace up`, once its cluster answers. Returns the exit code. */
export async function runFleet(
  cluster: ThreadCluster,
  folder: DataFolder,
  { fleetFolder, begun, given, mappings, mode, showsWeb }: Asked,
  { options, globals, signal, closing }: Circumstances,
): Promise<number> {
  const connection = { ...loadConnection({ text: cluster.kubeconfig }), direct: cluster };
  const client = kubeClient(connection, { userAgent: 'millrace' });
  closing.push(() => client.close());

  const arrivals: Arrivals = { commits() {}, pushed() {}, artifact() {} };
  const servers = await startServers(folder, arrivals, begun === 'empty' ? { gitHubUser } : {});
  closing.push(() => servers.stop());
  const { git, local } = servers;
  const places = await placesOf(mappings, local, git, signal);
  const fleet = await fleetOf(begun, servers, signal, () =>
    checkoutFleet(fleetFolder ?? '.', options, git, signal),
  );
  const map = [...places.urls, ...fleet.urls];

  await installKinds(client);
  await applyObjects(client, given);
  const log = createLogger({
    level: globals.verbose ? 'debug' : 'info',
    file: join(folder.path, 'controllers.log'),
  });
  const metrics = createMetrics();
  const metricsAddress = addressOf(options.metricsAddr ?? '0', 'metrics-addr');
  if (metricsAddress) {
    const metricsServer = await serveMetrics(metricsAddress, metrics);
    closing.push(() => metricsServer.close());
  }
  const controllersClient = kubeClient(connection, {
    userAgent: 'millrace',
    onAnswer: metrics.answered,
  });
  closing.push(() => controllersClient.close());
  const watches = watchesOf(controllersClient, log);
  const audit = options.auditLog ? await auditTo(options.auditLog, log) : undefined;
  closing.push(() => audit?.close());
  const inboxFile = join(folder.path, 'notifications.jsonl');
  // What is sent is not kept.
  const notifications = showsWeb && mode === 'print' ? await journalOf(inboxFile) : undefined;
  const house = {
    client,
    watches,
    servers,
    notifications,
    audit: audit?.journal,
    localGit: localGit(git, map),
  };
  const web = showsWeb ? await serveWeb(folder, house) : undefined;
  closing.push(() => web?.stop());
  let receiver = '';
  const controllers = await startControllers(
    {
      client: audit ? audited(controllersClient, audit.write) : controllersClient,
      watches,
      log,
      metrics,
      events: eventFeed(),
      ...(audit ? { audit: audit.write } : {}),
    },
    {
      urls: map,
      flags: {
        'storage-path': folder.path,
        'storage-addr': `127.0.0.1:${folder.port('artifacts')}`,
        receiverAddr: `127.0.0.1:${await freePort(folder.port('receiver'))}`,
        'no-cross-namespace-refs': String(!options.crossNamespaceRefs),
        ...(options.defaultServiceAccount === undefined
          ? {}
          : { 'default-service-account': options.defaultServiceAccount }),
      },
      onServed: url => folder.rememberPort('artifacts', url),
      onReceiving(port) {
        receiver = `http://127.0.0.1:${port}`;
        folder.rememberPort('receiver', receiver);
      },
      outlet: inbox(mode, { file: inboxFile, journal: notifications, colour: process.stdout.isTTY }),
    },
  );
  closing.push(() => controllers.stop());

  const view = watchFleet(client);
  closing.push(() => view.stop());
  await applyFleet(client, fleet);
  const waking = () => ({ client, map, now: new Date() });
  const wake = (url = fleet.url) => wakeSources(url, waking());
  const failed = (error: Error) => say('✗', error.message);
  arrivals.commits = () => void wake().catch(failed);
  arrivals.pushed = (repository, refs) => {
    if (fleetFolder) tellPushed(fleet.url, refs);
    void wake(git.readUrl(repository)).catch(failed);
  };
  arrivals.artifact = repository => void wakePulls(repository, local.host, waking()).catch(failed);
  if (options.bootstrap) await bootstrapFleet(fleet.url, options, { client, globals, signal });
  const offer = { cluster, fleet, git, local, receiver, begun, web: web?.url };
  if (begun === 'empty') {
    closing.push(places.follow());
    tellHowToGoOn(offer, options);
    await aborted(signal);
    return 0;
  }
  const request = await wake();
  closing.push(fleet.follow(() => arrivals.commits()));
  if (!options.once) closing.push(places.follow());

  const timeout = options.once ? globals.timeout : Number.POSITIVE_INFINITY;
  const state = await view.settled(request, timeout, signal);
  await delay(lastWords, signal);
  await report(state, view.standings, { client, map });
  if (options.once) return state === 'ready' ? 0 : 1;
  tellHowToGoOn(offer, options);
  await aborted(signal);
  return 0;
}

function fleetOf(
  begun: Beginning | undefined,
  servers: Servers,
  signal: AbortSignal,
  checkout: () => Promise<Fleet>,
): Promise<Fleet> | Fleet {
  switch (begun) {
    case undefined:
      return checkout();
    case 'empty':
      return unfollowed('');
    case 'bootstrap':
      return bootstrappedFleet(servers);
    case 'sample':
      return sampleFleet(servers, signal);
  }
}

/** Whom a fleet may impersonate that was written for an installation of Flux: two of its controllers may do everything. */
function reconcilers(): KubeObject[] {
  const namespace = 'flux-system';
  const accounts = ['kustomize-controller', 'helm-controller'].map(name => ({ name, namespace }));
  const apiGroup = 'rbac.authorization.k8s.io';
  const binding = {
    apiVersion: `${apiGroup}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: `cluster-reconciler-${namespace}` },
    roleRef: { apiGroup, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: accounts.map(account => ({ kind: 'ServiceAccount', ...account })),
  };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    ...accounts.map(metadata => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata })),
    binding,
  ];
}

async function applyFleet(client: KubeClient, fleet: Fleet): Promise<void> {
  const namespaces = new Set(fleet.objects.map(({ metadata }) => metadata.namespace ?? 'default'));
  const objects: KubeObject[] = [
    ...[...namespaces].map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...(fleet.objects.length > 0 ? reconcilers() : []),
    ...fleet.objects,
  ];
  for (const object of objects)
    await client.apply(object, { fieldManager: 'millrace-up', force: true, as: 'own' });
}
