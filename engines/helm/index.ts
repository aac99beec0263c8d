export type { Chart, ChartFile, Dependency, Lock, Maintainer, Metadata, Values } from './chart/chart.ts';
