import type { Artifact, HelmRelease } from '@millrace/api';
import { Failed, NotReady, Parked, Stalled } from '@millrace/controller';
import type { KubeObject } from '@millrace/kube';
import { describe, expect, test } from 'vitest';
import { artifactOf, chartRevisionOf, requireAccess, sourceOf } from './source.ts';
import { hrOf } from './testing/index.ts';

const hex = '0123456789abcdef'.repeat(4);
const artifact = (revision: string): Artifact => ({
  digest: `sha256:${hex}`,
  lastUpdateTime: '2026-01-01T00:00:00Z',
  path: 'a.tgz',
  revision,
  url: 'http://example.com/a.tgz',
});
const from = (kind: 'HelmChart' | 'OCIRepository' | 'ExternalArtifact') =>
  hrOf({ chartRef: { kind, name: 'chart' } });

describe('the version of a chart', () => {
  test.each<[string, HelmRelease, string, string, boolean, string, string]>([
    ['of a HelmChart is its own', from('HelmChart'), '1.2.3', '1.2.3', true, '1.2.3', ''],
    [
      'of a registry has its digest',
      from('OCIRepository'),
      `1.2.3@sha256:${hex}`,
      '1.2.3',
      true,
      '1.2.3+0123456789ab',
      `sha256:${hex}`,
    ],
    [
      'keeps its pre-release, and not its metadata',
      from('OCIRepository'),
      `1.2.3-rc.1_build@sha256:${hex}`,
      '1.2.3-rc.1+build',
      true,
      '1.2.3-rc.1+0123456789ab',
      `sha256:${hex}`,
    ],
    [
      'is left alone where digests are not tracked',
      from('OCIRepository'),
      `1.2.3@sha256:${hex}`,
      '1.2.3',
      false,
      '1.2.3',
      `sha256:${hex}`,
    ],
    [
      'of a revision that is a digest',
      from('OCIRepository'),
      `sha256:${hex}`,
      '1.2.3',
      true,
      '1.2.3+0123456789ab',
      `sha256:${hex}`,
    ],
    ['of an artifact of others', from('ExternalArtifact'), '1.2.3', '1.2.3', true, '1.2.3', ''],
  ])('%s', (_, hr, revision, version, tracks, expected, digest) => {
    expect(chartRevisionOf(hr, artifact(revision), version, tracks)).toEqual({ version: expected, digest });
  });

  test.each([
    ['another version', `1.2.4@sha256:${hex}`, '1.2.3'],
    ['no version', `1.2.3@sha256:${hex}`, 'latest'],
    ['a digest that is too short', '1.2.3@sha256:0123', '1.2.3'],
    ['more than one digest', `1.2.3@sha256:${hex}@sha256:${hex}`, '1.2.3'],
  ])('is refused for %s', (_, revision, version) => {
    expect(() => chartRevisionOf(from('OCIRepository'), artifact(revision), version, true)).toThrow(Failed);
  });
});

describe('the artifact of a source', () => {
  const source = (status: object, generation = 2): KubeObject => ({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmChart',
    metadata: { name: 'chart', namespace: 'shop', generation },
    status,
  });
  const ready = { observedGeneration: 2, artifact: artifact('1.2.3') };
  const condition = (type: string, status: string) => ({
    conditions: [{ type, status, reason: 'X', message: 'why', lastTransitionTime: '' }],
  });

  test('is there when the source has looked at its spec', () => {
    expect(artifactOf(from('HelmChart'), source(ready), 0)).toEqual(ready.artifact);
  });

  test.each<[string, object, RegExp]>([
    [
      'another spec',
      { ...ready, observedGeneration: 1 },
      /latest generation of object has not been reconciled$/,
    ],
    ['another spec that fails', { observedGeneration: 1, ...condition('Ready', 'False') }, /: why$/],
    ['a spec that never works', { ...ready, ...condition('Stalled', 'True') }, /: why$/],
    ['nothing yet', { observedGeneration: 2 }, /does not have an artifact$/],
  ])('is waited for where the source has %s', (_, status, message) => {
    const ask = () => artifactOf(from('HelmChart'), source(status), 0);
    expect(ask).toThrow(NotReady);
    expect(ask).toThrow(message);
  });

  test('is missed where there is no source', () => {
    expect(() => artifactOf(from('OCIRepository'), undefined, 0)).toThrow(
      'could not get Source object: OCIRepository.source.toolkit.fluxcd.io "chart" not found',
    );
  });

  test('is waited for where the HelmChart has just been made', () => {
    const { chartRef, ...spec } = hrOf().spec;
    const chart = { spec: { chart: 'app', sourceRef: { kind: 'HelmRepository' as const, name: 'charts' } } };
    const hr = { ...hrOf(), spec: { ...spec, chart } };
    expect(sourceOf(hr).key).toBe('shop/shop-app');
    expect(() => artifactOf(hr, undefined, 0)).toThrow(Parked);
  });
});

test.each<[string, HelmRelease, boolean, boolean, boolean]>([
  ['of one’s own namespace', from('HelmChart'), false, false, false],
  ['of another', hrOf({ chartRef: { kind: 'HelmChart', name: 'a', namespace: 'prod' } }), true, false, false],
  ['of another', hrOf({ chartRef: { kind: 'HelmChart', name: 'a', namespace: 'prod' } }), false, false, true],
  [
    'of a namespace that begins alike',
    hrOf({ chartRef: { kind: 'HelmChart', name: 'a', namespace: 'shop2' } }),
    false,
    false,
    true,
  ],
  ['an ExternalArtifact', from('ExternalArtifact'), true, false, true],
  ['an ExternalArtifact', from('ExternalArtifact'), true, true, false],
])('a source %s is denied: %#', (_, hr, crossNamespaceRefs, externalArtifacts, denied) => {
  const ask = () => requireAccess(hr, { crossNamespaceRefs, externalArtifacts });
  if (denied) expect(ask).toThrow(Stalled);
  else expect(ask).not.toThrow();
});
