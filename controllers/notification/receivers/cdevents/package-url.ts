const isEscaped = (text: string) => !/%(?![0-9a-f]{2})/i.test(text);

/**
 * Whether a text names a package (https://github.com/package-url/purl-spec), as packageurl-go 0.1.1 reads it:
 * `pkg:oci/app@sha256:…?repository_url=…`.
 */
export function isPackageUrl(text: string): boolean {
  const hash = text.indexOf('#');
  const subpath = hash < 0 ? '' : text.slice(hash + 1).replaceAll('.', '');
  const whole = hash < 0 ? text : text.slice(0, hash);
  const mark = whole.lastIndexOf('?');
  const qualifiers = mark < 0 ? new Map<string, string>() : qualifiersIn(whole.slice(mark + 1));
  const place = mark < 0 ? whole : whole.slice(0, mark);
  if (!place.startsWith('pkg:') || !qualifiers || !subpath.split('/').every(isEscaped)) return false;
  const [type = '', ...rest] = place.slice('pkg:'.length).replace(/^\/+/, '').split('/');
  const last = rest.pop();
  if (last === undefined || !rest.every(isEscaped)) return false;
  const at = last.indexOf('@');
  const name = at < 0 ? last : last.slice(0, at);
  const version = at < 0 ? '' : last.slice(at + 1);
  if (name === '' || (at >= 0 && !isEscaped(last))) return false;
  return hasItsParts(type.toLowerCase(), rest.join('') !== '', version !== '', qualifiers.get('channel'));
}

function qualifiersIn(text: string): Map<string, string> | undefined {
  const found = new Map<string, string>();
  for (const one of text.split('&')) {
    const [key = '', value] = one.split('=');
    if (value === undefined || !/^[a-z._-][0-9a-z._-]*$/i.test(key) || !isEscaped(value)) return undefined;
    if (value !== '') found.set(key.toLowerCase(), value);
  }
  return found;
}

/** Some types ask for more than a name. */
function hasItsParts(type: string, hasNamespace: boolean, hasVersion: boolean, channel?: string): boolean {
  if (type === 'conan') return hasNamespace === (channel !== undefined);
  if (type === 'swift') return hasNamespace && hasVersion;
  return type !== 'cran' || hasVersion;
}
