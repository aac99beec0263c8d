import { ArtifactError, type Written } from '@millrace/artifact';
import { GitError, type GitFailure } from '@millrace/git';
import { answerTasks } from '@millrace/threads';
import { CopyFailed } from './parts.ts';
import { type SnapshotContent, SnapshotRefused, writeSnapshot } from './snapshot.ts';

export interface SnapshotTask extends SnapshotContent {
  /** The file to write. */
  file: string;
}

export type SnapshotPart =
  | ({ kind: 'written' } & Written)
  | { kind: 'refused'; message: string }
  | { kind: 'copy failed'; message: string }
  | { kind: 'git'; failure: GitFailure; message: string };

answerTasks<SnapshotTask, SnapshotPart>(async ({ file, ...content }, respond) => {
  // Who loses patience ends the thread, and the gits that it reads from end with their pipes.
  const signal = new AbortController().signal;
  try {
    respond({ kind: 'written', ...(await writeSnapshot(content, file, signal)) });
  } catch (error) {
    if (error instanceof SnapshotRefused || error instanceof ArtifactError)
      respond({ kind: 'refused', message: error.message });
    else if (error instanceof CopyFailed) respond({ kind: 'copy failed', message: error.message });
    else if (error instanceof GitError)
      respond({ kind: 'git', failure: error.failure, message: error.message });
    else throw error;
  }
});
