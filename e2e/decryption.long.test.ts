import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Kustomization } from '@millrace/api';
import type { KubeObject } from '@millrace/kube';
import { stringify } from '@millrace/yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clone } from './fleet.ts';
import { configMap, readyOf, type System, startSystem } from './system.ts';

type Data = KubeObject & { data?: Record<string, string> };

/** Keys and files made by the real sops: see encrypted/record.ts. */
const { agekey, asc, files } = JSON.parse(
  readFileSync(new URL('./encrypted/golden/files.json', import.meta.url), 'utf8'),
) as { agekey: string; asc: string; files: Record<string, string> };

/** spec.decryption: who decrypts what, and what is said where it cannot be (kustomize-controller, docs/spec/v1). */
describe('decryption', () => {
  let system: System;
  let clone: Clone;
  let commit = '';

  beforeAll(async () => {
    const age = ['--sops-age-secret', 'sops-age', '--metrics-addr', '0', '--health-addr', '0'];
    const closed = ['--events-addr', '0', '--receiverAddr', '0'];
    system = await startSystem([...age, ...closed], { inPod: true });
    const repository = await system.repository('fleet');
    clone = repository.clone;
    await clone.push('Start', { README: 'empty' });
    await system.source('fleet', repository.url);
    await secret('keys', { 'team.agekey': agekey, 'team.asc': asc });
  });
  afterAll(() => system.stop());

  const secret = (name: string, stringData: Record<string, string>) =>
    system.client.apply(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace: system.namespace },
        stringData,
      } as KubeObject,
      { as: 'own', fieldManager: 'e2e', force: true },
    );
  const put = async (name: string, changed: Record<string, string>) => {
    const all = Object.entries(changed).map(([file, text]) => [`${name}/${file}`, text]);
    commit = await clone.push(`Change ${name}`, Object.fromEntries(all));
  };
  const start = async (
    name: string,
    changed: Record<string, string>,
    spec: Partial<Kustomization['spec']> = {},
  ) => {
    await put(name, changed);
    const decryption = { provider: 'sops' as const, secretRef: { name: 'keys' } };
    await system.kustomization(name, {
      path: `./${name}`,
      targetNamespace: system.namespace,
      decryption,
      ...spec,
    });
  };
  const said = async (name: string) => {
    const settled = (ks: Kustomization | undefined) => {
      const status = readyOf(ks)?.status;
      return ks?.status?.lastAttemptedRevision?.endsWith(commit) === true && status !== 'Unknown';
    };
    return readyOf(await system.until<Kustomization>(system.ref('Kustomization', name), 'settled', settled))!;
  };
  const valuesOf = async (kind: 'Secret' | 'ConfigMap', name: string) => {
    const found = await system.get<Data>({ apiVersion: 'v1', kind, namespace: system.namespace, name });
    const decode = (text: string) => (kind === 'Secret' ? Buffer.from(text, 'base64').toString() : text);
    return Object.fromEntries(Object.entries(found?.data ?? {}).map(([key, value]) => [key, decode(value)]));
  };
  const kustomizationFile = (fields: Record<string, unknown>) =>
    stringify({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      ...(fields as object),
    });

  test('is that of whole objects, of any kind, by age and by OpenPGP', async () => {
    await start('whole', {
      'whole.yaml': files['whole.yaml']!,
      'pgp.yaml': files['pgp.yaml']!,
      'config.yaml': files['config.yaml']!,
    });
    expect(await said('whole')).toMatchObject({ status: 'True' });
    expect(await valuesOf('Secret', 'whole')).toEqual({ user: 'admin', password: 'marker-whole' });
    expect(await valuesOf('Secret', 'pgp')).toEqual({ password: 'marker-pgp' });
    expect(await valuesOf('ConfigMap', 'config')).toEqual({ key: 'marker-config' });
    expect(
      await system.get({ apiVersion: 'v1', kind: 'Secret', namespace: system.namespace, name: 'whole' }),
    ).not.toHaveProperty('sops');
  });

  test('is that of the files of generators, in bases and components too, and of patches', async () => {
    const options = { disableNameSuffixHash: true };
    await start(
      'generated',
      {
        'app/kustomization.yaml': kustomizationFile({
          resources: ['../base', 'whole.yaml'],
          components: ['../component'],
          patches: [{ path: 'patch.yaml' }],
          secretGenerator: [
            { name: 'env', envs: ['app.env'], options },
            {
              name: 'files',
              files: [
                'settings.json',
                'settings.ini',
                'values.yaml',
                'key.bin',
                '.dockerconfigjson=docker.json',
              ],
              options,
            },
          ],
        }),
        'base/kustomization.yaml': kustomizationFile({
          secretGenerator: [{ name: 'base', envs: ['base.env'], options }],
        }),
        'component/kustomization.yaml': kustomizationFile({
          apiVersion: 'kustomize.config.k8s.io/v1alpha1',
          kind: 'Component',
          secretGenerator: [{ name: 'component', envs: ['component.env'], options }],
        }),
        'base/base.env': files['base.env']!,
        'component/component.env': files['component.env']!,
        ...Object.fromEntries(
          ['app.env', 'settings.json', 'settings.ini', 'values.yaml', 'key.bin', 'docker.json'].map(file => [
            `app/${file}`,
            files[file]!,
          ]),
        ),
        'app/whole.yaml': stringify({
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'patched' },
          stringData: { user: 'admin' },
        }),
        'app/patch.yaml': files['patch.yaml']!.replace('name: whole', 'name: patched'),
      },
      { path: './generated/app' },
    );
    expect(await said('generated')).toMatchObject({
      message: expect.stringContaining('Applied'),
      status: 'True',
    });
    expect(await valuesOf('Secret', 'env')).toEqual({ USER: 'admin', PASSWORD: 'marker-dotenv' });
    expect(await valuesOf('Secret', 'base')).toEqual({ PASSWORD: 'marker-base' });
    expect(await valuesOf('Secret', 'component')).toEqual({ PASSWORD: 'marker-component' });
    const found = await valuesOf('Secret', 'files');
    expect(JSON.parse(found['settings.json']!)).toEqual({ password: 'marker-json', port: 5 });
    expect(found['settings.ini']).toMatch(/password\s*=\s*marker-ini/);
    expect(found['values.yaml']).toContain('password: marker-yaml');
    expect(found['key.bin']).toBe('marker-binary\nof several lines\n');
    expect(JSON.parse(found['.dockerconfigjson']!)).toHaveProperty(['auths', 'registry.example.com']);
    expect(await valuesOf('Secret', 'patched')).toEqual({ user: 'admin', added: 'marker-patch' });
  });

  test('is that of values which are encrypted files themselves', async () => {
    const data = Object.fromEntries(
      ['app.env', 'settings.json', 'values.yaml', 'settings.ini'].map(file => [file, btoa(files[file]!)]),
    );
    const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'values' }, data };
    await start('values', { 'a.yaml': stringify(object) });
    expect(await said('values')).toMatchObject({ status: 'True' });
    const found = await valuesOf('Secret', 'values');
    expect(found['app.env']).toBe('USER=admin\nPASSWORD=marker-dotenv\n');
    expect(JSON.parse(found['settings.json']!)).toEqual({ password: 'marker-json', port: 5 });
    expect(found['values.yaml']).toContain('password: marker-yaml');
    expect(found['settings.ini']).toMatch(/password\s*=\s*marker-ini/);
  });

  test('is none where an annotation says so', async () => {
    const text = files['whole.yaml']!.replace(
      'name: whole',
      'name: left\n    annotations:\n        kustomize.toolkit.fluxcd.io/decrypt: Disabled',
    );
    await start('left', { 'whole.yaml': text });
    expect(await said('left')).toMatchObject({ status: 'True' });
    expect((await valuesOf('Secret', 'left')).password).toMatch(/^ENC\[/);
  });

  test('fails without the keys, names them, and begins with them', async () => {
    const decryption = { provider: 'sops' as const, secretRef: { name: 'late' } };
    await start(
      'late',
      { 'whole.yaml': files['whole.yaml']!.replace('name: whole', 'name: late-one') },
      { decryption },
    );
    expect(await said('late')).toMatchObject({ reason: 'BuildFailed', message: 'secrets "late" not found' });
    await secret('late', { 'team.asc': asc });
    await system.until<Kustomization>(system.ref('Kustomization', 'late'), 'no key of age', ks =>
      /cannot get sops data key[\s\S]*age1/.test(readyOf(ks)?.message ?? ''),
    );
    await secret('late', { 'team.agekey': 'hunter2-is-no-key' });
    await system.until<Kustomization>(system.ref('Kustomization', 'late'), 'no key at all', ks =>
      /failed to import 'team.agekey' data from sops decryption Secret/.test(readyOf(ks)?.message ?? ''),
    );
    await secret('late', { 'team.agekey': agekey });
    await system.until<Kustomization>(
      system.ref('Kustomization', 'late'),
      'ready',
      ks => readyOf(ks)?.status === 'True',
    );
    expect(await valuesOf('Secret', 'late-one')).toMatchObject({ password: 'marker-whole' });
  });

  describe('by a service elsewhere', () => {
    let asked = 0;
    let refuses = false;
    let vault: Server;
    let address = '';
    beforeAll(async () => {
      // What the golden file's own server does, the other way round.
      vault = createServer(async (request, response) => {
        asked++;
        const { ciphertext } = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString()) as {
          ciphertext: string;
        };
        if (refuses || request.headers['x-vault-token'] !== 'hunter2-vault')
          return response.writeHead(403).end('{"errors":["permission denied"]}');
        const plaintext = [...ciphertext.replace('vault:v1:', '')].reverse().join('');
        response.end(JSON.stringify({ data: { plaintext } }));
      });
      await new Promise<void>(resolve => vault.listen(0, '127.0.0.1', resolve));
      address = `http://127.0.0.1:${(vault.address() as AddressInfo).port}`;
    });
    afterAll(() => vault.close());

    test('asks once for a key, also for the next revision, and anew where it was refused', async () => {
      const encrypted = files['vault.yaml']!.replace('http://127.0.0.1:18299', address);
      await secret('vault-keys', { 'sops.vault-token': 'hunter2-vault' });
      const decryption = { provider: 'sops' as const, secretRef: { name: 'vault-keys' } };
      refuses = true;
      await start('vault', { 'vault.yaml': encrypted }, { decryption });
      const { message } = await said('vault');
      expect(message).toMatch(/cannot get sops data key.*127\.0\.0\.1.*permission denied/s);
      refuses = false;
      await secret('vault-keys', { 'sops.vault-token': 'hunter2-vault\n' });
      await system.until<Kustomization>(
        system.ref('Kustomization', 'vault'),
        'ready',
        ks => readyOf(ks)?.status === 'True',
      );
      expect(await valuesOf('Secret', 'vault')).toEqual({ password: 'marker-vault' });
      const before = asked;
      await put('vault', { 'other.yaml': configMap('other', 'a') });
      expect(await said('vault')).toMatchObject({ status: 'True' });
      expect(asked).toBe(before);
    });

    test('that never answers holds up nobody else', async () => {
      const silent = createServer(() => {});
      await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
      const { port } = silent.address() as AddressInfo;
      const encrypted = files['vault.yaml']!.replace('18299', String(port));
      const decryption = { provider: 'sops' as const, secretRef: { name: 'vault-keys' } };
      await put('silent', { 'vault.yaml': encrypted });
      for (let i = 0; i < 40; i++)
        await system.kustomization(`silent-${i}`, {
          path: './silent',
          targetNamespace: 'default',
          decryption,
        });
      await start('quick', { 'config.yaml': configMap('quick', 'a') });
      expect(await said('quick')).toMatchObject({ status: 'True' });
      silent.closeAllConnections();
      silent.close();
    });
  });

  test('without a Secret is by the keys of age that the controller has for all', async () => {
    await secret('sops-age', { 'a.agekey': agekey, 'a.asc': asc });
    const decryption = { provider: 'sops' as const };
    const whole = files['whole.yaml']!.replace('name: whole', 'name: for-all');
    await start('for-all', { 'whole.yaml': whole }, { decryption });
    expect(await said('for-all')).toMatchObject({ status: 'True' });
    expect(await valuesOf('Secret', 'for-all')).toMatchObject({ password: 'marker-whole' });
    await start('not-for-all', { 'pgp.yaml': files['pgp.yaml']! }, { decryption });
    expect((await said('not-for-all')).message).toContain('cannot get sops data key');
  });

  test('that is not asked for leaves nothing encrypted in the cluster', async () => {
    await put('plain', { 'whole.yaml': files['whole.yaml']!.replace('name: whole', 'name: plain') });
    await system.kustomization('plain', { path: './plain', targetNamespace: system.namespace });
    expect(await said('plain')).toMatchObject({
      status: 'False',
      message: expect.stringContaining('is SOPS encrypted, configuring decryption is required'),
    });
  });

  test('shows nothing of what it has read when the build fails after it', async () => {
    const lines = 'marker-binary\nof several lines\n';
    await start('shows', {
      'kustomization.yaml': kustomizationFile({
        secretGenerator: [{ name: 'bad', envs: ['key.bin'] }],
        patches: [{ path: 'patch.yaml' }],
      }),
      'patch.yaml': files['patch.yaml']!,
      'key.bin': files['key.bin']!,
    });
    const { status, message } = await said('shows');
    expect(status).toBe('False');
    for (const word of ['marker-patch', ...lines.split('\n').filter(line => line !== '')])
      expect(message).not.toContain(word);
  });

  test('shows nothing anywhere', async () => {
    const { items: events } = await system.client.listAll('v1', 'Event', {
      namespace: system.namespace,
      as: 'own',
    });
    const { items: all } = await system.client.listAll('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', {
      namespace: system.namespace,
      as: 'own',
    });
    const text = JSON.stringify([events, all]) + system.controllers.output();
    for (const marker of ['marker-', 'AGE-SECRET-KEY', 'hunter2', 'of several lines'])
      expect(text).not.toContain(marker);
  });
});
