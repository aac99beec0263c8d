import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { GitServer } from '@millrace/cluster';
import type { UrlMap } from '@millrace/git-access';
import { CliError } from '../cli-error.ts';
import { followFolder } from './followed-folder.ts';
import type { LocalRegistry } from './local-registry.ts';
import type { Mapping } from './mapping.ts';
import { publishFolder } from './publish/publish.ts';

/** The repositories of the local registry that stand for others. */
const mapped = 'mapped';

/** A map's target that means the registry of this `up`, whatever its port is. */
const here = /^oci:\/\/localhost(?=\/|$)/;

/** Where what --map names is to be had. */
export interface Places {
  urls: UrlMap;
  /** Bring folders to the registry again when they change. Returns what ends it. */
  follow(): () => void;
}

/**
 * Where the URLs of --map lead: folders are brought to the servers of this machine before the fleet begins, those for
 * registries to the registry, repositories of Git to the Git server. Throws CliError.
 */
export async function placesOf(
  mappings: readonly Mapping[],
  local: LocalRegistry,
  git: GitServer,
  signal: AbortSignal,
): Promise<Places> {
  local.registry.forget(mapped);
  const publish = publisher(local, signal);
  const urls: UrlMap = [];
  const published: { folder: string; again: () => Promise<unknown> }[] = [];
  for (const { from, tag, to } of mappings) {
    if ('url' in to) urls.push({ from, to: to.url.replace(here, `oci://${local.registry.host}`) });
    else if (from.startsWith('oci://')) {
      const again = () => publish(from, tag, to.folder);
      urls.push({ from, to: await again() });
      published.push({ folder: to.folder, again });
    }
    // Charts may lie in a repository, and either be asked for.
    else
      urls.push({
        from,
        to: to.folder,
        ...(isRepository(to.folder) ? { git: mount(from, to.folder, git) } : {}),
      });
  }
  return {
    urls,
    follow() {
      const ends = published.map(({ folder, again }) => followFolder(folder, again));
      return () => {
        for (const end of ends) end();
      };
    },
  };
}

function publisher({ registry: { host }, anything, within }: LocalRegistry, signal: AbortSignal) {
  return async (from: string, tag: string | undefined, folder: string): Promise<string> => {
    const path = `${mapped}/${nameIn(from)}`;
    await publishFolder(folder, { path, tag, anything, signal, within });
    return `oci://${host}/${path}`;
  };
}

/** `oci://ghcr.io:443/org/app` as a name of a repository. */
function nameIn(url: string): string {
  const parts = url.slice('oci://'.length).toLowerCase().split('/').filter(Boolean);
  const name = parts.map(part => part.replace(/[^a-z0-9._-]/g, '-')).join('/');
  if (parts.every(part => /^[a-z0-9]+(?:[._:-]+[a-z0-9]+)*$/.test(part))) return name;
  throw new CliError(`--map ${url}: it names no place in a registry`);
}

function isRepository(folder: string): boolean {
  return (
    existsSync(join(folder, '.git')) ||
    (existsSync(join(folder, 'HEAD')) && existsSync(join(folder, 'objects')))
  );
}

/** Its branches and tags, as they are committed. Throws CliError for a repository that cannot be served. */
function mount(from: string, folder: string, git: GitServer): string {
  const name = from
    .replace(/^[a-z]+:\/\//, '')
    .replace(/^[^@/]*@/, '')
    .replace(/[^A-Za-z0-9]+/g, '-');
  try {
    return git.mount(`${mapped}/${name.replace(/^-|-$/g, '')}`, folder);
  } catch (cause) {
    throw new CliError(`--map ${from}: ${(cause as Error).message}`, { cause });
  }
}
