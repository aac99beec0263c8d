import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newKeyPair } from '@millrace/git';
import { ensureDeployKey, gitHub } from '@millrace/git-hosts';
import { startTestHost } from '@millrace/git-hosts/testing';
import { signatureOfCommit, verifySignature } from '@millrace/git-signature';
import type { KubeObject } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installKinds } from '../up/controllers.ts';
import { follow } from './bootstrap.ts';
import { ensureComponents } from './components.ts';
import type { Plan } from './plan.ts';
import { signerOf } from './signing.ts';
import { ensureSourceSecret } from './source-secret.ts';
import { ensureSync } from './sync.ts';
import { type Ground, heard, installs, planFor, startGround } from './testing.ts';
import { cloneWorkCopy } from './work-copy.ts';

let on: Ground;
beforeAll(async () => {
  on = await startGround();
  await installKinds(on.session.client);
});
afterAll(() => on.stop());

const steps = async (plan: Plan) => {
  const copy = await cloneWorkCopy(plan, on.session.signal);
  await ensureComponents(plan, copy, on.session);
  await ensureSourceSecret(plan, on.session);
  await ensureSync(plan, copy, on.session);
  await copy.remove();
};
const log = (repository: string) => on.run(repository, 'log', '--format=%an|%s', 'main').trim().split('\n');
const get = <T>(apiVersion: string, kind: string, name: string, namespace: string) =>
  on.session.client.get<KubeObject & T>({ apiVersion, kind, name, namespace }, { as: 'own' });

