import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GitRepository, gitRepository, type Kustomization, kustomization, names } from '@millrace/api';
import { startGitServer } from '@millrace/cluster';
import {
  delay,
  isNotFound,
  type KubeClient,
  type KubeObject,
  kubeClient,
  loadConnection,
  type ObjectRef,
} from '@millrace/kube';
import { type Clone, cloneOf } from './fleet.ts';
import { millrace, type Running } from './process.ts';

/** A cluster, the controllers against it as a process of their own, and a Git server. */
export interface System {
  client: KubeClient;
  /** A namespace of this system's own: clusters may be shared. */
  namespace: string;
  controllers: Running;
  kubeconfig: string;
  folder: string;
  /** A new repository, a clone of it, and its URL. */
  repository(name: string): Promise<{ url: string; clone: Clone }>;
  /** Apply a GitRepository for a URL. */
  source(name: string, url: string, spec?: Partial<GitRepository['spec']>): Promise<void>;
  kustomization(name: string, spec: Partial<Kustomization['spec']>): Promise<void>;
  get<T extends KubeObject>(ref: ObjectRef): Promise<T | undefined>;
  /** Wait until the object is as it should be; fails with what it is instead. */
  until<T extends KubeObject>(
    ref: ObjectRef,
    what: string,
    test: (object: T | undefined) => boolean,
    patience?: number,
  ): Promise<T>;
  ref(
    kind: 'GitRepository' | 'Kustomization' | 'ConfigMap' | 'Deployment' | 'Event',
    name: string,
  ): ObjectRef;
  /** Delete what the namespace has of a kind, and wait until it is gone. Somebody else may delete it too. */
  clear(apiVersion: string, kind: string): Promise<void>;
  stop(): Promise<void>;
}

const versions = {
  GitRepository: `${gitRepository.group}/v1`,
  Kustomization: `${kustomization.group}/v1`,
  ConfigMap: 'v1',
  Event: 'v1',
  Deployment: 'apps/v1',
};

let count = 0;

/**
 * @param inPod the controllers take the namespace for the one that they live in themselves
 * @param env of the controllers, beside that of the tests
 */
export async function startSystem(
  args: string[] = [],
  { inPod = false, env = {} }: { inPod?: boolean; env?: Record<string, string> } = {},
): Promise<System> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-e2e-'));
  const given = process.env.MILLRACE_E2E_KUBECONFIG;
  const cluster = given
    ? undefined
    : millrace(['cluster', 'start', '--in-memory', '--data-dir', join(folder, 'cluster')]);
  const kubeconfig = given ?? (await cluster!.saw(/export KUBECONFIG=(\S+)/))[1]!;
  const namespace = `e2e-${process.pid}-${count++}`;
  // Clusters may be shared: these controllers look after this system's namespace only.
  const only = ['--watch-all-namespaces=false', '--namespace', namespace];
  const place = ['--kubeconfig', kubeconfig, '--data-dir', join(folder, 'controllers')];
  if (inPod) place.push('--storage-addr', '127.0.0.1:0');
  const controllers = millrace(['controllers', 'run', '--install', ...place, ...only, ...args], {
    env: inPod ? { ...env, RUNTIME_NAMESPACE: namespace } : env,
  });
  const client = kubeClient(loadConnection({ path: kubeconfig }));
  const server = await startGitServer({ root: join(folder, 'git'), onPush: name => void wake(name) });
  await controllers.saw(/Starting manager/);
  await client.apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { as: 'own', fieldManager: 'e2e' },
  );

  const ref: System['ref'] = (kind, name) => ({ apiVersion: versions[kind], kind, namespace, name });
  const get: System['get'] = r => client.get<never>(r, { as: 'own' }).catch(unlessGone);
  /** What a Receiver would do at a webhook. */
  const wake = async (name: string) => {
    const { items } = await client.listAll<GitRepository>(versions.GitRepository, 'GitRepository', {
      namespace,
      as: 'own',
    });
    const patch = { metadata: { annotations: { [names.requestedAt]: new Date().toISOString() } } };
    for (const item of items) {
      if (item.spec.url.endsWith(`/${name}.git`))
        await client
          .patch(ref('GitRepository', item.metadata.name), 'merge', patch, { as: 'own' })
          .catch(unlessGone); // a test may have deleted it meanwhile
    }
  };

  const system: System = {
    client,
    namespace,
    controllers,
    kubeconfig,
    folder,
    ref,
    get,
    async repository(name) {
      const url = await server.createRepository(name, { defaultBranch: 'main' });
      return { url, clone: await cloneOf(url) };
    },
    async source(name, url, spec = {}) {
      const object = {
        ...ref('GitRepository', name),
        metadata: { name, namespace },
        spec: { interval: '1h', url, ref: { branch: 'main' }, ...spec },
      };
      await client.apply(plain(object), { as: 'own', fieldManager: 'e2e', force: true });
    },
    async kustomization(name, spec) {
      const all = {
        interval: '1h',
        retryInterval: '1h',
        prune: true,
        sourceRef: { kind: 'GitRepository', name: 'fleet' },
        ...spec,
      };
      await client.apply(plain({ ...ref('Kustomization', name), metadata: { name, namespace }, spec: all }), {
        as: 'own',
        fieldManager: 'e2e',
        force: true,
      });
    },
    async until<T extends KubeObject>(
      r: ObjectRef,
      what: string,
      test: (object: T | undefined) => boolean,
      patience = 15_000,
    ) {
      const end = Date.now() + patience;
      for (let object = await get<T>(r); ; object = await get<T>(r)) {
        if (test(object)) return object as T;
        if (Date.now() > end) {
          throw new Error(
            `${r.kind}/${r.name} did not become as expected: ${what}\n${JSON.stringify(object ?? null, null, 1)}\n${controllers.output().slice(-3000)}`,
          );
        }
        await delay(25);
      }
    },
    async clear(apiVersion, kind) {
      const { items } = await client.listAll(apiVersion, kind, { namespace, as: 'own' });
      const refs = items.map(({ metadata: { name } }) => ({ apiVersion, kind, namespace, name }));
      await Promise.all(refs.map(one => client.delete(one, { as: 'own' }).catch(unlessGone)));
      for (const one of refs) while (await get(one)) await delay(25);
    },
    async stop() {
      for (const kind of ['Kustomization', 'GitRepository'] as const)
        await system.clear(versions[kind], kind);
      await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, { as: 'own' });
      await Promise.all([server.stop(), system.controllers.stop()]); // a test may have started them anew
      await client.close();
      await cluster?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return system;
}

function unlessGone(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
}

function plain(object: {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string };
  spec: unknown;
}): KubeObject {
  const { apiVersion, kind, metadata, spec } = object;
  return { apiVersion, kind, metadata, spec };
}

/** The Ready condition of an object of ours. */
export function readyOf(
  object: KubeObject | undefined,
): { status: string; reason: string; message: string } | undefined {
  const conditions = (
    object?.status as
      | { conditions?: { type: string; status: string; reason: string; message: string }[] }
      | undefined
  )?.conditions;
  return conditions?.find(({ type }) => type === 'Ready');
}

export const isReady = (object: KubeObject | undefined): boolean => readyOf(object)?.status === 'True';

/** A ConfigMap with one entry, as YAML. */
export function configMap(name: string, value: string, namespace?: string): string {
  const where = namespace ? `\n  namespace: ${namespace}` : '';
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}${where}\ndata:\n  value: ${JSON.stringify(value)}\n`;
}
