import { startCluster } from '@millrace/cluster';
import { loadChart } from '@millrace/helm';
import { type KubeClient, kubeClient, loadConnection } from '@millrace/kube';
import {
  helmWords,
  type InstallOptions,
  localChart,
  observeByName,
  type ReleaseContext,
  recordsIn,
  waiterOn,
} from '@millrace/releases';

/** A chart `app` of these files, beside its Chart.yaml. */
export function chartOf(files: Record<string, string>, version = '1.0.0') {
  const head = `apiVersion: v2\nname: app\nversion: ${version}\n`;
  const all = Object.entries({ 'Chart.yaml': head, ...files });
  return localChart(loadChart(all.map(([name, text]) => ({ name, data: Buffer.from(text) }))));
}

/** An API server in which nothing lives, so that a test says itself what becomes of what is applied. */
export async function lifelessCluster() {
  const cluster = await startCluster({ inMemory: true, simulate: false });
  const client = kubeClient(loadConnection({ text: cluster.kubeconfig }));
  let count = 0;
  return {
    client,
    /** A namespace that nobody has used. Returns its name. */
    async namespace(prefix: string): Promise<string> {
      const name = `${prefix}-${count++}`;
      await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { as: 'own' });
      return name;
    },
    async stop(): Promise<void> {
      await client.close();
      await cluster.stop();
    },
  };
}

/** What an action works with in a namespace, and what it has warned of. */
export function contextIn(client: KubeClient, namespace: string): ReleaseContext & { warnings: string[] } {
  const warnings: string[] = [];
  const { signal } = new AbortController();
  return {
    client,
    as: 'own',
    fieldManager: 'helm',
    namespace,
    records: recordsIn({ client, as: 'own', namespace }),
    waiter: waiterOn(observeByName(client), 'watcher', helmWords),
    signal,
    warnings,
    warn: message => void warnings.push(message),
  };
}

/** The options of an install, and of most of an upgrade. */
export function optionsFor(
  files: Record<string, string>,
  more: Partial<InstallOptions> = {},
): InstallOptions {
  return {
    chart: chartOf(files),
    name: 'app',
    values: {},
    serverSide: true,
    forceConflicts: true,
    takeOwnership: false,
    disableHooks: false,
    timeout: 5000,
    waitForJobs: true,
    ...more,
  };
}

export const configMap = (name: string, value: string, annotations = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  annotations: {${annotations}}\ndata: {value: "${value}"}\n`;
