import type { Registry } from '@millrace/oci';
import { parseConstraint, parseFullVersion } from '@millrace/semver';
import { RE2JS } from 're2js';
import { CliError } from '../cli-error.ts';
import type { Globals } from '../globals.ts';
import { print } from '../output/print.ts';
import { formatTable } from '../output/table.ts';
import { addressOf } from './address.ts';
import { known } from './image.ts';
import { pulled } from './pulled.ts';
import { type RegistryFlags, withRegistry } from './session.ts';

export interface ListOptions extends RegistryFlags {
  filterSemver?: string;
  filterRegex?: string;
}

/** Manifests that are asked for at once. */
const atOnce = 8;

/** `list artifacts`. */
export async function listArtifacts(
  url: string | undefined,
  options: ListOptions,
  globals: Globals,
): Promise<void> {
  if (url === undefined) throw new CliError('artifact repository URL is required');
  const address = addressOf(url);
  const passes = filterOf(options);
  const rows = await withRegistry(address, options, globals, async (from, signal) => {
    const tags = (await from.tags(signal)).filter(passes).sort(descending);
    const found: string[][] = [];
    for (let i = 0; i < tags.length; i += atOnce)
      found.push(...(await Promise.all(tags.slice(i, i + atOnce).map(tag => rowOf(tag, url, from, signal)))));
    return found;
  });
  print(formatTable(['artifact', 'digest', 'source', 'revision'], rows), '');
}

async function rowOf(tag: string, url: string, from: Registry, signal: AbortSignal): Promise<string[]> {
  const address = addressOf(`${url}:${tag}`);
  const { digest, manifest } = await pulled(address, from, signal);
  const { [known.source]: source = '', [known.revision]: revision = '' } = manifest.annotations;
  return [address.written, digest, source, revision];
}

/** Tags that cosign keeps beside what it signs are no artifacts. */
const besides = ['.att', '.sbom', '.sig'];

function filterOf({ filterSemver, filterRegex }: ListOptions): (tag: string) => boolean {
  const meets = filterSemver ? explained('semver', filterSemver, parseConstraint) : undefined;
  const pattern = filterRegex ? explained('regex', filterRegex, text => RE2JS.compile(text)) : undefined;
  return tag => {
    if (besides.some(end => tag.endsWith(end))) return false;
    const version = parseFullVersion(tag);
    if (meets && !(version && meets(version))) return false;
    return pattern?.matcher(tag).find() ?? true;
  };
}

function explained<T>(what: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (cause) {
    throw new CliError(`${what} '${text}' parse error: ${(cause as Error).message}`, { cause });
  }
}

const descending = (a: string, b: string) => (a < b ? 1 : a > b ? -1 : 0);
