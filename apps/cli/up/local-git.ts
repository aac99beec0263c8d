import type { GitServer } from '@millrace/cluster';
import { mappedGitUrl, normalUrl, type UrlMap } from '@millrace/git-access';
import type { LocalGit } from '../previews/trees.ts';

/** Where the repositories of the Git server of this `up` lie, by the URLs that sources name them by. */
export function localGit(git: GitServer, map: UrlMap): LocalGit {
  const root = `${normalUrl(git.url)}/`.replace(/\/+$/, '/');
  return url => {
    const place = normalUrl(mappedGitUrl(url, map) ?? url);
    return place.startsWith(root) ? git.pathOf(place.slice(root.length)) : undefined;
  };
}
