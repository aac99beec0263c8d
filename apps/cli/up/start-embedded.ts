import { startClusterThread } from '@millrace/cluster';
import { CliError } from '../cli-error.ts';
import { aborted, interruption } from './interrupt.ts';
import { kubeconfigFile, requireOwnKubeconfig, writeKubeconfig } from './kubeconfig-file.ts';
import { keepPrivate } from './private.ts';

/** `millrace cluster start`. */
export async function startEmbedded(options: {
  dataDir: string;
  inMemory?: boolean;
  allApis?: boolean;
  port?: string;
  /** Where to write how to get in, beside the data folder. */
  kubeconfig?: string;
}): Promise<void> {
  const port = options.port === undefined ? undefined : Number(options.port);
  if (port !== undefined && !Number.isInteger(port))
    throw new CliError(`--port takes a number, not "${options.port}"`);
  keepPrivate();
  if (options.kubeconfig !== undefined) requireOwnKubeconfig(options.kubeconfig);
  const signal = interruption();
  const cluster = await startClusterThread({
    ...(options.inMemory ? { inMemory: true } : {}),
    ...(options.allApis ? { apis: 'all' as const } : {}),
    dataDir: options.dataDir,
    ...(port === undefined ? {} : { port }),
  });
  console.log(`✔ Kubernetes API at ${cluster.url}`);
  const own = kubeconfigFile(cluster, options.dataDir);
  const asked = options.kubeconfig && writeKubeconfig(cluster, options.kubeconfig);
  console.log(`  export KUBECONFIG=${asked ?? own}`);
  await aborted(signal);
  await cluster.stop();
}
