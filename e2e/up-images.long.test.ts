import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KubeObject, kubeClient, loadConnection } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { clientOf, imageType } from '../apps/registry/testing/client.ts';
import { millrace, type Running } from './process.ts';

type Deployment = KubeObject & { spec: { template: { spec: { containers: { image: string }[] } } } };

const images = `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: app, namespace: flux-system}
spec: {image: ghcr.io/org/app, interval: 1h}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: app, namespace: flux-system}
spec:
  imageRepositoryRef: {name: app}
  policy: {semver: {range: '>=1.0.0'}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: all, namespace: flux-system}
spec:
  interval: 1h
  sourceRef: {kind: GitRepository, name: flux-system}
  git:
    checkout: {ref: {branch: main}}
    commit: {author: {name: bot, email: bot@example.com}}
    push: {branch: main}
  update: {path: ./apps, strategy: Setters}
`;
const web = (tag: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web   # the container
          image: "ghcr.io/org/app:${tag}"   # {"$imagepolicy": "flux-system:app"}
`;

/** A tag in the registry of `up` becomes a commit, and the commit a rollout: with nothing but this machine. */
describe('an image that is pushed to the registry of `up`', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-images-'));
  const fleet = join(folder, 'fleet');
  let running: Running;
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], {
      cwd: fleet,
      encoding: 'utf8',
    });

  beforeAll(() => {
    mkdirSync(join(fleet, 'apps'), { recursive: true });
    writeFileSync(join(fleet, 'apps/images.yaml'), images);
    writeFileSync(join(fleet, 'apps/web.yaml'), web('1.0.0'));
    git('init', '--quiet', '--initial-branch=main');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'Start');
    const map = ['--map', 'oci://ghcr.io/org=oci://localhost/org'];
    running = millrace(['up', fleet, '--path', 'apps', '--data-dir', join(folder, 'state'), ...map]);
  });
  afterAll(async () => {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is committed at its marker and rolled out, and the checkout can take the commit', async () => {
    const [, kubeconfig] = await running.saw(/export KUBECONFIG=(\S+)/);
    const [, host, token] = await running.saw(/the registry: oci:\/\/(\S+) .*--creds millrace:([0-9a-f]+)/);
    const registry = clientOf(`http://${host}`, token!);
    const config = await registry.blob('org/app', '{}');
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: imageType,
      config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: config, size: 2 },
      layers: [],
    });
    const client = kubeClient(loadConnection({ path: kubeconfig! }));
    const push = async (tag: string) => {
      const headers = { 'content-type': imageType };
      const answer = await registry.send('PUT', `/v2/org/app/manifests/${tag}`, { body: manifest, headers });
      expect(answer.status).toBe(201);
      await vi.waitFor(
        async () => {
          const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' };
          const { spec } = await client.get<Deployment>(ref, { as: 'own' });
          expect(spec.template.spec.containers[0]!.image).toBe(`ghcr.io/org/app:${tag}`);
        },
        { timeout: 15_000, interval: 20 },
      );
    };
    await push('1.1.0');
    await push('1.2.0');
    const [, take] = await running.saw(/take it with "git (pull [^"]+)"/);
    git(...take!.split(' '), '--quiet', '--ff-only');
    expect(git('show', 'HEAD:apps/web.yaml')).toBe(web('1.2.0'));
    expect(git('log', '--format=%an %s')).toBe(
      'bot Update from image update automation\nbot Update from image update automation\nA Start\n',
    );

    await client.close();
  });
});
