import { ArtifactError, type Place, type Placed, writeAt } from '@millrace/artifact/files';
import { answerTasks } from '@millrace/threads';
import { type PackContent, packBucket } from './pack.ts';

export interface PackTask extends PackContent {
  place: Place;
}

export type PackPart = ({ kind: 'written' } & Placed) | { kind: 'refused'; message: string };

answerTasks<PackTask, PackPart>(async ({ place, ...content }, respond) => {
  try {
    // Who loses patience ends the thread.
    const { signal } = new AbortController();
    const placed = await writeAt(place, file => packBucket(content, file, signal));
    respond({ kind: 'written', ...placed });
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    respond({ kind: 'refused', message: error.message });
  }
});
