import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from '@millrace/git';

/** A checkout with as many Kustomizations as wanted, each with a folder of four objects. */
export interface FleetRepository {
  path: string;
  /** The first commit. */
  head: string;
  /** Write another value into so many folders, from the first on, and commit. Returns the commit. */
  change(value: number, folders: number): Promise<string>;
}

const author: [string, string][] = [
  ['user.name', 'bench'],
  ['user.email', 'bench@example.com'],
  ['commit.gpgSign', 'false'],
  ['gc.auto', '0'],
];

const nameOf = (i: number) => `app-${String(i).padStart(5, '0')}`;

/** A checkout without commits. Returns what commits all that lies in it, and tells the commit. */
export async function makeCheckout(path: string): Promise<(message: string) => Promise<string>> {
  const run = async (...args: string[]) =>
    (
      await git({
        args: ['-C', path, ...args],
        what: args[0]!,
        settings: author,
        signal: AbortSignal.timeout(120_000),
      })
    )
      .toString('utf8')
      .trim();
  await mkdir(path, { recursive: true });
  await run('init', '--quiet', '--initial-branch=main', '.');
  return async message => {
    await run('add', '--all');
    await run('commit', '--quiet', '--message', message);
    return run('rev-parse', 'HEAD');
  };
}

/** @param size how many Kustomizations */
export async function makeFleet(path: string, size: number): Promise<FleetRepository> {
  const commit = await makeCheckout(path);
  await mkdir(join(path, 'clusters', 'bench'), { recursive: true });
  for (let i = 0; i < size; i++) {
    const name = nameOf(i);
    await mkdir(join(path, 'apps', name), { recursive: true });
    await writeFile(join(path, 'clusters', 'bench', `${name}.yaml`), kustomization(name));
    await writeFile(join(path, 'apps', name, 'kustomization.yaml'), 'resources: [app.yaml]\n');
    await writeFile(join(path, 'apps', name, 'app.yaml'), objects(name, 0));
  }
  const head = await commit('The fleet');
  return {
    path,
    head,
    async change(value, folders) {
      for (let i = 0; i < folders; i++)
        await writeFile(join(path, 'apps', nameOf(i), 'app.yaml'), objects(nameOf(i), value));
      return commit(`Value ${value}`);
    },
  };
}

const kustomization = (name: string) => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: flux-system
spec:
  interval: 1m
  path: ./apps/${name}
  prune: true
  targetNamespace: default
  sourceRef:
    kind: GitRepository
    name: flux-system
`;

/** Without Pods: what is measured is the loop, not what runs in the cluster. */
const objects = (name: string, value: number) => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
data:
  value: "${value}"
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector: { app: ${name} }
  ports: [{ name: http, port: 80, targetPort: 8080 }]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 0
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      serviceAccountName: ${name}
      containers:
        - name: app
          image: example.com/app:1.0.${value}
          resources: { requests: { cpu: 10m, memory: 16Mi } }
`;
