import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kustomization } from '@millrace/api';
import { delay, type KubeObject, kubeClient, loadConnection } from '@millrace/kube';
import { expect, test } from 'vitest';
import { cloneOf } from './fleet.ts';
import { millrace } from './process.ts';
import { configMap } from './system.ts';

const kills = 30;

/** mulberry32: the same seed gives the same run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

test(`killed ${kills} times while the fleet changes, it ends where Git says`, {
  timeout: 240_000,
}, async () => {
  const seed = Number(process.env.MILLRACE_SEED ?? Date.now() % 100_000);
  const random = randomFrom(seed);
  console.log(`seed ${seed}`);
  const folder = await mkdtemp(join(tmpdir(), 'millrace-kill-'));
  const state = join(folder, 'state');
  const args = ['up', '--data-dir', state];

  const first = millrace(args);
  await first.saw(/Kustomizations are ready/);
  await first.kill();
  // Straight into the repository: pushes arrive whether the process lives or not.
  const clone = await cloneOf(join(state, 'repositories', 'fleet.git'));

  const wanted = new Map<string, string>();
  for (let i = 0; i < kills; i++) {
    const running = millrace(args);
    const moment = delay(random() * 1400);
    const files: Record<string, string | undefined> = {};
    const name = `extra-${Math.floor(random() * 6)}`;
    if (wanted.has(name) && random() < 0.6) {
      wanted.delete(name);
      files[`infrastructure/platform/extras/${name}.yaml`] = undefined;
    } else {
      wanted.set(name, String(i));
      files[`infrastructure/platform/extras/${name}.yaml`] = configMap(name, String(i), 'shop');
    }
    const list = [...wanted.keys()].map(extra => `  - extras/${extra}.yaml\n`).join('');
    files['infrastructure/platform/kustomization.yaml'] =
      `resources:\n  - namespaces.yaml\n  - team.yaml\n  - access.yaml\n  - defaults.yaml\n${list}`;
    await clone.push(`Change ${i}`, files);
    await moment;
    await running.kill();
  }

  const last = millrace(args);
  try {
    await last.saw(/Kustomizations are ready/);
    const client = kubeClient(loadConnection({ path: (await last.saw(/export KUBECONFIG=(\S+)/))[1]! }));
    const selector = { labelSelector: 'kustomize.toolkit.fluxcd.io/name=platform' };
    const maps = await client.listAll<KubeObject & { data: { value: string } }>('v1', 'ConfigMap', {
      namespace: 'shop',
      as: 'own',
      ...selector,
    });
    expect(Object.fromEntries(maps.items.map(({ metadata, data }) => [metadata.name, data.value]))).toEqual(
      Object.fromEntries(wanted),
    );

    const { items } = await client.listAll<Kustomization>('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', {
      as: 'own',
    });
    expect(items.map(({ metadata }) => metadata.name).sort()).toEqual([
      'backend',
      'definitions',
      'flux-system',
      'frontend',
      'monitoring',
      'platform',
    ]);
    const platform = items.find(({ metadata }) => metadata.name === 'platform')!;
    const listed = platform.status!.inventory!.entries.map(({ id }) => id).filter(id => id.includes('extra'));
    expect(listed.sort()).toEqual([...wanted.keys()].map(name => `shop_${name}__ConfigMap`).sort());
    const pods = await client.listAll('v1', 'Pod', {
      namespace: 'shop',
      labelSelector: 'app=api',
      as: 'own',
    });
    expect(pods.items).toHaveLength(3);
    await client.close();

    const artifacts = await readdir(join(state, 'artifacts'), { recursive: true });
    const whole = artifacts.filter(name => name.endsWith('.tar.gz') && !name.endsWith('latest.tar.gz'));
    expect(whole.length).toBeLessThanOrEqual(2);
    expect(artifacts.filter(name => name.endsWith('.tmp'))).toEqual([]);
  } finally {
    await last.stop();
    await rm(clone.path, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }
});
