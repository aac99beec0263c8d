export { type ChartLimits, defaultChartLimits, readArchiveFiles } from './chart/archive.ts';
export type { Chart, ChartFile, Dependency, Lock, Maintainer, Metadata, Values } from './chart/chart.ts';
export { ChartError } from './chart/chart-error.ts';
export { type IgnoreRules, readIgnoreRules } from './chart/helmignore.ts';
export {
  type ChartFiles,
  type LoadOptions,
  loadChart,
  loadChartFolder,
  readChartArchive,
} from './chart/load.ts';
export { requireDependencies } from './dependencies/missing.ts';
export { processDependencies } from './dependencies/process.ts';
export { coalesceValues } from './values/coalesce.ts';
export { readValues } from './values/read.ts';
export { mergeValues, type ValueSources } from './values/sources.ts';
export { ValuesError } from './values/values-error.ts';
