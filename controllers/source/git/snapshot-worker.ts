import { ArtifactError, type Place, type Placed, writeAt } from '@millrace/artifact/files';
import { GitError, type GitFailure } from '@millrace/git/local';
import { answerTasks } from '@millrace/threads';
import { CopyFailed } from './parts.ts';
import { type SnapshotContent, SnapshotRefused, writeSnapshot } from './snapshot.ts';

export interface SnapshotTask extends SnapshotContent {
  place: Place;
}

export type SnapshotPart =
  | ({ kind: 'written' } & Placed)
  | { kind: 'refused'; message: string }
  | { kind: 'copy failed'; message: string }
  | { kind: 'git'; failure: GitFailure; message: string };

answerTasks<SnapshotTask, SnapshotPart>(async ({ place, ...content }, respond) => {
  // Who loses patience ends the thread, and the gits that it reads from end with their pipes.
  const signal = new AbortController().signal;
  try {
    const placed = await writeAt(place, file => writeSnapshot(content, file, signal));
    respond({ kind: 'written', ...placed });
  } catch (error) {
    if (error instanceof SnapshotRefused || error instanceof ArtifactError)
      respond({ kind: 'refused', message: error.message });
    else if (error instanceof CopyFailed) respond({ kind: 'copy failed', message: error.message });
    else if (error instanceof GitError)
      respond({ kind: 'git', failure: error.failure, message: error.message });
    else throw error;
  }
});