describe('a bootstrap', () => {
  test('commits an installation, and what follows the repository; again it commits nothing', async () => {
    const plan = await planFor(on);
    await heard(() => steps(plan));
    const commits = ['Flux|Add Flux sync manifests', 'Flux|Add Flux v2.9.4 component manifests'];
    expect(log(plan.repository)).toEqual(commits);
    const names = on.run(plan.repository, 'ls-tree', '-r', '--name-only', 'main').trim().split('\n');
    const folder = `clusters/one/${plan.install.namespace}`;
    expect(names).toEqual(
      ['gotk-components.yaml', 'gotk-sync.yaml', 'kustomization.yaml'].map(name => `${folder}/${name}`),
    );
    const again = await heard(() => steps(plan));
    expect(log(plan.repository)).toEqual(commits);
    expect(again).toContain('✔ component manifests are up to date');
    expect(again).toContain('✔ sync manifests are up to date');
  });

  test('with other components commits these alone, on top of what others have committed', async () => {
    const plan = await planFor(on);
    await heard(() => steps(plan));
    on.commit(plan.repository, { 'clusters/one/app.yaml': 'apiVersion: v1\n' });
    installs(plan.flags.manifests!, plan.install.namespace, ['source-controller', 'source-watcher']);
    await heard(() => steps(plan));
    expect(log(plan.repository).slice(0, 2)).toEqual([
      'Flux|Add Flux v2.9.4 component manifests',
      'b|Others',
    ]);
    const [changed] = on.run(plan.repository, 'diff', '--name-only', 'main^', 'main').trim().split('\n');
    expect(changed).toMatch(/gotk-components.yaml$/);
  });

  test('keeps a kustomization with its patches, and installs what that makes', async () => {
    const plan = await planFor(on);
    const { namespace } = plan.install;
    const text = `resources: [gotk-components.yaml, gotk-sync.yaml]
patches:
- path: ../patch.yaml
  target: {kind: Deployment, name: source-controller}
`;
    const patch = '[{"op": "add", "path": "/metadata/annotations", "value": {"patched": "yes"}}]';
    on.commit(plan.repository, {
      [`clusters/one/${namespace}/kustomization.yaml`]: text,
      [`clusters/one/${namespace}/gotk-sync.yaml`]: '',
      'clusters/one/patch.yaml': patch,
    });
    await heard(() => steps(plan));
    const { metadata } = await get('apps/v1', 'Deployment', 'source-controller', namespace);
    expect(metadata.annotations).toMatchObject({ patched: 'yes' });
    const kept = on.run(plan.repository, 'show', `main:clusters/one/${namespace}/kustomization.yaml`);
    expect(kept).toBe(text);
  });

  test('names what is in the folder already in the kustomization that it writes', async () => {
    const plan = await planFor(on);
    const folder = `clusters/one/${plan.install.namespace}`;
    const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\n';
    on.commit(plan.repository, {
      [`${folder}/README.md`]: '# Hello',
      [`${folder}/a.yaml`]: map,
      [`${folder}/deep/b.yaml`]: map.replace('name: a', 'name: b'),
      [`${folder}/whole/kustomization.yaml`]: 'resources: [c.yaml]',
      [`${folder}/whole/c.yaml`]: map.replace('name: a', 'name: c'),
    });
    await heard(() => steps(plan));
    expect(on.run(plan.repository, 'show', `main:${folder}/kustomization.yaml`)).toBe(
      `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- a.yaml
- deep/b.yaml
- gotk-components.yaml
- gotk-sync.yaml
- whole
`,
    );
  });

  test('does not lead a cluster to another path, and leaves everything as it is', async () => {
    const plan = await planFor(on);
    await heard(() => steps(plan));
    const commits = log(plan.repository);
    const other = { ...plan, flags: { ...plan.flags, path: './clusters/two' } };
    await expect(heard(() => follow(other, on.session))).rejects.toThrow(
      'sync path configuration ("./clusters/two") would overwrite path ("./clusters/one") of existing Kustomization',
    );
    expect(log(plan.repository)).toEqual(commits);
  });

  test('goes on where somebody has pushed meanwhile', async () => {
    const plan = await planFor(on);
    const lines = await heard(async () => {
      const copy = await cloneWorkCopy(plan, on.session.signal);
      await ensureComponents(plan, copy, on.session);
      on.commit(plan.repository, { 'other.yaml': 'x' });
      await ensureSync(plan, copy, on.session);
      await copy.remove();
    });
    expect(lines).toContain('◎ git conflict detected, retrying with a fresh clone');
    expect(log(plan.repository)).toEqual([
      'Flux|Add Flux sync manifests',
      'b|Others',
      'Flux|Add Flux v2.9.4 component manifests',
    ]);
  });

  test('signs its commits, and says who has made them and what is added to each', async () => {
    const { privateKey, publicKey } = await newKeyPair('ed25519', { bits: 0, curve: 'p384' });
    const sshSigningKeyFile = join(on.folder, 'key');
    writeFileSync(sshSigningKeyFile, privateKey);
    const flags = {
      sshSigningKeyFile,
      authorName: 'Ann',
      authorEmail: 'ann@example.com',
      commitMessageAppendix: '[ci skip]',
    };
    const unsigned = await planFor(on, flags);
    const plan = { ...unsigned, sign: await signerOf(unsigned.flags, undefined) };
    await heard(() => steps(plan));
    const commit = Buffer.from(on.run(plan.repository, 'cat-file', 'commit', 'main'));
    expect(commit.toString()).toMatch(/^author Ann <ann@example.com> /m);
    expect(commit.toString()).toMatch(/\n\nAdd Flux sync manifests\n\n\[ci skip\]$/);
    const signer = await verifySignature(
      signatureOfCommit(commit),
      { openPgp: [], ssh: [publicKey] },
      'commit',
      new Date(),
    );
    expect(signer).toMatch(/^SHA256:/);
  });

  test('has no branch to begin with where others are there already', async () => {
    const plan = await planFor(on, { branch: 'trunk' });
    on.commit(plan.repository, { 'a.yaml': 'x' });
    await expect(heard(() => steps(plan))).rejects.toThrow(
      /there is no branch "trunk" in http:.*: make it, or name another with --branch \(main\)$/,
    );
  });

  test('puts no folder in the place of a link', async () => {
    const plan = await planFor(on);
    on.commit(plan.repository, { 'clusters/one': '->elsewhere' });
    await expect(heard(() => steps(plan))).rejects.toThrow(/clusters\/one is no folder in the repository/);
  });
});

