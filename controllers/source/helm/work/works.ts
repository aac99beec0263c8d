import { TaskFailed, threads } from '@millrace/threads';
import { BuildError } from './build-error.ts';
import type { HelmAnswers, HelmPart, HelmTask } from './helm-worker.ts';

/** Something is wrong with an index, or it has not what is asked for. */
export class HelmRefused extends Error {
  override readonly name = 'HelmRefused';
}

/** Reads indexes and packs charts away from the event loop. */
export interface Works {
  /**
   * @param options.group whose turn it is
   * @throws BuildError, HelmRefused, or the reason of the signal
   */
  do<K extends HelmTask['kind']>(
    task: HelmTask & { kind: K },
    options: { group: string; timeout: number; signal: AbortSignal },
  ): Promise<HelmAnswers[K]>;
  stop(): Promise<void>;
}

/** Sources run as they are; the bundle brings the worker as a file of its own beside it. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './helm-worker.ts' : './helm-worker.js',
  import.meta.url,
);

/** MiB: an index of 50 MiB takes most of it. */
const memory = 1024;

/**
 * @param cache how many indexes are kept, and for how many milliseconds without use; by default those that are in use
 */
export function startWorks(cache = { indexes: 0, ttl: 0 }): Works {
  const kept = cache.indexes > 0 ? { idleAfter: cache.ttl } : {};
  const pool = threads<HelmTask, HelmPart>({ file: workerFile, size: 1, memory, ...kept });
  return {
    async do<K extends HelmTask['kind']>(
      task: HelmTask & { kind: K },
      options: { group: string; timeout: number; signal: AbortSignal },
    ): Promise<HelmAnswers[K]> {
      const [part] = await pool.run(task, options).catch(error => {
        if (!(error instanceof TaskFailed)) throw error;
        throw new HelmRefused(error.message, { cause: error });
      });
      if (part?.kind === 'answer') return part.answer as HelmAnswers[K];
      if (part?.kind !== 'refused') throw new Error('the thread gave no answer');
      if (part.reason === undefined) throw new HelmRefused(part.message);
      throw BuildError.said(part.reason, part.message);
    },
    stop: () => pool.stop(),
  };
}
