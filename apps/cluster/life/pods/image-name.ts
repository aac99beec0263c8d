const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const path = new RegExp(`^${component}(?:/${component})*$`);
const label = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const domain = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const tail =
  /^(?<name>[^@]*?)(?::(?<tag>[\w][\w.-]{0,127}))?(?:@(?<digest>[A-Za-z][\w+.-]*:[0-9a-fA-F]{32,}))?$/;

/**
 * Why no image can be pulled by a name, in the words of a kubelet; undefined when it is one.
 * https://github.com/distribution/reference
 */
export function imageProblem(image: string): string | undefined {
  const why = formatProblem(image);
  if (why === undefined) return undefined;
  const quoted = JSON.stringify(image);
  return `Failed to apply default image tag ${quoted}: couldn't parse image name ${quoted}: ${why}`;
}

function formatProblem(image: string): string | undefined {
  const bad = 'invalid reference format';
  const name = tail.exec(image)?.groups?.name;
  if (!name) return bad;
  const { host, rest } = split(name);
  if (host !== '' && !domain.test(host)) return bad;
  if (path.test(rest)) return undefined;
  return path.test(rest.toLowerCase()) ? `${bad}: repository name (${rest}) must be lowercase` : bad;
}

/** The first part is a registry when it looks like one: with a dot, a port or a capital. */
function split(name: string): { readonly host: string; readonly rest: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(0, slash));
  const isHost =
    first !== '' && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  return isHost ? { host: first, rest: name.slice(slash + 1) } : { host: '', rest: name };
}
