/** Where repositories are fetched from instead of the place that their URL names. */
export type UrlMap = {
  from: string;
  /** A URL, or for charts a folder. */
  to: string;
  /** Where Git finds it, if that is another place. */
  git?: string;
}[];

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
  return isRegistry(url) ? mappedRegistryUrl(url, map) : entryFor(url, map)?.to;
}

/** The same for Git. */
export function mappedGitUrl(url: string, map: UrlMap): string | undefined {
  const found = entryFor(url, map);
  return found?.git ?? found?.to;
}

function entryFor(url: string, map: UrlMap): UrlMap[number] | undefined {
  const normal = normalUrl(url);
  return map.find(({ from }) => !isRegistry(from) && normalUrl(from) === normal);
}

function isRegistry(url: string): boolean {
  return url.startsWith('oci://');
}

/** In a registry, what a path means is meant for all that lies below it; the longest path decides. */
function mappedRegistryUrl(url: string, map: UrlMap): string | undefined {
  const wanted = withoutEnd(url);
  const covers = ({ from, to }: UrlMap[number]) =>
    wanted === withoutEnd(from) || (isRegistry(to) && wanted.startsWith(`${withoutEnd(from)}/`));
  const found = map
    .filter(({ from }) => isRegistry(from))
    .filter(covers)
    .reduce<UrlMap[number] | undefined>(
      (best, one) => (best && best.from.length >= one.from.length ? best : one),
      undefined,
    );
  return (
    found &&
    (isRegistry(found.to) ? withoutEnd(found.to) + wanted.slice(withoutEnd(found.from).length) : found.to)
  );
}

/** `oci://host/path`, the host in lower case and without a slash at the end. */
function withoutEnd(url: string): string {
  const slash = url.indexOf('/', 'oci://'.length);
  const host = slash < 0 ? url : url.slice(0, slash);
  const path = slash < 0 ? '' : url.slice(slash);
  return host.toLowerCase() + path.replace(/(?<!\/)\/+$/, '');
}
