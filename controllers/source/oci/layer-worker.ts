import { type Archive, ArtifactError, type Written } from '@millrace/artifact';
import { TarError } from '@millrace/tar';
import { answerTasks } from '@millrace/threads';
import { writeLayer } from './layer.ts';

export interface LayerTask {
  layer: Archive;
  ignore: string | undefined;
  /** The file to write. */
  file: string;
}

export type LayerPart = ({ kind: 'written' } & Written) | { kind: 'refused'; message: string };

answerTasks<LayerTask, LayerPart>(async ({ layer, ignore, file }, respond) => {
  try {
    // Who loses patience ends the thread.
    respond({ kind: 'written', ...(await writeLayer(layer, ignore, file, new AbortController().signal)) });
  } catch (error) {
    if (!(error instanceof ArtifactError || error instanceof TarError)) throw error;
    respond({ kind: 'refused', message: error.message });
  }
});
