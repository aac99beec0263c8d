import { imageOf } from '../../artifact/image.ts';
import { makeLayer } from '../../artifact/layer.ts';
import type { Target } from './target.ts';

/** What belongs to version control is no content. */
const leftOut = ['.git/', '.gitignore', '.gitmodules', '.gitattributes'];

/**
 * A folder as the content of an artifact, as `push artifact` would make it; of equal content, an equal one. Without a tag
 * of its own it stands for every tag.
 */
export async function publishContent(folder: string, target: Target): Promise<void> {
  const { path, tag, within, anything, signal } = target;
  const layer = await makeLayer(folder, { ignore: leftOut });
  try {
    const metadata = { source: folder, revision: `latest@${layer.diffId}`, created: '1970-01-01T00:00:00Z' };
    const { config, manifest, digest } = imageOf(layer, { ...metadata, annotations: {} });
    await within(path, async to => {
      for (const blob of [layer, config]) await to.pushBlob(blob, signal);
      if (tag === undefined) {
        await to.pushManifest(digest, manifest, signal);
        anything.set(path, digest);
      }
      // Whoever hears of it asks for any tag from here on.
      await to.pushManifest(tag ?? 'latest', manifest, signal);
    });
  } finally {
    await layer.remove();
  }
}
