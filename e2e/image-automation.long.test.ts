import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ImageUpdateAutomation } from '@millrace/api';
import type { KubeObject } from '@millrace/kube';
import { generateKey } from 'openpgp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  goldenKey,
  hasSshd,
  makeRepository,
  type SshServer,
  startSsh2Server,
  startSshd,
} from '../clients/git/testing/ssh-server.ts';
import { type GitStep, startDeadlyProxy } from './deadly-proxy.ts';
import { deployment, imagesIn } from './images.ts';
import { millrace, type Running } from './process.ts';
import { type System, startSystem } from './system.ts';

const author = { name: 'Bot', email: 'bot@example.com' };

const environmentIn = (folder: string) => ({
  PATH: process.env.PATH,
  HOME: folder,
  GIT_CONFIG_NOSYSTEM: '1',
  ...Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap(who => [
      [`GIT_${who}_NAME`, 'A user'],
      [`GIT_${who}_EMAIL`, 'user@example.com'],
    ]),
  ),
});

/** The real git. It does not block: its server may be in this process. */
async function git(folder: string, ...args: string[]): Promise<string> {
  const env = environmentIn(folder);
  const { stdout } = await promisify(execFile)('git', ['-C', folder, ...args], { env });
  return stdout.trim();
}

describe('image automation', () => {
  let system: System;
  let images: ReturnType<typeof imagesIn>;
  let ssh: SshServer;

  beforeAll(async () => {
    system = await startSystem(['--controllers', 'image-automation']);
    images = imagesIn(system);
    const keys = { hostKeys: ['openssh-ed25519'], clientKeys: ['openssh-ecdsa-256'] };
    ssh = await (hasSshd ? startSshd : startSsh2Server)({ folder: join(system.folder, 'sshd'), ...keys });
  });
  afterAll(async () => {
    await ssh.stop();
    await system.stop();
  });

  const marked = (tag: string) =>
    deployment(`registry.example/shop:${tag}`).replace('NAMESPACE', system.namespace);

  async function secret(name: string, stringData: Record<string, string>): Promise<void> {
    const metadata = { name, namespace: system.namespace };
    await system.client.apply({ apiVersion: 'v1', kind: 'Secret', metadata, stringData } as KubeObject, {
      as: 'own',
      fieldManager: 'e2e',
    });
  }

  /** A bare repository that the SSH server gives and takes, with a marked file. */
  async function overSsh(name: string): Promise<string> {
    const folder = join(system.folder, name);
    makeRepository(`${folder}-start`, { 'shop.yaml': marked('v1') });
    await git(system.folder, 'clone', '--quiet', '--bare', `${folder}-start`, folder);
    await secret(`${name}-key`, {
      identity: goldenKey('openssh-ecdsa-256'),
      known_hosts: `[${ssh.host}]:${ssh.port} ${goldenKey('openssh-ed25519.pub')}`,
    });
    const url = `ssh://${ssh.user}@${ssh.host}:${ssh.port}${folder}`;
    await system.source(name, url, { secretRef: { name: `${name}-key` } });
    return folder;
  }

  test('pushes over SSH, with options, a refspec and a signature of SSH', async () => {
    const folder = await overSsh('secure');
    await git(folder, 'config', 'receive.advertisePushOptions', 'true');
    const hook = '#!/bin/sh\necho "$GIT_PUSH_OPTION_COUNT $GIT_PUSH_OPTION_0" >> options\ncat >> options\n';
    mkdirSync(join(folder, 'hooks'), { recursive: true });
    writeFileSync(join(folder, 'hooks', 'post-receive'), hook, { mode: 0o755 });
    await secret('signer', {
      identity: goldenKey('openssh-ed25519-encrypted'),
      password: 'hunter2',
    });
    await images.policy('app', 'v2');
    await images.automation('secure', 'secure', {
      git: {
        commit: { author, signingKey: { type: 'ssh', secretRef: { name: 'signer' } } },
        push: { branch: 'main', options: { topic: 'images' }, refspec: 'refs/heads/main:refs/for/main' },
      },
    });
    const { status } = await images.pushed('secure');
    const commit = status!.lastPushCommit!;
    expect((await git(folder, 'rev-parse', 'main', 'refs/for/main')).split('\n')).toEqual([commit, commit]);
    expect(readFileSync(join(folder, 'options'), 'utf8')).toMatch(/^1 topic=images\n/);
    writeFileSync(join(folder, 'signers'), `* ${goldenKey('openssh-ed25519-encrypted.pub')}`);
    await git(folder, '-c', `gpg.ssh.allowedSignersFile=${folder}/signers`, 'verify-commit', commit);
    await git(folder, 'fsck', '--strict');
  });

  test('signs by OpenPGP', async () => {
    const folder = await overSsh('signed');
    const home = mkdtempSync(join(tmpdir(), 'gpg-'));
    const { privateKey, publicKey } = await generateKey({
      type: 'ecc',
      userIDs: [author],
      passphrase: 'secret',
    });
    await secret('openpgp', { 'git.asc': privateKey, passphrase: 'secret' });
    await images.policy('app', 'v3');
    const signingKey = { secretRef: { name: 'openpgp' } };
    await images.automation('signed', 'signed', { git: { commit: { author, signingKey } } });
    const { status } = await images.pushed('signed');
    const env = { PATH: process.env.PATH, HOME: home, GNUPGHOME: home };
    execFileSync('gpg', ['--batch', '--quiet', '--import'], { input: publicKey, env, stdio: 'pipe' });
    execFileSync('git', ['-C', folder, 'verify-commit', status!.lastPushCommit!], { env, stdio: 'pipe' });
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
      /failed to checkout source: unable to clone 'http.*': couldn't find remote ref/,
    ],
    [
      'a folder that is not there',
      { update: { path: 'nobody' } },
      'UpdateFailed',
      /failed to apply policies: there is no "nobody" in the commit/,
    ],
    [
      'no key',
      { git: { commit: { author: { email: 'a@b' }, signingKey: { secretRef: { name: 'none' } } } } },
      'SourceManagerFailed',
      /could not find signing key secret 'none'/,
    ],
  ])('%s is told in the words of upstream', async (name, spec, reason, message) => {
    const { url, clone } = await system.repository('three');
    const file = marked('v0');
    await clone.push('Start', { 'shop.yaml': file, 'other.yaml': `${name}: 1\n` });
    await system.source('three', url);
    await images.policy('app', 'v4');
    const id = name.replaceAll(' ', '-');
    await images.automation(id, 'three', spec);
    const { status } = await system.until<ImageUpdateAutomation>(
      images.ref('ImageUpdateAutomation', id),
      'failed',
      object =>
        object?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'False') ??
        false,
    );
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready).toMatchObject({ reason, message: expect.stringMatching(message) });
  });

  test('begins anew where somebody is faster', async () => {
    const { url, clone } = await system.repository('race');
    await clone.push('Start', { 'shop.yaml': marked('v0') });
    await system.source('race', url);
    await images.policy('app', 'r0');
    await images.automation('race', 'race', {
      interval: '1s',
      git: {
        commit: { author, messageTemplate: 'bot {{ range .Changed.Changes }}{{ .NewValue }}{{ end }}' },
      },
    });
    await images.pushed('race');
    const others = (async () => {
      for (let i = 0; i < 15; i++) {
        await git(clone.path, 'pull', '--quiet', '--rebase', 'origin', 'main');
        await clone.push(`other ${i}`, { [`other-${i}.txt`]: 'x' }).catch(() => {});
      }
    })();
    for (let i = 1; i <= 10; i++) {
      await images.policy('app', `r${i}`);
      await sleep(250);
    }
    await others;
    await system.until(images.ref('ImageUpdateAutomation', 'race'), 'at the last tag', object =>
      JSON.stringify(object?.status).includes('"tag":"r10"'),
    );
    await expectHistory(clone.path, 'r10');
  }, 60_000);

  /** Every commit of the automation changes the one line, to another value; the file is what the last one says. */
  async function expectHistory(path: string, last: string): Promise<void> {
    await git(path, 'fetch', '--quiet', 'origin');
    const log = await git(path, 'log', '--format=%H', '--author=bot@example.com', 'origin/main');
    const bots = log.split('\n');
    for (const commit of bots)
      expect(await git(path, 'show', '--format=', '--numstat', commit)).toBe('1\t1\tshop.yaml');
    const tags: (string | undefined)[] = [];
    for (const commit of bots)
      tags.push(/shop:(\w+)\s+#/.exec(await git(path, 'show', `${commit}:shop.yaml`))?.[1]);
    expect(new Set(tags).size).toBe(tags.length);
    expect(tags[0]).toBe(last);
    expect(await git(path, 'show', 'origin/main:shop.yaml')).toBe(
      marked('v0')
        .replace(/(image: {3}\S+:)v0/, `$1${last}`)
        .trimEnd(),
    );
  }

  /** The status names the commit that the branch is at. */
  async function expectTold(name: string, path: string): Promise<void> {
    const head = (await git(path, 'ls-remote', 'origin', 'refs/heads/main')).split('\t')[0];
    await system.until<ImageUpdateAutomation>(
      images.ref('ImageUpdateAutomation', name),
      'told what was pushed',
      object => object?.status?.lastPushCommit === head,
    );
  }

  const start = (): Running =>
    millrace([
      ...['controllers', 'run', '--controllers', 'image-automation', '--kubeconfig', system.kubeconfig],
      ...['--data-dir', join(system.folder, 'again'), '--watch-all-namespaces=false'],
      ...['--namespace', system.namespace, '--no-cross-namespace-refs'],
    ]);

  test('killed at any moment, it has pushed each change once and whole', async () => {
    await system.controllers.kill();
    const { url, clone } = await system.repository('kill');
    await clone.push('Start', { 'shop.yaml': marked('v0') });
    await system.source('kill', url);
    await images.policy('app', 'k0');
    await images.automation('kill', 'kill', { git: { commit: { author } } });
    for (let i = 1; i <= 10; i++) {
      await images.policy('app', `k${i}`);
      const running = start();
      await running.saw(/Starting manager/);
      await sleep(20 * i);
      await running.kill();
    }
    const last = start();
    const foreign = { kind: 'GitRepository', name: 'kill', namespace: 'elsewhere' };
    await images.automation('foreign', 'kill', { sourceRef: foreign, git: { commit: { author } } });
    const refused = await system.until<ImageUpdateAutomation>(
      images.ref('ImageUpdateAutomation', 'foreign'),
      'refused',
      object => JSON.stringify(object?.status).includes('Stalled'),
    );
    expect(refused.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      reason: 'AccessDenied',
      message: "can't access 'GitRepository/elsewhere/kill', cross-namespace references have been blocked",
    });
    await system.until(images.ref('ImageUpdateAutomation', 'kill'), 'at the last tag', object =>
      JSON.stringify(object?.status).includes('"tag":"k10"'),
    );
    await expectTold('kill', clone.path);
    await last.stop();
    await expectHistory(clone.path, 'k10');
  }, 120_000);

  test('killed in each step of fetching and pushing, it has pushed each change once and whole', async () => {
    await system.controllers.kill();
    const { url, clone } = await system.repository('steps');
    const proxy = await startDeadlyProxy(url);
    let last: Running | undefined;
    const steps: GitStep[] = [
      'GET git-upload-pack',
      'POST git-upload-pack',
      'GET git-receive-pack',
      'POST git-receive-pack',
    ];
    const deaths = steps.flatMap(step =>
      (['asked', 'answered', 'told'] as const).map(moment => ({ step, moment })),
    );
    try {
      await clone.push('Start', { 'shop.yaml': marked('v0') });
      await system.source('steps', proxy.url);
      await images.policy('app', 's0');
      await images.automation('steps', 'steps', { git: { commit: { author } } });
      for (const [i, { step, moment }] of deaths.entries()) {
        await images.policy('app', `s${i + 1}`);
        const running = start();
        await proxy.at(step, moment, () => running.kill());
      }
      last = start();
      const tag = `s${deaths.length}`;
      await system.until(images.ref('ImageUpdateAutomation', 'steps'), 'at the last tag', object =>
        JSON.stringify(object?.status).includes(`"tag":"${tag}"`),
      );
      await last.stop();
      await expectHistory(clone.path, tag);
    } finally {
      await last?.kill();
      await proxy.stop();
    }
  }, 120_000);
});
