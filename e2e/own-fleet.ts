import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { git } from '@millrace/git';
import { millrace, type Running } from './process.ts';
import { configMap } from './system.ts';

const author: [string, string][] = [
  ['user.name', 'A user'],
  ['user.email', 'user@example.com'],
];

/** A fleet as `flux bootstrap` leaves it: the sync file names a remote that is far away. */
export const fleetFiles: Record<string, string> = {
  'clusters/staging/flux-system/gotk-sync.yaml': `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1m0s
  ref:
    branch: production
  secretRef:
    name: flux-system
  url: ssh://git@git.example.com/team/fleet
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 10m0s
  path: ./clusters/staging
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
`,
  'clusters/staging/apps.yaml': `apiVersion: source.toolkit.fluxcd.io/v1beta2
kind: GitRepository
metadata:
  name: same-repository-by-another-url
  namespace: flux-system
spec:
  interval: 1m0s
  ref: {branch: production}
  url: https://git.example.com/team/fleet.git
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m0s
  path: ./apps
  prune: true
  targetNamespace: default
  sourceRef:
    kind: GitRepository
    name: same-repository-by-another-url
`,
  'apps/app.yaml': configMap('app', 'one'),
};

/** A team's checkout of its fleet, and `millrace up` on it. */
export interface OwnFleet {
  folder: string;
  checkout: string;
  /** git in the checkout. */
  run(...args: string[]): Promise<string>;
  write(files: Record<string, string>): Promise<void>;
  commit(files: Record<string, string>): Promise<void>;
  up(...args: string[]): Running;
  remove(): Promise<void>;
}

export async function ownFleet(): Promise<OwnFleet> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-up-'));
  const checkout = join(folder, 'fleet');
  const own: OwnFleet = {
    folder,
    checkout,
    async run(...args) {
      const signal = AbortSignal.timeout(20_000);
      const said = await git({ args: ['-C', checkout, ...args], what: args[0]!, settings: author, signal });
      return said.toString().trim();
    },
    async write(files) {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(checkout, path)), { recursive: true });
        await writeFile(join(checkout, path), content);
      }
    },
    async commit(files) {
      await own.write(files);
      await own.run('add', '--all');
      await own.run('commit', '--quiet', '--message', 'Change');
    },
    up: (...args) =>
      millrace(['up', checkout, '--path', 'clusters/staging', '--data-dir', join(folder, 'state'), ...args]),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
  await mkdir(checkout);
  await own.run('init', '--quiet', '--initial-branch=topic');
  await own.commit(fleetFiles);
  await own.run('remote', 'add', 'origin', 'git@git.example.com:team/fleet.git');
  return own;
}
