import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Cluster } from '@millrace/cluster';

/** Where the kubeconfig of a cluster lies; written for one that keeps nothing on disk itself. It holds a private key. */
export function kubeconfigFile(cluster: Cluster, folder: string): string {
  if (cluster.kubeconfigPath) return resolve(cluster.kubeconfigPath);
  const path = resolve(join(folder, 'kubeconfig'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, cluster.kubeconfig, { mode: 0o600 });
  return path;
}
