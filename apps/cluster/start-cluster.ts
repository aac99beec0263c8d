import type { Cluster, ClusterOptions } from './cluster.ts';

/**
 * Start an embedded Kubernetes API on loopback, in this thread.
 *
 * Throws StoreUnusable when the store cannot be opened, such as when another process serves from it, PortTaken when the
 * asked port is in use, and BadFailureRule.
 */
export async function startCluster(options?: ClusterOptions): Promise<Cluster> {
  // Who runs it in another thread need not load it here too.
  const { runCluster } = await import('./cluster.ts');
  return runCluster(options);
}
