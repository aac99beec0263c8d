import { findChartVersion } from '@millrace/helm';
import { parseRepository, type Registry, registry, type Tokens } from '@millrace/oci';
import { parseFullVersion } from '@millrace/semver';
import type { Downloader, FoundChart, Reach } from './downloader.ts';

/** The layer that holds a chart (helm.sh/helm, pkg/registry). */
const chartLayer = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

/** A registry in which each chart is a repository, and each version a tag of it. */
export function ociDownloader(
  reach: Reach & { kind: 'oci' },
  tokens: Tokens,
  limits: { chart: number },
): Downloader {
  const open: Registry[] = [];
  return {
    async find(name, wanted, signal): Promise<FoundChart> {
      const place = `${reach.url.slice('oci://'.length).replace(/(?<!\/)\/+$/, '')}/${name}`;
      const from = registry(parseRepository(place), { ...reach.access, tokens });
      open.push(from);
      const version = parseFullVersion(wanted) ? wanted : await versionAmong(from, name, wanted, signal);
      return { name, version, fetch: during => fetchChart(from, version, limits.chart, during) };
    },
    async close() {
      await Promise.all(open.map(one => one.close()));
    },
  };
}

async function versionAmong(
  from: Registry,
  name: string,
  wanted: string,
  signal: AbortSignal,
): Promise<string> {
  const tags = await from.tags(signal);
  const versions = tags.map(tag => ({ version: versionOf(tag) }));
  if (!versions.some(({ version }) => parseFullVersion(version)))
    throw new Error(`unable to locate any tags in provided repository: ${name}`);
  return findChartVersion(versions, name, wanted).version;
}

async function fetchChart(
  from: Registry,
  version: string,
  limit: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const { layers } = await from.manifest(await from.resolve(tagOf(version), signal), signal);
  const layer = layers.find(({ mediaType }) => mediaType === chartLayer);
  if (!layer) throw new Error(`manifest does not contain a layer with mediatype ${chartLayer}`);
  const parts: Uint8Array[] = [];
  for await (const part of from.blob(layer, limit, signal)) parts.push(part);
  return Buffer.concat(parts);
}

/** Tags cannot have a `+`: Helm writes `_`. */
const tagOf = (version: string) => version.replaceAll('+', '_');
const versionOf = (tag: string) => tag.replaceAll('_', '+');
