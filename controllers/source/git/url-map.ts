/** Where repositories are fetched from instead of the place that their URL names. */
export type UrlMap = { from: string; to: string }[];

/**
 * `https://host/owner/repo.git`, `ssh://git@host/owner/repo` and `git@host:owner/repo` are one repository: host and
 * path, without user, port of the protocol, and `.git`.
 */
export function normalUrl(url: string): string {
  const short = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/\/)(?!\d+\/)(.+)$/.exec(url);
  const [host = '', path = ''] = short ? [short[1], short[2]] : partsOf(url);
  return `${host.toLowerCase()}/${path.replace(/^\/+|(?<!\/)\/+$/g, '').replace(/\.git$/, '')}`;
}

function partsOf(url: string): [string, string] {
  try {
    const { host, pathname } = new URL(url);
    return [host.replace(/:(22|80|443)$/, ''), pathname];
  } catch {
    return ['', url];
  }
}

/** The place to fetch from; undefined where the URL is what it is. */
export function mappedUrl(url: string, map: UrlMap): string | undefined {
  const normal = normalUrl(url);
  return map.find(({ from }) => normalUrl(from) === normal)?.to;
}
