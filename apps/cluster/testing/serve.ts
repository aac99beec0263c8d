import { startCluster } from '../index.ts';

/** A process that holds a durable cluster until somebody kills it; it tells its parent when it serves. */
const [dataDir = ''] = process.argv.slice(2);
const cluster = await startCluster({ dataDir, simulate: false });
process.stdout.write(`${cluster.kubeconfigPath}\n`);
