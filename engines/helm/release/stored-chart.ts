import type { Chart, ChartFile, Lock, Metadata, Values } from '../chart/chart.ts';

/** A chart in a record: without its subcharts, which Helm does not store. */
export interface StoredChart {
  metadata: Metadata | undefined;
  lock: Lock | undefined;
  /** undefined is Go's nil, which JSON has as null. */
  templates: StoredFile[] | undefined;
  values: Values | undefined;
  schema: Uint8Array | undefined;
  /** RFC 3339, as the other times. */
  schemaModTime: string;
  files: StoredFile[] | undefined;
  modTime?: string | undefined;
}

export interface StoredFile {
  name: string;
  data: Uint8Array | undefined;
  modTime?: string | undefined;
}

/** Go's zero time. */
export const zeroTime = '0001-01-01T00:00:00Z';

/** A chart as a record has it. */
export function storedChart(chart: Chart): StoredChart {
  const timeOf = (file: string) => chart.raw.find(({ name }) => name === file)?.modTime;
  return {
    metadata: chart.metadata,
    lock: chart.lock,
    templates: filled(chart.templates.map(storedFile)),
    values: chart.values,
    schema: chart.schema,
    schemaModTime: timeOf('values.schema.json') ?? zeroTime,
    files: filled(chart.files.map(storedFile)),
    modTime: timeOf('Chart.yaml'),
  };
}

/** A list to which nothing was added is nil. */
function filled(files: StoredFile[]): StoredFile[] | undefined {
  return files.length === 0 ? undefined : files;
}

function storedFile({ name, data, modTime }: ChartFile): StoredFile {
  return { name, data, modTime };
}

/** The chart of a record. It has no subcharts, so that it cannot be rendered anew if it had some. */
export function restoredChart(stored: StoredChart): Chart {
  const { lock, schema } = stored;
  return {
    metadata: stored.metadata ?? { name: '', version: '', apiVersion: '' },
    ...(lock && { lock }),
    raw: [],
    templates: (stored.templates ?? []).map(chartFile),
    files: (stored.files ?? []).map(chartFile),
    values: stored.values ?? {},
    ...(schema && { schema }),
    dependencies: [],
  };
}

function chartFile({ name, data = new Uint8Array() }: StoredFile): ChartFile {
  return { name, data };
}
