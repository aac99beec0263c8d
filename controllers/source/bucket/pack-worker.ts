import { ArtifactError, type Written } from '@millrace/artifact';
import { answerTasks } from '@millrace/threads';
import { type PackContent, packBucket } from './pack.ts';

export interface PackTask extends PackContent {
  /** The file to write. */
  archive: string;
}

export type PackPart = ({ kind: 'written' } & Written) | { kind: 'refused'; message: string };

answerTasks<PackTask, PackPart>(async ({ archive, ...content }, respond) => {
  try {
    // Who loses patience ends the thread.
    respond({
      kind: 'written',
      ...(await packBucket(content, archive, new AbortController().signal)),
    });
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    respond({ kind: 'refused', message: error.message });
  }
});
