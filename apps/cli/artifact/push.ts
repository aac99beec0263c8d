import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { print, tell } from '../output/print.ts';
import { formatStructure, type Structure } from '../output/structured.ts';
import { type Address, addressOf, nameOf } from './address.ts';
import { imageOf, known, type Metadata } from './image.ts';
import { withInput } from './input.ts';
import { makeLayer } from './layer.ts';
import { type RegistryFlags, withRegistry } from './session.ts';

export interface PushOptions extends RegistryFlags {
  path?: string;
  source?: string;
  revision?: string;
  annotations: string[];
  ignorePaths: string[];
  output?: Structure;
  reproducible?: boolean;
  resolveSymlinks?: boolean;
}

/** `push artifact`. */
export async function pushArtifact(
  url: string | undefined,
  options: PushOptions,
  globals: Globals,
): Promise<void> {
  if (url === undefined) throw new CliError('artifact URL is required');
  for (const name of ['source', 'revision'] as const)
    if (!options[name]) throw new CliError(`--${name} is required`);
  const address = addressOf(url);
  const metadata = metadataOf(options);
  await withInput(options.path, async path => {
    const digest = await push(path, address, metadata, options, globals).catch(cause => {
      throw cause instanceof CliError
        ? new CliError(`pushing artifact failed: ${cause.message}`, { cause })
        : cause;
    });
    const pushed = `${nameOf(address)}@${digest}`;
    if (!options.output) return tell.success(`artifact successfully pushed to ${pushed}`);
    const told = { url: `oci://${pushed}`, repository: nameOf(address), tag: address.reference, digest };
    // YAML comes sorted by its keys, as Flux writes it.
    const { digest: _, ...others } = told;
    print(
      formatStructure(options.output === 'yaml' ? { digest, ...sortedKeys(others) } : told, options.output),
      '',
    );
  });
}

const sortedKeys = ({ repository, tag, url }: { repository: string; tag: string; url: string }) => ({
  repository,
  tag,
  url,
});

/** RFC 3339. */
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** Returns the digest. */
async function push(
  path: string,
  address: Address,
  metadata: Metadata,
  options: PushOptions,
  globals: Globals,
): Promise<string> {
  const layer = await makeLayer(path, {
    ignore: options.ignorePaths,
    resolveSymlinks: options.resolveSymlinks,
  });
  try {
    const { config, manifest } = imageOf(layer, metadata);
    return await withRegistry(address, options, { ...globals, pushes: true }, async (to, signal) => {
      if (!options.output) tell.action(`pushing artifact to ${address.written}`);
      for (const blob of [layer, config]) await to.pushBlob(blob, signal);
      return to.pushManifest(address.reference, manifest, signal);
    });
  } finally {
    await layer.remove();
  }
}

function metadataOf({ source = '', revision = '', annotations, reproducible }: PushOptions): Metadata {
  const pairs = annotations.map(text => {
    const parts = text.split('=');
    if (parts.length === 2) return parts as [string, string];
    throw new CliError(`invalid annotation ${text}, must be in the format key=value`);
  });
  const own = pairs.find(([name]) => name === known.created)?.[1];
  if (own !== undefined && !(timestamp.test(own) && !Number.isNaN(Date.parse(own))))
    throw new CliError(`pushing artifact failed: invalid created timestamp ${JSON.stringify(own)}`);
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const created = reproducible ? '1970-01-01T00:00:00Z' : now;
  return { source, revision, created, annotations: Object.fromEntries(pairs) };
}
