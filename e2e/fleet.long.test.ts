import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git } from '@millrace/git';
import { type KubeClient, kubeClient, loadConnection, watchCache } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { millrace } from './process.ts';
import { configMap } from './system.ts';

const size = 500;
const nameOf = (i: number) => `app-${i}`;

const kustomization = (name: string) => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system}
spec:
  interval: 10m
  path: ./apps/${name}
  prune: true
  targetNamespace: default
  sourceRef: {kind: GitRepository, name: flux-system}
`;

describe(`a fleet of ${size} Kustomizations`, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-e2e-large-'));
    const fleet = join(folder, 'fleet');
    await mkdir(join(fleet, 'clusters', 'large'), { recursive: true });
    for (let i = 0; i < size; i++) {
      const name = nameOf(i);
      await mkdir(join(fleet, 'apps', name), { recursive: true });
      await writeFile(join(fleet, 'clusters', 'large', `${name}.yaml`), kustomization(name));
      const texts = ['a', 'b', 'c'].map(part => configMap(`${name}-${part}`, 'x'));
      await writeFile(join(fleet, 'apps', name, 'objects.yaml'), texts.join('---\n'));
    }
    const settings: [string, string][] = [
      ['user.name', 'A user'],
      ['user.email', 'user@example.com'],
    ];
    for (const args of [
      ['init', '-q', '-b', 'main', '.'],
      ['add', '-A'],
      ['commit', '-qm', 'The fleet'],
    ])
      await git({
        args: ['-C', fleet, ...args],
        what: args[0]!,
        settings,
        signal: AbortSignal.timeout(60_000),
      });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const up = (...more: string[]) =>
    millrace([
      ...['up', join(folder, 'fleet'), '--path', 'clusters/large'],
      ...['--data-dir', join(folder, 'state'), ...more],
    ]);

  test('comes up whole, though it is killed at several moments on the way', async () => {
    const kubeconfig = join(folder, 'state', 'cluster', 'kubeconfig');
    for (const share of [0.1, 0.4, 0.8]) {
      const running = up();
      await running.saw(/fetched commit|ready \(main/);
      const client = kubeClient(loadConnection({ path: kubeconfig }));
      await applied(client, share * size);
      await running.kill();
      await client.close();
    }
    const last = up('--once', '--timeout', '5m');
    expect(await last.ended).toBe(0);
    expect(last.output()).toContain(`${size + 2} sources and Kustomizations are ready`);

    const again = up();
    await again.saw(/are ready/);
    const client = kubeClient(loadConnection({ path: kubeconfig }));
    const { items } = await client.listAll('v1', 'ConfigMap', { namespace: 'default', as: 'own' });
    const ours = items.filter(({ metadata }) => metadata.name.startsWith('app-'));
    expect(ours).toHaveLength(size * 3);
    await client.close();
    await again.stop();
  });
});

/** Resolves when so many Kustomizations have been applied. */
async function applied(client: KubeClient, wanted: number): Promise<void> {
  const enough = Promise.withResolvers<void>();
  let count = 0;
  const cache = watchCache<boolean>(
    client,
    { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
    {
      project: object =>
        (object.status as { lastAppliedRevision?: string } | undefined)?.lastAppliedRevision !== undefined,
    },
  );
  cache.subscribe(({ before = false, after = false }) => {
    count += Number(after) - Number(before);
    if (count >= wanted) enough.resolve();
  });
  await enough.promise;
  cache.stop();
}
