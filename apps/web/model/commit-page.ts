/** Where a host shows a commit: what its hash is put behind. By the name of the host: that is all that a URL tells. */
const hosts: [host: RegExp, path: string][] = [
  [/(?:^|\.)gitlab\./, '/-/commit/'],
  [/^bitbucket\.org$/, '/commits/'],
  [/^(?:github|codeberg|gitea|forgejo|gitee)\.|(?:^|\.)(?:github|gitea|forgejo)\./, '/commit/'],
  [/^(?:dev\.azure\.com|git\.sr\.ht)$|\.visualstudio\.com$/, '/commit/'],
];

/** `git@host:team/fleet.git`: as scp has it. */
const ofScp = /^(?:[^/@:\s]+@)?([\w.-]+):(?!\/)([^\s]+)$/;

/**
 * The address behind which the hash of a commit of a repository is a page for people; undefined where nobody here knows the
 * host. Nothing of who is named in the URL is in it.
 */
export function commitPages(url: string): string | undefined {
  const scp = url.includes('://') ? undefined : ofScp.exec(url);
  const given = scp ? `https://${scp[1]}/${scp[2]}` : url;
  if (!URL.canParse(given)) return undefined;
  const { protocol, hostname, port, pathname } = new URL(given);
  if (!['https:', 'ssh:'].includes(protocol)) return undefined;
  const path = pathname.replace(/\/$/, '').replace(/\.git$/, '');
  const found = hosts.find(([host]) => host.test(hostname));
  if (!found || path.split('/').length < 3) return undefined;
  // The port of ssh is not that of the pages.
  const authority = protocol === 'https:' && port !== '' ? `${hostname}:${port}` : hostname;
  return URL.parse(`https://${authority}${path}${found[1]}`)?.href;
}

/** The page of the commit of a revision; undefined where there is none. */
export function commitPage(pages: string | undefined, revision: string): string | undefined {
  const commit = /(?:^|@)sha(?:1|256):([0-9a-f]{40}(?:[0-9a-f]{24})?)$/.exec(revision)?.[1];
  return pages && commit && pages + commit;
}
