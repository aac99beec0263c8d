import { isObject, type Json } from '@millrace/json';
import { parseAll } from '@millrace/yaml';
import { CliError } from '../cli-error.ts';
import { type Answer, httpGet } from '../http-get.ts';
import {
  apiVersion,
  type CatalogEntry,
  type PlatformBinary,
  type PluginManifest,
  type PluginVersion,
  parseCatalog,
  parseManifest,
} from './manifest.ts';

const limits = { patience: 30_000, size: 10 * 1024 * 1024 };

/** The newest release of fluxcd/plugins, or what $FLUXCD_PLUGIN_CATALOG puts before the names of files. */
const base = () =>
  process.env.FLUXCD_PLUGIN_CATALOG || 'https://github.com/fluxcd/plugins/releases/latest/download/';

/** Throws CliError. */
export async function fetchCatalog(): Promise<CatalogEntry[]> {
  const url = `${base()}catalog.yaml`;
  const { body } = await httpGet(url, limits).catch(cause => {
    throw new CliError(`failed to fetch plugin catalog: ${cause.message} (${url})`, { cause });
  });
  return read(body, { what: 'plugin catalog', kind: 'PluginCatalog', parse: parseCatalog });
}

/** Throws CliError. */
export async function fetchManifest(name: string): Promise<PluginManifest> {
  const { body } = await manifestFile(name);
  const what = `plugin ${JSON.stringify(name)}`;
  const manifest = read(body, { what, kind: 'Plugin', parse: parseManifest });
  // The name of a file, which is written below the folder of plugins.
  if (!/^flux-[^/\\]+$/.test(manifest.bin))
    throw new CliError(
      `${what} has invalid bin ${JSON.stringify(manifest.bin)} (must be a plain filename prefixed with "flux-")`,
    );
  return manifest;
}

async function manifestFile(name: string): Promise<Answer> {
  const absent = (cause?: unknown) =>
    new CliError(`plugin ${JSON.stringify(name)} not found in catalog`, { cause });
  if (!/^[\w.-]+$/.test(name)) throw absent();
  return httpGet(`${base()}${name}.yaml`, limits).catch(cause => {
    throw cause.status === undefined
      ? new CliError(`${absent().message}: ${cause.message}`, { cause })
      : absent(cause);
  });
}

function read<T>(
  body: Buffer,
  { what, kind, parse }: { what: string; kind: string; parse(value: Json | undefined): T },
): T {
  try {
    const [value] = parseAll(body.toString('utf8'));
    const given = isObject(value) ? value : {};
    if (given.apiVersion !== apiVersion)
      throw new CliError(
        `${what} has unsupported apiVersion ${JSON.stringify(given.apiVersion ?? '')} (expected "${apiVersion}")`,
      );
    if (given.kind !== kind)
      throw new CliError(
        `${what} has unexpected kind ${JSON.stringify(given.kind ?? '')} (expected "${kind}")`,
      );
    return parse(value);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`failed to parse ${what}: ${(error as Error).message}`, { cause: error });
  }
}

export interface Resolved {
  version: string;
  platform: PlatformBinary;
}

/**
 * The program of a manifest for this machine.
 * @param wanted a version, `sha256:...`, or empty for the newest
 */
export function resolve({ name, versions }: PluginManifest, wanted: string): Resolved {
  const [newest] = versions;
  const what = `plugin ${JSON.stringify(name)}`;
  if (!newest) throw new CliError(`${what} has no versions`);
  if (wanted.startsWith('sha256:')) {
    for (const { version, platforms } of versions) {
      const platform = platforms.find(one => isHere(one) && one.checksum === wanted);
      if (platform) return { version, platform };
    }
    throw new CliError(`digest ${JSON.stringify(wanted)} not found for ${what} on ${here.os}/${here.arch}`);
  }
  const found: PluginVersion | undefined =
    wanted === '' ? newest : versions.find(({ version }) => version === wanted);
  if (!found) throw new CliError(`version ${JSON.stringify(wanted)} not found for ${what}`);
  const platform = found.platforms.find(isHere);
  if (!platform) throw new CliError(`${what} v${found.version} has no binary for ${here.os}/${here.arch}`);
  return { version: found.version, platform };
}

/** This machine, in Go's words. */
export const here = {
  os: process.platform === 'win32' ? 'windows' : process.platform,
  arch: { x64: 'amd64', ia32: '386' }[process.arch as string] ?? process.arch,
};

const isHere = ({ os, arch }: PlatformBinary) => os === here.os && arch === here.arch;
