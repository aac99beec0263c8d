import { ArtifactError, type Placed } from '@millrace/artifact';
import { threads } from '@millrace/threads';
import type { LayerPart, LayerTask } from './layer-worker.ts';

/** Makes artifacts of layers away from the event loop. */
export interface Layers {
  /** @param group whose turn it is; throws ArtifactError, TaskFailed, or the reason of the signal */
  write(task: LayerTask, options: { group: string; timeout: number; signal: AbortSignal }): Promise<Placed>;
  stop(): Promise<void>;
}

/** Sources run as they are; the bundle brings the worker as a file of its own beside it. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './layer-worker.ts' : './layer-worker.js',
  import.meta.url,
);

export function startLayers(): Layers {
  const pool = threads<LayerTask, LayerPart>({ file: workerFile, size: 1, memory: 256 });
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
