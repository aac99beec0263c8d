import { startCluster } from '@millrace/cluster';

/** A process that serves a durable cluster until it is told to end; it says where its kubeconfig is. */
const [dataDir = ''] = process.argv.slice(2);
const cluster = await startCluster({ dataDir, simulate: false });
process.on('SIGTERM', () => void cluster.stop().then(() => process.exit(0)));
process.stdout.write(`${cluster.kubeconfigPath}\n`);
