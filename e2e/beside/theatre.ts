import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '@millrace/cluster';
import { type KubeClient, kubeClient, loadConnection } from '@millrace/kube';
import { millrace } from '../process.ts';
import { type ArtifactServer, serveArtifacts } from './archives.ts';

/** What is not open by default, and what scenarios need. */
export const gates = '--feature-gates=ExternalArtifact=true,ObjectLevelWorkloadIdentity=true';

/** A cluster in which one of our controllers runs and nobody else: neither other controllers nor workloads. */
export interface Theatre {
  client: KubeClient;
  artifacts: ArtifactServer;
  kubeconfig: string;
  /** What is done meanwhile comes together: the controller sees nothing of it before its end. */
  unseen<T>(doing: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** With MILLRACE_E2E_KUBECONFIG it is that cluster: one that nobody has played in yet, and where no controller runs. */
export async function openTheatre(controller: string, args: string[] = []): Promise<Theatre> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-beside-'));
  const given = process.env.MILLRACE_E2E_KUBECONFIG;
  const cluster = given ? undefined : await startCluster({ inMemory: true, simulate: false });
  const kubeconfig = given ?? join(folder, 'kubeconfig');
  if (cluster) writeFileSync(kubeconfig, cluster.kubeconfig);
  const place = ['--kubeconfig', kubeconfig, '--data-dir', join(folder, 'data')];
  const run = ['controllers', 'run', '--install', '--controllers', controller];
  const running = millrace([...run, ...place, ...args]);
  await running.saw(/Starting manager/);
  const client = kubeClient(loadConnection({ path: kubeconfig }));
  const artifacts = await serveArtifacts();
  let held = 0;
  return {
    client,
    artifacts,
    kubeconfig: readFileSync(kubeconfig, 'utf8'),
    async unseen(doing) {
      if (held++ === 0) running.process.kill('SIGSTOP');
      try {
        return await doing();
      } finally {
        if (--held === 0) running.process.kill('SIGCONT');
      }
    },
    async close() {
      await Promise.all([client.close(), artifacts.stop(), running.stop()]);
      await cluster?.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
