import { GitError } from './errors.ts';
import { git } from './run.ts';

/** A submodule, as `.gitmodules` describes it. */
export interface Submodule {
  name: string;
  path: string;
  /** As it is written there. */
  url: string;
}

/** Bytes of `.gitmodules`. */
const longest = 2 ** 20;

/** What the file of that name says in a commit; nothing where there is none. Throws GitError. */
export async function submodulesIn(
  repository: string,
  commit: string,
  signal: AbortSignal,
): Promise<Submodule[]> {
  const what = 'unable to read .gitmodules';
  const found = await git({
    args: ['-C', repository, 'ls-tree', '-z', commit, '--', '.gitmodules'],
    what,
    signal,
  });
  if (!found.toString('latin1').startsWith('100')) return []; // none, or a link, which git does not follow either
  const args = [
    '-C',
    repository,
    'config',
    '-z',
    '--no-includes',
    '--blob',
    `${commit}:.gitmodules`,
    '--list',
  ];
  const output = await git({ args, what, signal, limit: longest });
  const modules = new Map<string, { path?: string; url?: string }>();
  for (const line of output.toString('utf8').split('\0')) {
    const [key = '', value = ''] = splitOnce(line, '\n');
    const parts = /^submodule\.(.+)\.(path|url)$/s.exec(key);
    if (!parts) continue;
    const module = modules.get(parts[1]!) ?? {};
    modules.set(parts[1]!, { ...module, [parts[2]!]: value });
  }
  return [...modules].flatMap(([name, { path, url }]) => (path && url ? [{ name, path, url }] : []));
}

function splitOnce(text: string, at: string): [string, string] {
  const i = text.indexOf(at);
  return i < 0 ? [text, ''] : [text.slice(0, i), text.slice(i + 1)];
}

/**
 * Where a submodule is: a URL of http, https or ssh, told from its parent's where it is relative. Throws GitError for
 * any other protocol, and for paths of this machine.
 */
export function submoduleUrl(url: string, parent: string): string {
  const refused = (why: string) =>
    new GitError('refused', `the URL of the submodule '${url}' is refused: ${why}`);
  if (/^\.\.?\//.test(url)) {
    const base = new URL(parent);
    const joined = new URL(`${base.protocol}//x${base.pathname.replace(/\/?$/, '/')}${url}`);
    base.pathname = joined.pathname;
    return base.href;
  }
  const short =
    /^(?:([A-Za-z0-9_][A-Za-z0-9_.-]*)@)?([A-Za-z0-9][A-Za-z0-9.-]*):(?!\/\/)([^\s:\\][^\s\\]*)$/.exec(url);
  if (short) {
    const [, user = 'git', host, path = ''] = short;
    return `ssh://${user}@${host}/${path.replace(/^\//, '')}`;
  }
  if (!URL.canParse(url)) throw refused('it is a path, and nothing of this machine is read');
  if (!/^(https?|ssh):$/.test(new URL(url).protocol)) throw refused('only http, https and ssh are spoken');
  return url;
}
