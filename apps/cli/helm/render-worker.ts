import { parentPort, workerData } from 'node:worker_threads';
import { templateChart } from '@millrace/helm';
import { within } from './patience.ts';
import type { DeepTask } from './render-deep.ts';

const { chart, values, options, patience } = workerData as DeepTask;
parentPort!.postMessage(templateChart(chart, values, { ...options, limits: within(patience) }));
