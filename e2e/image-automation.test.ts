import { execFileSync } from 'node:child_process';
import type { ImageUpdateAutomation } from '@millrace/api';
import type { KubeObject, ObjectRef } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type System, startSystem } from './system.ts';

const group = 'image.toolkit.fluxcd.io/v1';

const deployment = (image: string) => `# the shop
apiVersion: apps/v1
kind: Deployment
metadata:
    name:   shop   # its name
    namespace: "apps"
spec:
    template:
        spec:
            containers:
            - {name: shop, image: ${image}} # by hand
            - name: cart
              image:   ${image}   # {"$imagepolicy": "NAMESPACE:app"}


`;

describe('image automation', () => {
  let system: System;

  beforeAll(async () => {
    system = await startSystem(['--controllers', 'image-automation']);
  });
  afterAll(() => system.stop());

  const ref = (kind: string, name: string): ObjectRef => ({
    apiVersion: group,
    kind,
    namespace: system.namespace,
    name,
  });
  const asUser = { as: 'own' as const, fieldManager: 'e2e' };

  /** A policy that has chosen an image: what image-reflector-controller does. */
  async function policy(name: string, tag: string): Promise<void> {
    const spec = { imageRepositoryRef: { name: 'app' }, policy: { alphabetical: {} } };
    await system.client.apply(
      { apiVersion: group, kind: 'ImagePolicy', metadata: metadata(name), spec } as KubeObject,
      asUser,
    );
    const latestRef = { name: 'registry.example/shop', tag };
    await system.client.patch(
      ref('ImagePolicy', name),
      'merge',
      { status: { latestRef } },
      { ...asUser, subresource: 'status' },
    );
  }

  const metadata = (name: string) => ({ name, namespace: system.namespace });

  async function automation(name: string, source: string, spec: object = {}): Promise<void> {
    const git = { commit: { author: { name: 'Bot', email: 'bot@example.com' } } };
    const whole = { interval: '1h', sourceRef: { kind: 'GitRepository', name: source }, git, ...spec };
    const object = {
      apiVersion: group,
      kind: 'ImageUpdateAutomation',
      metadata: metadata(name),
      spec: whole,
    };
    await system.client.apply(object as KubeObject, asUser);
  }

  const pushed = (name: string, before = '') =>
    system.until<ImageUpdateAutomation>(
      ref('ImageUpdateAutomation', name),
      'pushed',
      object => (object?.status?.lastPushCommit ?? '') !== before,
    );

  const git = (url: string, ...args: string[]) =>
    execFileSync('git', ['--git-dir', gitDir(url), ...args]).toString();
  const gitDir = (url: string) => `${system.folder}/git/${url.slice(url.lastIndexOf('/') + 1)}`;

  test('one line of the file is another, and nothing else', async () => {
    const { url, clone } = await system.repository('one');
    const file = (image: string) => deployment(image).replace('NAMESPACE', system.namespace);
    const start = await clone.push('Start', { 'apps/shop.yaml': file('registry.example/shop:v1') });
    await system.source('one', url);
    await policy('app', 'v2');
    await automation('one', 'one', { update: { path: './apps', strategy: 'Setters' } });
    const { status } = await pushed('one');
    expect(git(url, 'show', 'main:apps/shop.yaml')).toBe(
      file('registry.example/shop:v1').replace(
        'image:   registry.example/shop:v1',
        'image:   registry.example/shop:v2',
      ),
    );
    expect(status).toMatchObject({
      observedSourceRevision: `main@sha1:${status!.lastPushCommit}`,
      observedPolicies: { app: { name: 'registry.example/shop', tag: 'v2' } },
      conditions: [{ type: 'Ready', status: 'True', reason: 'Succeeded', message: 'repository up-to-date' }],
    });
    expect(git(url, 'log', '--format=%P %an <%ae> %s', '-1', 'main').trim()).toBe(
      `${start} Bot <bot@example.com> Update from image update automation`,
    );
  });
});
