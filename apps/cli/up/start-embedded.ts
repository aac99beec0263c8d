import { startClusterThread } from '@millrace/cluster';
import { CliError } from '../cli-error.ts';
import { aborted, interruption } from './interrupt.ts';
import { kubeconfigFile } from './kubeconfig-file.ts';
import { keepPrivate } from './private.ts';

/** `millrace cluster start`. */
export async function startEmbedded(options: {
  dataDir: string;
  inMemory?: boolean;
  allApis?: boolean;
  port?: string;
}): Promise<void> {
  const port = options.port === undefined ? undefined : Number(options.port);
  if (port !== undefined && !Number.isInteger(port))
    throw new CliError(`--port takes a number, not "${options.port}"`);
  keepPrivate();
  const signal = interruption();
  const cluster = await startClusterThread({
    ...(options.inMemory ? { inMemory: true } : {}),
    ...(options.allApis ? { apis: 'all' as const } : {}),
    dataDir: options.dataDir,
    ...(port === undefined ? {} : { port }),
  });
  console.log(`✔ Kubernetes API at ${cluster.url}`);
  console.log(`  export KUBECONFIG=${kubeconfigFile(cluster, options.dataDir)}`);
  await aborted(signal);
  await cluster.stop();
}
