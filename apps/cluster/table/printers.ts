import type { Column } from './column.ts';
import { clusterPrinters } from './printers-cluster.ts';
import { corePrinters } from './printers-core.ts';
import { workloadPrinters } from './printers-workloads.ts';

/** The columns after the name, by storage of the resource. */
export const printers: Readonly<Record<string, readonly Column[]>> = {
  ...corePrinters,
  ...workloadPrinters,
  ...clusterPrinters,
};
