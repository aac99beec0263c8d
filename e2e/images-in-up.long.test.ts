import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git } from '@millrace/git';
import { type KubeObject, kubeClient, loadConnection } from '@millrace/kube';
import { expect, test } from 'vitest';
import { cloneOf } from './fleet.ts';
import { millrace } from './process.ts';

type Deployment = KubeObject & { spec: { template: { spec: { containers: { image: string }[] } } } };

test('a new tag of the image that the sample fleet follows is committed and rolled out', {
  timeout: 60_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-images-up-'));
  const running = millrace(['up', '--in-memory', '--data-dir', join(folder, 'state')]);
  const found = async (pattern: RegExp) => (await running.saw(pattern))[1]!;
  const client = kubeClient(loadConnection({ path: await found(/export KUBECONFIG=(\S+)/) }));
  const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' };
  const image = async () => {
    const { spec } = await client.get<Deployment>(ref, { as: 'own' });
    return spec.template.spec.containers.map(container => container.image).join();
  };
  try {
    const before = await image();
    const registry = await found(/the registry: (oci:\/\/\S+)/);
    const creds = await found(/--creds (\S+)\)/);
    const tagged = `${registry}/shop/api:${before.slice(before.lastIndexOf(':') + 1)}`;
    const tagging = millrace(['tag', 'artifact', tagged, '--tag', '1.9.0', '--creds', creds]);
    expect(await tagging.ended, tagging.output()).toBe(0);
    await expect.poll(image, { timeout: 15_000 }).toMatch(/\/shop\/api:1\.9\.0$/);
    await running.saw(/✔ .*pushed commit '\w{7}' to branch 'main'/);
    const clone = await cloneOf(await found(/the fleet: (\S+)/));
    const show = ['-C', clone.path, 'show', '--format=', '--numstat'];
    const signal = AbortSignal.timeout(10_000);
    const changed = (await git({ args: show, what: 'show', signal })).toString().trim();
    expect(changed).toMatch(/^1\t1\t\S+\.yaml$/);
    await rm(clone.path, { recursive: true });
  } finally {
    await running.stop();
    await rm(folder, { recursive: true });
  }
});
