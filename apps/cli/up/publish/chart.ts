import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { type Metadata, packChart, readChartArchive, requireDependencies } from '@millrace/helm';
import type { NewBlob } from '@millrace/oci';
import { readChart } from '../../helm/read-chart.ts';
import type { Target } from './target.ts';

/** As Helm has charts in registries: https://helm.sh/docs/topics/registries/#helm-chart-manifest */
const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.cncf.helm.config.v1+json',
  chart: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
};

/**
 * A chart is in the repository of its name, below the path; and at the path, where that is its name already: then the
 * path was meant for the chart and not for a folder of charts.
 */
export async function publishChart(path: string, { path: base, tag, within, signal }: Target): Promise<void> {
  const { metadata, bytes } = archiveAt(path);
  const { name } = metadata;
  const config = blobOf(Buffer.from(JSON.stringify(metadata)));
  const chart = blobOf(bytes);
  const described = (mediaType: string, { digest, size }: NewBlob) => ({ mediaType, digest, size });
  const manifest = {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: described(types.config, config),
    layers: [described(types.chart, chart)],
    annotations: annotationsOf(metadata),
  };
  const isNamed = base.split('/').at(-1) === name;
  for (const repository of isNamed ? [base, `${base}/${name}`] : [`${base}/${name}`])
    await within(repository, async to => {
      for (const blob of [config, chart]) await to.pushBlob(blob, signal);
      const pushed = { mediaType: types.manifest, bytes: Buffer.from(JSON.stringify(manifest)) };
      // Tags cannot have a `+`: Helm writes `_`.
      await to.pushManifest(tag ?? metadata.version.replaceAll('+', '_'), pushed, signal);
    });
}

function archiveAt(path: string): { metadata: Metadata; bytes: Uint8Array } {
  try {
    return archiveOf(path);
  } catch (cause) {
    throw new Error(`${path}: ${(cause as Error).message}`, { cause });
  }
}

/** Throws ChartError and HelmCommandError. */
function archiveOf(path: string): { metadata: Metadata; bytes: Uint8Array } {
  if (!statSync(path).isDirectory()) {
    const bytes = readFileSync(path);
    return { metadata: readChartArchive(bytes).metadata, bytes };
  }
  const chart = readChart(path);
  requireDependencies(chart);
  return { metadata: chart.metadata, bytes: packChart(chart).bytes };
}

function annotationsOf({ name, version, description }: Metadata): Record<string, string> {
  const prefix = 'org.opencontainers.image';
  return {
    [`${prefix}.title`]: name,
    [`${prefix}.version`]: version,
    ...(description ? { [`${prefix}.description`]: description } : {}),
  };
}

function blobOf(bytes: Uint8Array): NewBlob {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { digest, size: bytes.length, read: () => Readable.from([bytes]) };
}
