import type { Column } from './column.ts';
import { admissionPrinters } from './printers-admission.ts';
import { clusterPrinters } from './printers-cluster.ts';
import { corePrinters } from './printers-core.ts';
import { machineryPrinters } from './printers-machinery.ts';
import { workloadPrinters } from './printers-workloads.ts';

/** The columns after the name, by storage of the resource. */
export const printers: Readonly<Record<string, readonly Column[]>> = {
  ...corePrinters,
  ...workloadPrinters,
  ...clusterPrinters,
  ...admissionPrinters,
  ...machineryPrinters,
};
