import { createLogger, createMetrics } from '@millrace/controller';
import { CliError } from '../cli-error.ts';
import { connect, type Globals } from '../globals.ts';
import { counting, installKinds, startControllers } from './controllers.ts';
import { aborted, interruption } from './interrupt.ts';
import { addressOf, serveMetrics } from './metrics-server.ts';

export interface RunOptions {
  dataDir: string;
  storageAddr: string;
  storageAdvAddr?: string;
  metricsAddr?: string;
  concurrent: string;
  kubeApiQps?: string;
  crossNamespaceRefs: boolean;
  defaultServiceAccount?: string;
  watchAllNamespaces: string;
  watchLabelSelector?: string;
  logLevel: string;
  install?: boolean;
}

/** `millrace controllers run`. */
export async function runControllers(options: RunOptions, globals: Globals): Promise<void> {
  const signal = interruption();
  const log = createLogger({ level: levelOf(options.logLevel) });
  const metrics = createMetrics();
  const qps = options.kubeApiQps ? Number(options.kubeApiQps) : undefined;
  const client = await connect(globals, { qps, onAnswer: counting(metrics) });
  if (options.install) await installKinds(client);
  const controllers = await startControllers(client, {
    dataDir: options.dataDir,
    log,
    metrics,
    storage: {
      ...addressOf(options.storageAddr),
      ...(options.storageAdvAddr ? { advertise: options.storageAdvAddr } : {}),
    },
    concurrency: Number(options.concurrent),
    crossNamespaceRefs: options.crossNamespaceRefs,
    ...(options.defaultServiceAccount ? { defaultServiceAccount: options.defaultServiceAccount } : {}),
    ...(options.watchAllNamespaces === 'false' ? { namespace: globals.namespace } : {}),
    ...(options.watchLabelSelector ? { labelSelector: options.watchLabelSelector } : {}),
  });
  const metricsServer = options.metricsAddr
    ? serveMetrics(addressOf(options.metricsAddr), metrics)
    : undefined;
  log.info('Starting manager');
  await aborted(signal);
  metricsServer?.close();
  await controllers.stop();
  await client.close();
}

function levelOf(level: string): 'debug' | 'info' | 'error' {
  if (level === 'debug' || level === 'info' || level === 'error') return level;
  throw new CliError(`--log-level takes debug, info or error, not "${level}"`);
}
