import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '@millrace/cluster';
import type { Json } from '@millrace/json';
import { type KubeClient, kubeClient, loadConnection } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ArtifactServer, serveArtifacts } from '../beside/archives.ts';
import { millrace, type Running } from '../process.ts';
import { scenarios } from './scenarios/index.ts';
import { play } from './stage.ts';
import { withoutOwnWords } from './words.ts';

/** Statuses, events and managed fields, step by step, as kustomize-controller v1.9.4 left them: see record.ts. */
describe.concurrent('a Kustomization goes through the same as with Flux:', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-beside-flux-'));
  let cluster: Cluster;
  let controller: Running;
  let client: KubeClient;
  let artifacts: ArtifactServer;

  beforeAll(async () => {
    cluster = await startCluster({ inMemory: true, simulate: false });
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, cluster.kubeconfig);
    const place = ['--kubeconfig', kubeconfig, '--data-dir', join(folder, 'data')];
    const definitions = millrace(['controllers', 'run', '--install', ...place]);
    await definitions.saw(/Starting manager/);
    await definitions.stop();
    controller = millrace(['controllers', 'run', '--controllers', 'kustomize-controller', ...place]);
    await controller.saw(/Starting manager/);
    client = kubeClient(loadConnection({ text: cluster.kubeconfig }));
    artifacts = await serveArtifacts();
  });
  afterAll(async () => {
    await Promise.all([client.close(), artifacts.stop(), controller.stop()]);
    await cluster.stop();
    rmSync(folder, { recursive: true });
  });

  test.each(scenarios.map(scenario => [scenario.name, scenario] as const))(
    '%s',
    async (name, scenario) => {
      const golden = JSON.parse(
        readFileSync(new URL(`./golden/${name}.json`, import.meta.url), 'utf8'),
      ) as Json;
      const seen = await play(scenario, { client, artifacts });
      expect(withoutOwnWords(seen as unknown as Json)).toEqual(withoutOwnWords(golden));
    },
    300_000,
  );
});
