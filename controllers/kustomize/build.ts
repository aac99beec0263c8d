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

export type BuildResult =
  | { kind: 'built'; objects: JsonObject[]; warnings: string[] }
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
      const result = (await pool.run(task, { signal })) as BuildResult;
      if (result.kind === 'failed') throw new Failed(result.reason, result.message);
      return { objects: result.objects.map(asKubeObject), warnings: result.warnings };
    },
    stop: () => pool.destroy(),
  };
}
