import { posix } from 'node:path';
import { GitError, type Remote, type Repository, submodulesIn, submoduleUrl } from '@millrace/git';
import { mappedGitUrl, type UrlMap } from '@millrace/git-access';
import type { Part } from './parts.ts';
import { SnapshotRefused, sparsePaths } from './snapshot.ts';

/** As deep as upstream goes, and more than anybody has. */
const limits = { depth: 10, modules: 250, entries: 250_000 };

interface Surroundings {
  urls: UrlMap;
  /** The local copy of a submodule, by its URL. */
  module(url: string): Repository;
  /** spec.sparseCheckout, where only some folders matter. */
  folders?: string[] | undefined;
}

/**
 * Bring the submodules of a commit here, and theirs, as they are pinned. They are asked for with the credentials of the
 * parent where they are on its host, and without any elsewhere. Throws GitError, SnapshotRefused.
 */
export async function fetchSubmodules(
  remote: Remote,
  repository: Repository,
  commit: string,
  on: Surroundings,
  signal: AbortSignal,
): Promise<Part[]> {
  const parts: Part[] = [];
  const visit = async (
    url: string,
    copy: Repository,
    { at, gitFolder }: { at: string; gitFolder: string },
    commit: string,
    depth: number,
  ) => {
    const described = await submodulesIn(copy.path, commit, signal);
    if (described.length === 0) return;
    const pins = await pinsOf(copy, commit, depth === 0 ? sparsePaths(on.folders) : [], signal);
    for (const module of described) {
      const pin = pins.get(module.path);
      if (pin === undefined) continue;
      if (depth >= limits.depth || parts.length >= limits.modules)
        throw new SnapshotRefused(
          `the commit has more than ${limits.modules} submodules, or they are more than ${limits.depth} deep`,
        );
      const place = submoduleUrl(module.url, url);
      const nested = on.module(place);
      await nested.fetch(remoteOf(place, remote, on.urls), pin, signal);
      const path = at === '' ? module.path : `${at}/${module.path}`;
      const its = { at: path, gitFolder: posix.join(gitFolder, 'modules', module.name) };
      parts.push({ kind: 'commit', ...its, repository: nested.path, commit: pin });
      await visit(place, nested, its, pin, depth + 1);
    }
  };
  await visit(remote.url, repository, { at: '', gitFolder: '.git' }, commit, 0);
  return parts;
}

/** By path, the commits of submodules. */
async function pinsOf(
  copy: Repository,
  commit: string,
  folders: string[],
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const pins = new Map<string, string>();
  let seen = 0;
  for await (const { path, kind, object } of copy.entries(commit, signal, folders)) {
    if (++seen > limits.entries)
      throw new SnapshotRefused(`the commit holds more than ${limits.entries} files`);
    if (kind === 'submodule') pins.set(path, object);
  }
  return pins;
}

/** Credentials are for the parent's host alone, and never for a connection that is less safe. */
function remoteOf(url: string, parent: Remote, urls: UrlMap): Remote {
  const fetchUrl = mappedGitUrl(url, urls);
  if (fetchUrl !== undefined) return { url, fetchUrl };
  const { proxy, algorithms } = parent;
  const [place, home] = [new URL(url), new URL(parent.url)];
  const isHome =
    parent.fetchUrl === undefined &&
    place.hostname === home.hostname &&
    (place.host === home.host || place.protocol !== home.protocol) &&
    (place.protocol === home.protocol || place.protocol === 'https:');
  if (place.protocol === 'ssh:') {
    if (home.protocol !== 'ssh:')
      throw new GitError('refused', `unable to clone '${url}': there is no key for ssh in the Secret`);
    return { url, algorithms, proxy, ssh: parent.ssh };
  }
  return { url, proxy, ...(isHome ? { credentials: credentialsOf(parent) } : {}) };
}

function credentialsOf({ url, credentials }: Remote): Remote['credentials'] {
  const { username, password } = new URL(url);
  const own =
    username || password
      ? { username: decodeURIComponent(username), password: decodeURIComponent(password) }
      : {};
  return { ...own, ...credentials };
}
