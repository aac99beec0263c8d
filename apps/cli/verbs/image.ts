import { CliError } from '../cli-error.ts';

/** The last part of an image's name, and its tag: `ghcr.io/fluxcd/source-controller:v1.9.0`. Throws CliError for one without a tag. */
export function nameAndTag(image: string): { name: string; tag: string } {
  const last = image.slice(image.lastIndexOf('/', image.includes('@') ? image.indexOf('@') : undefined) + 1);
  const colon = last.indexOf(':');
  const name = last.slice(0, colon);
  if (colon < 1 || name.includes('@')) throw new CliError(`missing image tag in image ${image}`);
  return { name, tag: last.slice(colon + 1) };
}
