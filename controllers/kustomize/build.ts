import { setImmediate } from 'node:timers/promises';
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Kustomization } from '@millrace/api';
import { Failed } from '@millrace/controller';
import type { JsonObject } from '@millrace/json';
import { asKubeObject, type KubeObject } from '@millrace/kube';
import { Piscina } from 'piscina';
import type { Variables } from './substitution.ts';

/** What a worker needs to build; plain values, for they cross to another thread. */
export interface BuildTask {
  /** The artifact's archive. */
  archive: Uint8Array;
  /** Of the artifact: a worker keeps what it unpacked under it. */
  digest: string;
  spec: Pick<
    Kustomization['spec'],
    | 'path'
    | 'targetNamespace'
    | 'namePrefix'
    | 'nameSuffix'
    | 'patches'
    | 'images'
    | 'components'
    | 'ignoreMissingComponents'
    | 'buildMetadata'
    | 'commonMetadata'
  >;
  variables: Variables;
  /** --feature-gates=StrictPostBuildSubstitutions: an undefined variable is an error. */
  strict: boolean;
}

/** What a worker is asked. */
export interface BuildOrder {
  task: BuildTask;
  /** Where the objects go, portion by portion, before the result. */
  portions: MessagePort;
}

export type BuildResult =
  | { kind: 'built'; portions: number; warnings: string[] }
  | { kind: 'failed'; reason: 'ArtifactFailed' | 'BuildFailed'; message: string };

/** Builds away from the event loop, in worker threads that end when there is nothing to do. */
export interface Builder {
  build(task: BuildTask, signal: AbortSignal): Promise<{ objects: KubeObject[]; warnings: string[] }>;
  stop(): Promise<void>;
}

/** Sources run as they are; the bundle brings the worker as a file of its own beside it. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './build-worker.ts' : './build-worker.js',
  import.meta.url,
);

/** Milliseconds without work after which a thread ends, and gives its memory back. */
const idleTimeout = 20_000;

export function startBuilder(threads = 1): Builder {
  const pool = new Piscina({
    filename: workerFile.href,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout,
    // Builds make much garbage that is soon forgotten: a small nursery keeps the process small.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  return {
    async build(task, signal) {
      const { port1: arriving, port2: portions } = new MessageChannel();
      try {
        const order: BuildOrder = { task, portions };
        const result = (await pool.run(order, { signal, transferList: [portions] })) as BuildResult;
        if (result.kind === 'failed') throw new Failed(result.reason, result.message);
        return { objects: await receive(arriving, result.portions), warnings: result.warnings };
      } finally {
        arriving.close();
      }
    },
    stop: () => pool.destroy(),
  };
}

/** Takes the objects over with a turn of the event loop for others between the portions. */
async function receive(port: MessagePort, portions: number): Promise<KubeObject[]> {
  const objects: KubeObject[] = [];
  for (let i = 0; i < portions; i++) {
    // All were posted before the result, and so are here.
    const { message } = receiveMessageOnPort(port) as { message: JsonObject[] };
    for (const object of message) objects.push(asKubeObject(object));
    await setImmediate();
  }
  return objects;
}
