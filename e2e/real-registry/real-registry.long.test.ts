import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { HelmChart, ImageRepository, OCIRepository } from '@millrace/api';
import type { KubeObject, ObjectRef } from '@millrace/kube';
import { isDigest, registry, tokens } from '@millrace/oci';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestOf, imageType } from '../../apps/registry/testing/client.ts';
import { golden } from '../helm/site.ts';
import { readyOf, type System, startSystem } from '../system.ts';
import { certificate, type Doors, dockerRegistry, key, login, startDebians, startEmbedded } from './doors.ts';
import { helms, tools } from './tools.ts';

const chartLayer = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
const signal = AbortSignal.timeout(600_000);

type Door = 'open' | 'closed' | 'secure';
type Found = KubeObject & {
  status?: OCIRepository['status'] & HelmChart['status'] & ImageRepository['status'];
};

/** A kind that pulls, and how it says that it has. */
interface Puller {
  kind: 'OCIRepository' | 'HelmChart' | 'ImageRepository';
  spec(host: string, secrets: object): object;
  /** What tells that it has what is there. */
  has(found: Found): unknown;
  had: unknown;
}

const interval = '1h';
const bytes = golden('app-1.1.0.tgz');
const pullers: Puller[] = [
  {
    kind: 'OCIRepository',
    spec: (host, secrets) => ({
      ...{ interval, url: `oci://${host}/org/app`, ref: { semver: '1.x' }, ...secrets },
      layerSelector: { mediaType: chartLayer, operation: 'copy' },
    }),
    has: ({ status }) => status?.artifact?.digest,
    had: digestOf(bytes),
  },
  {
    kind: 'HelmChart',
    spec: () => ({ interval, chart: 'app', version: '1.x' }),
    has: ({ status }) => status?.artifact?.digest,
    had: digestOf(bytes),
  },
  {
    kind: 'ImageRepository',
    spec: (host, secrets) => ({ interval, image: `${host}/org/app`, ...secrets }),
    has: ({ status }) => status?.lastScanResult?.latestTags,
    had: ['1.1.0', '1.0.0'],
  },
];

const registries = [
  { whose: 'the embedded registry', start: startEmbedded, isThere: true },
  { whose: "Debian's docker-registry", start: startDebians, isThere: dockerRegistry !== undefined },
];

