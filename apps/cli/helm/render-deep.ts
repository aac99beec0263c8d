import { Worker } from 'node:worker_threads';
import type { Chart, TemplateOptions, TemplateOutput, Values } from '@millrace/helm';

/** What is rendered; it goes to another thread, so it is plain data. */
export interface DeepTask {
  chart: Chart;
  values: Values;
  options: TemplateOptions;
  /** Milliseconds. */
  patience: number;
}

/** Megabytes: enough for the 1,000 levels of includes that Helm allows, many times over. */
const stackSize = 64;

/** Sources run as they are; the bundle brings the worker as a file of its own beside it. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './render-worker.ts' : './render-worker.js',
  import.meta.url,
);

/** Renders in a thread with a stack that is deep enough for what Helm renders. */
export function renderDeep(task: DeepTask): Promise<TemplateOutput> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerFile, { workerData: task, resourceLimits: { stackSizeMb: stackSize } });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}
