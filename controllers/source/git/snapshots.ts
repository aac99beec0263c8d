import type { Placed } from '@millrace/artifact';
import { GitError } from '@millrace/git';
import { TaskFailed, threads } from '@millrace/threads';
import { CopyFailed } from './parts.ts';
import { SnapshotRefused } from './snapshot.ts';
import type { SnapshotPart, SnapshotTask } from './snapshot-worker.ts';

/** Makes archives of commits away from the event loop. */
export interface Snapshots {
  /** @param group whose turn it is; throws SnapshotRefused, CopyFailed, GitError, TaskFailed, or the reason of the signal */
  write(
    task: SnapshotTask,
    options: { group: string; timeout: number; signal: AbortSignal },
  ): Promise<Placed>;
  /** A commit is about to come. */
  warm(): void;
  stop(): Promise<void>;
}

/** Sources run as they are; the bundle brings the worker as a file of its own beside it. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './snapshot-worker.ts' : './snapshot-worker.js',
  import.meta.url,
);

/** MiB: a quarter of a million names take half of it. */
const memory = 512;

export function startSnapshots(): Snapshots {
  const pool = threads<SnapshotTask, SnapshotPart>({ file: workerFile, size: 1, memory });
  return {
    async write(task, options) {
      const parts = await pool.run(task, options).catch(error => {
        if (error instanceof TaskFailed && error.why === 'memory')
          throw new SnapshotRefused(
            'the commit takes more memory than there is: name folders in spec.sparseCheckout',
          );
        throw error;
      });
      const [part] = parts;
      if (part?.kind === 'refused') throw new SnapshotRefused(part.message);
      if (part?.kind === 'copy failed') throw new CopyFailed(part.message);
      if (part?.kind === 'git') throw new GitError(part.failure, part.message);
      if (part?.kind !== 'written') throw new Error('the thread gave no answer');
      const { kind: _, ...placed } = part;
      return placed;
    },
    warm: () => pool.warm(),
    stop: () => pool.stop(),
  };
}
