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

  async function events(name: string): Promise<string[]> {
    const { items } = await system.client.listAll('v1', 'Event', { namespace: system.namespace, as: 'own' });
    return items
      .filter(item => (item as { involvedObject?: { name: string } }).involvedObject?.name === name)
      .map(item => String((item as { message?: string }).message));
  }

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

  test('a push branch of its own is built upon, and what is checked out stays', async () => {
    const { url, clone } = await system.repository('two');
    const file = deployment('registry.example/shop:v1').replace('NAMESPACE', system.namespace);
    const start = await clone.push('Start', {
      'shop.yaml': file,
      'broken.yaml': `a: [ # {"$imagepolicy": "x:y"}\n`,
    });
    await system.source('two', url);
    await policy('app', 'v2');
    const messageTemplate =
      '{{ range .Changed.Changes }}{{ .OldValue }} -> {{ .NewValue }} by {{ $.Values.who }}{{ end }}';
    const commit = {
      author: { email: 'bot@example.com' },
      messageTemplate,
      messageTemplateValues: { who: 'us' },
    };
    await automation('two', 'two', { git: { commit, push: { branch: 'updates' } } });
    const first = (await pushed('two')).status!;
    expect(first.observedSourceRevision).toBe(`main@sha1:${start}`);
    await policy('app', 'v3');
    const second = (await pushed('two', first.lastPushCommit)).status!;
    expect(git(url, 'rev-parse', 'main').trim()).toBe(start);
    expect(git(url, 'log', '--format=%H %s', 'updates').trim().split('\n')).toEqual([
      `${second.lastPushCommit} registry.example/shop:v2 -> registry.example/shop:v3 by us`,
      `${first.lastPushCommit} registry.example/shop:v1 -> registry.example/shop:v2 by us`,
      `${start} Start`,
    ]);
    const said = await events('two');
    expect(said).toContain(
      `pushed commit '${second.lastPushCommit!.slice(0, 7)}' to branch 'updates'\nregistry.example/shop:v2 -> registry.example/shop:v3 by us`,
    );
    expect(said.join()).toMatch(/files with markers that cannot be read were left alone:\nbroken\.yaml:/);
  });

  test.each<[string, object, string, RegExp]>([
    [
      'a selector',
      { policySelector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } },
      'InvalidPolicySelector',
      /failed to parse policy selector/,
    ],
    ['no git', { git: undefined }, 'InvalidSourceConfiguration', /necessitates field \.spec\.git/],
    [
      'a template of old',
      { git: { commit: { author: { email: 'a@b' }, messageTemplate: '{{ .Updated }}' } } },
      'RemovedTemplateField',
      /uses removed/,
    ],
    [
      'no repository',
      { sourceRef: { kind: 'GitRepository', name: 'nobody' } },
      'SourceManagerFailed',
      /"nobody" not found/,
    ],
    [
      'a reference that is not there',
      { git: { checkout: { ref: { branch: 'nobody' } }, commit: { author: { email: 'a@b' } } } },
      'GitOperationFailed',
      /failed to checkout source: couldn't find remote ref/,
    ],
    [
      'no key',
      { git: { commit: { author: { email: 'a@b' }, signingKey: { secretRef: { name: 'none' } } } } },
      'SourceManagerFailed',
      /could not find signing key secret 'none'/,
    ],
  ])('%s is told in the words of upstream', async (name, spec, reason, message) => {
    const { url, clone } = await system.repository('three');
    const file = deployment('registry.example/shop:v0').replace('NAMESPACE', system.namespace);
    await clone.push('Start', { 'shop.yaml': file, 'other.yaml': `${name}: 1\n` });
    await system.source('three', url);
    await policy('app', 'v4');
    const id = name.replaceAll(' ', '-');
    await automation(id, 'three', spec);
    const { status } = await system.until<ImageUpdateAutomation>(
      ref('ImageUpdateAutomation', id),
      'failed',
      object =>
        object?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'False') ??
        false,
    );
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready).toMatchObject({ reason, message: expect.stringMatching(message) });
  });
});
