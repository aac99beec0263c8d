import type { HelmChart, HelmRelease } from '@millrace/api';
import { findCondition } from '@millrace/controller';
import type { KubeObject, ObjectRef } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { layerOf, pushCharts, sign, startTuf } from './helm/keyless-charts.ts';
import { type Registry, startRegistry } from './registry.ts';
import { isReady, readyOf, type System, startSystem } from './system.ts';

type Identity = { issuer: string; subject: string };

const issuer = '^https://token\\.actions\\.githubusercontent\\.com$';
const subject = '^https://github\\.com/org/app/\\.github/workflows/release\\.yaml@refs/tags/v[0-9]+$';
const stranger = '^https://github\\.com/other/';

/** Charts in a registry that somebody has signed whom Fulcio knows; their root of trust comes by TUF. */
describe('a chart that an identity has to have signed', () => {
  let tuf: Awaited<ReturnType<typeof startTuf>>;
  let registry: Registry;
  let system: System;

  beforeAll(async () => {
    tuf = await startTuf();
    registry = await startRegistry();
    system = await startSystem([], { env: tuf.env });
    for (const name of ['bundles', 'simple', 'unlogged', 'moved', 'forged']) {
      await pushCharts(registry, `${name}/app`);
      await apply('HelmRepository', name, { type: 'oci', url: `oci://${registry.host}/${name}` });
    }
    await sign(registry, 'bundles/app', 'release');
    await sign(registry, 'bundles/app', 'stranger');
    await sign(registry, 'simple/app', 'simple');
    await sign(registry, 'simple/app', 'simple-stranger');
    await sign(registry, 'unlogged/app', 'unlogged');
    const [release, other] = [JSON.parse(layerOf('release')), JSON.parse(layerOf('stranger'))];
    const { tlogEntries } = other.verificationMaterial;
    const moved = { ...release, verificationMaterial: { ...release.verificationMaterial, tlogEntries } };
    await sign(registry, 'moved/app', 'release', JSON.stringify(moved));
    const { certificate } = other.verificationMaterial;
    const forged = { ...release, verificationMaterial: { ...release.verificationMaterial, certificate } };
    await sign(registry, 'forged/app', 'release', JSON.stringify(forged));
  }, 60_000);
  afterAll(async () => {
    for (const kind of ['HelmRelease', 'HelmChart', 'HelmRepository'])
      await system.clear(refOf(kind, '').apiVersion, kind);
    await system.stop();
    await Promise.all([registry.stop(), tuf.stop()]);
  });

  const refOf = (kind: string, name: string): ObjectRef => ({
    apiVersion: kind === 'HelmRelease' ? 'helm.toolkit.fluxcd.io/v2' : 'source.toolkit.fluxcd.io/v1',
    kind,
    namespace: system.namespace,
    name,
  });
  const apply = (kind: string, name: string, spec: object) => {
    const { apiVersion, namespace = '' } = refOf(kind, name);
    const object: KubeObject = { apiVersion, kind, metadata: { name, namespace } };
    const whole = { ...object, spec: { interval: '1h', ...spec } };
    return system.client.apply(whole, { as: 'own', fieldManager: 'e2e', force: true });
  };
  let count = 0;
  const chart = async (repository: string, version: string, matchOIDCIdentity?: Identity[]) => {
    const name = `chart-${count++}`;
    const sourceRef = { kind: 'HelmRepository', name: repository };
    const verify = { provider: 'cosign', ...(matchOIDCIdentity ? { matchOIDCIdentity } : {}) };
    await apply('HelmChart', name, { chart: 'app', version, sourceRef, verify });
    const found = await system.until<HelmChart>(refOf('HelmChart', name), 'settled', one =>
      ['True', 'False'].includes(readyOf(one)?.status ?? ''),
    );
    return { ...found.status, verified: findCondition(found.status?.conditions, 'SourceVerified') };
  };

  const both = ['bundles', 'simple'];
  const right: [string, Identity[] | undefined][] = [
    ['issuer and subject as a whole', [{ issuer, subject }]],
    ['a part of them, without anchors', [{ issuer: 'actions', subject: 'org/app' }]],
    ['a pattern that fits anything', [{ issuer: '.*', subject: '.*' }]],
    ['no pattern', [{ issuer: '', subject: '' }]],
    ['no subject', [{ issuer, subject: '' }]],
    [
      'the last of several',
      [
        { issuer, subject: stranger },
        { issuer, subject },
      ],
    ],
    ['no identity at all', undefined],
  ];
  test.each(both.flatMap(from => right.map(([what, identities]) => [what, from, identities] as const)))(
    'is offered where matchOIDCIdentity has %s: %s',
    async (_, from, identities) => {
      const { verified, artifact } = await chart(from, '1.0.0', identities ? [...identities] : undefined);
      expect(verified).toMatchObject({
        status: 'True',
        reason: 'Succeeded',
        message: 'verified signature of version 1.0.0',
      });
      expect(artifact?.revision).toBe('1.0.0');
    },
  );

  const wrong: [string, Identity[]][] = [
    ['another issuer', [{ issuer: '^https://accounts\\.google\\.com$', subject }]],
    ['another subject', [{ issuer, subject: stranger }]],
    ['another case', [{ issuer, subject: 'ORG/APP' }]],
    ['another anchor', [{ issuer: '^token', subject }]],
    [
      'another issuer for one subject, and another subject for that issuer',
      [
        { issuer: '^https://gitlab', subject },
        { issuer, subject: stranger },
      ],
    ],
  ];
  test.each(both.flatMap(from => wrong.map(([what, identities]) => [what, from, identities] as const)))(
    'is refused where matchOIDCIdentity has %s: %s',
    async (_, from, identities) => {
      const { verified, artifact, conditions } = await chart(from, '1.0.0', [...identities]);
      expect(verified).toMatchObject({ status: 'False', reason: 'VerificationError' });
      expect(verified?.message).toContain(
        `failed to verify oci://${registry.host}/${from}/app:1.0.0: no matching signatures: none of the expected identities matched what was in the certificate`,
      );
      expect(findCondition(conditions, 'Ready')).toMatchObject({ reason: 'ChartVerificationError' });
      expect(artifact).toBeUndefined();
    },
  );

  test.each<[string, string, string, string]>([
    ['a stranger', 'bundles', '1.1.0', 'none of the expected identities'],
    ['a stranger', 'simple', '1.1.0', 'none of the expected identities'],
    ['nobody', 'bundles', '2.0.0-rc.1', 'no signatures found'],
    ['nobody', 'simple', '2.0.0-rc.1', 'no signatures found'],
    [
      'somebody whose certificate has expired, unseen by a log',
      'unlogged',
      '1.0.0',
      'no matching signatures',
    ],
    ['somebody of whom the log has seen something else', 'moved', '1.0.0', 'no matching signatures'],
    ['another than the certificate says', 'forged', '1.0.0', 'no matching signatures'],
  ])('is refused where it was signed by %s: %s', async (_, from, version, problem) => {
    const { verified, artifact } = await chart(from, version, [{ issuer, subject }]);
    expect(verified).toMatchObject({ status: 'False', reason: 'VerificationError' });
    expect(verified?.message).toContain(problem);
    expect(artifact).toBeUndefined();
  });

  test('is refused where a pattern is none', async () => {
    const { verified, artifact } = await chart('bundles', '1.0.0', [{ issuer: '(', subject }]);
    expect(verified?.message).toContain('spec.verify.matchOIDCIdentity: issuer is no regular expression');
    expect(artifact).toBeUndefined();
  });

  test('is released by a HelmRelease, and is not where nobody has signed it', async () => {
    const release = (name: string, version: string) =>
      apply('HelmRelease', name, {
        chart: {
          spec: {
            chart: 'app',
            version,
            sourceRef: { kind: 'HelmRepository', name: 'bundles' },
            verify: { provider: 'cosign' },
          },
        },
      });
    await release('signed', '1.0.0');
    await release('unsigned', '2.0.0-rc.1');
    const signed = await system.until<HelmRelease>(refOf('HelmRelease', 'signed'), 'ready', isReady);
    expect(signed.status?.history?.[0]).toMatchObject({ chartVersion: '1.0.0', status: 'deployed' });
    const unsigned = await system.until<HelmRelease>(refOf('HelmRelease', 'unsigned'), 'told', one =>
      /no signatures found/.test(readyOf(one)?.message ?? ''),
    );
    expect(readyOf(unsigned)).toMatchObject({ status: 'False', reason: 'SourceNotReady' });
    expect(unsigned.status?.history).toBeUndefined();
  });
});
