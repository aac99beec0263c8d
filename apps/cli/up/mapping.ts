import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CliError } from '../cli-error.ts';

/** What takes the place of a repository, or in a registry of all below a path. */
export interface Mapping {
  /** Without a tag. */
  from: string;
  /** `oci://host/path:tag` is about that tag. */
  tag: string | undefined;
  to: { folder: string } | { url: string };
}

const shape = 'a URL, =, and a folder or another URL are expected';

/**
 * What --map says: `https://charts.example.com=./charts`, a folder of this machine or another URL. Throws CliError for
 * what says nothing, and for a folder that is not there.
 */
export function mappingsIn(options: readonly string[]): Mapping[] {
  return options.map(text => {
    const refuse = (problem: string) => new CliError(`--map ${text}: ${problem}`);
    const [from, to] = split(text);
    if (!isUrl(from) || to === '') throw refuse(shape);
    const { url, tag } = from.startsWith('oci://') ? taggedUrl(from) : { url: from, tag: undefined };
    if (!isUrl(to)) {
      if (!existsSync(to)) throw refuse(`there is no folder ${to}`);
      if (!statSync(to).isDirectory()) throw refuse(`${to} is no folder`);
      return { from: url, tag, to: { folder: resolve(to) } };
    }
    if (tag !== undefined) throw refuse('a tag is for a folder that takes its place');
    if (to.startsWith('oci://') && !from.startsWith('oci://'))
      throw refuse('a registry takes the place of URLs that begin with oci:// only');
    return { from: url, tag, to: { url: to } };
  });
}

function isUrl(text: string): boolean {
  return /^[a-z]+:\/\/[^/]/.test(text) || /^[^@/\s]+@[^:/\s]+:./.test(text);
}

/** A port stands before the path, a tag behind it. */
function taggedUrl(url: string): { url: string; tag: string | undefined } {
  const slash = url.lastIndexOf('/');
  const colon = url.indexOf(':', slash);
  const hasPath = slash > 'oci://'.length;
  return colon < 0 || !hasPath
    ? { url, tag: undefined }
    : { url: url.slice(0, colon), tag: url.slice(colon + 1) };
}

function split(text: string): [string, string] {
  const sign = text.indexOf('=');
  return sign < 0 ? [text, ''] : [text.slice(0, sign), text.slice(sign + 1)];
}
