import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startGitServer } from '@millrace/cluster';
import { startSite } from '../helm/site.ts';

/** What a cluster is fed from: a repository whose first commit is always the same, and charts. */
export interface Outside {
  /** `http://127.0.0.1:…/fleet.git`. */
  repository: string;
  charts: string;
  /** Change files (null removes one) in a new commit. */
  commit(files: Record<string, string | null>): Promise<void>;
  stop(): Promise<void>;
}

export const namespace = 'shop';

/** What the Kustomization applies at first. */
const files = {
  'apps/settings.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { colour: blue }
`,
  'apps/extra.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: extra }
data: { colour: red }
`,
  'apps/shop.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  replicas: 2
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec: { containers: [{ name: shop, image: "example.com/shop:1" }] }
---
apiVersion: v1
kind: Service
metadata: { name: shop }
spec: { selector: { app: shop }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: shop }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: shop-reader }
rules: [{ apiGroups: [""], resources: [configmaps], verbs: [get] }]
`,
};

/** Who commits, and when: so that the first commit has the same name in every run. */
const committer = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'A user',
  GIT_AUTHOR_EMAIL: 'user@example.com',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'A user',
  GIT_COMMITTER_EMAIL: 'user@example.com',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
};

export async function startOutside(): Promise<Outside> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-take-over-'));
  const server = await startGitServer({ root: join(folder, 'served') });
  const site = await startSite('nobody:nothing');
  const pushed = await server.createRepository('fleet', { defaultBranch: 'main' });
  const clone = join(folder, 'clone');
  mkdirSync(clone);
  // Not synchronously: a push waits for the server of this very process.
  const git = (...args: string[]) =>
    promisify(execFile)('git', ['-C', clone, ...args], { env: { ...process.env, ...committer } });
  await git('init', '--quiet', '--initial-branch=main');
  const commit: Outside['commit'] = async changed => {
    for (const [name, text] of Object.entries(changed)) {
      const file = join(clone, name);
      mkdirSync(dirname(file), { recursive: true });
      if (text === null) rmSync(file);
      else writeFileSync(file, text);
    }
    await git('add', '--all');
    await git('commit', '--quiet', '--message', 'Change what the shop runs on');
    await git('push', '--quiet', pushed, 'main');
  };
  await commit(files);
  return {
    repository: server.readUrl('fleet'),
    charts: site.url,
    commit,
    async stop() {
      await server.stop();
      site.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
