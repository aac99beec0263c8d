import type { GitServer } from '@millrace/cluster';
import { mappedGitUrl, normalUrl, type UrlMap } from '@millrace/git-access';
import type { LocalGit } from '../previews/trees.ts';

/** Where the repositories of the Git server of this `up` lie, by the URLs that sources name them by. */
export function localGit(git: GitServer, map: UrlMap): LocalGit {
  const address = normalUrl(git.url);
  const root = address.endsWith('/') ? address : `${address}/`;
  return url => {
    const place = normalUrl(mappedGitUrl(url, map) ?? url);
    return place.startsWith(root) ? git.pathOf(place.slice(root.length)) : undefined;
  };
}
