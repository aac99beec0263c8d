import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asKubeObject, kubeClient, loadConnection } from '@millrace/kube';
import { parseAll } from '@millrace/yaml';
import { millrace, type Running } from '../../../e2e/process.ts';

/** The program, as a file that Node runs. */
export const main = fileURLToPath(new URL('../main.ts', import.meta.url));

export interface Result {
  code: number;
  out: string;
  err: string;
}

export const lines = (text: string) => text.trimEnd().split('\n');
/** The first column of a table without its headings. */
export const names = ({ out }: Result) =>
  lines(out)
    .slice(1)
    .map(line => line.split('\t')[0]!.trim());

/** The Kustomizations of the sample fleet. */
export const fleet = ['backend', 'definitions', 'flux-system', 'frontend', 'monitoring', 'platform'];

export const broken = `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: broken, namespace: team }
spec:
  interval: 1h
  prune: true
  path: ./missing
  sourceRef: { kind: GitRepository, name: flux-system, namespace: flux-system }
`;

/** What an installation in the cluster looks like to the command line. */
const controller = `apiVersion: apps/v1
kind: Deployment
metadata: { name: source-controller, namespace: team, labels: { app.kubernetes.io/part-of: flux } }
spec:
  selector: { matchLabels: { app: source-controller } }
  template:
    metadata: { labels: { app: source-controller } }
    spec: { containers: [{ name: manager, image: "ghcr.io/fluxcd/source-controller:v1.9.0" }] }
`;

const allowed = `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: developers, namespace: team }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: Group, name: developers }]
`;

/** `millrace up` with the sample fleet, and a namespace of odd things beside it. */
export interface SampleUp {
  folder: string;
  kubeconfig: string;
  up: Running;
  /** Run the program to its end, against this cluster. */
  run(...args: string[]): Promise<Result>;
  stop(): Promise<void>;
}

export async function sampleUp(): Promise<SampleUp> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-cli-'));
  const up = millrace(['up', '--in-memory', '--data-dir', join(folder, 'data')]);
  const kubeconfig = (await up.saw(/export KUBECONFIG=(\S+)/))[1]!;
  const client = kubeClient(loadConnection({ path: kubeconfig }));
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } };
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'login', namespace: 'team' },
    stringData: { username: 'git' },
  };
  const source = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'private', namespace: 'team', labels: { stage: 'test' } },
    spec: {
      interval: '1h',
      url: 'https://127.0.0.1:1/none.git',
      secretRef: { name: 'login' },
      suspend: true,
    },
  };
  const texts = [broken, controller, allowed].flatMap(text => parseAll(text)).map(asKubeObject);
  for (const object of [namespace, secret, source, ...texts])
    await client.apply(object, { as: 'own', fieldManager: 'test' });
  await client.close();
  const env = { ...process.env, KUBECONFIG: kubeconfig, FLUX_SYSTEM_NAMESPACE: '' };
  return {
    folder,
    kubeconfig,
    up,
    run: (...args) =>
      new Promise(resolve => {
        execFile(process.execPath, [main, ...args], { env, cwd: folder }, (error, out, err) =>
          resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
        );
      }),
    async stop() {
      await up.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
