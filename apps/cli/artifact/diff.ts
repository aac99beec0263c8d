import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { tell } from '../output/print.ts';
import { addressOf } from './address.ts';
import { withInput } from './input.ts';
import { makeLayer } from './layer.ts';
import { pulled } from './pulled.ts';
import { type RegistryFlags, withRegistry } from './session.ts';

export interface DiffOptions extends RegistryFlags {
  path?: string;
  ignorePaths: string[];
}

/** `diff artifact`: whether a folder is what an artifact was made of. */
export async function diffArtifact(
  url: string | undefined,
  options: DiffOptions,
  globals: Globals,
): Promise<void> {
  if (url === undefined) throw new CliError('artifact URL is required');
  const address = addressOf(url);
  await withInput(options.path, async path => {
    const local = await makeLayer(path, { ignore: options.ignorePaths });
    await local.remove();
    const [remote] = await withRegistry(
      address,
      options,
      globals,
      async (from, signal) => (await pulled(address, from, signal)).manifest.layers,
    );
    if (!remote) throw new CliError('no layers found in artifact');
    if (remote.digest !== local.digest || remote.size !== local.size)
      throw new CliError('the remote artifact contents differs from the local one');
  });
  tell.success('no changes detected');
}
