import { constants, gzipSync } from 'node:zlib';
import { fromBytes, quote, toBytes } from '@millrace/go-template';
import { parseVersion } from '@millrace/semver';
import { type NewEntry, writeTar } from '@millrace/tar';
import type { Chart } from './chart.ts';
import { ChartError } from './chart-error.ts';
import { checkMetadata } from './check-metadata.ts';
import { lockText, metadataText } from './write-metadata.ts';

export interface PackOptions {
  /** Take the place of those in Chart.yaml. */
  version?: string;
  appVersion?: string;
  /** When the files were changed, in seconds since 1970: 0 unless told. */
  modified?: number;
}

/** A chart as it is published. */
export interface PackedChart {
  /** `NAME-VERSION.tgz` */
  name: string;
  bytes: Uint8Array;
}

/**
 * The archive of a chart that was loaded, as `helm package` lays it out: Chart.yaml written anew, subcharts as folders.
 * The same chart gives the same bytes.
 * @throws ChartError for what is no chart, and for a schema that is no JSON. Whether all dependencies are there is for
 * `requireDependencies` to say.
 */
export function packChart(chart: Chart, options: PackOptions = {}): PackedChart {
  const { version = chart.metadata.version, appVersion } = options;
  if (parseVersion(version) === undefined)
    throw new ChartError(`${quote(version)}: invalid semantic version`);
  const metadata = { ...chart.metadata, version, ...(appVersion && { appVersion }) };
  const entries = [...entriesOf({ ...chart, metadata: checkMetadata(metadata) }, '')];
  const mtime = options.modified ?? 0;
  const bytes = gzipSync(writeTar(entries.map(entry => ({ ...entry, mtime }))), {
    level: constants.Z_BEST_COMPRESSION,
  });
  // The byte that names the system that packed, which is not to matter.
  bytes[9] = 255;
  return { name: `${metadata.name}-${version}.tgz`, bytes };
}

function* entriesOf(chart: Chart, folder: string): Generator<NewEntry> {
  const base = `${folder}${chart.metadata.name}/`;
  const entry = (name: string, content: Uint8Array) => ({ name: base + name, content });
  yield entry('Chart.yaml', toBytes(metadataText(chart.metadata)));
  if (chart.metadata.apiVersion === 'v2' && chart.lock)
    yield entry('Chart.lock', toBytes(lockText(chart.lock)));
  for (const { name, data } of chart.raw) if (name === 'values.yaml') yield entry(name, data);
  if (chart.schema !== undefined) yield entry('values.schema.json', requireJson(chart.schema));
  for (const { name, data } of [...chart.templates, ...chart.files]) yield entry(name, data);
  for (const dependency of chart.dependencies) yield* entriesOf(dependency, `${base}charts/`);
}

function requireJson(schema: Uint8Array): Uint8Array {
  try {
    JSON.parse(fromBytes(schema));
    return schema;
  } catch (cause) {
    throw new ChartError('invalid JSON in values.schema.json', { cause });
  }
}
