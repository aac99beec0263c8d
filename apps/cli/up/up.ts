import { join } from 'node:path';
import { type Cluster, startClusterThread, startGitServer } from '@millrace/cluster';
import { createLogger, createMetrics, watchesOf } from '@millrace/controller';
import { delay, type KubeClient, type KubeObject, kubeClient, loadConnection } from '@millrace/kube';
import { addressOf, serveMetrics } from '@millrace/process';
import type { Globals } from '../globals.ts';
import { installKinds, startControllers } from './controllers.ts';
import { openDataFolder } from './data-folder.ts';
import { checkoutFleet, type Fleet, sampleFleet } from './fleet.ts';
import { describeUnready, watchFleet } from './fleet-view.ts';
import { aborted, interruption } from './interrupt.ts';
import { kubeconfigFile } from './kubeconfig-file.ts';
import { explainMissingKind } from './lacking.ts';
import { explainUnreachable, mappingsIn } from './mapping.ts';
import type { UpOptions } from './options.ts';
import { say } from './say.ts';
import type { Settled } from './settled.ts';
import type { Standings } from './standings.ts';
import { wakeSources } from './wake.ts';
import { applyObjects, objectsIn } from './with.ts';

/** Events arrive a little after what they tell of. */
const lastWords = 200;

/** `millrace up`. Returns the exit code. */
export async function up(
  fleetFolder: string | undefined,
  options: UpOptions,
  globals: Globals,
): Promise<number> {
  const signal = interruption();
  const given = objectsIn(options.with ?? []);
  const mappings = mappingsIn(options.map ?? []);
  const folder = openDataFolder(options.dataDir);
  const closing: (() => unknown)[] = [() => folder.release()];
  try {
    say('►', 'starting the cluster');
    const cluster = await startClusterThread({
      dataDir: join(folder.path, 'cluster'),
      ...(options.inMemory ? { inMemory: true } : {}),
    });
    closing.push(() => cluster.stop());
    const client = kubeClient(loadConnection({ text: cluster.kubeconfig }), { userAgent: 'millrace' });
    closing.push(() => client.close());

    const woken = { now: () => {} };
    const server = await startGitServerAt(folder.port('git'), join(folder.path, 'repositories'), () =>
      woken.now(),
    );
    folder.rememberPort('git', server.url);
    closing.push(() => server.stop());
    const fleet = fleetFolder
      ? await checkoutFleet(fleetFolder, options, server, signal)
      : await sampleFleet(server, signal);

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
    const controllersClient = kubeClient(loadConnection({ text: cluster.kubeconfig }), {
      userAgent: 'millrace',
      onAnswer: metrics.answered,
    });
    closing.push(() => controllersClient.close());
    const watches = watchesOf(controllersClient, log);
    const controllers = await startControllers(
      { client: controllersClient, watches, log, metrics },
      {
        urls: [...mappings, ...fleet.urls],
        flags: { 'storage-path': folder.path, 'storage-addr': `127.0.0.1:${folder.port('artifacts')}` },
        onServed: url => folder.rememberPort('artifacts', url),
      },
    );
    closing.push(() => controllers.stop());

    const view = watchFleet(client);
    closing.push(() => view.stop());
    await applyFleet(client, fleet);
    const wake = () => wakeSources(client, fleet.url, fleet.urls, new Date());
    woken.now = () => void wake().catch(error => say('✗', error.message));
    const request = await wake();
    closing.push(fleet.follow(woken.now));

    const timeout = options.once ? globals.timeout : Number.POSITIVE_INFINITY;
    const state = await view.settled(request, timeout, signal);
    await delay(lastWords, signal);
    report(state, view.standings);
    if (options.once) return state === 'ready' ? 0 : 1;
    tellHowToGoOn(cluster, fleet, fleetFolder, options);
    await aborted(signal);
    return 0;
  } catch (error) {
    if (signal.aborted) return options.once ? 130 : 0;
    throw error;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

async function startGitServerAt(port: number, root: string, onPush: () => void) {
  try {
    return await startGitServer({ root, port, onPush });
  } catch (error) {
    if (port === 0) throw error; // otherwise it is taken, or not ours to take: any will do
    return startGitServer({ root, onPush });
  }
}

async function applyFleet(client: KubeClient, fleet: Fleet): Promise<void> {
  const namespaces = new Set(fleet.objects.map(({ metadata }) => metadata.namespace ?? 'default'));
  const objects: KubeObject[] = [
    ...[...namespaces].map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...fleet.objects,
  ];
  for (const object of objects)
    await client.apply(object, { fieldManager: 'millrace-up', force: true, as: 'own' });
}

function report(state: Settled, standings: Standings): void {
  if (state === 'ready') {
    say(
      '✔',
      `${standings.size} ${standings.has('HelmRelease') ? 'sources, Kustomizations and HelmReleases' : 'sources and Kustomizations'} are ready`,
    );
    return;
  }
  say('✗', 'not everything is ready:');
  for (const line of describeUnready(standings)) say(' ', explainUnreachable(explainMissingKind(line)));
}

function tellHowToGoOn(cluster: Cluster, fleet: Fleet, folder: string | undefined, options: UpOptions): void {
  const kubeconfig = kubeconfigFile(cluster, join(options.dataDir, 'cluster'));
  const tries = folder
    ? ['commit a change in your checkout, and watch it arrive', 'kubectl get kustomizations -A']
    : [
        `git clone ${fleet.url} && cd fleet, change the replicas in apps/local/backend, commit and push`,
        'kubectl -n shop scale deployment api --replicas 7, and see it put back',
        'git rm a file of the fleet, push, and see its objects go',
      ];
  console.log(`
  export KUBECONFIG=${kubeconfig}
  the fleet: ${fleet.url}

  Try:
${tries.map((text, i) => `  ${i + 1}. ${text}`).join('\n')}

  Ctrl-C ends it; the next start goes on from ${options.dataDir}.
`);
}
