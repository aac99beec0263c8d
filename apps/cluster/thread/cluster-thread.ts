import { parentPort, workerData } from 'node:worker_threads';
import {
  type Call,
  faultOf,
  type Message,
  type PlainOptions,
  type Request,
  type Result,
} from './messages.ts';
import { Outbox } from './outbox.ts';

/** The entry of the thread: a cluster that is told by messages what to do. */
const port = parentPort!;
const options = workerData as PlainOptions;
const outbox = new Outbox<Message>(all => port.postMessage(all));
const tell = (message: Message) => outbox.add(message);

// An assignment to this key makes a member of it here, as of any other, and no prototype.
Reflect.deleteProperty(Object.prototype, '__proto__');
const { runCluster } = await import('../cluster.ts');

try {
  const cluster = await runCluster({ ...options, log: line => tell({ tell: 'log', line }) });
  const obey = async (call: Call): Promise<Result> => {
    switch (call.what) {
      case 'ask':
        return cluster.ask(call.asked);
      case 'snapshot':
        return cluster.snapshot();
      case 'restore':
        await cluster.restore(call.snapshot);
        return undefined;
      case 'wipe':
        await cluster.wipe();
        return undefined;
      case 'stop':
        await cluster.stop();
        // Nothing else keeps the thread.
        port.close();
        return undefined;
    }
  };
  const take = ({ id, ...call }: Request) =>
    obey(call).then(
      value => tell({ tell: 'done', id, ...(value && { value }) }),
      error => tell({ tell: 'failed', id, fault: faultOf(error) }),
    );
  port.on('message', (requests: Request[]) => {
    for (const request of requests) void take(request);
  });
  const { url, kubeconfig, kubeconfigPath, authority } = cluster;
  tell({
    tell: 'serving',
    cluster: { url, kubeconfig, ...(kubeconfigPath && { kubeconfigPath }), authority },
  });
} catch (error) {
  tell({ tell: 'unable', fault: faultOf(error) });
}
