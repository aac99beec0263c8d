import { InvalidRepository, isDigest, parseRepository, type RepositoryName } from '@millrace/oci';
import { CliError } from '../cli-error.ts';

/** What `oci://host/path:tag` or `oci://host/path@digest` names. */
export interface Address {
  repository: RepositoryName;
  /** A digest, a tag, or `latest` where there is none. */
  reference: string;
  /** As it was written, without the scheme: so Flux says it again. */
  written: string;
}

const scheme = 'oci://';

/** Throws CliError for what is none. */
export function addressOf(url: string): Address {
  if (!url.startsWith(scheme)) throw new CliError("URL must be in format 'oci://<domain>/<org>/<repo>'");
  const written = url.slice(scheme.length);
  const invalid = (problem: string) => new CliError(`'${url}' invalid URL: ${problem}`);
  const [named = '', digest] = split(written, written.indexOf('@'));
  // A port stands before the path, a tag behind it.
  const colon = named.indexOf(':', named.lastIndexOf('/'));
  const [path = '', tag] = split(named, named.includes('/') ? colon : -1);
  if (digest !== undefined && !isDigest(digest))
    throw invalid('a digest is sha256: or sha512: and hex digits');
  if (tag !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(tag))
    throw invalid('a tag has up to 128 letters, digits, and . _ - after the first');
  try {
    return { repository: parseRepository(path), reference: digest ?? tag ?? 'latest', written };
  } catch (error) {
    if (error instanceof InvalidRepository) throw invalid(error.message);
    throw error;
  }
}

function split(text: string, at: number): [string, string | undefined] {
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** `host/path`. */
export function nameOf({ repository: { host, path } }: Pick<Address, 'repository'>): string {
  return `${host}/${path}`;
}
