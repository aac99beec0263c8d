import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { customResourceDefinition, kinds } from '@millrace/api';
import { startCluster } from '@millrace/cluster';
import { isObject } from '@millrace/json';
import {
  type KubeClient,
  type KubeObject,
  kubeClient,
  loadConnection,
  serviceAccountTokens,
} from '@millrace/kube';
import { parseAll } from '@millrace/yaml';
import { freePorts } from './free-port.ts';
import { millrace, type Running } from './process.ts';

const namespace = 'flux-system';

/** With the arguments that Flux's Deployments give them; addresses are this machine's. */
const deployed = {
  'notification-controller': [],
  'source-controller': [],
  'kustomize-controller': ['--feature-gates=ExternalArtifact=true'],
  'helm-controller': ['--feature-gates=ExternalArtifact=true'],
  'image-reflector-controller': [],
  'image-automation-controller': [],
  'source-watcher': [],
};
export type Component = keyof typeof deployed;
const components = Object.keys(deployed) as Component[];

const toolkitGroups = ['source', 'kustomize', 'helm', 'notification', 'image'].map(
  name => `${name}.toolkit.fluxcd.io`,
);
const rule = (apiGroups: string[], resources: string[], verbs: string[]) => ({ apiGroups, resources, verbs });
const reading = ['get', 'list', 'watch'];
const writing = [...reading, 'create', 'update', 'patch', 'delete'];

/** What `flux install` of v2.9 allows its controllers. */
const crdController = [
  rule([...toolkitGroups, 'source.extensions.fluxcd.io'], ['*'], ['*']),
  rule([''], ['namespaces', 'secrets', 'configmaps', 'serviceaccounts'], reading),
  rule([''], ['events'], ['create', 'patch']),
  rule([''], ['configmaps'], writing),
  rule([''], ['configmaps/status'], ['get', 'update', 'patch']),
  rule(['coordination.k8s.io'], ['leases'], writing),
  rule([''], ['serviceaccounts/token'], ['create']),
];

function binding(name: string, role: string, subjects: readonly string[]): KubeObject {
  const apiGroup = 'rbac.authorization.k8s.io';
  return {
    apiVersion: `${apiGroup}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup, kind: 'ClusterRole', name: role },
    subjects: subjects.map(subject => ({ kind: 'ServiceAccount', name: subject, namespace })),
  } as KubeObject;
}

function accessObjects(): KubeObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    ...components.map(name => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } })),
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'crd-controller' },
      rules: crdController,
    } as KubeObject,
    binding('crd-controller', 'crd-controller', components),
    binding('cluster-reconciler', 'cluster-admin', ['kustomize-controller', 'helm-controller']),
  ];
}

/** Flux's seven controllers, each a process of its own with no more rights than Flux gives it. */
export interface Separately {
  client: KubeClient;
  folder: string;
  ports: Record<'storage' | 'watcher' | 'events' | 'receiver', number>;
  running: Record<Component, Running>;
  /** Another of them. */
  replica(component: Component, args?: string[]): Running;
  stop(): Promise<void>;
}

export async function startSeparately(more: string[] = []): Promise<Separately> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-separately-'));
  const cluster = await startCluster({ inMemory: true });
  const client = kubeClient(loadConnection({ text: cluster.kubeconfig }));
  for (const object of [...kinds.map(customResourceDefinition), ...accessObjects()])
    await client.apply(object, { as: 'own', fieldManager: 'e2e' });
  client.discovery.invalidate();
  for (const name of components) await writeKubeconfig(client, cluster.kubeconfig, folder, name);
  const [storage = 0, watcher = 0, events = 0, receiver = 0] = await freePorts(4);
  const addresses: Partial<Record<Component, string[]>> = {
    'notification-controller': [`--events-addr=127.0.0.1:${events}`, `--receiverAddr=127.0.0.1:${receiver}`],
    'source-controller': storageArgs(join(folder, 'source'), storage),
    'source-watcher': storageArgs(join(folder, 'watcher'), watcher),
    'image-reflector-controller': [`--storage-path=${join(folder, 'images')}`],
  };
  const replica = (name: Component, args: string[] = []) =>
    millrace(
      [
        ...['controllers', 'run', `--controllers=${name}`, `--events-addr=http://127.0.0.1:${events}/`],
        ...['--watch-all-namespaces=true', '--log-level=info', '--log-encoding=json'],
        ...['--enable-leader-election', '--metrics-addr=127.0.0.1:0', '--health-addr=127.0.0.1:0'],
        ...deployed[name],
        ...(addresses[name] ?? []),
        ...more,
        ...args,
      ],
      { env: { RUNTIME_NAMESPACE: namespace, KUBECONFIG: join(folder, name, 'kubeconfig') } },
    );
  const started = components.map(name => [name, replica(name)] as const);
  await Promise.all(started.map(([, one]) => one.saw(/Starting manager/)));
  const running = Object.fromEntries(started) as Record<Component, Running>;
  return {
    client,
    folder,
    ports: { storage, watcher, events, receiver },
    running,
    replica,
    async stop() {
      await Promise.all(Object.values(running).map(one => one.stop()));
      await client.close();
      await cluster.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function storageArgs(path: string, port: number): string[] {
  const address = `127.0.0.1:${port}`;
  return [`--storage-path=${path}`, `--storage-addr=${address}`, `--storage-adv-addr=${address}`];
}

/** As a Pod has it: a token of its ServiceAccount, in a file. */
async function writeKubeconfig(client: KubeClient, admin: string, folder: string, name: Component) {
  const [config] = parseAll(admin);
  if (!isObject(config)) throw new Error('the embedded cluster gives no kubeconfig');
  const place = join(folder, name);
  await mkdir(place, { recursive: true });
  await writeFile(join(place, 'token'), await serviceAccountTokens(client).token({ namespace, name }, []));
  const cluster = (config.clusters as { name: string }[])[0]!.name;
  const contexts = [{ name: 'pod', context: { cluster, user: 'pod' } }];
  const users = [{ name: 'pod', user: { tokenFile: 'token' } }];
  const own = { ...config, users, contexts, 'current-context': 'pod' };
  await writeFile(join(place, 'kubeconfig'), JSON.stringify(own));
}
