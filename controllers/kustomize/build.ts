import { availableParallelism } from 'node:os';
import type { Kustomization } from '@millrace/api';
import type { SharedTree } from '@millrace/artifact';
import { Failed } from '@millrace/controller';
import type { JsonObject } from '@millrace/json';
import { asKubeObject, type KubeObject } from '@millrace/kube';
import type { MasterKey } from '@millrace/sops';
import { type RunOptions, TaskFailed, threads } from '@millrace/threads';
import { type DecryptionKeys, KeysWanted } from './decryption/keys.ts';
import type { Variables } from './substitution.ts';

/** What a worker needs to build; plain values, for they cross to another thread. */
export interface BuildTask {
  /** The files of the artifact, in memory that threads share. */
  tree: SharedTree;
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
  /** What spec.decryption comes to; undefined where nothing is decrypted. */
  decryption?: DecryptionKeys | undefined;
}

/** What a worker says, in this order: objects, portion by portion, then what is said of them; or one failure. */
export type BuildPart =
  | { kind: 'objects'; objects: JsonObject[] }
  | { kind: 'built'; digest: string; confidential: number[]; warnings: string[] }
  | { kind: 'wanted'; keys: MasterKey[] }
  | { kind: 'failed'; reason: 'ArtifactFailed' | 'BuildFailed'; message: string };

export interface Built {
  objects: KubeObject[];
  /** Those of them that were decrypted and are no Secrets. */
  confidential: KubeObject[];
  /** `sha256:` of the manifests as text, before spec.commonMetadata. */
  digest: string;
  warnings: string[];
}

/** Builds away from the event loop, in threads that end when there is nothing to do, or too much. */
export interface Builder {
  /** Throws Failed, and KeysWanted where a data key is to be had elsewhere first. */
  build(task: BuildTask, options: RunOptions): Promise<Built>;
  /** A build is about to come. */
  warm(): void;
  stop(): Promise<void>;
}

/** Sources run as they are; the bundle brings the worker as a file of its own beside it. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './build-worker.ts' : './build-worker.js',
  import.meta.url,
);

/** MiB that a build may take: a hundred thousand objects take half of it. */
const memory = 1024;

/** One processor is left for the event loop. */
const size = Math.max(1, Math.min(availableParallelism() - 1, 4));

export function startBuilder(): Builder {
  const pool = threads<BuildTask, BuildPart>({ file: workerFile, size, memory });
  return {
    async build(task, options) {
      const parts = await pool.run(task, options).catch(error => {
        if (!(error instanceof TaskFailed)) throw error;
        throw new Failed('BuildFailed', `kustomize build failed: ${error.message}`, { cause: error });
      });
      const failed = parts.find(part => part.kind === 'failed');
      if (failed) throw new Failed(failed.reason, failed.message);
      const wanted = parts.find(part => part.kind === 'wanted');
      if (wanted) throw new KeysWanted(wanted.keys);
      const objects = parts.flatMap(part => (part.kind === 'objects' ? part.objects.map(asKubeObject) : []));
      const built = parts.find(part => part.kind === 'built');
      if (!built) throw new Failed('BuildFailed', 'kustomize build failed: it has come to no end');
      const confidential = built.confidential.map(place => objects[place]!);
      return { objects, confidential, digest: built.digest, warnings: built.warnings };
    },
    warm: () => pool.warm(),
    stop: () => pool.stop(),
  };
}
