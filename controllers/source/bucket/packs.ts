import { ArtifactError, type Placed } from '@millrace/artifact';
import { threads } from '@millrace/threads';
import type { PackPart, PackTask } from './pack-worker.ts';

/** Makes artifacts of objects away from the event loop. */
export interface Packs {
  /** @param group whose turn it is; throws ArtifactError, TaskFailed, or the reason of the signal */
  write(task: PackTask, options: { group: string; timeout: number; signal: AbortSignal }): Promise<Placed>;
  stop(): Promise<void>;
}

/** Sources run as they are; the bundle brings the worker as a file of its own beside it. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './pack-worker.ts' : './pack-worker.js',
  import.meta.url,
);

export function startPacks(): Packs {
  const pool = threads<PackTask, PackPart>({ file: workerFile, size: 1, memory: 512 });
  return {
    async write(task, options) {
      const [part] = await pool.run(task, options);
      if (part?.kind === 'refused') throw new ArtifactError(part.message);
      if (part?.kind !== 'written') throw new Error('the thread gave no answer');
      const { kind: _, ...placed } = part;
      return placed;
    },
    stop: () => pool.stop(),
  };
}
