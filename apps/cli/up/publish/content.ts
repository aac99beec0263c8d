import { imageOf } from '../../artifact/image.ts';
import { makeLayer } from '../../artifact/layer.ts';
import type { Anything, Target } from './target.ts';

/** What belongs to version control is no content. */
const leftOut = ['.git/', '.gitignore', '.gitmodules', '.gitattributes'];

/**
 * A folder as the content of an artifact, as `push artifact` would make it; of equal content, an equal one. Without a tag
 * of its own it stands for every tag.
 */
export async function publishContent(
  folder: string,
  { path, tag, within, signal }: Target,
): Promise<Anything> {
  const layer = await makeLayer(folder, { ignore: leftOut });
  try {
    const metadata = { source: folder, revision: `latest@${layer.diffId}`, created: '1970-01-01T00:00:00Z' };
    const { config, manifest } = imageOf(layer, { ...metadata, annotations: {} });
    const digest = await within(path, async to => {
      for (const blob of [layer, config]) await to.pushBlob(blob, signal);
      return to.pushManifest(tag ?? 'latest', manifest, signal);
    });
    return new Map(tag === undefined ? [[path, digest]] : []);
  } finally {
    await layer.remove();
  }
}
