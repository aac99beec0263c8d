import { ArtifactError, type Written } from '@millrace/artifact';
import { GitError, type GitFailure, localRepository } from '@millrace/git';
import { answerTasks } from '@millrace/threads';
import { SnapshotRefused, type SnapshotRules, writeSnapshot } from './snapshot.ts';

export interface SnapshotTask {
  /** The folder of the local copy. */
  repository: string;
  commit: string;
  rules: SnapshotRules;
  /** The file to write. */
  file: string;
}

export type SnapshotPart =
  | ({ kind: 'written' } & Written)
  | { kind: 'refused'; message: string }
  | { kind: 'git'; failure: GitFailure; message: string };

answerTasks<SnapshotTask, SnapshotPart>(async ({ repository, commit, rules, file }, respond) => {
  // Who loses patience ends the thread, and the gits that it reads from end with their pipes.
  const signal = new AbortController().signal;
  try {
    respond({
      kind: 'written',
      ...(await writeSnapshot(localRepository(repository), commit, rules, file, signal)),
    });
  } catch (error) {
    if (error instanceof SnapshotRefused || error instanceof ArtifactError)
      respond({ kind: 'refused', message: error.message });
    else if (error instanceof GitError)
      respond({ kind: 'git', failure: error.failure, message: error.message });
    else throw error;
  }
});
