import type { ApiVersions } from './api-versions.ts';

/** One line of a file that names a former version. */
export interface Upgrade {
  /** From 0 on. */
  line: number;
  kind: string;
  from: string;
  to: string;
}

const apiVersionKey = 'apiVersion: ';
const kindKey = 'kind: ';

/**
 * Where a text names former versions: lines of `apiVersion: ` with `kind: ` in the line below, wherever they stand, so
 * that templates and lists are read as well, as flux migrate does.
 */
export function findUpgrades(
  text: string,
  versions: ApiVersions,
): { upgrades: Upgrade[]; odd: { line: number; apiVersion: string }[] } {
  const upgrades: Upgrade[] = [];
  const odd: { line: number; apiVersion: string }[] = [];
  const lines = text.split('\n');
  for (const [line, words] of lines.entries()) {
    const apiVersion = wordBehind(words, apiVersionKey);
    if (apiVersion === undefined) continue;
    const [version = '', group = '', ...more] = apiVersion.split('/').reverse();
    if (more.length > 0) odd.push({ line, apiVersion });
    const kind = wordBehind(lines[line + 1] ?? '', kindKey);
    if (more.length > 0 || kind === undefined) continue;
    const to = versions.get(`${group}/${kind}`);
    if (to !== undefined && to !== version) upgrades.push({ line, kind, from: version, to });
  }
  return { upgrades, odd };
}

export function upgraded(text: string, upgrades: readonly Upgrade[]): string {
  const lines = text.split('\n');
  for (const { line, from, to } of upgrades) {
    const words = lines[line] ?? '';
    const at = words.indexOf(`/${from}`, words.indexOf(apiVersionKey)) + 1;
    lines[line] = `${words.slice(0, at)}${to}${words.slice(at + from.length)}`;
  }
  return lines.join('\n');
}

/** The first word behind a key; undefined where the line does not have it. */
function wordBehind(line: string, key: string): string | undefined {
  const at = line.indexOf(key);
  return at < 0
    ? undefined
    : line
        .slice(at + key.length)
        .trim()
        .split(' ')[0];
}
