import { type Archive, ArtifactError, type Place, type Placed, writeAt } from '@millrace/artifact/files';
import { TarError } from '@millrace/tar';
import { answerTasks } from '@millrace/threads';
import { writeLayer } from './layer.ts';

export interface LayerTask {
  layer: Archive;
  ignore: string | undefined;
  place: Place;
}

export type LayerPart = ({ kind: 'written' } & Placed) | { kind: 'refused'; message: string };

answerTasks<LayerTask, LayerPart>(async ({ layer, ignore, place }, respond) => {
  try {
    // Who loses patience ends the thread.
    const { signal } = new AbortController();
    const placed = await writeAt(place, file => writeLayer(layer, ignore, file, signal));
    respond({ kind: 'written', ...placed });
  } catch (error) {
    if (!(error instanceof ArtifactError || error instanceof TarError)) throw error;
    respond({ kind: 'refused', message: error.message });
  }
});
