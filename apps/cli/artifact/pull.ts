import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ArtifactError, defaultLimits, unpackTree } from '@millrace/artifact';
import { type Entry, readTar } from '@millrace/tar';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { tell } from '../output/print.ts';
import { addressOf, nameOf } from './address.ts';
import { known } from './image.ts';
import { pulled } from './pulled.ts';
import { type RegistryFlags, withRegistry } from './session.ts';

export interface PullOptions extends RegistryFlags {
  output?: string;
}

/** `pull artifact`. */
export async function pullArtifact(
  url: string | undefined,
  options: PullOptions,
  globals: Globals,
): Promise<void> {
  if (url === undefined) throw new CliError('artifact URL is required');
  const { output } = options;
  if (!output) throw new CliError('output path cannot be empty');
  if (!statSync(output, { throwIfNoEntry: false })?.isDirectory())
    throw new CliError(`invalid output path ${JSON.stringify(output)}: it is no directory`);
  const address = addressOf(url);
  await withRegistry(address, options, globals, async (from, signal) => {
    tell.action(`pulling artifact from ${address.written}`);
    const { digest, manifest } = await pulled(address, from, signal);
    const [layer] = manifest.layers;
    if (!layer) throw new CliError('no layers found in artifact');
    const bytes = await buffer(from.blob(layer, defaultLimits.compressed, signal));
    await extract(bytes, output);
    const { [known.source]: source, [known.revision]: revision } = manifest.annotations;
    if (source) tell.success(`source ${source}`);
    if (revision) tell.success(`revision ${revision}`);
    tell.success(`digest ${nameOf(address)}@${digest}`);
    tell.success(`artifact content extracted to ${output}`);
  });
}

async function extract(bytes: Buffer, output: string): Promise<void> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b)
    throw new CliError('the first layer of the artifact is no archive: it can be pulled with oras');
  try {
    // It is looked through as a whole before anything is written.
    const { archive } = await unpackTree(bytes);
    for (const entry of readTar(new Uint8Array(archive))) write(entry, output);
  } catch (cause) {
    if (cause instanceof ArtifactError) throw new CliError(cause.message, { cause });
    throw cause;
  }
}

/** Links are passed over, as by Flux. */
function write({ type, name, mode, content }: Entry, output: string): void {
  const path = join(output, name);
  if (type === 'folder') mkdirSync(path, { recursive: true });
  if (type !== 'file') return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode: mode & 0o777 });
}
