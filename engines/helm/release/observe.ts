import { createHash } from 'node:crypto';
import { marshalJson, toBytes } from '@millrace/go-template';
import type { Release } from './release.ts';
import { hookOf, infoOf, metadataOf, struct } from './write-release.ts';

/**
 * The digest by which helm-controller knows that a release is as it left it: `sha256:` of what it observes of it. Tests
 * do not count, for anybody may run them.
 * @param ociDigest of the artifact that the chart came from, where it is one of a registry
 *
 * Rule: internal/release of helm-controller v1.6.3
 */
export function releaseDigest(release: Release, ociDigest = ''): string {
  const { name, version, info, chart, config, manifest, hooks, namespace } = release;
  const observed = hooks.filter(({ events }) => !events.includes('test')).map(hookOf);
  const text = marshalJson(
    struct({
      name,
      version,
      info: infoOf(info),
      chartMetadata: metadataOf(chart?.metadata ?? { name: '', version: '', apiVersion: '' }),
      config: config && Object.keys(config).length > 0 ? config : null,
      manifest,
      hooks: observed.length > 0 ? observed : null,
      namespace,
      ociDigest: ociDigest || undefined,
    }),
  );
  return `sha256:${createHash('sha256')
    .update(toBytes(`${text}\n`))
    .digest('hex')}`;
}
