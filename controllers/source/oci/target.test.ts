import { type OCIRepository, ociRepository, parseResource } from '@millrace/api';
import type { Registry } from '@millrace/oci';
import { describe, expect, test } from 'vitest';
import { targetOf } from './target.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const chart = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

function repo(spec: object): OCIRepository {
  return parseResource(ociRepository, {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { name: 'app' },
    spec: { url: 'oci://example.com/app', interval: '1m', ...spec },
  } as never);
}

/** A registry in which every tag points at one digest. */
function having(...tags: string[]): Registry {
  return {
    tags: async () => tags,
    resolve: async () => digest,
    manifest: async () => ({ layers: [], annotations: {} }),
    document: async () => undefined,
    referrers: async () => [],
    async *blob() {},
    async close() {},
  };
}

const revisionOf = async (spec: object, ...tags: string[]) =>
  (
    await targetOf(
      repo(spec),
      { host: 'example.com', path: 'app' },
      having(...tags),
      new AbortController().signal,
    )
  ).revision;

describe('what spec.ref asks for', () => {
  test.each([
    ['nothing', {}, `latest@${digest}`],
    ['a tag', { ref: { tag: 'v1' } }, `v1@${digest}`],
    ['a digest before all others', { ref: { digest, semver: '*', tag: 'v1' } }, digest],
    ['a range before a tag', { ref: { semver: '1.x', tag: 'v1' } }, `1.2.0@${digest}`],
    [
      'a range among those that pass the filter',
      { ref: { semver: '>=1.0.0-0', semverFilter: '-rc' } },
      `1.3.0-rc.1@${digest}`,
    ],
    [
      'a chart with a build',
      { ref: { semver: '2.0.x' }, layerSelector: { mediaType: chart } },
      `2.0.0_build@${digest}`,
    ],
  ])('is %s', async (_, spec, revision) => {
    const tags = ['v1', '1.0.0', '1.2.0', '1.3.0-rc.1', '2.0.0_build'];
    expect(await revisionOf(spec, ...tags)).toBe(revision);
  });

  test.each([
    [{ ref: { semver: '9.x' } }, 'no match found for semver: 9.x'],
    [{ ref: { semver: '*', semverFilter: '(' } }, 'semverFilter: error parsing regexp: missing closing )'],
    [{ ref: { digest: 'sha256:short' } }, 'spec.ref.digest has to be'],
  ])('%j is refused', async (spec, problem) => {
    await expect(revisionOf(spec, '1.0.0')).rejects.toThrow(problem);
  });
});