// A machine may lack it: .ci/run brings it and sets CI_REQUIRE_DOCKER_REGISTRY, or says that it cannot.
describe.each(registries.filter(({ isThere }) => isThere))('from $whose', ({ start }) => {
  let system: System;
  let doors: Doors;
  const made: ObjectRef[] = [];

  beforeAll(async () => {
    doors = await start();
    for (const version of ['1.0.0', '1.1.0']) await pushChart(version);
    system = await startSystem(['--controllers', 'source,image-reflector']);
    const auths = Object.fromEntries(Object.values({ ...doors, stop: '' }).map(host => [host, login]));
    const wrong = { auths: { [doors.closed]: { ...login, password: 'wrong' } } };
    await secret('login', { '.dockerconfigjson': JSON.stringify({ auths }) });
    await secret('wrong', { '.dockerconfigjson': JSON.stringify(wrong) });
    await secret('pair', { 'ca.crt': certificate, 'tls.crt': certificate, 'tls.key': key });
    await secret('authority', { 'ca.crt': certificate });
  });
  afterAll(async () => {
    for (const ref of made) await system.client.delete(ref, { as: 'own' }).catch(() => {});
    for (const ref of made) await system.until(ref, 'gone', object => object === undefined);
    await system.stop();
    await doors.stop();
  });

  /** As helm does, by our own client. */
  async function pushChart(version: string): Promise<void> {
    const to = registry({ host: doors.open, path: 'org/app' }, { tokens: tokens(), pushes: true });
    const describe = async (content: Uint8Array, mediaType: string) => {
      const digest = digestOf(content);
      if (!isDigest(digest)) throw new Error(`no digest: ${digest}`);
      await to.pushBlob({ digest, size: content.byteLength, read: () => Readable.from([content]) }, signal);
      return { mediaType, digest, size: content.byteLength };
    };
    const config = Buffer.from(JSON.stringify({ apiVersion: 'v2', name: 'app', version }));
    const manifest = {
      schemaVersion: 2,
      mediaType: imageType,
      config: await describe(config, 'application/vnd.cncf.helm.config.v1+json'),
      layers: [await describe(golden(`app-${version}.tgz`), chartLayer)],
    };
    const content = Buffer.from(JSON.stringify(manifest));
    await to.pushManifest(version, { mediaType: imageType, bytes: content }, signal);
    await to.close();
  }

  const refOf = (kind: string, name: string): ObjectRef => {
    const group = kind === 'ImageRepository' ? 'image.toolkit.fluxcd.io/v1' : 'source.toolkit.fluxcd.io/v1';
    return { apiVersion: kind === 'Secret' ? 'v1' : group, kind, namespace: system.namespace, name };
  };
  const apply = async (kind: string, name: string, rest: object) => {
    const { apiVersion, namespace } = refOf(kind, name);
    const object = { apiVersion, kind, metadata: { name, namespace }, ...rest };
    if (kind !== 'Secret') made.push(refOf(kind, name));
    await system.client.apply(object as KubeObject, { as: 'own', fieldManager: 'e2e', force: true });
  };
  const secret = (name: string, stringData: Record<string, string>) => apply('Secret', name, { stringData });
  const settled = (kind: string, name: string) =>
    system.until<Found>(refOf(kind, name), 'settled', object => {
      const { status, reason } = readyOf(object) ?? {};
      return (status === 'True' || status === 'False') && reason !== 'NoSourceArtifact';
    });
  /** What a puller says, of what is behind a door, with the Secrets that are named. */
  const pulled = async ({ kind, spec }: Puller, door: Door, secrets: object, what: string) => {
    const name = `${kind}-${door}-${what}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    const of: { sourceRef?: object } = {};
    if (kind === 'HelmChart') {
      const url = `oci://${doors[door]}/org`;
      await apply('HelmRepository', name, { spec: { interval, type: 'oci', url, ...secrets } });
      of.sourceRef = { kind: 'HelmRepository', name };
    }
    await apply(kind, name, { spec: { ...spec(doors[door], secrets), ...of } });
    return settled(kind, name);
  };

  const ways: [Door, string, object][] = [
    ['open', 'nothing', {}],
    ['closed', 'the login', { secretRef: { name: 'login' } }],
    ['secure', 'the authority and a certificate', { certSecretRef: { name: 'pair' } }],
  ];
  describe.each(pullers)('by $kind', puller => {
    test.each(ways)('through the %s door, with %s', async (door, what, secrets) => {
      const found = await pulled(puller, door, secrets, what);
      expect(readyOf(found)).toMatchObject({ status: 'True' });
      expect(puller.has(found)).toEqual(puller.had);
    });

    const refused: [Door, string, object, RegExp][] = [
      ['closed', 'nobody', {}, /401|UNAUTHORIZED|authentication required|log ?in/i],
      [
        'closed',
        'a wrong login',
        { secretRef: { name: 'wrong' } },
        /401|UNAUTHORIZED|authentication required/i,
      ],
      ['secure', 'no authority', {}, /certificate|cannot be reached|self-signed/],
      ['secure', 'no certificate', { certSecretRef: { name: 'authority' } }, /certificate|cannot be reached/],
    ];
    test.each(refused)('not through the %s door, by %s', async (door, what, secrets, why) => {
      const found = await pulled(puller, door, secrets, what);
      expect(readyOf(found)).toMatchObject({ status: 'False', message: expect.stringMatching(why) });
      expect(puller.has(found)).toBeUndefined();
      expect(JSON.stringify(found.status)).not.toContain('wrong"');
    });
  });

  test.each(tools)('what $name has pushed is pulled', async ({ name, push }) => {
    const folder = join(system.folder, name);
    await mkdir(join(folder, 'apps'), { recursive: true });
    await writeFile(join(folder, 'apps', 'a.yaml'), 'kind: ConfigMap\n');
    const archive = `${folder}.tar.gz`;
    execFileSync('tar', ['-C', folder, '-czf', archive, 'apps']);
    await push(`${doors.open}/tools/${name}:v1`, { folder, archive });
    await apply('OCIRepository', name, {
      spec: { interval, url: `oci://${doors.open}/tools/${name}`, ref: { tag: 'v1' } },
    });
    const { status } = await settled('OCIRepository', name);
    expect(readyOf({ status } as never)).toMatchObject({ status: 'True' });
    const answer = await fetch(status!.artifact!.url);
    const file = join(system.folder, `${name}.pulled.tar.gz`);
    await writeFile(file, Buffer.from(await answer.arrayBuffer()));
    expect(execFileSync('tar', ['-xzOf', file, 'apps/a.yaml'], { encoding: 'utf8' })).toBe(
      'kind: ConfigMap\n',
    );
  });

  test.each(helms)('a chart that helm has pushed is pulled', async ({ pushChart }) => {
    const chart = fileURLToPath(new URL('../helm/golden/app-1.0.0.tgz', import.meta.url));
    await pushChart(chart, `${doors.open}/by-helm`);
    const spec = { interval, type: 'oci', url: `oci://${doors.open}/by-helm` };
    await apply('HelmRepository', 'by-helm', { spec });
    const sourceRef = { kind: 'HelmRepository', name: 'by-helm' };
    await apply('HelmChart', 'by-helm', { spec: { interval, chart: 'app', sourceRef } });
    const { status } = await settled('HelmChart', 'by-helm');
    expect(status?.artifact?.digest).toBe(digestOf(golden('app-1.0.0.tgz')));
  });
});