describe('the Secret of the source', () => {
  const secretOf = async ({ flags, install }: Plan) => {
    const { data } = await get<{ data: Record<string, string> }>(
      'v1',
      'Secret',
      flags.secretName,
      install.namespace,
    );
    return Object.fromEntries(
      Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]),
    );
  };
  const prepared = async (more: Partial<Plan>, flags = {}) => {
    const plan = await planFor(on, flags, more);
    const { namespace } = plan.install;
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    await on.session.client.create(object, { as: 'own', fieldManager: 'test' });
    return plan;
  };

  test.each<[string, Plan['access'], Record<string, string>]>([
    ['a login', { kind: 'login', username: 'git', password: 'p' }, { username: 'git', password: 'p' }],
    [
      'a login at a host of its own',
      { kind: 'login', username: 'git', password: 'p', ca: 'CA' },
      { username: 'git', password: 'p', 'ca.crt': 'CA' },
    ],
    ['a token', { kind: 'bearer token', token: 't' }, { bearerToken: 't' }],
  ])('holds %s', async (_, access, data) => {
    const plan = await prepared({ access });
    await heard(() => ensureSourceSecret(plan, on.session));
    expect(await secretOf(plan)).toEqual(data);
  });

  test('has a deploy token that is kept while it is good', async () => {
    const host = await startTestHost('gitlab');
    try {
      const { gitLab } = await import('@millrace/git-hosts');
      const { hostname, token } = host;
      const place = { hostname, token, owner: 'acme', repository: 'fleet', personal: false };
      const repository = gitLab(place, on.session.signal);
      await repository.create('private');
      const at = { repository, visibility: 'private' as const, reconcile: false, teams: [], readOnly: true };
      const plan = await prepared({ access: { kind: 'deploy token' }, host: at });
      const first = await heard(() => ensureSourceSecret(plan, on.session));
      const [made] = host.state.repositories['acme/fleet']!.tokens;
      expect(await secretOf(plan)).toEqual({ username: made!.username, password: made!.token });
      expect(first[1]).toMatch(
        /^✔ configured deploy token "system-\d+-main-flux-system-.\/clusters\/one" for/,
      );
      await heard(() => ensureSourceSecret(plan, on.session));
      expect(host.state.repositories['acme/fleet']!.tokens).toEqual([made]);
      host.state.repositories['acme/fleet']!.tokens = [];
      await heard(() => ensureSourceSecret(plan, on.session));
      expect((await secretOf(plan)).password).toBe(host.state.repositories['acme/fleet']!.tokens[0]!.token);
    } finally {
      await host.stop();
    }
  });

  test('has a key that the host is told again when it has forgotten it, and that stays as it is', async () => {
    const host = await startTestHost('github');
    try {
      const { hostname, token } = host;
      const place = { hostname, token, owner: 'acme', repository: 'fleet', personal: false };
      const repository = gitHub(place, on.session.signal);
      await repository.create('private');
      const at = { repository, visibility: 'private' as const, reconcile: false, teams: [], readOnly: true };
      const plan = await prepared({ access: { kind: 'key', host: 'localhost' }, host: at });
      const { publicKey, privateKey } = await newKeyPair('ed25519', { bits: 0, curve: 'p384' });
      const { secretName: name } = plan.flags;
      const metadata = { name, namespace: plan.install.namespace };
      const stringData = { identity: privateKey, 'identity.pub': publicKey, known_hosts: 'x' };
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata, stringData };
      await on.session.client.create(secret, { as: 'own', fieldManager: 'test' });
      const lines = await heard(() => ensureSourceSecret(plan, on.session));
      expect(lines.at(-1)).toBe('✔ source secret up to date');
      expect((await repository.deployKeys()).map(({ key }) => key)).toEqual([publicKey.trim()]);
      // Somebody lets it push: a later run, for an upgrade, does not take that back.
      const [key] = await repository.deployKeys();
      await ensureDeployKey(repository, { ...key!, readOnly: false });
      await heard(() => ensureSourceSecret(plan, on.session));
      expect((await repository.deployKeys()).map(({ readOnly }) => readOnly)).toEqual([false]);
    } finally {
      await host.stop();
    }
  });
});
