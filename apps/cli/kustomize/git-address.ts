import { CliError } from '../cli-error.ts';

/** What the address of a remote base asks for. */
export interface GitAddress {
  repository: string;
  /** Folder in the repository, '' for its root. */
  path: string;
  /** Branch, tag or commit; HEAD where none is given. */
  ref: string;
  /** Milliseconds. */
  timeout: number;
}

/** As upstream: 27 seconds (examples/remoteBuild.md of kustomize). */
const defaultTimeout = 27_000;

/**
 * Reads an address in the forms of `kustomize build`: `https://host/org/repo//path?ref=v1`, the same with `.git`
 * where the repository ends, and the old forms `github.com/org/repo/path` and `git::https://…`.
 * @throws CliError for protocols other than HTTP and HTTPS
 */
export function parseGitAddress(text: string): GitAddress {
  const [location = '', query = ''] = splitOnce(text.replace(/^git::/, ''), '?');
  const url = location.replace(/^github\.com[/:]/, 'https://github.com/');
  const [, scheme, host, rest] = /^(https?):\/\/([^/]+)\/(.*)$/.exec(url) ?? [];
  if (scheme === undefined || host === undefined || rest === undefined) {
    throw new CliError(`${text}: remote bases are loaded over HTTP and HTTPS only`);
  }
  const { repository, path } = splitRepository(rest);
  const parameters = new URLSearchParams(query);
  return {
    repository: `${scheme}://${host}/${repository}`,
    path,
    ref: parameters.get('ref') || parameters.get('version') || 'HEAD',
    timeout: readTimeout(parameters.get('timeout'), text),
  };
}

/** Where the repository ends: at `//`, at `.git`, behind Azure's `_git/name`, else after owner and name. */
function splitRepository(path: string): { repository: string; path: string } {
  const end = endOfRepository(path);
  return { repository: path.slice(0, end), path: path.slice(end).replace(/^\/+|(?<!\/)\/+$/g, '') };
}

function endOfRepository(path: string): number {
  const marked = path.indexOf('//');
  if (marked >= 0) return marked;
  const git = /\.git(?=\/|$)/.exec(path);
  if (git) return git.index + git[0].length;
  const azure = path.indexOf('/_git/');
  const name = azure < 0 ? path.indexOf('/') : azure + '/_git'.length;
  const end = name < 0 ? -1 : path.indexOf('/', name + 1);
  return end < 0 ? path.length : end;
}

function readTimeout(text: string | null, address: string): number {
  if (text === null || text === '') return defaultTimeout;
  const [, hours = 0, minutes = 0, seconds = 0] =
    /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?$/.exec(text) ?? [];
  const sum = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  if (sum > 0) return sum;
  throw new CliError(`${address}: the timeout must be a number of seconds or a duration above 0`);
}

function splitOnce(text: string, at: string): [string, string] {
  const i = text.indexOf(at);
  return i < 0 ? [text, ''] : [text.slice(0, i), text.slice(i + 1)];
}
