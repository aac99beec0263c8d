import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { tell } from '../output/print.ts';
import { addressOf, nameOf } from './address.ts';
import { type RegistryFlags, withRegistry } from './session.ts';

export interface TagOptions extends RegistryFlags {
  tag: string[];
}

/** `tag artifact`. */
export async function tagArtifact(
  url: string | undefined,
  options: TagOptions,
  globals: Globals,
): Promise<void> {
  if (url === undefined) throw new CliError('artifact name is required');
  if (options.tag.length === 0) throw new CliError('--tag is required');
  const address = addressOf(url);
  const tags = options.tag.map(tag => addressOf(`oci://${nameOf(address)}:${tag}`).reference);
  await withRegistry(address, options, { ...globals, pushes: true }, async (to, signal) => {
    tell.action('tagging artifact');
    const document = await to.document(address.reference, signal);
    if (!document) throw new CliError(`tagging artifact failed: there is no ${address.written}`);
    const { mediaType } = document;
    for (const tag of tags) {
      await to.pushManifest(tag, { mediaType, bytes: document.bytes }, signal);
      tell.success(`artifact tagged as ${nameOf(address)}:${tag}`);
    }
  });
}
