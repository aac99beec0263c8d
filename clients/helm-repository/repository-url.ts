/** The text names no repository. It is not quoted: somebody may have written a password into it. */
export class InvalidRepositoryUrl extends Error {
  override readonly name = 'InvalidRepositoryUrl';
}

/**
 * By which two ways to write one repository are the same: with a slash at the end, or without one for `oci://`. Throws
 * InvalidRepositoryUrl. Rule: NormalizeURL of source-controller.
 */
export function normalUrl(text: string): string {
  if (!URL.canParse(text)) throw new InvalidRepositoryUrl('it is no URL');
  const url = new URL(text);
  if (!['http:', 'https:', 'oci:'].includes(url.protocol) || url.host === '')
    throw new InvalidRepositoryUrl('it has to begin with http://, https:// or oci://, and a host');
  url.pathname = `${withoutSlashes(url.pathname)}${url.protocol === 'oci:' ? '' : '/'}`;
  return url.href;
}

function withoutSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end--;
  return path.slice(0, end);
}

/** Of a repository that normalUrl has accepted. A query stays: some repositories have their token in it. */
export function indexUrl(repository: string): URL {
  const url = new URL(normalUrl(repository));
  url.pathname += 'index.yaml';
  return url;
}

/**
 * Where a chart is that an index names: by a whole URL, or by one below the repository's, whose query it takes over.
 * Throws InvalidRepositoryUrl for what HTTP cannot fetch. Rule: ResolveReferenceURL of Helm.
 */
export function chartUrl(repository: string, reference: string): URL {
  const base = new URL(normalUrl(repository));
  const url = URL.canParse(reference, base.href) ? new URL(reference, base) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new InvalidRepositoryUrl('the index names a place of the chart that is no URL of http or https');
  if (!URL.canParse(reference)) url.search = base.search;
  return url;
}
