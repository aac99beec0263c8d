import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deployment, imagesIn } from './images.ts';
import { type System, startSystem } from './system.ts';

describe('image automation', () => {
  let system: System;
  let images: ReturnType<typeof imagesIn>;

  beforeAll(async () => {
    system = await startSystem(['--controllers', 'image-automation']);
    images = imagesIn(system);
  });
  afterAll(() => system.stop());

  const git = (url: string, ...args: string[]) =>
    execFileSync('git', ['--git-dir', gitDir(url), ...args]).toString();
  const gitDir = (url: string) => `${system.folder}/git/${url.slice(url.lastIndexOf('/') + 1)}`;

  test('one line of the file is another, and nothing else', async () => {
    const { url, clone } = await system.repository('one');
    const file = (image: string) => deployment(image).replace('NAMESPACE', system.namespace);
    const start = await clone.push('Start', { 'apps/shop.yaml': file('registry.example/shop:v1') });
    await system.source('one', url);
    await images.policy('app', 'v2');
    await images.automation('one', 'one', { update: { path: './apps', strategy: 'Setters' } });
    const { status } = await images.pushed('one');
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

  test('a push is told that the run before could not tell, even where others have pushed since', async () => {
    const { url, clone } = await system.repository('untold');
    const file = deployment('registry.example/shop:v1').replace('NAMESPACE', system.namespace);
    await clone.push('Start', { 'shop.yaml': file });
    await system.source('untold', url);
    await images.policy('app', 'v2');
    await images.automation('untold', 'untold');
    const { lastPushCommit } = (await images.pushed('untold')).status!;
    const automation = images.ref('ImageUpdateAutomation', 'untold');
    const forgotten = { lastPushCommit: null, lastPushTime: null, observedSourceRevision: null };
    for (const others of [false, true]) {
      if (others) {
        // The server of the repository is of this process.
        await promisify(execFile)('git', ['-C', clone.path, 'pull', '--quiet', '--rebase', 'origin', 'main']);
        await clone.push('Others', { 'other.txt': 'x' });
      }
      await system.client.patch(
        automation,
        'merge',
        { status: forgotten },
        { as: 'own', subresource: 'status' },
      );
      const asked = { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': `${others}` } } };
      await system.client.patch(automation, 'merge', asked, { as: 'own' });
      expect((await images.pushed('untold')).status).toMatchObject({
        lastPushCommit,
        lastPushTime: expect.any(String),
      });
    }
  });

  test.each(['v1beta1', 'v1beta2'])('what is written as %s is taken, with a warning', async version => {
    const name = `of-${version}`;
    const { url, clone } = await system.repository(name);
    const file = deployment('registry.example/shop:v1').replace('NAMESPACE', system.namespace);
    await clone.push('Start', { 'apps/shop.yaml': file });
    await system.source(name, url);
    await images.policy('app', 'v2');
    const { namespace } = system;
    const former = {
      apiVersion: `image.toolkit.fluxcd.io/${version}`,
      kind: 'ImageUpdateAutomation',
      metadata: { name, namespace },
      spec: {
        interval: '1h',
        sourceRef: { kind: 'GitRepository', name },
        git: {
          checkout: { ref: { branch: 'main' } },
          commit: { author: { email: 'bot@example.com' }, messageTemplate: 'Automated' },
          push: { branch: 'main' },
        },
        update: { path: './apps', strategy: 'Setters' },
      },
    };
    const { warnings } = await system.client.apply(former as KubeObject, { as: 'own', fieldManager: 'e2e' });
    expect(warnings).toEqual([
      `image.toolkit.fluxcd.io/${version} ImageUpdateAutomation is deprecated, upgrade to v1`,
    ]);
    const { status } = await images.pushed(name);
    expect(git(url, 'log', '--format=%H %s', '-1', 'main').trim()).toBe(
      `${status?.lastPushCommit} Automated`,
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
    await images.policy('app', 'v2');
    const messageTemplate =
      '{{ range .Changed.Changes }}{{ .OldValue }} -> {{ .NewValue }} by {{ $.Values.who }}{{ end }}';
    const commit = {
      author: { email: 'bot@example.com' },
      messageTemplate,
      messageTemplateValues: { who: 'us' },
    };
    await images.automation('two', 'two', { git: { commit, push: { branch: 'updates' } } });
    const first = (await images.pushed('two')).status!;
    expect(first.observedSourceRevision).toBe(`main@sha1:${start}`);
    await images.policy('app', 'v3');
    const second = (await images.pushed('two', first.lastPushCommit)).status!;
    expect(git(url, 'rev-parse', 'main').trim()).toBe(start);
    expect(git(url, 'log', '--format=%H %s', 'updates').trim().split('\n')).toEqual([
      `${second.lastPushCommit} registry.example/shop:v2 -> registry.example/shop:v3 by us`,
      `${first.lastPushCommit} registry.example/shop:v1 -> registry.example/shop:v2 by us`,
      `${start} Start`,
    ]);
    const said = await images.events('two');
    expect(said).toContain(
      `pushed commit '${second.lastPushCommit!.slice(0, 7)}' to branch 'updates'\nregistry.example/shop:v2 -> registry.example/shop:v3 by us`,
    );
    expect(said.join()).toMatch(/files with markers that cannot be read were left alone:\nbroken\.yaml:/);
  });
});
