import type { Chart, ChartFile } from '../chart/chart.ts';

/** A file of the folder crds/ of a chart or of one of its subcharts. */
export interface CustomResourceFile {
  /** Such as `parent/charts/sub/crds/x.yaml`. */
  name: string;
  file: ChartFile;
}

/** The files under crds/ that hold manifests, the chart's own before those of its subcharts. */
export function crdFiles(chart: Chart, parent = ''): CustomResourceFile[] {
  const path = parent + chart.metadata.name;
  const own = chart.files.filter(({ name }) => name.startsWith('crds/') && /\.(ya?ml|json)$/i.test(name));
  return [
    ...own.map(file => ({ name: `${path}/${file.name}`, file })),
    ...chart.dependencies.flatMap(child => crdFiles(child, `${path}/charts/`)),
  ];
}
