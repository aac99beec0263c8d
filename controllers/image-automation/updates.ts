import { Failed, Stalled } from '@millrace/controller';
import { GitError } from '@millrace/git';
import { type RunOptions, TaskFailed, threads } from '@millrace/threads';
import type { Update, UpdatePart, UpdateTask } from './update-worker.ts';

/** Reads the files of commits, and makes messages, away from the event loop. */
export interface Updates {
  /** Throws Failed, Stalled, GitError, or the reason of the signal. */
  update(task: UpdateTask, options: RunOptions): Promise<Update>;
  stop(): Promise<void>;
}

/** Sources run as they are; the bundle brings the worker as a file of its own beside it. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './update-worker.ts' : './update-worker.js',
  import.meta.url,
);

/** MiB: some times what the files with markers may take. */
const memory = 512;

export function startUpdates(): Updates {
  const pool = threads<UpdateTask, UpdatePart>({ file: workerFile, size: 1, memory });
  return {
    async update(task, options) {
      const [part] = await pool.run(task, options).catch(error => {
        if (!(error instanceof TaskFailed)) throw error;
        const what = error.why === 'refused' ? error.message : `they take too much ${nameOf(error.why)}`;
        throw updateFailed(`the files with markers cannot be read: ${what}`);
      });
      switch (part?.kind) {
        case 'update':
          return part;
        case 'git':
          throw new GitError(part.failure, part.message);
        case 'no message':
          throw part.isOutdated
            ? new Stalled('RemovedTemplateField', part.message)
            : new Failed('GitOperationFailed', `failed to update source: ${part.message}`);
        default:
          throw updateFailed(part?.message ?? 'the thread gave no answer');
      }
    },
    stop: () => pool.stop(),
  };
}

const nameOf = (why: TaskFailed['why']) => (why === 'timeout' ? 'time' : 'memory');

const updateFailed = (why: string) => new Failed('UpdateFailed', `failed to apply policies: ${why}`);
