import { readFileSync } from 'node:fs';
import { startCluster } from '../index.ts';
import { type Client, connect } from './client.ts';

/** A cluster of which a test knows no more than its kubeconfig. */
export interface Subject {
  readonly client: Client;
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

/**
 * The cluster that conformance tests ask: the one of MILLRACE_E2E_KUBECONFIG, which may be any Kubernetes, otherwise
 * a new embedded one. What fails against a real Kubernetes is a wrong test.
 */
export async function conformanceSubject(): Promise<Subject> {
  const path = process.env.MILLRACE_E2E_KUBECONFIG;
  if (path) {
    const kubeconfig = readFileSync(path, 'utf8');
    const client = connect(kubeconfig);
    return { client, kubeconfig, stop: async () => client.close() };
  }
  const cluster = await startCluster({ inMemory: true });
  const client = connect(cluster.kubeconfig);
  return {
    client,
    kubeconfig: cluster.kubeconfig,
    async stop() {
      client.close();
      await cluster.stop();
    },
  };
}

/** Creates a namespace with a name of its own, for a test that may share the cluster with others. */
export async function freshNamespace(client: Client): Promise<string> {
  const { body } = await client.post('/api/v1/namespaces', { metadata: { generateName: 'conformance-' } });
  return body.metadata.name;
}
