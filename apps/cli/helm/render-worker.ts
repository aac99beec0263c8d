import { parentPort, workerData } from 'node:worker_threads';
import { templateChart } from '@millrace/helm';
import type { DeepTask } from './render-deep.ts';

const { chart, values, options } = workerData as DeepTask;
parentPort!.postMessage(templateChart(chart, values, options));
