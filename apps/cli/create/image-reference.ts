/**
 * What go-containerregistry takes for the name of an image (pkg/name), by which flux judges what is typed. It takes more
 * than registries do: `oci://ghcr.io/acme/app` is a repository of a registry called `oci:`.
 */

const characters = 'abcdefghijklmnopqrstuvwxyz0123456789_-./';

/** Why a text is no repository, without a tag and a digest; undefined where it is one. */
export function problemOfRepository(text: string): string | undefined {
  const slash = text.indexOf('/');
  const first = slash < 0 ? '' : text.slice(0, slash);
  const [host, path] = /[.:]/.test(first) ? [first, text.slice(slash + 1)] : ['', text];
  if (path.length < 2 || path.length > 255)
    return `repository must be between 2 and 255 characters in length: ${path}`;
  if (!/^[a-z0-9_./-]+$/.test(path))
    return `repository can only contain the characters \`${characters}\`: ${path}`;
  if (host !== '' && (!URL.canParse(`http://${host}`) || host.includes('@')))
    return `registries must be valid RFC 3986 URI authorities: ${host}`;
  return undefined;
}

/** Whether a text is a repository, perhaps with a tag or a digest. */
export function isReference(text: string): boolean {
  const [, tagged = text] = /^(.*):[A-Za-z0-9_.-]{1,128}$/s.exec(text) ?? [];
  const [, digested] = /^(.*)@sha256:[a-f0-9]{64}$/s.exec(text) ?? [];
  return [tagged, digested].some(name => name !== undefined && problemOfRepository(name) === undefined);
}
