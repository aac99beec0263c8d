import { threads } from '@millrace/threads';
import type { Composed, Composition } from './compose.ts';
import { ComposeError } from './compose-error.ts';
import type { ComposePart } from './compose-worker.ts';

/** Makes artifacts away from the event loop. */
export interface Composer {
  /** @param group whose turn it is; throws ComposeError, TaskFailed, or the reason of the signal */
  compose(
    composition: Composition,
    options: { group: string; timeout: number; signal: AbortSignal },
  ): Promise<Composed[]>;
  stop(): Promise<void>;
}

/** Sources run as they are; the bundle brings the worker as a file of its own beside it. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './compose-worker.ts' : './compose-worker.js',
  import.meta.url,
);

export function startComposer(): Composer {
  const pool = threads<Composition, ComposePart>({ file: workerFile, size: 1, memory: 512 });
  return {
    async compose(composition, options) {
      const [part] = await pool.run(composition, options);
      if (part?.kind === 'refused') throw new ComposeError(part.message, { isTerminal: part.isTerminal });
      if (part?.kind !== 'composed') throw new Error('the thread gave no answer');
      return part.artifacts;
    },
    stop: () => pool.stop(),
  };
}
