import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isNotFound, type KubeObject, kubeClient, loadConnection } from '@millrace/kube';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Clone, cloneOf } from './fleet.ts';
import { millrace, type Running } from './process.ts';

/** Objects that follow an image, and one that has it. */
const images = (image: string) => `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: app, namespace: flux-system}
spec: {image: ${image}, interval: 1h, insecure: true}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: app, namespace: flux-system}
spec: {imageRepositoryRef: {name: app}, policy: {semver: {range: '>=1.0.0'}}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: fleet, namespace: flux-system}
spec:
  interval: 1h
  sourceRef: {kind: GitRepository, name: flux-system}
  git: {commit: {author: {name: Bot, email: bot@example.com}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: app, namespace: default}
data:
  image: "none:0.0.0"   # {"$imagepolicy": "flux-system:app"}
`;

describe('image automation on one machine', () => {
  let folder: string;
  let running: Running | undefined;
  let clone: Clone | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-images-up-'));
  });
  afterEach(async () => {
    await running?.stop();
    for (const path of [folder, clone?.path]) if (path) await rm(path, { recursive: true, force: true });
  });

  async function up(...args: string[]) {
    running = millrace(['up', '--in-memory', '--data-dir', join(folder, 'state'), ...args]);
    await running.saw(/the registry:.*--creds \S+/);
    const found = async (pattern: RegExp) => (await running!.saw(pattern))[1]!;
    const client = kubeClient(loadConnection({ path: await found(/export KUBECONFIG=(\S+)/) }));
    const registry = await found(/the registry: oci:\/\/(\S+)/);
    const credentials = await found(/--creds (\S+)\)/);
    return {
      fleet: () => found(/the fleet: (\S+)/),
      image: `${registry}/shop/app`,
      async push(tag: string) {
        const file = join(folder, 'a.yaml');
        await writeFile(file, 'a: 1\n');
        const target = `oci://${registry}/shop/app:${tag}`;
        const told = ['--path', file, '--source', 'here', '--revision', `main@sha1:${'0'.repeat(40)}`];
        const pushing = millrace(['push', 'artifact', target, ...told, '--creds', credentials]);
        expect(await pushing.ended, pushing.output()).toBe(0);
      },
      async rolledOut() {
        const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'app' };
        const object = await client.get<KubeObject>(ref, { as: 'own' }).catch(error => {
          if (isNotFound(error)) return undefined;
          throw error;
        });
        return (object as { data?: { image: string } } | undefined)?.data?.image;
      },
    };
  }

  test('a tag that is pushed to the registry is committed and rolled out', async () => {
    const here = await up();
    clone = await cloneOf(await here.fleet());
    await here.push('1.0.0');
    await clone.push('Follow the image', { 'clusters/local/app.yaml': images(here.image) });
    await expect.poll(here.rolledOut, { timeout: 15_000 }).toBe(`${here.image}:1.0.0`);
    await here.push('1.1.0');
    await expect.poll(here.rolledOut, { timeout: 15_000 }).toBe(`${here.image}:1.1.0`);
    await running!.saw(/✔ .*pushed commit '\w{7}' to branch 'main'/);
  }, 60_000);
});
