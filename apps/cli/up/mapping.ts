import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { UrlMap } from '@millrace/source-controller';
import { CliError } from '../cli-error.ts';

/**
 * What --map says: `https://charts.example.com=./charts`, a folder of this machine or another URL. Throws CliError for
 * what says nothing, and for a folder that is not there.
 */
export function mappingsIn(options: readonly string[]): UrlMap {
  return options.map(text => {
    const [from, to] = split(text);
    if (!/^[a-z]+:\/\/[^/]/.test(from) || to === '')
      throw new CliError(`--map ${text}: a URL, =, and a folder or another URL are expected`);
    if (/^[a-z]+:\/\//.test(to)) return { from, to };
    if (!existsSync(to)) throw new CliError(`--map ${text}: there is no folder ${to}`);
    return { from, to: resolve(to) };
  });
}

function split(text: string): [string, string] {
  const sign = text.indexOf('=');
  return sign < 0 ? [text, ''] : [text.slice(0, sign), text.slice(sign + 1)];
}

/** How to go on where a repository of charts cannot be had from here. */
export function explainUnreachable(line: string): string {
  if (!/^Helm(?:Repository|Chart)\//.test(line)) return line;
  const [, url] = / (https?:\/\/\S+) (?:cannot be reached|answers with)/.exec(line) ?? [];
  if (url === undefined) return line;
  const repository = url.replace(/\/index\.yaml$/, '');
  return `${line} (charts on this machine can take its place: --map ${repository}=FOLDER)`;
}
