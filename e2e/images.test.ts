import { type ImagePolicy, type ImageRepository, names } from '@millrace/api';
import type { KubeObject, ObjectRef } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { layerOf, type Registry, startRegistry } from './registry.ts';
import { readyOf, type System, startSystem } from './system.ts';

const apiVersion = 'image.toolkit.fluxcd.io/v1';
type Kind = 'ImageRepository' | 'ImagePolicy';

/** Tags of a real registry, and what policies make of them (image-reflector-controller, docs/spec/v1). */
describe('images', () => {
  let system: System;
  let registry: Registry;
  const made: ObjectRef[] = [];

  beforeAll(async () => {
    registry = await startRegistry();
    system = await startSystem(['--controllers', 'image-reflector']);
  });
  afterAll(async () => {
    for (const ref of made) await system.client.delete(ref, { as: 'own' }).catch(() => {});
    for (const ref of made) await system.until(ref, 'gone', object => object === undefined);
    await system.stop();
    await registry.stop();
  });

  const ref = (kind: Kind, name: string): ObjectRef => ({
    apiVersion,
    kind,
    namespace: system.namespace,
    name,
  });
  const apply = async (kind: Kind, name: string, spec: object) => {
    const object = { ...ref(kind, name), metadata: { name, namespace: system.namespace }, spec };
    const { namespace: _, name: _n, ...whole } = object;
    if (!made.some(one => one.kind === kind && one.name === name)) made.push(ref(kind, name));
    const options = { as: 'own', fieldManager: 'e2e', force: true } as const;
    await system.client.apply(whole as KubeObject, options);
  };
  const repository = (name: string, spec: Partial<ImageRepository['spec']> = {}) =>
    apply('ImageRepository', name, { image: `${registry.host}/org/${name}`, interval: '1h', ...spec });
  const policy = (name: string, spec: Partial<ImagePolicy['spec']>) =>
    apply('ImagePolicy', name, { imageRepositoryRef: { name }, policy: { semver: { range: '*' } }, ...spec });
  const push = async (name: string, ...tags: string[]) => {
    let digest = '';
    for (const tag of tags) digest = await registry.push(`org/${name}`, tag, [layerOf({ tag })]);
    return digest;
  };
  const said = async (kind: Kind, name: string, test: (message: string) => boolean) => {
    const object = await system.until(ref(kind, name), 'as it should be', found =>
      test(readyOf(found)?.message ?? ''),
    );
    return { ...object, ready: readyOf(object)! } as KubeObject & {
      ready: NonNullable<ReturnType<typeof readyOf>>;
      status: NonNullable<ImageRepository['status']> & NonNullable<ImagePolicy['status']>;
    };
  };
  const ask = (name: string) =>
    system.client.patch(
      ref('ImageRepository', name),
      'merge',
      { metadata: { annotations: { [names.requestedAt]: `${Date.now()}-${Math.random()}` } } },
      { as: 'own' },
    );

  test('are scanned, and the latest is chosen and follows the tags', async () => {
    const first = await push('app', '1.0.0', '1.1.0', 'latest', 'x.sig');
    await repository('app');
    await policy('app', { policy: { semver: { range: '1.x' } }, digestReflectionPolicy: 'IfNotPresent' });
    const scanned = await said('ImageRepository', 'app', text => text.startsWith('successful scan'));
    expect(scanned.ready.message).toMatch(/^successful scan: found 3 tags with checksum \d+$/);
    expect(scanned.status).toMatchObject({
      canonicalImageName: `${registry.host}/org/app`,
      lastScanResult: { tagCount: 3, latestTags: ['latest', '1.1.0', '1.0.0'] },
      observedExclusionList: ['^.*\\.sig$'],
    });
    const image = `${registry.host}/org/app`;
    const chosen = await said('ImagePolicy', 'app', text => text.includes('resolved to 1.1.0'));
    expect(chosen.status.latestRef).toMatchObject({ name: image, tag: '1.1.0' });
    const digest = await push('app', '1.2.0');
    expect(digest).not.toBe(first);
    await ask('app');
    const next = await said('ImagePolicy', 'app', text => text.includes('resolved to 1.2.0'));
    expect(next.ready.message).toBe(
      `Latest image tag for ${image} resolved to 1.2.0 with digest ${digest} (previously ${image}:1.1.0@${chosen.status.latestRef!.digest})`,
    );
    expect(next.status).toMatchObject({
      latestRef: { name: image, tag: '1.2.0', digest },
      observedPreviousRef: chosen.status.latestRef,
    });
  });

  test('need a login where the registry wants one, and are asked for again when it comes', async () => {
    await push('private', '1.0.0');
    registry.login = { username: 'reader', password: 'hush' };
    try {
      await repository('private', { secretRef: { name: 'pull' } });
      const refused = await said('ImageRepository', 'private', text => text !== '');
      expect(refused.ready).toMatchObject({ status: 'False', reason: 'AuthenticationFailed' });
      expect(refused.ready.message).toContain('secrets "pull" not found');
      const auths = { [registry.host]: { username: 'reader', password: 'hush' } };
      const config = Buffer.from(JSON.stringify({ auths })).toString('base64');
      const secret = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'pull', namespace: system.namespace },
        type: 'kubernetes.io/dockerconfigjson',
        data: { '.dockerconfigjson': config },
      };
      await system.client.create(secret as KubeObject, { as: 'own' });
      await said('ImageRepository', 'private', text => text.startsWith('successful scan: found 1 tags'));
    } finally {
      delete registry.login;
    }
  });

  test.each(['v1beta1', 'v1beta2'])('written as %s are taken, with a warning', async version => {
    const name = `of-${version}`;
    await push(name, '1.0.0', '1.1.0');
    const given = [
      ['ImageRepository', { image: `${registry.host}/org/${name}`, interval: '1h' }],
      ['ImagePolicy', { imageRepositoryRef: { name }, policy: { semver: { range: '1.x' } } }],
    ] as const;
    const options = { as: 'own', fieldManager: 'e2e', force: true } as const;
    for (const [kind, spec] of given) {
      made.push(ref(kind, name));
      const metadata = { name, namespace: system.namespace };
      const former = { apiVersion: `image.toolkit.fluxcd.io/${version}`, kind, metadata, spec };
      const { warnings } = await system.client.apply(former as KubeObject, options);
      expect(warnings).toEqual([`image.toolkit.fluxcd.io/${version} ${kind} is deprecated, upgrade to v1`]);
    }
    await said('ImagePolicy', name, text => text.includes('resolved to 1.1.0'));
  });

  test('that cannot be found or named say why', async () => {
    await repository('nothing', { image: `${registry.host}/org/nothing` });
    const failed = await said('ImageRepository', 'nothing', text => text !== '');
    expect(failed.ready).toMatchObject({ status: 'False', reason: 'ReadOperationFailed' });
    await repository('tagged', { image: `${registry.host}/org/app:1.0.0` });
    const stalled = await said('ImageRepository', 'tagged', text => text !== '');
    expect(stalled.ready).toMatchObject({
      reason: 'ImageURLInvalid',
      message: `image '${registry.host}/org/app:1.0.0' should not include a tag; remove ':1.0.0'`,
    });
  });

  test('by number and by alphabet, with what is filtered and excluded', async () => {
    await push('builds', 'main-aaa-10', 'main-bbb-9', 'dev-ccc-99', '20240101');
    await repository('builds', { exclusionList: ['^dev-'] });
    await policy('builds', {
      policy: { numerical: { order: 'asc' } },
      filterTags: { pattern: '^main-[a-z]+-(?P<n>[0-9]+)$', extract: '$n' },
    });
    await said('ImagePolicy', 'builds', text => text.endsWith('resolved to main-aaa-10'));
    await policy('builds', { policy: { alphabetical: { order: 'desc' } } });
    await said('ImagePolicy', 'builds', text => text.includes('resolved to 20240101'));
    await policy('builds', { policy: { numerical: { order: 'asc' } } });
    await said('ImagePolicy', 'builds', text => text.startsWith('failed to parse invalid numeric value'));
    await policy('builds', { policy: { semver: { range: 'x y z' } } });
    const invalid = await said('ImagePolicy', 'builds', text => text.startsWith('invalid policy'));
    expect(invalid.ready.reason).toBe('InvalidPolicy');
  });

  test('of another namespace are for those whom they let in', async () => {
    const elsewhere = `${system.namespace}-other`;
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: elsewhere } };
    await system.client.create(namespace, { as: 'own' });
    try {
      await policy('app', { imageRepositoryRef: { name: 'app', namespace: elsewhere } });
      const missing = await said('ImagePolicy', 'app', text => text.includes('does not exist'));
      expect(missing.ready.reason).toBe('DependencyNotReady');
    } finally {
      await system.client.delete({ apiVersion: 'v1', kind: 'Namespace', name: elsewhere }, { as: 'own' });
    }
  });
});
