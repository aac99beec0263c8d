import { createServer } from 'node:http';
import { createLogger } from '@millrace/controller';
import { CliError } from '../cli-error.ts';
import { connect, type Globals } from '../globals.ts';
import { installKinds, startControllers } from './controllers.ts';
import { aborted, interruption } from './interrupt.ts';

export interface RunOptions {
  dataDir: string;
  storageAddr: string;
  storageAdvAddr?: string;
  metricsAddr?: string;
  concurrent: string;
  kubeApiQps?: string;
  crossNamespaceRefs: boolean;
  defaultServiceAccount?: string;
  watchLabelSelector?: string;
  logLevel: string;
  install?: boolean;
}

/** `millrace controllers run`. */
export async function runControllers(options: RunOptions, globals: Globals): Promise<void> {
  const signal = interruption();
  const log = createLogger({ level: levelOf(options.logLevel) });
  const client = await connect(globals, options.kubeApiQps ? { qps: Number(options.kubeApiQps) } : {});
  if (options.install) await installKinds(client);
  const controllers = await startControllers(client, {
    dataDir: options.dataDir,
    log,
    storage: {
      ...addressOf(options.storageAddr),
      ...(options.storageAdvAddr ? { advertise: options.storageAdvAddr } : {}),
    },
    concurrency: Number(options.concurrent),
    crossNamespaceRefs: options.crossNamespaceRefs,
    ...(options.defaultServiceAccount ? { defaultServiceAccount: options.defaultServiceAccount } : {}),
    ...(options.watchLabelSelector ? { labelSelector: options.watchLabelSelector } : {}),
  });
  const metrics = options.metricsAddr
    ? serveMetrics(addressOf(options.metricsAddr), controllers.metrics.registry)
    : undefined;
  log.info('Starting manager');
  await aborted(signal);
  metrics?.close();
  await controllers.stop();
  await client.close();
}

function levelOf(level: string): 'debug' | 'info' | 'error' {
  if (level === 'debug' || level === 'info' || level === 'error') return level;
  throw new CliError(`--log-level takes debug, info or error, not "${level}"`);
}

function addressOf(text: string): { host: string; port: number } {
  const [, host, port] = /^(.*):(\d+)$/.exec(text) ?? [];
  if (port === undefined) throw new CliError(`"${text}" is no address of the form host:port`);
  return { host: host || '0.0.0.0', port: Number(port) };
}

function serveMetrics(
  address: { host: string; port: number },
  registry: { contentType: string; metrics(): Promise<string> },
) {
  const server = createServer(async (request, response) => {
    if (request.url !== '/metrics') return response.writeHead(404).end();
    return response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics());
  });
  return server.listen(address.port, address.host);
}
