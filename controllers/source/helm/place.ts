import { mappedUrl, type UrlMap } from '@millrace/git-access';

/** Where a repository is: at a URL, its own or another, or in a folder of this machine. */
export type Place = { kind: 'url'; url: string; isOwn: boolean } | { kind: 'folder'; folder: string };

export function placeOf(url: string, map: UrlMap): Place {
  const to = mappedUrl(url, map);
  if (to === undefined) return { kind: 'url', url, isOwn: true };
  return /^(?:https?|oci):\/\//.test(to)
    ? { kind: 'url', url: to, isOwn: false }
    : { kind: 'folder', folder: to };
}
